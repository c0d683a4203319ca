"""A checked text in the browser: how far it is, what was found, the whole report, and what its owner can do with it."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh
from pydantic import ValidationError

from pincite.web.accounts.models import User
from pincite.web.audits import actions, policies, presenting
from pincite.web.audits.models import CheckedText
from pincite.web.audits.presenting import BY_NAME, NOINDEX
from pincite.web.audits.redirecting import see_other
from pincite.web.errors import HttpProblem
from pincite.web.jobs.models import Job

_A_PAGE = 30
_OPEN = ("waiting", "running")


@require_safe
def text(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far the check is; when it is done, what was found. For htmx, which asks every second, only what changes."""
    found = policies.reached(request, pk)
    if found.state == "done":
        return HttpResponseClientRefresh() if request.htmx else _report(request, found, own=True)
    if request.htmx and found.state not in _OPEN:
        return HttpResponseClientRefresh()
    others = Job.objects.filter(kind=actions.KIND, state=Job.State.RUNNING).exists() if found.state == "waiting" else False
    context = {"text": found, "open": found.state in _OPEN, "others": others, "visitor": found.owner_id is None}
    return _page(request, "audits/_progress.html" if request.htmx else "audits/progress.html", context)


@require_safe
def report(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The full report as the command line writes it."""
    return _readable(policies.reached(request, pk), "html", inline=True)


@require_safe
def download(request: HttpRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """The report as a file."""
    return _readable(policies.reached(request, pk), form)


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What was found, for whoever has the link."""
    return _report(request, policies.shared(token), own=False)


@require_safe
def shared_report(request: HttpRequest, token: str) -> HttpResponse:
    """The full report, for whoever has the link."""
    return _readable(policies.shared(token), "html", inline=True)


@require_safe
def shared_download(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The report as a file, for whoever has the link."""
    return _readable(policies.shared(token), form)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The signed-in person's texts, newest first."""
    assert isinstance(request.user, User)
    page = Paginator(policies.of_user(request.user), _A_PAGE).get_page(request.GET.get("page"))
    return _page(request, "audits/mine.html", {"page": page})


@require_POST
def stop(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop the check; it can be resumed."""
    if actions.stop(policies.reached(request, pk)):
        messages.success(request, "Stopped.")
    return see_other("audits:text", pk)


@require_POST
def resume(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Go on with a check that was stopped or failed."""
    actions.resume(policies.reached(request, pk))
    return see_other("audits:text", pk)


@require_POST
def share(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make the link by which anybody reads the report."""
    actions.share(policies.reached(request, pk), by=request.user)
    messages.success(request, "Shared: whoever has the link can read the report, and nobody else.")
    return see_other("audits:text", pk)


@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The link leads nowhere from now on."""
    actions.withdraw(policies.reached(request, pk), by=request.user)
    messages.success(request, "Withdrawn: the link leads nowhere now.")
    return see_other("audits:text", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, then delete."""
    found = policies.reached(request, pk)
    if request.method != "POST":
        return _page(request, "audits/delete.html", {"text": found})
    actions.delete(found)
    messages.success(request, "Deleted: the text, its report and its link.")
    return see_other("audits:mine" if isinstance(request.user, User) else "audits:check")


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    for name, value in NOINDEX.items():
        response.headers[name] = value
    return response


def _readable(found: CheckedText, form: str, *, inline: bool = False) -> HttpResponse:
    if form not in BY_NAME or found.state != "done":
        raise Http404
    try:
        return presenting.full_report(found) if inline else presenting.download(found, BY_NAME[form])
    except ValidationError as error:
        raise _older() from error


def _report(request: HttpRequest, found: CheckedText, *, own: bool) -> HttpResponse:
    try:
        context: dict[str, Any] = presenting.summary(found.audit())
    except ValidationError as error:
        raise _older() from error
    by_link = None if own else found.share_token
    place: Any = found.pk if own else by_link
    prefix = "audits:" if own else "audits:shared_"
    context |= {
        "text": found,
        "own": own,
        "visitor": found.owner_id is None,
        "may_share": own and policies.may_share(request.user, found),
        "full": reverse(f"{prefix}report", args=[place]),
        "downloads": [(reverse(f"{prefix}download", args=[place, form.name]), form.label) for form in presenting.FORMS],
        "link": f"{settings.WEB.url}{reverse('audits:shared', args=[found.share_token])}" if own and found.share_token else "",
    }
    return _page(request, "audits/report.html", context)


def _older() -> HttpProblem:
    return HttpProblem(410, "This report was kept in a form that is no longer read.", what_to_do="Hand the text in again.")
