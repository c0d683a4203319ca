"""E-mail on what waits for whom: after the transaction, so that nobody is told of what did not happen.

A mail that cannot be sent is logged and never undoes an action.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse

from pincite.web.accounts.models import User
from pincite.web.editorial.models import Alert, Article, Assignment, Report, Review

_log = logging.getLogger(__name__)


def _people(permission: str) -> list[User]:
    return list(User.objects.with_perm(permission, include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"))


def _tell(people: Iterable[User], subject: str, lines: list[str], *, path: str, because: str, but: User | None = None) -> None:
    """One e-mail for each of `people` (never for `but`, who did it): what happened, what to do, where, and why they are told."""
    addresses = sorted({person.email for person in people if person.email and person.is_active and person != but})
    subject = " ".join(f"Pincite: {subject}".split())
    subject = subject if len(subject) <= 200 else f"{subject[:199]}…"
    said = [line.strip() for line in lines if line.strip()]
    body = "\n\n".join([*said, f"{settings.WEB.url}{path}", f"-- \nYou get this because {because}."]) + "\n"

    def send() -> None:
        messages = [EmailMessage(subject, body, to=[address]) for address in addresses]
        try:
            connection = get_connection()
            connection.open()  # once for all: a server that does not answer costs one time-out
        except OSError as error:
            _log.warning("%d notices (%s) were not sent: %s", len(messages), subject, error)
            return
        for message in messages:
            message.connection = connection
            try:
                message.send()
            except OSError as error:
                _log.warning("A notice to %s was not sent: %s", message.to[0], error)
        connection.close()

    if addresses:
        transaction.on_commit(send, robust=True)


def _workspace(article: Article) -> str:
    return reverse("editorial:article", args=[article.pk])


_EDITOR = "you are an editor of this site"
_INVOLVED = "you wrote this article, or are an editor of this site"


def submitted(article: Article, *, by: User) -> None:
    """Tell the editors that an article waits for them, and the reviewer who asked for changes that it is back."""
    reviewers = [assignment.reviewer for assignment in article.assignments.filter(ended_at=None).select_related("reviewer")]
    if reviewers:
        _tell(
            reviewers,
            f"back for your review: {article.question}",
            [f"{by.shown_name} has changed the article and submitted it again.", "What to do: read what changed, then send your review."],
            path=_workspace(article),
            because="you review this article",
            but=by,
        )
    next_step = "It is with its reviewer again." if reviewers else "What to do: choose a reviewer."
    _tell(
        _people("editorial.manage_article"),
        f"submitted: {article.question}",
        [f"{by.shown_name} submitted an article.", next_step],
        path=_workspace(article),
        because=_EDITOR,
        but=by,
    )


def assigned(assignment: Assignment) -> None:
    """Tell a reviewer that it is their turn."""
    due = assignment.due
    by = f"Please answer by {due.day} {due:%B %Y}." if due else ""
    _tell(
        [assignment.reviewer],
        f"for your review: {assignment.article.question}",
        [
            f"{assignment.assigned_by.shown_name} asks you to review this article. {by}",
            "What to do: read the text, comment beside any statement, then accept it, ask for changes or reject it.",
        ],
        path=_workspace(assignment.article),
        because="you were chosen as its reviewer",
    )


def reviewed(review: Review) -> None:
    """Tell author and editors what a reviewer decided, each what it means for them."""
    article, who = review.article, review.reviewer.shown_name
    words = {"accept": "accepted", "request-changes": "asked for changes to", "reject": "rejected"}[review.decision]
    for_author = {
        "accept": "It can now be approved; there is nothing for you to do.",
        "request-changes": "What to do: edit the text, resolve the comments, then submit it again.",
        "reject": "An editor can reopen it.",
    }[review.decision]
    for_editors = {
        "accept": "What to do: see that everything needed is done, then approve it.",
        "request-changes": "It has gone back to its author.",
        "reject": "It stays as it is unless you reopen it.",
    }[review.decision]
    said = [f"{who} {words} revision {review.revision.number}.", *([f"“{review.comment}”"] if review.comment else [])]
    subject = {"accept": "accepted", "request-changes": "changes requested", "reject": "rejected"}[review.decision]
    editors = [person for person in _people("editorial.manage_article") if person != article.author]
    path = _workspace(article)
    _tell([article.author], f"{subject}: {article.question}", [*said, for_author], path=path, because="you wrote it", but=review.reviewer)
    _tell(editors, f"{subject}: {article.question}", [*said, for_editors], path=path, because=_EDITOR, but=review.reviewer)


def approved(article: Article, *, by: User) -> None:
    """Tell author and editors of the approval."""
    due = article.review_due
    lines = [f"{by.shown_name} approved it.", f"The next review is due on {due.day} {due:%B %Y}." if due else ""]
    if article.published_at is None:
        lines.append("It is not public yet: an editor publishes it.")
    _decided(article, f"approved: {article.question}", lines, by=by)


def published(article: Article, *, by: User) -> None:
    """Tell the author that the article is public."""
    pending = "" if article.approved_id else "It says that its content is pending human review."
    _tell(
        [article.author],
        f"published: {article.question}",
        [f"{by.shown_name} published your article.", pending],
        path=article.get_absolute_url(),
        because="you wrote it",
        but=by,
    )


def withdrawn(article: Article, *, by: User, why: str) -> None:
    """Tell author and editors why the article is gone."""
    _decided(article, f"withdrawn: {article.question}", [f"{by.shown_name} withdrew it:", f"“{why}”"], by=by)


def reopened(article: Article, *, by: User, why: str) -> None:
    """Tell author and editors that a new review begins."""
    _decided(
        article, f"reopened: {article.question}", [f"{by.shown_name} reopened it:", f"“{why}”", "An editor chooses a reviewer."], by=by
    )


def alerted(article: Article, alerts: list[Alert]) -> None:
    """Tell author, approver and editors that a source changed or a review is due."""
    people = [article.author, *([article.approved_by] if article.approved_by else []), *_people("editorial.manage_article")]
    lines = [
        "\n".join(f"- {alert.says}" for alert in alerts),
        "The approved text has not changed. What to do (editors): compare the quotes, then settle the alert with a reason or reopen the article.",
    ]
    because = "you wrote or approved this article, or are an editor of this site"
    _tell(people, f"needs another look: {article.question}", lines, path=_workspace(article), because=because)


def changed(lines: list[str], *, count: int, path: str) -> None:
    """Tell the editors what changed in sources and in the answers to watched questions."""
    subject = f"{count:,} change{'' if count == 1 else 's'} of sources and watched answers"
    _tell(_people("editorial.manage_article"), subject, lines, path=path, because=_EDITOR)


def reported(report: Report) -> None:
    """Tell the editors what a reader found wrong."""
    about = f"About: {report.article.question if report.article else report.question}" if report.article or report.question else ""
    who = f"Contact: {report.contact}" if report.contact else ""
    _tell(
        _people("editorial.handle_report"),
        "a reader says that something is wrong",
        [about, f"“{report.text}”", who, "What to do: look at it, then close the report with what came of it."],
        path=f"{reverse('editorial:queue')}#report-{report.pk}",
        because=_EDITOR,
    )


def _decided(article: Article, subject: str, lines: list[str], *, by: User) -> None:
    _tell([article.author, *_people("editorial.manage_article")], subject, lines, path=_workspace(article), because=_INVOLVED, but=by)
