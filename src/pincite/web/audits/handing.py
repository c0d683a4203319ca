"""“Check a text”: the form, and what is handed in with it. Foreign bytes go to the private folder and are read by the worker alone."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from pincite.auditing.loading import MOST_BYTES
from pincite.rendering.safe import plain
from pincite.web import errors, limits
from pincite.web.accounts.models import User
from pincite.web.audits import actions, policies
from pincite.web.audits.actions import Handed
from pincite.web.audits.forms import CheckForm
from pincite.web.audits.models import CheckedText
from pincite.web.audits.redirecting import see_other
from pincite.web.configuration import engine_settings
from pincite.web.errors import HttpProblem
from pincite.web.library.uploads import PrivateFile, PrivateUploadHandler, pasted

CHECKS_A_MINUTE = 10  # from one address
_NEWEST = 5
_Given = CheckedText.Given


def most_bytes() -> int:
    """The largest text that is taken, in bytes."""
    return int(min(MOST_BYTES, settings.WEB.max_upload_bytes))


def fetches(request: HttpRequest) -> bool:
    """Whether this person may have a page fetched: the operator allows it, and somebody is answerable for the address."""
    return bool(settings.WEB.fetch_pages) and not engine_settings().cut_off and isinstance(request.user, User)


def counted(request: HttpRequest) -> None:
    """Count a text that is handed in, before a byte of it is read; raises HttpProblem."""
    if wait := limits.allow(request, "check", CHECKS_A_MINUTE):
        raise HttpProblem(429, "Too many texts from here.", what_to_do=f"Wait {wait} seconds.", headers={"Retry-After": str(wait)})


@csrf_exempt  # the form is checked in `_check`: looking for its token reads the upload, and where to is set before that
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The form, and what is sent with it."""
    if request.method == "POST":
        counted(request)
    request.upload_handlers = [PrivateUploadHandler(request, most_bytes=most_bytes())]
    try:
        return _check(request)
    except RequestDataTooBig:
        return errors.page(request, 413, detail="The pasted text is too large.", what_to_do="Send it as a file.")
    except MultiPartParserError:
        return errors.page(request, 400, detail="The form could not be read.", what_to_do="Reload the page and send it again.")


@csrf_protect
def _check(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, CheckForm(initial={"once": uuid.uuid4().hex}))
    form = CheckForm(request.POST)
    sent = [file for file in request.FILES.getlist("file") if isinstance(file, PrivateFile)]
    handler = request.upload_handlers[0]
    too_much = handler.too_much if isinstance(handler, PrivateUploadHandler) else ""
    problem = too_much
    handed: Handed | None = None
    if not problem:
        problem = form.problem() if not form.is_valid() else ""
    if not problem:
        handed, problem = _handed(form, sent, fetches=fetches(request))
    if handed is None:
        for file in sent:
            file.path.unlink(missing_ok=True)
        return _form(request, form, problem=problem, status=413 if too_much else 400)
    for file in sent:
        if file is not handed.file:
            file.path.unlink(missing_ok=True)
    if not isinstance(request.user, User) and not request.session.session_key:
        request.session.create()
    try:
        text = actions.start(handed, by=request.user, visitor=request.session.session_key or "", once=form.cleaned_data["once"])
    finally:
        if handed.file is not None:
            handed.file.path.unlink(missing_ok=True)
    if text.owner_id is None:
        policies.remember(request, text)
    return see_other("audits:text", text.pk)


def _handed(form: CheckForm, sent: list[PrivateFile], *, fetches: bool) -> tuple[Handed | None, str]:
    """What is to be checked, or what is wrong with it."""
    data = form.cleaned_data
    given = [file for file in sent if file.size]
    words, url = data["text"].strip(), data["url"]
    if len(given) + bool(words) + bool(url) > 1:
        return None, "One text at a time: a file, pasted words, or an address."
    if given:
        return Handed(_Given.FILE, given[0].name, given[0]), ""
    if words:
        name = plain(data["name"].strip()) or "Pasted text"
        return Handed(_Given.PASTED, name, pasted(data["text"], name=name)), ""
    if url and fetches:
        return Handed(_Given.PAGE, url[:300], url=url), ""
    if url:
        return None, "This site fetches pages only for people who sign in, and only where its operator allows it. Paste the text instead."
    return None, "The file is empty." if sent else "Choose a file, or paste a text."


def _form(request: HttpRequest, form: CheckForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    mine = policies.of_user(request.user) if isinstance(request.user, User) else policies.of_session(request)
    context: dict[str, Any] = {
        "form": form,
        "problem": problem,
        "most_megabytes": max(1, most_bytes() // 1_000_000),
        "fetches": fetches(request),
        "newest": mine[:_NEWEST],
    }
    return render(request, "audits/check.html", context, status=status)
