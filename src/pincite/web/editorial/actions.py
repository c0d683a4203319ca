"""The only doors through which an article changes: permission, change and audit row in one transaction each.

Pages, API, demo and tests all call these. Each returns the article (or the row made); refusals raise
`policies.Refused`, edits that cannot be made `content.EditError`, and nothing is written then.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from pincite.errors import PinciteError
from pincite.records import Answer
from pincite.web.accounts.models import User
from pincite.web.editorial import audit_trail, checking, content, notifying, policies
from pincite.web.editorial.content import Content
from pincite.web.editorial.models import Alert, Article, Assignment, Comment, Report, Review, Revision, Topic
from pincite.web.editorial.policies import Person, Refused
from pincite.web.editorial.turns import latest_reviews

State: Any = Article.State
Decision: Any = Review.Decision
REVIEW_EVERY = datetime.timedelta(days=365)  # a year, as most guideline bodies ask for; the editor can name another day


def _locked(article: Article, person: Person, action: str) -> tuple[Article, User]:
    """The article as it stands now, locked, for a person who may do this."""
    now = Article.objects.select_for_update(of=("self",)).filter(pk=article.pk).first()
    if now is None:
        raise Refused("There is no such article.", kind="hidden")
    return now, policies.check(person, action, now)


def _record(article: Article, user: User | None, action: str, **detail: Any) -> None:
    revision = article.current
    named = {"revision": revision.number, "sha256": revision.sha256} if revision else {}
    audit_trail.append(actor=user, action=action, subject=f"article:{article.pk}", detail={"state": article.state, **named, **detail})


def _same_revision(article: Article, sha256: str) -> Revision:
    current = article.current
    if current is None or current.sha256 != sha256:
        raise Refused(
            "The article has changed since you opened it.",
            kind="conflict",
            what_to_do="Read the newest revision, then decide again.",
        )
    return current


def _revise(article: Article, new: Content, *, by: User, says: str) -> Revision:
    number = (article.current.number if article.current else 0) + 1
    revision = Revision(article=article, number=number, content=new.as_json(), sha256=new.sha256(), says=says[:500], created_by=by)
    revision.save()
    article.current = revision
    article.save()
    return revision


def content_of(revision: Revision) -> Content:
    """What a revision holds, as a record."""
    return Content.model_validate(revision.content)


# --- writing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(answer: Answer, *, by: Person) -> Article:
    """A draft from an answer; raises Refused for a visitor, and where the answer says nothing to publish."""
    if not isinstance(by, User) or not by.has_perm("editorial.send_article"):
        raise Refused("Sign in to send an answer to the editors.", kind="forbidden")
    if not answer.answered:
        raise Refused("An answer that found nothing cannot become an article.", kind="conflict")
    article = Article(slug=_free_slug(answer.question), question=answer.question, author=by)
    article.save()
    for name in answer.understood.conditions[:5]:
        topic, _ = Topic.objects.get_or_create(slug=slugify(name)[:100] or "other", defaults={"name": name[:1].upper() + name[1:150]})
        article.topics.add(topic)
    _revise(article, Content(answer=answer), by=by, says="Made from an answer.")
    _record(article, by, "start", question=answer.question, library=answer.library.version)
    return article


@transaction.atomic
def submit(article: Article, *, by: Person) -> Article:
    """From the writer to the editors."""
    article, user = _locked(article, by, "submit")
    assert article.current is not None
    if not any(content.placed(content_of(article.current))):
        raise Refused("The draft holds no statement.", kind="conflict", what_to_do="Add one first.")
    again = article.state == State.CHANGES_REQUESTED
    waiting = article.assignments.filter(ended_at=None).exists()
    article.state = State.UNDER_REVIEW if waiting else State.SUBMITTED
    article.submitted_at = timezone.now()
    article.save()
    _record(article, user, "submit", again=again)
    notifying.submitted(article, by=user)
    return article


def send(answer: Answer, *, by: Person) -> Article:
    """What “send to the editors” does: a draft from the answer, submitted at once."""
    with transaction.atomic():
        return submit(start(answer, by=by), by=by)


@transaction.atomic
def edit(article: Article, *, by: Person, base: str, change: Callable[[Content], Content], says: str) -> Article:
    """A new revision: `change` applied to the one whose hash is `base`; fails when somebody else was faster."""
    article, user = _locked(article, by, "edit")
    old = content_of(_same_revision(article, base))
    new = change(old)
    if new == old:
        return article
    _revise(article, new, by=user, says=says)
    _record(article, user, "edit", says=says)
    return article


def move(article: Article, *, by: Person, base: str, key: str, steps: int) -> Article:
    """One statement further down (or, negative, up) in its part."""
    return edit(article, by=by, base=base, change=lambda old: content.move(old, key, steps=steps), says="Moved a statement.")


def remove(article: Article, *, by: Person, base: str, key: str) -> Article:
    """Take one statement out; `restore` brings it back."""
    return edit(article, by=by, base=base, change=lambda old: content.remove(old, key), says="Removed a statement.")


def reword(article: Article, *, by: Person, base: str, key: str, text: str) -> Article:
    """Other words for one statement, judged by its quotes at once; the verdict is kept with it whatever it is."""

    def change(old: Content) -> Content:
        one = content.find(old, key)
        return content.reword(old, key, text=text, verdict=checking.judge(one.statement, text, context=old.answer.question))

    return edit(article, by=by, base=base, change=change, says="Reworded a statement.")


def add(article: Article, *, by: Person, base: str, part: str, document_id: str, start: int, end: int) -> Article:
    """A new statement: the sentence of a stored document from `start` to `end`, quoted."""
    from pincite.web.editorial.quoting import quoted  # noqa: PLC0415 - the engine's appraisal, only here

    statement, reference = quoted(document_id, start=start, end=end)
    return edit(
        article,
        by=by,
        base=base,
        change=lambda old: content.add(old, part, statement=statement, reference=reference),
        says=f"Added a statement from {reference.title[:200]}.",
    )


def add_note(article: Article, *, by: Person, base: str, part: str, text: str) -> Article:
    """An editor's note: own words, shown apart."""
    name = by.shown_name if isinstance(by, User) else ""
    return edit(
        article, by=by, base=base, change=lambda old: content.add_note(old, part, text=text, by=name), says="Added an editor's note."
    )


