"""What there is to read: the index of articles, topics, and the editorial policy."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from pincite.web.articles import metadata, publication
from pincite.web.editorial.actions import REVIEW_EVERY
from pincite.web.editorial.models import Article, Topic

PAGE = 20


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every public article, approved ones first, narrowed by words of the title."""
    return _list(request, publication.readable(), topic=None)


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The public articles of one topic; a topic without any does not exist."""
    found = Topic.objects.filter(slug=slug).first()
    articles = publication.readable().filter(topics=found) if found else Article.objects.none()
    if found is None or not articles.exists():
        raise Http404
    return _list(request, articles, topic=found)


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """How articles are made, checked and reviewed."""
    return render(request, "articles/policy.html", {"review_days": REVIEW_EVERY.days, "organization": settings.WEB.organization})


def _list(request: HttpRequest, articles: QuerySet[Article], *, topic: Topic | None) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", " ").strip()[:200]
    total = articles.count()
    for word in words.split()[:12]:
        articles = articles.filter(question__icontains=word)
    pending = Case(When(approved__isnull=False, then=Value(0)), default=Value(1), output_field=IntegerField())
    ordered = (
        articles.annotate(pending=pending, alarms=Count("alerts", filter=Q(alerts__resolved_at=None), distinct=True))
        .select_related("approved_by")
        .prefetch_related("topics")
        .order_by("pending", Coalesce("approved_at", "published_at").desc(), "-pk")
    )
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    readable = publication.readable().values("pk")
    topics = Topic.objects.annotate(count=Count("articles", filter=Q(articles__in=readable))).filter(count__gt=0)
    context = {
        "page": page,
        "words": words,
        "query": urlencode({"q": words}) if words else "",
        "total": total,
        "topic": topic,
        "topics": topics,
        "canonical": metadata.address(request.path),
    }
    return render(request, "articles/index.html", context)
