"""Which articles the public may read, as what, and since when: decided here once for pages, feeds and downloads.

An article that was withdrawn stays withdrawn for the public until another approval, also while it is reviewed again; one
that was rejected before any approval is taken back likewise. Everything else that was never published does not exist here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.urls import Resolver404, resolve

from pincite.web.editorial.models import Article, AuditRow

State = Article.State


class Standing(StrEnum):
    """What an article is to the public."""

    APPROVED = "approved"
    PENDING = "pending"  # public, and says that human review is pending
    WITHDRAWN = "withdrawn"  # was public: answered 410
    REJECTED = "rejected"  # was public before its review: answered 410


class Withdrawal(NamedTuple):
    """When an article was withdrawn last, and why."""

    at: datetime.datetime
    why: str


def standing_of(article: Article) -> Standing | None:
    """How the public sees the article; None when it does not."""
    if article.published_at is None:
        return None
    if article.state == State.WITHDRAWN:
        return Standing.WITHDRAWN
    if article.state != State.APPROVED:
        last = withdrawal_of(article)
        if last and (article.approved_at is None or article.approved_at < last.at):
            return Standing.WITHDRAWN
    if article.approved_id is not None:
        return Standing.APPROVED
    return Standing.REJECTED if article.state == State.REJECTED else Standing.PENDING


def withdrawal_of(article: Article) -> Withdrawal | None:
    """The article's last withdrawal, from the audit trail."""
    row = AuditRow.objects.filter(subject=f"article:{article.pk}", action="withdraw").order_by("-sequence").first()
    return Withdrawal(datetime.datetime.fromisoformat(row.at), str(row.detail.get("why", ""))) if row else None


def readable() -> QuerySet[Article]:
    """Every article that the public can open, approved or pending."""
    found = Article.objects.filter(published_at__isnull=False).exclude(state=State.WITHDRAWN)
    return found.exclude(state=State.REJECTED, approved=None).exclude(pk__in=_still_withdrawn(found.exclude(state=State.APPROVED)))


def approved() -> QuerySet[Article]:
    """Every public article with an approved text: what feeds, sitemap and search engines are told of; newest approval first."""
    return readable().filter(approved__isnull=False).order_by("-approved_at", "-pk")


def article_at(path: str) -> Article | None:
    """The public article whose page, history or file is at this path of the site; None for any other page."""
    try:
        found = resolve(urlsplit(path).path)
    except (Resolver404, ValueError):
        return None
    if found.namespace != "articles" or "slug" not in found.kwargs or found.url_name == "topic":
        return None
    article = Article.objects.filter(slug=found.kwargs["slug"]).first()
    return article if article is not None and standing_of(article) is not None else None


def _still_withdrawn(articles: Iterable[Article]) -> list[int]:
    """Those that were withdrawn and are being reviewed again: few, so the audit trail is asked for each."""
    return [article.pk for article in articles if standing_of(article) is Standing.WITHDRAWN]