def remove_note(article: Article, *, by: Person, base: str, note: str) -> Article:
    """Take an editor's note out."""
    return edit(article, by=by, base=base, change=lambda old: content.remove_note(old, note), says="Removed an editor's note.")


def restore(article: Article, *, by: Person, base: str, number: int) -> Article:
    """The text of an earlier revision as a new one: undo."""

    def change(_: Content) -> Content:
        earlier = article.revisions.filter(number=number).first()
        if earlier is None:
            raise Refused(f"There is no revision {number}.", kind="conflict")
        return content_of(earlier)

    return edit(article, by=by, base=base, change=change, says=f"Restored revision {number}.")


@transaction.atomic
def discard(article: Article, *, by: Person) -> Article:
    """Give up a draft that was never submitted: it is withdrawn, not deleted."""
    article, user = _locked(article, by, "discard")
    article.state = State.WITHDRAWN
    article.save()
    _record(article, user, "discard")
    return article


# --- reviewing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def assign(article: Article, *, by: Person, reviewer: User, due: datetime.date | None = None) -> Assignment:
    """Name the reviewer whose turn it is; an open assignment of somebody else ends."""
    article, user = _locked(article, by, "assign")
    if not reviewer.is_active or not reviewer.has_perm("editorial.review_article"):
        raise Refused(f"{reviewer.shown_name} is not a reviewer.", kind="conflict", what_to_do="Choose another person.")
    if policies.wrote(reviewer, article):
        raise Refused(f"{reviewer.shown_name} wrote a part of this article.", kind="conflict", what_to_do="Choose another person.")
    article.assignments.filter(ended_at=None).update(ended_at=timezone.now())
    assignment = Assignment.objects.create(article=article, reviewer=reviewer, assigned_by=user, due=due)
    article.state = State.UNDER_REVIEW
    article.save()
    _record(article, user, "assign", reviewer=reviewer.get_username(), due=due.isoformat() if due else None)
    notifying.assigned(assignment)
    return assignment


@transaction.atomic
def comment(article: Article, *, by: Person, base: str, text: str, statement: str = "") -> Comment:
    """A remark on one statement (by its key) or on the whole; an approval waits until it is resolved."""
    article, user = _locked(article, by, "comment")
    revision = _same_revision(article, base)
    if not text.strip():
        raise content.EditError("A comment cannot be empty.")
    quoted = content.find(content_of(revision), statement).statement.text if statement else ""
    made = Comment.objects.create(
        article=article, revision=revision, statement=statement, quoted=quoted, text=text.strip()[:5000], author=user
    )
    _record(article, user, "comment", comment=made.pk, statement=statement)
    return made


