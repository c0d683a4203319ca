"""A `PinciteError` on its way out: a page with what happened and what to do, or problem+json under /api."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from pincite.errors import LibraryBusyError, LibraryError, NotFoundError, PinciteError, QuestionError
from pincite.web.editorial.policies import Refused

_log = logging.getLogger(__name__)
_TITLES = {
    400: "That did not work",
    403: "Not allowed",
    404: "Not found",
    409: "Not possible now",
    413: "Too large",
    429: "Too many requests",
    500: "Something broke here",
    503: "The library cannot be read now",
}


def status_of(error: PinciteError) -> int:
    """The HTTP status that tells what kind of error this is."""
    if isinstance(error, Refused):
        return {"hidden": 404, "forbidden": 403, "conflict": 409}[error.kind]
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, QuestionError):
        return 400
    if isinstance(error, (LibraryBusyError, LibraryError)):
        return 503
    return 400


def problem(status: int, *, title: str = "", detail: str = "", what_to_do: str = "", **more: Any) -> JsonResponse:
    """RFC 9457 problem+json."""
    body = {"type": "about:blank", "title": title or _TITLES.get(status, "Error"), "status": status, "detail": detail}
    body |= {"what_to_do": what_to_do} if what_to_do else {}
    return JsonResponse(body | more, status=status, content_type="application/problem+json")


def page(request: HttpRequest, status: int, *, detail: str, what_to_do: str = "") -> HttpResponse:
    """An error as a page (or, under /api, as problem+json)."""
    if request.path.startswith("/api/"):
        return problem(status, detail=detail, what_to_do=what_to_do)
    context = {"title": _TITLES.get(status, "Error"), "detail": detail, "what_to_do": what_to_do, "status": status}
    return render(request, "error.html", context, status=status)


class PinciteErrors:
    """Middleware: an error that a user can mend becomes a page that says how."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; `process_exception` does the work."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for a PinciteError, nothing for other errors."""
        if not isinstance(error, PinciteError):
            return None
        status = status_of(error)
        if status >= 500:
            _log.error("%s %s: %s", request.method, request.path, error)
        return page(request, status, detail=error.what_happened, what_to_do=error.what_to_do)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 400."""
    return page(request, 400, detail="The request could not be understood.")


def forbidden(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    """Django's 403."""
    return page(request, 403, detail=str(exception or "") or "Your account may not do this.")


def not_found(request: HttpRequest, exception: Http404 | None = None) -> HttpResponse:
    """Django's 404."""
    return page(request, 404, detail="There is no such page.", what_to_do="Ask a question, or look in the library.")


def broken(request: HttpRequest) -> HttpResponse:
    """Django's 500; the traceback is in the log."""
    return page(request, 500, detail="The error has been logged.", what_to_do="Try again, or tell whoever runs this site.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: an old page, or a request made elsewhere."""
    return page(request, 403, detail="This form was too old, or did not come from this site.", what_to_do="Reload the page and send it again.")
