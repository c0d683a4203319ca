"""Errors on their way out: a page with what happened and what to do, or RFC 9457 problem+json for everything under /api.

What a person can mend is said as it is; what only the operator can mend (5xx) is logged in full and told in general
words, so that no path, address or query of the server leaves it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from pincite.errors import EncoderError, LibraryBusyError, LibraryError, NotFoundError, PinciteError, QuestionError, SettingsError
from pincite.rendering import jsonout
from pincite.web import limits
from pincite.web.editorial.policies import Refused

PROBLEM = "application/problem+json"
API = "/api/"

_log = logging.getLogger(__name__)
_TITLES = {
    400: "That did not work",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not found",
    405: "Not done this way",
    409: "Not possible now",
    413: "Too large",
    415: "Not in this format",
    422: "Something is missing or cannot be used",
    429: "Too many requests",
    500: "Something broke here",
    503: "Not available now",
}
_RETRY_SECONDS = 5  # a library or database that is busy is free again within seconds
# Shown when not even the page template can be filled, for example without a database.
_BARE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something broke here · Pincite</title><h1>Something broke here</h1>'
    '<p>The error has been logged.</p><p><a href="/">Back to the question field</a></p></html>'
)


class HttpProblem(PinciteError):
    """An error that is one of HTTP itself: a status, and headers that belong to it."""

    def __init__(self, status: int, what_happened: str, *, what_to_do: str = "", headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers or {}
        super().__init__(what_happened, what_to_do=what_to_do)


def status_of(error: PinciteError) -> int:
    """The HTTP status that tells what kind of error this is."""
    if isinstance(error, HttpProblem):
        return error.status
    if isinstance(error, Refused):
        return {"hidden": 404, "forbidden": 403, "conflict": 409}[error.kind]
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, QuestionError):
        return 400
    if isinstance(error, (LibraryError, EncoderError, SettingsError)):
        return 503
    return 400


def problem(status: int, *, title: str = "", detail: str = "", what_to_do: str = "", **more: Any) -> HttpResponse:
    """RFC 9457 problem+json."""
    body: dict[str, Any] = {"type": "about:blank", "title": title or title_of(status), "status": status, "detail": detail}
    body |= {"what_to_do": what_to_do} if what_to_do else {}
    return HttpResponse(jsonout.dumps(body | more), status=status, content_type=PROBLEM)


def title_of(status: int) -> str:
    """A few plain words for a status."""
    try:
        return _TITLES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def page(request: HttpRequest, status: int, *, detail: str, what_to_do: str = "") -> HttpResponse:
    """An error as a page (or, under /api, as problem+json)."""
    if request.path.startswith(API):
        return problem(status, detail=detail, what_to_do=what_to_do)
    context = {"title": title_of(status), "detail": detail, "what_to_do": what_to_do, "status": status}
    return render(request, "error.html", context, status=status)


def in_words(error: PinciteError, *, during: str) -> tuple[int, str, str]:
    """Status, what happened, what to do, as people and programs elsewhere are told; what only the operator can mend is logged."""
    status = status_of(error)
    detail, what_to_do = error.what_happened, error.what_to_do
    if status >= 500:
        _log.error("%s: %s", during, error)
        detail, what_to_do = "The library cannot be read now.", "Try again in a moment, or tell whoever runs this site."
        if isinstance(error, LibraryBusyError):
            detail, what_to_do = "The library is being changed just now; nothing else was changed.", "Try again in a moment."
    elif "`pincite" in what_to_do:  # a command is no help to somebody with a browser
        what_to_do = "Look in the library, or ask a question."
    return status, detail, what_to_do


def headers_of(error: PinciteError, status: int) -> dict[str, str]:
    """When to try again, and what belongs to an error of HTTP itself."""
    return ({"Retry-After": str(_RETRY_SECONDS)} if status >= 500 else {}) | (error.headers if isinstance(error, HttpProblem) else {})


def told(request: HttpRequest, error: PinciteError) -> HttpResponse:
    """The response to a PinciteError."""
    status, detail, what_to_do = in_words(error, during=f"{request.method} {request.path}")
    response = page(request, status, detail=detail, what_to_do=what_to_do)
    for name, value in headers_of(error, status).items():
        response.headers[name] = value
    return response


class PinciteErrors:
    """Middleware: an error that a user can mend becomes a page that says how; under /api no error is anything but problem+json."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; what the API's own machinery refuses (405 and the like) is put into words."""
        response = self.get_response(request)
        if request.path.startswith(API):
            if response.status_code >= 400 and response.headers.get("Content-Type") != PROBLEM:
                plain, response = response, problem(response.status_code, detail=_bare_detail(response))
                for name in ("Allow", "Retry-After", "WWW-Authenticate"):
                    if name in plain.headers:
                        response.headers[name] = plain.headers[name]
            response.headers.setdefault("Cache-Control", "no-store")
        if counted := getattr(request, "counted", None):
            for name, value in limits.headers(counted).items():
                response.headers[name] = value
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A response for a PinciteError and for a busy database; other errors are Django's to log."""
        if isinstance(error, PinciteError):
            return told(request, error)
        if isinstance(error, OperationalError):
            _log.error("%s %s: %s", request.method, request.path, error)
            response = page(request, 503, detail="The database is busy.", what_to_do="Try again in a moment.")
            response.headers["Retry-After"] = str(_RETRY_SECONDS)
            return response
        return None


def _bare_detail(response: HttpResponse) -> str:
    if response.status_code == 405:
        return f"This address takes {response.headers.get('Allow', 'other methods')}."
    return "The error has been logged." if response.status_code >= 500 else "The request could not be understood."


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 400."""
    return page(request, 400, detail="The request could not be understood.")


def forbidden(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    """Django's 403."""
    return page(request, 403, detail=str(exception or "") or "Your account may not do this.")


def not_found(request: HttpRequest, exception: Http404 | None = None) -> HttpResponse:
    """Django's 404."""
    if request.path.startswith(API):
        return problem(404, detail="There is nothing at this address.", what_to_do=f"See {API}v1/docs.")
    return page(request, 404, detail="There is no such page.", what_to_do="Ask a question, or look in the library.")


def broken(request: HttpRequest) -> HttpResponse:
    """Django's 500; the traceback is in the log."""
    try:
        return page(request, 500, detail="The error has been logged.", what_to_do="Try again, or tell whoever runs this site.")
    except Exception:
        _log.exception("The error page could not be made.")
        return HttpResponse(_BARE, status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: an old page, or a request made elsewhere."""
    return page(
        request, 403, detail="This form was too old, or did not come from this site.", what_to_do="Reload the page and send it again."
    )