@transaction.atomic
def resolve(remark: Comment, *, by: Person) -> Comment:
    """Close a comment."""
    article, user = _locked(remark.article, by, "resolve")
    remark = Comment.objects.select_for_update().get(pk=remark.pk)
    if remark.resolved_at is None:
        remark.resolved_by, remark.resolved_at = user, timezone.now()
        remark.save()
        _record(article, user, "resolve", comment=remark.pk)
    return remark


@transaction.atomic
def review(article: Article, *, by: Person, base: str, decision: str, comment: str = "") -> Review:
    """A reviewer's decision on the revision whose hash is `base`."""
    article, user = _locked(article, by, "review")
    revision = _same_revision(article, base)
    if decision not in Decision.values:
        raise Refused(f"A review accepts, requests changes or rejects; {decision!r} is none of these.", kind="conflict")
    if decision != Decision.ACCEPT and not comment.strip() and not article.comments.filter(resolved_at=None).exists():
        raise Refused("Say what should change, or why not.", kind="conflict", what_to_do="Write a comment.")
    made = Review.objects.create(
        article=article,
        revision=revision,
        reviewer=user,
        decision=decision,
        comment=comment.strip()[:10_000],
        credentials=user.credentials,
        position=user.position,
        competing_interests=user.competing_interests,
    )
    if decision == Decision.REQUEST_CHANGES:
        article.state = State.CHANGES_REQUESTED
    elif decision == Decision.REJECT:
        article.state = State.REJECTED
    else:
        article.state = State.UNDER_REVIEW
    if decision == Decision.REJECT:
        article.assignments.filter(ended_at=None).update(ended_at=timezone.now())
    article.save()
    _record(article, user, "review", decision=decision, review=made.pk)
    notifying.reviewed(made)
    return made


@transaction.atomic
def approve(article: Article, *, by: Person, base: str, next_review: datetime.date | None = None) -> Article:
    """Approve exactly the revision whose hash is `base`; refused while a statement fails its check or a comment is open."""
    article, user = _locked(article, by, "approve")
    revision = _same_revision(article, base)
    if not article.reviews.filter(revision=revision, decision=Decision.ACCEPT).exists():
        raise Refused("No reviewer has accepted this revision.", kind="conflict", what_to_do="Review it first.")
    # What each reviewer said last: who first asked for changes and then accepted the same text has accepted it.
    for said in latest_reviews(article.reviews.select_related("reviewer"), revision.pk):
        if said.decision != Decision.ACCEPT:
            raise Refused(
                f"{said.reviewer.shown_name} did not accept this revision.",
                kind="conflict",
                what_to_do=f"Wait for another review by {said.reviewer.shown_name}, or edit the text and have it reviewed again.",
            )
    if open_ := article.comments.filter(resolved_at=None).count():
        raise Refused(f"{open_} comment{'s are' if open_ > 1 else ' is'} open.", kind="conflict", what_to_do="Resolve them first.")
    if failing := checking.problems(content_of(revision)):
        raise Refused(
            f"{len(failing)} statement{'s fail their' if len(failing) > 1 else ' fails its'} check: {failing[0].says}",
            kind="conflict",
            what_to_do="Reword or remove them first.",
        )
    today = timezone.localdate()
    if next_review is not None and next_review <= today:
        raise Refused("The next review must lie in the future.", kind="conflict")
    article.state = State.APPROVED
    article.approved, article.approved_by, article.approved_at = revision, user, timezone.now()
    article.review_due = next_review or today + REVIEW_EVERY
    article.save()
    article.assignments.filter(ended_at=None).update(ended_at=timezone.now())
    settled = article.alerts.filter(resolved_at=None).update(
        resolved_by=user, resolved_at=timezone.now(), resolution=f"Revision {revision.number} was approved."
    )
    _record(article, user, "approve", review_due=article.review_due.isoformat(), alerts_settled=settled)
    notifying.approved(article, by=user)
    return article


@transaction.atomic
def publish(article: Article, *, by: Person) -> Article:
    """Make the article public; before its approval it says that human review is pending."""
    article, user = _locked(article, by, "publish")
    if article.published_at is not None:
        return article
    article.published_at = timezone.now()
    article.save()
    _record(article, user, "publish")
    notifying.published(article, by=user)
    return article


