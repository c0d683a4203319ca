"""Adding, retiring and restoring: for librarians."""

from __future__ import annotations

import re
import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from pincite.errors import LibraryBusyError
from pincite.rendering.safe import plain
from pincite.web import engine, errors
from pincite.web.editorial.policies import Refused
from pincite.web.library import actions, citing
from pincite.web.library.forms import PasteForm, RetireForm
from pincite.web.library.uploads import MOST_FILES, PrivateFile, PrivateUploadHandler, pasted
from pincite.web.library.views import busy


class _SeeOther(HttpResponseRedirect):
    status_code = 303


@csrf_exempt  # the form is checked in `_add`: looking for its token reads the upload, and where to is set before that
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form for adding documents, and what is sent with it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actions.check(request.user)  # before a byte of the upload is read
    handler = PrivateUploadHandler(request, most_bytes=settings.WEB.max_upload_bytes)
    request.upload_handlers = [handler]
    try:
        return _add(request)
    except RequestDataTooBig:
        return errors.page(request, 413, detail="The pasted text is too large.", what_to_do="Send it as a file.")
    except MultiPartParserError:
        return errors.page(request, 400, detail="The form could not be read.", what_to_do="Reload the page and send it again.")


@csrf_protect
def _add(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, PasteForm(initial={"once": uuid.uuid4().hex}))
    form = PasteForm(request.POST)
    sent = [file for file in request.FILES.getlist("files") if isinstance(file, PrivateFile)]
    handler = request.upload_handlers[0]
    problem = handler.too_much if isinstance(handler, PrivateUploadHandler) else ""
    valid = form.is_valid()
    text = form.cleaned_data.get("text", "") if valid else ""
    if not problem and valid and not sent and not text.strip():
        problem = "Choose at least one file, or paste a text."
    if problem or not valid:
        for file in sent:
            file.path.unlink(missing_ok=True)
        return _form(request, form, problem=problem, status=413 if handler.too_much else 400)
    files = [file for file in sent if file.size]
    if text.strip():
        name = re.sub(r"[./\\]", " ", form.cleaned_data["title"].strip()) or "Pasted text"
        files.append(pasted(text, name=f"{name}.{form.cleaned_data['format']}"))
    for file in sent:
        if not file.size:
            file.path.unlink(missing_ok=True)
    if not files:
        return _form(request, form, problem="The file is empty.", status=400)
    job = actions.add(files, by=request.user, once=form.cleaned_data["once"])
    return _SeeOther(reverse("jobs:job", args=[job.pk]))


def _form(request: HttpRequest, form: PasteForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "most_megabytes": max(1, settings.WEB.max_upload_bytes // 1_000_000),
        "most_files": MOST_FILES,
        "busy": busy(request),
    }
    return render(request, "library/add.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest) -> HttpResponse:
    """Where the document is cited and a field for the reason; sent, it is retired."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actions.check(request.user)
    given = request.POST if request.method == "POST" else request.GET
    document = engine.library().document(given.get("document", "")[:300])
    form = RetireForm(request.POST) if request.method == "POST" else RetireForm(initial={"document": document.id})
    problem, status = "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                actions.retire(document.id, by=request.user, why=form.cleaned_data["why"])
            except LibraryBusyError:
                problem, status = "Documents are being added just now. Try again when that has finished; nothing was changed.", 409
            else:
                messages.success(request, "Retired: this document is no longer used to answer. It stays readable, and you can restore it.")
                return _SeeOther(reverse("library:document", args=[document.id]))
    elif document.retired:
        raise Refused("This document is retired already.", kind="conflict", what_to_do="Open its page to restore it.")
    cited = citing.cited_in(document.id, request.user, count_hidden=True)
    context = {"document": document, "title": plain(document.title), "form": form, "cited": cited, "problem": problem}
    context["related"] = list(engine.library().headers(engine.library().related(document.id)).values())
    return render(request, "library/retire.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest) -> HttpResponse:
    """Ask once more, then use a retired document to answer again."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actions.check(request.user)
    given = request.POST if request.method == "POST" else request.GET
    document = engine.library().document(given.get("document", "")[:300])
    problem, status = "", 200
    if request.method == "POST":
        try:
            actions.restore(document.id, by=request.user)
        except LibraryBusyError:
            problem, status = "Documents are being added just now. Try again when that has finished; nothing was changed.", 409
        else:
            messages.success(request, "Restored: this document is used to answer again.")
            return _SeeOther(reverse("library:document", args=[document.id]))
    context = {"document": document, "title": plain(document.title), "problem": problem}
    return render(request, "library/restore.html", context, status=status)


@require_http_methods(["POST"])
def mark(request: HttpRequest) -> HttpResponse:
    """Set or take away a librarian's mark; the document's page says what it does."""
    actions.check(request.user)
    document = engine.library().document(request.POST.get("document", "")[:300])
    try:
        actions.mark(document.id, by=request.user, mark=request.POST.get("mark", "")[:20])
    except LibraryBusyError:
        messages.error(request, "Documents are being added just now. Try again when that has finished; nothing was changed.")
    else:
        messages.success(request, "Marked. Answers show it from now on.")
    return _SeeOther(reverse("library:document", args=[document.id]))
