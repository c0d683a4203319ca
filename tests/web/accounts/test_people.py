"""Accounts and roles: what administrators do, what nobody else can, and that all of it is in the audit trail."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pincite.errors import PinciteError
from pincite.web.accounts import actions
from pincite.web.accounts.models import User
from pincite.web.accounts.roles import roles_of
from pincite.web.editorial import audit_trail
from pincite.web.editorial.models import AuditRow
from pincite.web.editorial.policies import Refused


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_only_administrators_find_the_pages_about_people(people: dict[str, User]) -> None:
    for name, user in people.items():
        expected = 200 if name == "erin" else 404
        client = signed_in(user)
        assert client.get(reverse("account:people")).status_code == expected, name
        assert client.get(reverse("account:person", args=[people["bob"].pk])).status_code == expected, name
    assert Client().get(reverse("account:people")).status_code == 302


ACTIONS = {
    "make": lambda by, one: actions.make_account("new", email="new@example.org", by=by),
    "link": lambda by, one: actions.password_link(one, by=by),
    "give": lambda by, one: actions.give_role(one, "editor", by=by),
    "take": lambda by, one: actions.take_role(one, "reviewer", by=by),
    "close": lambda by, one: actions.close(one, by=by),
    "reopen": lambda by, one: actions.reopen(one, by=by),
    "drop": lambda by, one: actions.drop_second_factor(one, by=by),
}


@pytest.mark.parametrize("do", ACTIONS)
def test_others_are_refused_and_nothing_is_written(people: dict[str, User], do: str) -> None:
    for name in ("alice", "bob", "carol", "dave", "frank"):
        with pytest.raises(Refused):
            ACTIONS[do](people[name], people["bob"])
    assert not AuditRow.objects.exists()


def test_roles_are_given_and_taken_on_the_page_with_an_audit_row_each(people: dict[str, User]) -> None:
    client, frank = signed_in(people["erin"]), people["frank"]
    change = reverse("account:change_person", args=[frank.pk])
    assert client.post(change, {"do": "give", "role": "author"}).status_code == 303
    assert roles_of(User.objects.get(pk=frank.pk)) == {"reader", "author"}
    client.post(change, {"do": "take", "role": "reader"})
    client.post(change, {"do": "close"})
    client.post(change, {"do": "reopen"})
    assert roles_of(User.objects.get(pk=frank.pk)) == {"author"}
    rows = AuditRow.objects.filter(subject=f"user:{frank.pk}").order_by("sequence")
    assert [(row.action, row.actor) for row in rows] == [
        ("give-role", "erin"), ("take-role", "erin"), ("close-account", "erin"), ("reopen-account", "erin"),
    ]  # fmt: skip
    assert audit_trail.verify().broken is None
    assert b"give-role" in client.get(reverse("account:person", args=[frank.pk])).content


@pytest.mark.parametrize("sent", [{"do": "give", "role": "superuser"}, {"do": "eat"}, {}])
def test_what_is_no_role_or_deed_changes_nothing(people: dict[str, User], sent: dict[str, str]) -> None:
    response = signed_in(people["erin"]).post(reverse("account:change_person", args=[people["frank"].pk]), sent)
    assert response.status_code in {400, 404}
    assert not AuditRow.objects.exists()


def test_the_last_administrator_stays_one(people: dict[str, User]) -> None:
    erin = people["erin"]
    for refused in (lambda: actions.take_role(erin, "administrator", by=erin), lambda: actions.close(erin, by=erin)):
        with pytest.raises(Refused, match="last administrator"):
            refused()
    assert not AuditRow.objects.exists()
    carol = actions.give_role(people["carol"], "administrator", by=erin)
    actions.take_role(erin, "administrator", by=erin)
    with pytest.raises(Refused, match="last administrator"):
        actions.take_role(carol, "administrator", by=carol)


def test_a_closed_administrator_does_not_count(people: dict[str, User]) -> None:
    carol = actions.give_role(people["carol"], "administrator", by=people["erin"])
    actions.close(carol, by=people["erin"])
    with pytest.raises(Refused):
        actions.close(people["erin"], by=people["erin"])


def test_a_new_account_sets_its_password_by_a_link_that_works_once(people: dict[str, User]) -> None:
    client = signed_in(people["erin"])
    sent = {"username": "newcomer", "email": "newcomer@example.org", "name": "Newcomer", "roles": ["reviewer"]}
    client.post(reverse("account:people"), sent)
    newcomer = User.objects.get(username="newcomer")
    assert not newcomer.has_usable_password()
    client.post(reverse("account:change_person", args=[newcomer.pk]), {"do": "link"})
    page = client.get(reverse("account:person", args=[newcomer.pk]))
    link = page.context["link"]
    assert link.encode() in page.content
    assert client.get(reverse("account:person", args=[newcomer.pk])).context["link"] is None, "shown once"
    own = Client()
    form = own.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    own.post(form.redirect_chain[-1][0], {"password1": "quite a long phrase", "password2": "quite a long phrase"})
    assert User.objects.get(pk=newcomer.pk).check_password("quite a long phrase")
    again = Client().get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert again.context["token_fail"]


@pytest.mark.parametrize(
    ("username", "email"),
    [
        ("ALICE", "other@example.org"),
        ("other", "Alice@Example.org"),
        ("a b", "a@example.org"),
        ("new", "not an address"),
        ("", "n@example.org"),
    ],
)
def test_an_account_that_cannot_be_is_not_made(people: dict[str, User], username: str, email: str) -> None:
    with pytest.raises(PinciteError):
        actions.make_account(username, email=email, by=people["erin"])
    assert not AuditRow.objects.exists()


def test_what_reviews_are_judged_by_is_audited(people: dict[str, User]) -> None:
    client = signed_in(people["bob"])
    sent = {"name": "Bob", "credentials": "MD", "position": "Board", "competing_interests": "None declared"}
    assert client.post(reverse("account:profile"), sent).status_code == 303
    row = AuditRow.objects.get()
    assert (row.actor, row.action, row.detail["credentials"]) == ("bob", "profile", "MD")
    client.post(reverse("account:profile"), sent)
    assert AuditRow.objects.count() == 1, "nothing changed"


def test_names_from_people_are_escaped(people: dict[str, User]) -> None:
    nasty = "<script>alert(1)</script>\"'>"
    actions.update_profile(people["bob"], name=nasty)
    text = signed_in(people["erin"]).get(reverse("account:people")).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_people_are_found_by_name_and_role(people: dict[str, User]) -> None:
    client = signed_in(people["erin"])
    found: Any = client.get(reverse("account:people"), {"q": "bo", "role": "reviewer"}).context["page"]
    assert [one.username for one in found] == ["bob"]
    assert b"Nobody here fits" in client.get(reverse("account:people"), {"q": "zzz"}).content