@transaction.atomic
def withdraw(article: Article, *, by: Person, why: str) -> Article:
    """Take the article from the public; its page then says that it was withdrawn, and why."""
    article, user = _locked(article, by, "withdraw")
    if not why.strip():
        raise Refused("Say why the article is withdrawn.", kind="conflict")
    article.state = State.WITHDRAWN
    article.save()
    article.assignments.filter(ended_at=None).update(ended_at=timezone.now())
    _record(article, user, "withdraw", why=why.strip()[:1000])
    notifying.withdrawn(article, by=user, why=why.strip())
    return article


@transaction.atomic
def schedule(article: Article, *, by: Person, on: datetime.date) -> Article:
    """Set the day of the next review."""
    article, user = _locked(article, by, "schedule")
    if on <= timezone.localdate():
        raise Refused("The next review must lie in the future.", kind="conflict", what_to_do="Reopen the article to review it now.")
    before = article.review_due
    article.review_due = on
    article.save()
    article.alerts.filter(kind=Alert.Kind.REVIEW_DUE, resolved_at=None).update(
        resolved_by=user, resolved_at=timezone.now(), resolution=f"The next review was set to {on:%d %B %Y}."
    )
    _record(article, user, "schedule", before=before.isoformat() if before else None, on=on.isoformat())
    return article


@transaction.atomic
def reopen(article: Article, *, by: Person, why: str) -> Article:
    """Back to the reviewers; what was approved stays public as it is until another revision is approved."""
    article, user = _locked(article, by, "reopen")
    if not why.strip():
        raise Refused("Say why the article is reopened.", kind="conflict")
    article.state = State.SUBMITTED
    article.save()
    _record(article, user, "reopen", why=why.strip()[:1000])
    notifying.reopened(article, by=user, why=why.strip())
    return article


@transaction.atomic
def settle(alert: Alert, *, by: Person, resolution: str) -> Alert:
    """A source alert that needs no new text: an editor looked at it and says why."""
    article, user = _locked(alert.article, by, "settle")
    if not resolution.strip():
        raise Refused("Say why the text can stay.", kind="conflict")
    alert = Alert.objects.select_for_update().get(pk=alert.pk)
    if alert.resolved_at is None:
        alert.resolved_by, alert.resolved_at, alert.resolution = user, timezone.now(), resolution.strip()[:500]
        alert.save()
        _record(article, user, "settle", alert=alert.pk, kind=alert.kind, document=alert.document_id, resolution=alert.resolution)
    return alert


# --- readers' reports ------------------------------------------------------------------------------------------------


@transaction.atomic
def report(
    *, text: str, by: Person, question: str = "", page: str = "", statement: str = "", contact: str = "", article: Article | None = None
) -> Report:
    """“Something is wrong”: anybody may say so; it reaches the editors' queue."""
    if not text.strip():
        raise PinciteError("Say what is wrong.", what_to_do="A sentence is enough.")
    user = by if isinstance(by, User) else None
    made = Report.objects.create(
        text=text.strip()[:5000],
        question=question[:2000],
        page=page[:2000],
        statement=statement[:2000],
        contact=contact[:200],
        reporter=user,
        article=article,
    )
    audit_trail.append(actor=user, action="report", subject=f"report:{made.pk}", detail={"article": article.pk if article else None})
    notifying.reported(made)
    return made


@transaction.atomic
def handle(told: Report, *, by: Person, outcome: str) -> Report:
    """Close a reader's report with what came of it."""
    if not isinstance(by, User) or not by.has_perm("editorial.handle_report"):
        raise Refused("There is no such report.", kind="hidden")
    if not outcome.strip():
        raise Refused("Say what came of it.", kind="conflict")
    told = Report.objects.select_for_update().get(pk=told.pk)
    if told.handled_at is None:
        told.handled_by, told.handled_at, told.outcome = by, timezone.now(), outcome.strip()[:500]
        told.save()
        audit_trail.append(actor=by, action="handle", subject=f"report:{told.pk}", detail={"outcome": told.outcome})
    return told


def _free_slug(question: str) -> str:
    base = slugify(question)[:100].strip("-") or "article"
    slug, number = base, 2
    while slug == "policy" or Article.objects.filter(slug=slug).exists():  # /articles/policy/ is a page of its own
        slug, number = f"{base}-{number}", number + 1
    return slug
