"""Approved articles for machines: Atom (RFC 4287), JSON Feed 1.1 and a sitemap, with absolute addresses; 304 while nothing changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.etree import ElementTree as Xml

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import condition, require_safe

from pincite.rendering.safe import plain
from pincite.web.articles import publication
from pincite.web.articles.metadata import address
from pincite.web.editorial.models import Article

LATEST = 50  # what readers of feeds need; the sitemap lists all
LONGEST_SITEMAP = 50_000  # the protocol's limit
_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


class Item(NamedTuple):
    """One article in a feed."""

    url: str
    title: str
    summary: str
    author: str
    published: datetime
    updated: datetime
    topics: list[str]


def _etag(request: HttpRequest) -> str:
    """Of every feed: which articles, approved when."""
    held = publication.approved().values_list("pk", "approved_at", "published_at", "updated_at")
    return f'"{hashlib.sha256(repr([settings.WEB.url, settings.WEB.organization, *held]).encode()).hexdigest()[:32]}"'


def _changed(request: HttpRequest) -> datetime | None:
    newest = publication.approved().values_list("approved_at", flat=True).first()
    return newest if isinstance(newest, datetime) else None


@require_safe
@condition(etag_func=_etag)
def atom(request: HttpRequest) -> HttpResponse:
    """Atom."""
    feed = Xml.Element("feed", xmlns=_ATOM)
    items = list(_items())
    own = address(reverse("articles:atom"))
    _put(feed, "id", own)
    _put(feed, "title", _title())
    _put(feed, "subtitle", "Approved articles; every statement quotes its source.")
    _put(feed, "updated", _stamp(max((item.updated for item in items), default=datetime(2026, 1, 1, tzinfo=UTC))))
    _put(feed, "link", rel="self", type="application/atom+xml", href=own)
    _put(feed, "link", rel="alternate", type="text/html", href=address(reverse("articles:index")))
    _put(_put(feed, "author"), "name", plain(settings.WEB.organization))
    for item in items:
        entry = _put(feed, "entry")
        _put(entry, "id", item.url)
        _put(entry, "title", item.title, type="text")
        _put(entry, "link", rel="alternate", type="text/html", href=item.url)
        _put(entry, "published", _stamp(item.published))
        _put(entry, "updated", _stamp(item.updated))
        _put(_put(entry, "author"), "name", item.author)
        _put(entry, "summary", item.summary, type="text")
        for name in item.topics:
            _put(entry, "category", term=name)
    return _xml(feed, "application/atom+xml; charset=utf-8")


@require_safe
@condition(etag_func=_etag)
def json_feed(request: HttpRequest) -> HttpResponse:
    """JSON Feed."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(),
        "home_page_url": address(reverse("articles:index")),
        "feed_url": address(reverse("articles:json_feed")),
        "language": "en",
        "items": [
            {
                "id": item.url,
                "url": item.url,
                "title": item.title,
                "content_text": item.summary,
                "date_published": _stamp(item.published),
                "date_modified": _stamp(item.updated),
                "authors": [{"name": item.author}],
                **({"tags": item.topics} if item.topics else {}),
            }
            for item in _items()
        ],
    }
    return HttpResponse(json.dumps(feed, ensure_ascii=False), content_type="application/feed+json; charset=utf-8")


@require_safe
@condition(etag_func=_etag, last_modified_func=_changed)
def sitemap(request: HttpRequest) -> HttpResponse:
    """Approved articles with the day of their approval."""
    found = Xml.Element("urlset", xmlns=_SITEMAP)
    for slug, at in publication.approved().values_list("slug", "approved_at")[:LONGEST_SITEMAP]:
        one = Xml.SubElement(found, "url")
        Xml.SubElement(one, "loc").text = address(reverse("articles:article", args=[slug]))
        Xml.SubElement(one, "lastmod").text = _stamp(at)
    return _xml(found, "application/xml; charset=utf-8")


def _items() -> Iterator[Item]:
    """The newest approvals, read without their whole texts (100 kB each)."""
    found = publication.approved().select_related("author").prefetch_related("topics").defer("approved__content")[:LATEST]
    lines = Article.objects.filter(pk__in=[article.pk for article in found]).values_list("pk", "approved__content__answer__bottom_line")
    bottom_lines: dict[int, Any] = dict(lines)
    for article in found:
        assert article.published_at is not None
        assert article.approved_at is not None
        yield Item(
            url=address(article.get_absolute_url()),
            title=plain(article.question),
            summary=_summary(bottom_lines.get(article.pk)),
            author=plain(article.author.shown_name),
            published=article.published_at,
            updated=max(article.published_at, article.approved_at),
            topics=[plain(topic.name) for topic in article.topics.all()],
        )


def _summary(bottom_line: Any) -> str:
    """The article's first statements in plain text."""
    statements = bottom_line if isinstance(bottom_line, list) else []
    return " ".join(plain(str(statement["text"])) for statement in statements) or "Approved; see the article."


def _title() -> str:
    return f"{plain(settings.WEB.organization)}: approved articles"


def _stamp(at: datetime) -> str:
    """RFC 3339 in whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _put(parent: Xml.Element, name: str, text: str | None = None, **attributes: str) -> Xml.Element:
    element = Xml.SubElement(parent, name, attributes)
    element.text = text
    return element


def _xml(root: Xml.Element, content_type: str) -> HttpResponse:
    return HttpResponse(Xml.tostring(root, encoding="utf-8", xml_declaration=True), content_type=content_type)
