import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pincite.web.accounts.models import ApiToken
from pincite.web.editorial.models import AuditRow
from tests.web.api.conftest import Caller

FORM = {"name": "intranet", "scopes": ["ask", "read"], "expires": "90"}


def _signed_in(people: dict[str, Any], name: str, *, csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_token_is_shown_once_and_works(people: dict[str, Any]) -> None:
    client = _signed_in(people, "frank")
    response = client.post("/account/tokens/", FORM)
    assert "no-store" in response.headers["Cache-Control"]
    (secret,) = re.findall(r"pin_[\w-]{40,}", response.content.decode())
    assert Caller(secret).ok("GET", "/me")["scopes"] == ["ask", "read"]
    again = client.get("/account/tokens/").content.decode()
    assert secret not in again
    assert "intranet" in again
    token = ApiToken.objects.get()
    assert 89 <= (token.expires_at - timezone.now()).days <= 90
    row = AuditRow.objects.get()
    assert (row.actor, row.action, secret in str(row.detail)) == ("frank", "issue-token", False)


def test_revoking_asks_first_and_then_ends_it(people: dict[str, Any]) -> None:
    token, secret = ApiToken.issue(user=people["frank"], name="<b>x</b>", scopes=["read"])
    client = _signed_in(people, "frank")
    asked = client.get(f"/account/tokens/{token.pk}/revoke")
    assert b"&lt;b&gt;x" in asked.content
    Caller(secret).ok("GET", "/me")
    response = client.post(f"/account/tokens/{token.pk}/revoke")
    assert (response.status_code, response.headers["Location"]) == (303, "/account/tokens/")
    assert Caller(secret).get("/me").status_code == 401
    assert AuditRow.objects.get().action == "revoke-token"
    client.post(f"/account/tokens/{token.pk}/revoke")
    assert AuditRow.objects.count() == 1


def test_nobody_revokes_or_sees_anothers(people: dict[str, Any]) -> None:
    token, secret = ApiToken.issue(user=people["frank"], name="franks", scopes=["read"])
    client = _signed_in(people, "erin")
    for number in (token.pk, token.pk + 1, 10**30):
        for method in (client.get, client.post):
            assert method(f"/account/tokens/{number}/revoke").status_code == 404
    assert b"franks" not in client.get("/account/tokens/").content
    Caller(secret).ok("GET", "/me")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "required"),
        ({"name": "  "}, "required"),
        ({"name": "a\0b"}, "Null characters"),
        ({"name": "x" * 101}, "at most 100"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["audit-trail"]}, "Choose from the list"),
        ({"scopes": ["library", "ask"]}, "Choose from the list"),
        ({"expires": "-5"}, "valid choice"),
    ],
)
def test_a_form_that_cannot_be_used_is_shown_again_with_the_reason(people: dict[str, Any], change: dict[str, Any], says: str) -> None:
    response = _signed_in(people, "frank").post("/account/tokens/", {**FORM, **change})
    assert response.status_code == 400
    assert says in response.content.decode()
    assert ApiToken.objects.count() == AuditRow.objects.count() == 0


def test_scopes_are_offered_as_far_as_the_role_reaches(people: dict[str, Any]) -> None:
    offered = {
        name: re.findall(r'name="scopes" value="([\w-]+)"', _signed_in(people, name).get("/account/tokens/").content.decode())
        for name in ("frank", "dave", "erin")
    }
    assert offered == {
        "frank": ["ask", "read", "write"],
        "dave": ["ask", "read", "write", "library"],
        "erin": ["ask", "read", "write", "audit-trail"],
    }


def test_the_pages_want_a_person_and_the_forms_token(people: dict[str, Any], db: Any) -> None:
    for path in ("/account/tokens/", "/account/tokens/1/revoke"):
        assert Client().get(path).headers["Location"].startswith("/accounts/login/")
    assert _signed_in(people, "frank", csrf=True).post("/account/tokens/", FORM).status_code == 403
    assert ApiToken.objects.count() == 0


def test_one_person_has_so_many_tokens_and_no_more(people: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from pincite.web.accounts import tokens

    monkeypatch.setattr(tokens, "MOST_TOKENS", 1)
    client = _signed_in(people, "frank")
    assert [client.post("/account/tokens/", FORM).status_code for _ in range(2)] == [200, 409]
