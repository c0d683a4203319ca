"""Whose turn it is with an article, what that person does, and what comes after: the sentence at the head of every page of the workspace.

Pure functions on an article whose assignments, reviews and alerts were fetched with it (`with_turns`); nothing is decided here, the
policies decide.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from pincite.web.accounts.models import User
from pincite.web.editorial.models import Alert, Article, Assignment, Review

State = Article.State
STEPS = (
    ("Draft", (State.DRAFT,)),
    ("Submitted", (State.SUBMITTED,)),
    ("Under review", (State.UNDER_REVIEW, State.CHANGES_REQUESTED)),
    ("Approved", (State.APPROVED,)),
    ("Published", ()),
)


@dataclass(frozen=True)
class Turn:
    """Who acts next: `people` by name, `editors` for any of them, neither for nobody."""

    says: str
    then: str
    people: tuple[User, ...] = ()
    editors: bool = False
    you: str = ""  # what the page asks of the person whose turn it is
    not_writers: bool = False  # whoever wrote a part is left out
    due: datetime.date | None = None
    overdue: bool = False

    @property
    def whom(self) -> str:
        """The people in words, for a list."""
        names = [person.shown_name for person in self.people] + (["an editor"] if self.editors else [])
        return " or ".join(names) or "nobody"


@dataclass(frozen=True)
class Step:
    """One step of the row at the head of an article."""

    name: str
    done: bool
    current: bool


def with_turns(articles: QuerySet[Article]) -> QuerySet[Article]:
    """The articles with everything that `turn_of` reads, and without their texts (100 kB each)."""
    return (
        articles.select_related("author", "current", "approved_by")
        .defer("current__content")
        .prefetch_related(
            Prefetch("assignments", Assignment.objects.filter(ended_at=None).select_related("reviewer"), to_attr="open_assignments"),
            Prefetch("reviews", Review.objects.select_related("reviewer", "revision").defer("revision__content"), to_attr="all_reviews"),
            Prefetch("alerts", Alert.objects.filter(resolved_at=None), to_attr="open_alerts"),
            "topics",
        )
        .annotate(open_comments=Count("comments", filter=Q(comments__resolved_at=None), distinct=True))
    )


def latest_reviews(reviews: Iterable[Review], revision_id: int | None) -> list[Review]:
    """What each reviewer last said of that revision, in order."""
    last: dict[int, Review] = {}
    for review in reviews:
        if review.revision_id == revision_id:
            last.pop(review.reviewer_id, None)
            last[review.reviewer_id] = review
    return list(last.values())


def turn_of(article: Article, *, today: datetime.date) -> Turn:
    """Whose turn it is with an article of `with_turns`."""
    author = article.author
    number = article.current.number if article.current else 0
    if article.state == State.DRAFT:
        return Turn(
            f"{author.shown_name} is writing the draft.",
            "Once it is submitted, an editor chooses a reviewer.",
            people=(author,),
            you="Edit the text until every statement passes its check, then submit it.",
        )
    if article.state == State.SUBMITTED:
        return Turn(
            "An editor chooses a reviewer.",
            "The reviewer accepts it, asks for changes or rejects it.",
            editors=True,
            you="Choose a reviewer below. You can also edit the text first.",
        )
    if article.state == State.UNDER_REVIEW:
        return _reviewing(article, number=number, today=today)
    if article.state == State.CHANGES_REQUESTED:
        asked = [review for review in article.all_reviews if review.decision == Review.Decision.REQUEST_CHANGES]
        who = asked[-1].reviewer.shown_name if asked else "A reviewer"
        return Turn(
            f"{who} asked for changes: {author.shown_name} edits the text and submits it again.",
            "It goes back to the reviewer.",
            people=(author,),
            you="Edit the text, resolve each comment that you have answered, then submit it again.",
        )
    if article.state == State.APPROVED:
        return _approved(article, today=today)
    if article.state == State.REJECTED:
        return Turn("It was rejected. Nothing is waiting.", "An editor can reopen it.")
    return Turn("It was withdrawn. Nothing is waiting.", "An editor can reopen it.")


def _reviewing(article: Article, *, number: int, today: datetime.date) -> Turn:
    said = latest_reviews(article.all_reviews, article.current_id)
    if said and all(review.decision == Review.Decision.ACCEPT for review in said):
        names = " and ".join(review.reviewer.shown_name for review in said)
        open_ = article.open_comments
        first = (
            f"{open_} open comment{'s are' if open_ != 1 else ' is'} resolved first; then it can be approved"
            if open_
            else "It can be approved now"
        )
        return Turn(
            f"{names} accepted revision {number}. {first}.",
            "An editor publishes it.",
            people=tuple(review.reviewer for review in said if review.reviewer.has_perm("editorial.approve_article")),
            editors=True,
            you="Resolve the open comments first." if open_ else "Read the text once more, then approve it below.",
            not_writers=True,
        )
    for assignment in article.open_assignments:
        again = any(review.reviewer_id == assignment.reviewer_id for review in article.all_reviews)
        late = assignment.due is not None and assignment.due < today
        return Turn(
            f"{assignment.reviewer.shown_name} reviews revision {number}{' again, as the text has changed' if again else ''}.",
            "If it is accepted, it can be approved; if changes are asked for, it goes back to its author.",
            people=(assignment.reviewer,),
            you="Read the text, comment beside any statement, then send your review below.",
            due=assignment.due,
            overdue=late,
        )
    return Turn(
        "An editor reviews it or chooses a reviewer.",
        "If it is accepted, it can be approved.",
        editors=True,
        you="Choose a reviewer below, or review it yourself.",
    )


def _approved(article: Article, *, today: datetime.date) -> Turn:
    alerts = len(article.open_alerts)
    late = article.review_due is not None and article.review_due < today
    if alerts:
        return Turn(
            f"{alerts} alert{'s are' if alerts != 1 else ' is'} open: an editor decides whether the text can stay.",
            "The approved text stays as it is until another revision is approved.",
            editors=True,
            you="Compare the quotes below, then settle each alert with a reason, or reopen the article.",
            due=article.review_due if late else None,
            overdue=late,
        )
    if late:
        return Turn(
            "The date for its next review has passed: an editor reopens it or names another date.",
            "Once reopened, a reviewer is chosen.",
            editors=True,
            you="Reopen it for another review, or name another day, below.",
            due=article.review_due,
            overdue=True,
        )
    if article.published_at is None:
        return Turn(
            "It is approved but not public: an editor publishes it.",
            "Readers find it under Articles.",
            editors=True,
            you="Press “Publish”.",
        )
    return Turn(
        "It is approved and public. Nothing is waiting.",
        "When a source changes or the review date passes, it comes back to the editors.",
        due=article.review_due,
    )


def is_for(turn: Turn, user: User, *, writes: bool) -> bool:
    """Does this wait for `user`? `writes`: whether the user wrote a part of the article."""
    if turn.not_writers and writes:
        return False
    return user.pk in {person.pk for person in turn.people} or (turn.editors and user.has_perm("editorial.manage_article"))


def steps_of(article: Article) -> list[Step]:
    """Draft → Submitted → Under review → Approved → Published, with where the article stands; withdrawn and rejected stand nowhere."""
    at = next((place for place, (_, states) in enumerate(STEPS) if article.state in states), -1)
    if article.state == State.APPROVED and article.published_at is not None:
        at = len(STEPS) - 1
    return [Step(name, done=place < at or (place == at == len(STEPS) - 1), current=place == at) for place, (name, _) in enumerate(STEPS)]
