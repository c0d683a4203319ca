"""Signing in: sessions, guessing, links that lead elsewhere, closed accounts, second factor."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pincite.web.accounts import second_factor
from pincite.web.accounts.models import User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_guesses_yet(db: Any) -> None:
    cache.clear()


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": name, "password": password, **more})


@pytest.mark.parametrize("login", ["alice", "alice@example.org", "ALICE@example.org"])
def test_people_sign_in_by_name_or_address(client: Client, people: dict[str, User], login: str) -> None:
    response = sign_in(client, login)
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(people["alice"].pk)


def test_the_session_gets_a_new_key_at_sign_in(client: Client, people: dict[str, User]) -> None:
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = before = session.session_key
    sign_in(client, "alice")
    assert client.session.session_key != before


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client, people: dict[str, User]) -> None:
    for _ in range(5):
        assert b"not correct" in sign_in(client, "alice", "wrong password").content
    locked = sign_in(client, "alice")
    assert "_auth_user_id" not in client.session
    assert b"five minutes" in locked.content
    assert sign_in(Client(), "bob").status_code == 302, "another person is not locked out"


def test_the_same_account_cannot_be_guessed_at_from_other_addresses(people: dict[str, User]) -> None:
    for number in range(5):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post(reverse("account_login"), {"login": "alice", "password": "wrong"})
    response = Client(REMOTE_ADDR="192.0.2.99").post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    assert b"five minutes" in response.content


def test_one_address_cannot_try_many_accounts(people: dict[str, User]) -> None:
    names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "nobody", "noone"]
    for name in names:
        sign_in(Client(), name, "wrong password")
    assert sign_in(Client(), "alice").status_code == 200


def test_a_wrong_name_and_a_wrong_password_look_the_same(client: Client, people: dict[str, User]) -> None:
    def said(name: str) -> bytes:
        text: bytes = sign_in(Client(), name, "wrong password").content
        return text[text.index(b'role="alert"') :].split(b"</div>")[0]

    assert said("alice") == said("nobody")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
        "https:///evil.example",
        "http://testserver@evil.example/",
    ],
)
def test_sign_in_never_leads_to_another_site(client: Client, people: dict[str, User], elsewhere: str) -> None:
    assert sign_in(client, "alice", next=elsewhere)["Location"] == "/"
    left = client.post(reverse("account_logout"), {"next": elsewhere})
    assert left["Location"] == "/"


def test_sign_in_leads_back_to_where_one_was(client: Client, people: dict[str, User]) -> None:
    assert sign_in(client, "alice", next="/threads/")["Location"] == "/threads/"


def test_a_closed_account_cannot_sign_in_and_its_sessions_end(client: Client, people: dict[str, User]) -> None:
    client.force_login(people["alice"], backend="django.contrib.auth.backends.ModelBackend")
    User.objects.filter(username="alice").update(is_active=False)
    assert client.get(reverse("account:profile")).status_code == 302
    sign_in(other := Client(), "alice")
    assert "_auth_user_id" not in other.session


def test_signing_out_takes_a_post(client: Client, people: dict[str, User]) -> None:
    sign_in(client, "alice")
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_signing_in_needs_the_form_of_this_site(people: dict[str, User]) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, "alice").status_code == 403


def test_nobody_signs_up_unless_the_site_lets_them(client: Client, db: Any, settings: Any) -> None:
    form = {"username": "mallory", "email": "m@example.org", "password1": "a long pass phrase", "password2": "a long pass phrase"}
    assert b"administrator" in client.post(reverse("account_signup"), form).content
    assert not User.objects.exists()
    settings.WEB = settings.WEB.model_copy(update={"sign_up": True})
    assert client.post(reverse("account_signup"), form).status_code == 302
    assert list(User.objects.get().groups.values_list("name", flat=True)) == ["reader"]


PAGES = [
    "account_login", "account_logout", "account_signup", "account_change_password", "account_reset_password", "account_email",
    "mfa_index", "mfa_activate_totp", "account_reauthenticate", "account:profile",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_every_account_page_wears_the_sites_dress(client: Client, people: dict[str, User], name: str) -> None:
    if name not in {"account_login", "account_signup"}:
        sign_in(client, "alice")
    response = client.get(reverse(name), follow=True)
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count("<h1") == 1
    assert 'class="skip"' in text
    assert " style=" not in text
    assert "<script>" not in text


def test_forgotten_passwords_tell_nobody_who_has_an_account(client: Client, people: dict[str, User]) -> None:
    known = client.post(reverse("account_reset_password"), {"email": "alice@example.org"}, follow=True)
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain


# --- second factor ----------------------------------------------------------------------------------------------------


def totp_code(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def set_up_second_factor(client: Client) -> str:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": totp_code(secret)})
    assert done.status_code == 302
    return str(secret)


def test_with_a_second_factor_the_password_alone_does_not_sign_in(client: Client, people: dict[str, User]) -> None:
    sign_in(client, "alice")
    secret = set_up_second_factor(client)
    assert second_factor.has_second_factor(people["alice"])
    cache.clear()  # a code is used once
    later = Client()
    asked = sign_in(later, "alice")
    assert "_auth_user_id" not in later.session
    assert asked["Location"].startswith(reverse("mfa_authenticate"))
    assert b"<h1" in later.get(reverse("mfa_authenticate")).content
    later.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "_auth_user_id" not in later.session
    later.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    assert later.session["_auth_user_id"] == str(people["alice"].pk)


def test_a_recovery_code_signs_in_once(client: Client, people: dict[str, User]) -> None:
    from allauth.mfa.models import Authenticator

    sign_in(client, "alice")
    set_up_second_factor(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    codes = Authenticator.objects.get(user=people["alice"], type="recovery_codes").wrap().get_unused_codes()
    assert codes[0].encode() in client.get(reverse("mfa_view_recovery_codes")).content
    for attempt, signed_in in ((1, True), (2, False)):
        other = Client()
        sign_in(other, "alice")
        other.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert ("_auth_user_id" in other.session) is signed_in, attempt


def test_roles_can_be_made_to_use_a_second_factor(client: Client, people: dict[str, User], settings: Any) -> None:
    settings.WEB = settings.WEB.model_copy(update={"mfa_required": "editor, administrator"})
    sign_in(client, "carol")
    assert client.get(reverse("account:profile"))["Location"] == reverse("mfa_activate_totp")
    assert client.get("/api/v1/openapi.json").status_code == 403
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate")), "the password is asked once more"
    set_up_second_factor(client)
    assert client.get(reverse("account:profile")).status_code == 200
    sign_in(other := Client(), "alice")
    assert other.get(reverse("account:profile")).status_code == 200, "an author need not"
