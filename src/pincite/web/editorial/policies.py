"""Who may do what to which article: one table of actions, one function that decides, for pages, API and tests alike.

A refusal is one of three: the article is none of this person's business (`hidden`, answered 404), the person may never
do this here (`forbidden`, 403), or not now (`conflict`, 409, with the reason).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from pincite.errors import PinciteError
from pincite.web.accounts.models import User
from pincite.web.editorial.models import Article

Person: TypeAlias = User | AnonymousUser
State: Any = Article.State

WRITING = (State.DRAFT, State.CHANGES_REQUESTED)
WAITING = (State.SUBMITTED, State.UNDER_REVIEW)
EVERY = tuple(State)


class Refused(PinciteError):
    """An action that this person may not take on this article, or not now."""

    def __init__(self, why: str, *, kind: Literal["hidden", "forbidden", "conflict"], what_to_do: str = "") -> None:
        self.kind = kind
        super().__init__(why, what_to_do=what_to_do)


@dataclass(frozen=True)
class Rule:
    """What an action needs: a permission, a state, and to be (or not to be) somebody in particular."""

    permission: str
    states: tuple[str, ...]
    who: Callable[[User, Article], str | None] = lambda user, article: None  # a reason to forbid, or None; raises Refused for "not now"


def wrote(user: User, article: Article) -> bool:
    """Did this person write any revision of the article, or send it in? Such a person never judges it."""
    return article.author_id == user.pk or article.revisions.filter(created_by=user).exists()


def _sender(user: User, article: Article) -> str | None:
    if article.author_id == user.pk or user.has_perm("editorial.manage_article"):
        return None
    return "Only its author or an editor can do this."


def _writer(user: User, article: Article) -> str | None:
    if why := _sender(user, article):
        return why
    if article.state in WAITING and not user.has_perm("editorial.manage_article"):
        raise Refused("The article is with the reviewers.", kind="conflict", what_to_do="You can edit it again when they ask for changes.")
    return None


def _judge(user: User, article: Article) -> str | None:
    if wrote(user, article):
        return "Whoever wrote a part of an article does not judge it."
    if user.has_perm("editorial.manage_article") or article.assignments.filter(reviewer=user, ended_at=None).exists():
        return None
    if article.state not in WAITING:
        return None  # a former reviewer hears that it is too late, not that it was never theirs
    return "This article is not assigned to you."


def _approver(user: User, article: Article) -> str | None:
    if wrote(user, article):
        return "Whoever wrote a part of an article does not approve it."
    reviewed = article.assignments.filter(reviewer=user).exists() or article.reviews.filter(reviewer=user).exists()
    return None if reviewed or user.has_perm("editorial.manage_article") else "This article is not assigned to you."


def _commenter(user: User, article: Article) -> str | None:
    return None if wrote(user, article) else _judge(user, article)


RULES: dict[str, Rule] = {
    "view": Rule("", EVERY),
    "edit": Rule("editorial.write_article", (*WRITING, *WAITING), _writer),
    "submit": Rule("editorial.send_article", WRITING, _sender),
    "assign": Rule("editorial.manage_article", WAITING),
    "comment": Rule("", WAITING, _commenter),
    "resolve": Rule("", (*WRITING, *WAITING), _commenter),
    "review": Rule("editorial.review_article", WAITING, _judge),
    "approve": Rule("editorial.approve_article", WAITING, _approver),
    "publish": Rule("editorial.manage_article", (*WAITING, State.APPROVED)),
    "withdraw": Rule("editorial.manage_article", (*WAITING, State.APPROVED, State.CHANGES_REQUESTED)),
    "schedule": Rule("editorial.manage_article", (State.APPROVED,)),
    "reopen": Rule("editorial.manage_article", (State.APPROVED, State.WITHDRAWN, State.REJECTED)),
    "settle": Rule("editorial.manage_article", EVERY),  # a source alert: looked at, nothing to change
    "discard": Rule("editorial.send_article", (State.DRAFT,), _sender),
}


def may_see(person: Person, article: Article) -> bool:
    """May this person open the article's workspace (history, comments, drafts)? The public page is another matter."""
    if not isinstance(person, User) or not person.is_active:
        return False
    if person.has_perm("editorial.manage_article") or article.author_id == person.pk:
        return True
    if article.assignments.filter(reviewer=person).exists():
        return True
    return article.revisions.filter(created_by=person).exists()


def visible_to(person: Person) -> QuerySet[Article]:
    """The articles whose workspace this person may open."""
    if not isinstance(person, User) or not person.is_active:
        return Article.objects.none()
    if person.has_perm("editorial.manage_article"):
        return Article.objects.all()
    mine = Q(author=person) | Q(assignments__reviewer=person) | Q(revisions__created_by=person)
    return Article.objects.filter(pk__in=Article.objects.filter(mine).values("pk"))


def check(person: Person, action: str, article: Article) -> User:
    """The person as a user when the action is allowed; raises Refused with the reason otherwise."""
    rule = RULES[action]
    if not may_see(person, article):
        raise Refused("There is no such article.", kind="hidden")
    assert isinstance(person, User)
    if rule.permission and not person.has_perm(rule.permission):
        raise Refused(
            f"Your roles do not allow you to {action} articles.", kind="forbidden", what_to_do="Ask an administrator for the role."
        )
    if why := rule.who(person, article):
        raise Refused(why, kind="forbidden")
    if article.state not in rule.states:
        allowed = ", ".join(State(state).label.lower() for state in rule.states)
        raise Refused(
            f"This article is {State(article.state).label.lower()}; to {action} it, it must be {allowed}.",
            kind="conflict",
            what_to_do="Reload the page to see where it stands.",
        )
    return person


def allowed(person: Person, article: Article) -> frozenset[str]:
    """The actions that this person can take on the article now: what a page offers as buttons."""
    found = set()
    for action in RULES:
        try:
            check(person, action, article)
        except Refused:
            continue
        found.add(action)
    return frozenset(found)
