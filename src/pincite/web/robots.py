"""What machines ask of every site: where its public pages are (robots.txt), and its icon."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Answers are made for one reader and not reviewed; sources belong to others; the rest needs an account.
CLOSED = (
    "/account/",
    "/accounts/",
    "/api/",
    "/ask",
    "/check/",
    "/editorial/",
    "/jobs/",
    "/library/",
    "/questions/",
    "/report",
    "/send",
    "/source/",
    "/threads/",
    "/v1/",
)


@require_safe
@cache_control(max_age=3600, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """robots.txt (RFC 9309): articles and the ask page may be indexed, nothing of a demonstration."""
    lines = ["User-agent: *"]
    if settings.WEB.demo:
        lines.append("Disallow: /")
    else:
        lines += [f"Disallow: {path}" for path in CLOSED]
        lines += ["", f"Sitemap: {settings.WEB.url}{reverse('articles:sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, for programs that look for it without reading a page."""
    return HttpResponsePermanentRedirect(static("pincite/icon.svg"))
