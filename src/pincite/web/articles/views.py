"""One article: its public page, history, differences and downloads. Who may not see it gets what somebody who guesses gets."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag, urlencode
from django.views.decorators.http import require_safe

from pincite.web.articles import history, metadata, presenting
from pincite.web.articles.people import Contributor, contributors
from pincite.web.articles.publication import Standing, standing_of, withdrawal_of
from pincite.web.editorial import living, policies
from pincite.web.editorial.content import Content
from pincite.web.editorial.models import Alert, Article
from pincite.web.reading.asking import Reader
from pincite.web.reading.presenting import DOWNLOADS
from pincite.web.reading.views import file_of

State = Article.State
_STEPS = ("Submitted", "Under review", "Approved")
_GONE = (Standing.WITHDRAWN, Standing.REJECTED)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page: 410 for what was withdrawn, 404 for what was never public."""
    found, standing = _found(slug)
    if standing in _GONE:
        return _gone(request, found, standing)
    reader, people, alerts = _reader(request), contributors(found), living.banner(found)
    etag = _etag(request, found, standing, reader, people, alerts)
    if etag and (unchanged := get_conditional_response(request, etag=etag)):
        return unchanged
    context = presenting.text_of(found, standing, reader=reader, alerts=alerts) | _about(found, standing) | {"people": people}
    own = found.get_absolute_url()
    context |= {
        "own": own,
        "canonical": metadata.address(own),
        "index": standing is Standing.APPROVED,
        "switch": [
            (value, label, says, own if value == "clinician" else f"{own}?reader={value}") for value, label, says in context["readers"]
        ],
        "downloads": [(reverse("articles:download", args=[slug, form]), label) for form, label in DOWNLOADS],
        "report": f"{reverse('reading:report')}?{urlencode({'page': own, 'question': found.question})}",
        "workspace": reverse("editorial:article", args=[found.pk]) if policies.may_see(request.user, found) else "",
        "json_ld": metadata.json_ld(found, context["answer"], people) if standing is Standing.APPROVED else "",
    }
    response = render(request, "articles/article.html", context)
    if etag:
        response.headers["ETag"] = etag
    patch_cache_control(response, no_cache=True, private=True)
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """The version history."""
    found, standing = _found(slug)
    if standing in _GONE:
        return _gone(request, found, standing)
    told = history.milestones(found, standing)
    return render(request, "articles/history.html", {"article": found, "own": found.get_absolute_url(), "milestones": list(reversed(told))})


@require_safe
def differences(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """What changed between two texts of the public history."""
    found, standing = _found(slug)
    if standing in _GONE:
        return _gone(request, found, standing)
    first, second, changed = history.compared(found, standing, old=old, new=new)
    context = {"article": found, "own": found.get_absolute_url(), "first": first, "second": second, "found": changed}
    return render(request, "articles/differences.html", context)


@require_safe
def download(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The article as a file, saying whether it was approved, by whom and when."""
    found, standing = _found(slug)
    if standing in _GONE:
        return _gone(request, found, standing)
    if form not in dict(DOWNLOADS):
        raise Http404
    assert found.shown is not None
    held = Content.model_validate(found.shown.content)
    answer = presenting.with_notes(held) if form in ("docx", "md") else held.answer
    warnings = [*answer.warnings, *(f"{alert.says} ({alert.raised_at.date().isoformat()})" for alert in living.banner(found))]
    response = file_of(presenting.reviewed(answer.model_copy(update={"warnings": tuple(warnings)}), found, standing), form)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Link"] = f'<{metadata.address(found.get_absolute_url())}>; rel="canonical"'
    return response


def _found(slug: str) -> tuple[Article, Standing]:
    """The article and how the public sees it; 404 for what the public does not see, whoever asks."""
    found = Article.objects.select_related("author", "approved", "approved_by", "current").filter(slug=slug).first()
    standing = standing_of(found) if found else None
    if found is None or standing is None:
        raise Http404
    return found, standing


def _gone(request: HttpRequest, found: Article, standing: Standing) -> HttpResponse:
    """The tombstone: that there was an article, since when not, and why; none of its text."""
    last = withdrawal_of(found) if standing is Standing.WITHDRAWN else None
    context = {
        "article": found,
        "withdrawal": last,
        "rejected": standing is Standing.REJECTED,
        "again": found.state not in (State.WITHDRAWN, State.REJECTED),
    }
    return render(request, "articles/gone.html", context, status=410)


def _about(found: Article, standing: Standing) -> dict[str, Any]:
    """Where the article stands, in words and steps."""
    approved = standing is Standing.APPROVED
    at = len(_STEPS) - 1 if approved else (0 if found.state == State.SUBMITTED else 1)
    return {
        "article": found,
        "topics": list(found.topics.all()),
        "approved": approved,
        "steps": [(name, approved or place < at, place == at) for place, name in enumerate(_STEPS)],
        "changes_requested": not approved and found.state == State.CHANGES_REQUESTED,
        "reviewed_again": approved and found.state != State.APPROVED,
        "updated": found.approved_at if approved else (found.current.created_at if found.current else found.updated_at),
    }


def _reader(request: HttpRequest) -> Reader:
    value = request.GET.get("reader", "")
    return value if value in ("patient", "student") else "clinician"


def _etag(request: HttpRequest, found: Article, standing: Standing, reader: Reader, people: list[Contributor], alerts: list[Alert]) -> str:
    """Equal for equal pages; empty for somebody signed in or with a message waiting, whose page is their own."""
    if request.user.is_authenticated or len(get_messages(request)):
        return ""
    revision = found.shown.sha256 if found.shown else ""
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")  # stands in the page
    parts = [version("pincite"), found.pk, found.updated_at, standing, revision, reader, people, [alert.pk for alert in alerts], token]
    parts += [(topic.slug, topic.name) for topic in found.topics.all()]
    return quote_etag(hashlib.sha256(repr(parts).encode()).hexdigest()[:32])
