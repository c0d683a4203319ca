"""`pincite serve --demo`: one named account per role, and two articles made through the same actions as everybody's.

A home holds either a demonstration or real work, never both: passwords that are printed at each start must not open
anything that matters.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pincite.errors import PinciteError
from pincite.web.configuration import web_home

FILE = "demo.json"
APPROVED = "What is the treatment for Baastrup's disease?"
UNDER_REVIEW = "Is percutaneous vertebroplasty effective for osteoporotic vertebral compression fractures?"


class Person(NamedTuple):
    """An account of the demonstration."""

    username: str
    role: str
    name: str
    credentials: str
    position: str
    competing_interests: str


PEOPLE = (
    Person("alice", "author", "Alice Arden", "MSc, medical writer", "Author", "None declared"),
    Person("bob", "reviewer", "Bob Baker", "MD, consultant in spinal surgery", "Advisory board, spine", "None declared"),
    Person(
        "grace", "reviewer", "Grace Gold", "PhD, physiotherapist", "Advisory board, rehabilitation", "Paid lectures on exercise therapy"
    ),
    Person("carol", "editor", "Carol Carver", "MD, MPH", "Editor", "None declared"),
    Person("dave", "librarian", "Dave Dunn", "MLIS", "Librarian", ""),
    Person("erin", "administrator", "Erin Eames", "", "Administrator", ""),
    Person("frank", "reader", "Frank Field", "", "", ""),
)


def is_demo() -> bool:
    """Does this home hold a demonstration?"""
    return (web_home() / FILE).exists()


def prepare(*, say: Callable[[str], None] = lambda line: None) -> str:
    """Make what is missing of the demonstration; returns the accounts with their passwords, as lines to print.

    Called again it changes nothing. `say` gets a line where that takes a while. Raises PinciteError in a home that holds real accounts.
    """
    from pincite.web.accounts.models import User  # noqa: PLC0415 - Django is loaded by now

    if not is_demo() and User.objects.exists():
        raise PinciteError(
            f"{web_home().parent} holds real accounts; a demonstration does not go there.",
            what_to_do="Unset PINCITE_HOME, or name an empty folder in it.",
        )
    passwords = _passwords()
    people = {person.username: _account(person, passwords[person.username]) for person in PEOPLE}
    with _no_mail():
        _articles(people, say=say)
    rows = [f"  {person.username:<8}{passwords[person.username]:<18}{person.role}" for person in PEOPLE]
    return "\n".join(
        [
            "Demonstration accounts (user name, password, role):",
            *rows,
            f"Everything is kept in {web_home().parent}; delete that folder to end it.",
        ]
    )


def _passwords() -> dict[str, str]:
    """Made once, kept readable by the home's owner alone."""
    file = web_home() / FILE
    try:
        held: dict[str, str] = json.loads(file.read_text())
    except FileNotFoundError:
        held = {}
    except (OSError, ValueError) as error:
        raise PinciteError(f"{file} cannot be read.", what_to_do="Delete the demonstration's folder and start it again.") from error
    if missing := [person.username for person in PEOPLE if person.username not in held]:
        held |= {name: _password() for name in missing}
        new = file.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(held, out, indent=1)
        new.replace(file)
    return held


def _password() -> str:
    """Three groups of four letters and digits that are not mistaken for each other: 58 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def _account(person: Person, password: str):  # type: ignore[no-untyped-def]
    from allauth.account.models import EmailAddress  # noqa: PLC0415
    from django.contrib.auth.models import Group  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from pincite.web.accounts.models import User  # noqa: PLC0415

    if held := User.objects.filter(username=person.username).first():
        return held  # what its owner has changed since stays changed
    with transaction.atomic():
        user = User.objects.create_user(
            person.username,
            f"{person.username}@example.org",
            password,
            name=person.name,
            credentials=person.credentials,
            position=person.position,
            competing_interests=person.competing_interests,
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        user.groups.add(Group.objects.get(name=person.role))
    return User.objects.get(pk=user.pk)


@contextmanager
def _no_mail() -> Iterator[None]:
    """Nobody waits for a notice of what is made up."""
    from django.conf import settings  # noqa: PLC0415

    kept = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = kept


def _articles(people, *, say: Callable[[str], None]) -> None:  # type: ignore[no-untyped-def]
    """One approved and published, one under review with an open comment."""
    from django.db import transaction  # noqa: PLC0415

    from pincite.web import engine  # noqa: PLC0415
    from pincite.web.editorial import actions, content  # noqa: PLC0415
    from pincite.web.editorial.models import Article  # noqa: PLC0415
    from pincite.web.engine import Asked  # noqa: PLC0415

    alice, bob, carol, grace = (people[name] for name in ("alice", "bob", "carol", "grace"))
    if Article.objects.filter(question__in=[APPROVED, UNDER_REVIEW]).count() == 2:
        return
    say("Making the demonstration: two articles go through review …")
    engine.wait_for_encoder()
    with transaction.atomic():
        if not Article.objects.filter(question=APPROVED).exists():
            article = actions.send(engine.ask(Asked(APPROVED)), by=alice)
            actions.assign(article, by=carol, reviewer=bob)
            base = Article.objects.get(pk=article.pk).current.sha256
            actions.review(article, by=bob, base=base, decision="accept", comment="The quotes say what the statements say.")
            actions.approve(article, by=bob, base=base)
            actions.publish(article, by=carol)
    with transaction.atomic():
        if not Article.objects.filter(question=UNDER_REVIEW).exists():
            article = actions.send(engine.ask(Asked(UNDER_REVIEW)), by=alice)
            actions.assign(article, by=carol, reviewer=grace)
            article = Article.objects.get(pk=article.pk)
            first = next(iter(content.placed(actions.content_of(article.current))))
            actions.comment(
                article,
                by=grace,
                base=article.current.sha256,
                statement=first.key,
                text="This guideline is some years old. Please add an editor's note on whether a newer edition says the same.",
            )
            actions.publish(article, by=carol)  # public, and marked as pending human review
