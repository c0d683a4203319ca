"""Role × action × state in one table: what each person may do to alice's article, and that a refusal leaves no trace."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from pincite.web.editorial import actions, policies
from pincite.web.editorial.models import Alert, Article, AuditRow, Comment, Revision
from pincite.web.editorial.policies import Refused

STATES = ("draft", "submitted", "under-review", "changes-requested", "approved", "rejected", "withdrawn")

# Who may, in which states; bob is the assigned reviewer from the first review on. Everything else is refused.
ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "submit": {"alice": ("draft", "changes-requested"), "carol": ("draft", "changes-requested")},
    "edit": {"alice": ("draft", "changes-requested"), "carol": ("draft", "submitted", "under-review", "changes-requested")},
    "assign": {"carol": ("submitted", "under-review")},
    "comment": {
        "alice": ("submitted", "under-review"),
        "bob": ("under-review",),
        "carol": ("submitted", "under-review"),
    },
    "resolve": {
        "alice": ("draft", "submitted", "under-review", "changes-requested"),
        "bob": ("under-review", "changes-requested"),
        "carol": ("draft", "submitted", "under-review", "changes-requested"),
    },
    "review": {"bob": ("under-review",), "carol": ("submitted", "under-review")},
    "approve": {"bob": ("under-review",), "carol": ("under-review",)},
    "publish": {"carol": ("submitted", "under-review", "approved")},
    "withdraw": {"carol": ("submitted", "under-review", "changes-requested", "approved")},
    "schedule": {"carol": ("approved",)},
    "reopen": {"carol": ("approved", "rejected", "withdrawn")},
    "settle": {"carol": STATES},
    "discard": {"alice": ("draft",), "carol": ("draft",)},
}
# Seen and yet never allowed, in any state: 403. A person who does not see the article at all gets 404.
NEVER = {
    "alice": ("assign", "review", "approve", "publish", "withdraw", "schedule", "reopen", "settle"),
    "bob": ("edit", "assign", "publish", "withdraw", "schedule", "reopen", "settle", "submit", "discard"),
    "carol": (),
}
SEES = {"alice": STATES, "carol": STATES, "bob": ("under-review", "changes-requested", "approved", "rejected")}
STRANGERS = ("visitor", "frank", "ivan", "grace", "dave", "erin")


def in_state(state: str, people: dict[str, Any], answer: Any) -> Article:
    """Alice's article, brought into a state by the actions themselves."""
    alice, bob, carol = people["alice"], people["bob"], people["carol"]
    article = actions.start(answer, by=alice)
    if state == "draft":
        return article
    article = actions.submit(article, by=alice)
    if state == "withdrawn":
        return actions.withdraw(article, by=carol, why="Not for us.")
    if state == "submitted":
        return article
    actions.assign(article, by=carol, reviewer=bob)
    article.refresh_from_db()
    decision = {"changes-requested": "request-changes", "rejected": "reject"}.get(state, "accept")
    actions.review(article, by=bob, base=article.current.sha256, decision=decision, comment="See above.")
    if state == "approved":
        actions.approve(article, by=bob, base=article.current.sha256)
    article.refresh_from_db()
    assert article.state == state
    return article


def attempts(article: Article, people: dict[str, Any]) -> dict[str, Callable[[Any], Any]]:
    """Each action as a call that would succeed for the right person in the right state."""
    revision = article.current
    assert isinstance(revision, Revision)
    base = revision.sha256
    later = datetime.date.today() + datetime.timedelta(days=90)
    remark = Comment.objects.create(article=article, revision=revision, text="Why?", author=people["carol"])
    Comment.objects.filter(pk=remark.pk).update(resolved_by=people["carol"], resolved_at=article.created_at)
    alert = Alert.objects.create(article=article, revision=revision, kind="changed", fingerprint="f", says="A source changed.")
    return {
        "submit": lambda by: actions.submit(article, by=by),
        "edit": lambda by: actions.add_note(article, by=by, base=base, part="bottom-line", text="A note."),
        "assign": lambda by: actions.assign(article, by=by, reviewer=people["grace"]),
        "comment": lambda by: actions.comment(article, by=by, base=base, text="Which dose?"),
        "resolve": lambda by: actions.resolve(remark, by=by),
        "review": lambda by: actions.review(article, by=by, base=base, decision="accept"),
        "approve": lambda by: actions.approve(article, by=by, base=base),
        "publish": lambda by: actions.publish(article, by=by),
        "withdraw": lambda by: actions.withdraw(article, by=by, why="Wrong."),
        "schedule": lambda by: actions.schedule(article, by=by, on=later),
        "reopen": lambda by: actions.reopen(article, by=by, why="A new trial."),
        "settle": lambda by: actions.settle(alert, by=by, resolution="Wording only."),
        "discard": lambda by: actions.discard(article, by=by),
    }


def expected(person: str, action: str, state: str) -> str:
    if state not in SEES.get(person, ()):
        return "hidden"
    if state in ALLOWED[action].get(person, ()):
        return "done"
    return "forbidden" if action in NEVER[person] else "conflict"


@pytest.mark.parametrize("state", STATES)
def test_each_action_is_open_to_exactly_those_of_the_table(state: str, people: dict[str, Any], answer: Any) -> None:
    article = in_state(state, people, answer)
    calls = attempts(article, people)
    assert set(calls) == set(policies.RULES) - {"view"}
    wrong = []
    for person in (*SEES, *STRANGERS):
        who = people.get(person, AnonymousUser())
        offered = policies.allowed(who, article)
        for action, call in calls.items():
            rows = AuditRow.objects.count()
            outcome = "done"
            savepoint = transaction.savepoint()
            try:
                call(who)
            except Refused as refused:
                outcome = refused.kind
                assert AuditRow.objects.count() == rows, f"{person} {action}: an audit row of a refusal"
            transaction.savepoint_rollback(savepoint)
            article.refresh_from_db()
            if outcome != expected(person, action, state):
                wrong.append(f"{person} {action} in {state}: {outcome}, expected {expected(person, action, state)}")
            # A page offers a button only for what the policy allows (an approval may still find an open comment).
            assert (outcome == "done") <= (action in offered), f"{person} {action} in {state} works but is not offered"
    assert not wrong, "\n".join(wrong)


def test_a_closed_account_may_nothing(people: dict[str, Any], article: Any) -> None:
    carol = people["carol"]
    carol.is_active = False
    carol.save()
    assert policies.allowed(carol, article) == frozenset()
    assert not policies.visible_to(carol).exists()


def test_lists_show_what_may_be_opened_and_nothing_else(people: dict[str, Any], answer: Any) -> None:
    article = in_state("under-review", people, answer)
    for name, user in people.items():
        assert policies.visible_to(user).filter(pk=article.pk).exists() == policies.may_see(user, article), name
    assert not policies.may_see(AnonymousUser(), article)
