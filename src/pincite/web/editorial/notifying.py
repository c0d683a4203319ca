"""E-mail on what waits for whom: after the transaction, so that nobody is told of what did not happen.

A mail that cannot be sent is logged and never undoes an action.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from pincite.web.accounts.models import User
from pincite.web.editorial.models import Alert, Article, Assignment, Report, Review

_log = logging.getLogger(__name__)


def _people(permission: str) -> list[User]:
    return list(User.objects.with_perm(permission, include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"))


def _tell(people: Iterable[User], subject: str, lines: list[str], *, path: str) -> None:
    addresses = sorted({person.email for person in people if person.email and person.is_active})
    subject = " ".join(f"Pincite: {subject}".split())[:200]
    body = "\n\n".join([*lines, f"{settings.WEB.url}{path}"]) + "\n"

    def send() -> None:
        for address in addresses:
            try:
                EmailMessage(subject, body, to=[address]).send()
            except OSError as error:
                _log.warning("A notice to %s was not sent: %s", address, error)

    if addresses:
        transaction.on_commit(send)


def _workspace(article: Article) -> str:
    return reverse("editorial:article", args=[article.pk])


def submitted(article: Article, *, by: User) -> None:
    """Tell the editors that an article waits for them."""
    _tell(_people("editorial.manage_article"), f"submitted: {article.question}", [f"{by.shown_name} sent an article."], path=_workspace(article))


def assigned(assignment: Assignment) -> None:
    """Tell a reviewer that it is their turn."""
    due = f" Please answer by {assignment.due:%d %B %Y}." if assignment.due else ""
    _tell(
        [assignment.reviewer],
        f"for your review: {assignment.article.question}",
        [f"{assignment.assigned_by.shown_name} asks you to review this article.{due}"],
        path=_workspace(assignment.article),
    )


def reviewed(review: Review) -> None:
    """Tell author and editors what a reviewer decided."""
    words = {"accept": "accepted it", "request-changes": "asked for changes", "reject": "rejected it"}[review.decision]
    lines = [f"{review.reviewer.shown_name} {words}.", *([review.comment] if review.comment else [])]
    _tell(
        [review.article.author, *_people("editorial.manage_article")],
        f"reviewed: {review.article.question}",
        lines,
        path=_workspace(review.article),
    )


def approved(article: Article, *, by: User) -> None:
    """Tell author and editors of the approval."""
    _decided(article, f"approved: {article.question}", [f"{by.shown_name} approved it."])


def published(article: Article, *, by: User) -> None:
    """Tell the author that the article is public."""
    _tell([article.author], f"published: {article.question}", [f"{by.shown_name} published it."], path=article.get_absolute_url())


def withdrawn(article: Article, *, by: User, why: str) -> None:
    """Tell author and editors why the article is gone."""
    _decided(article, f"withdrawn: {article.question}", [f"{by.shown_name} withdrew it: {why}"])


def reopened(article: Article, *, by: User, why: str) -> None:
    """Tell author and editors that a new review begins."""
    _decided(article, f"reopened: {article.question}", [f"{by.shown_name} reopened it: {why}"])


def alerted(article: Article, alerts: list[Alert]) -> None:
    """Tell author, approver and editors that a source changed or a review is due."""
    people = [article.author, *([article.approved_by] if article.approved_by else []), *_people("editorial.manage_article")]
    _tell(people, f"needs another look: {article.question}", [alert.says for alert in alerts], path=_workspace(article))


def reported(report: Report) -> None:
    """Tell the editors what a reader found wrong."""
    _tell(_people("editorial.handle_report"), "a reader reports", [report.question, report.text], path=reverse("editorial:queue"))


def _decided(article: Article, subject: str, lines: list[str]) -> None:
    _tell([article.author, *_people("editorial.manage_article")], subject, lines, path=_workspace(article))
