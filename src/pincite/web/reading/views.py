"""Ask and answer: the field, the answer page, its downloads, and what a reader sends to the editors."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pincite import registry
from pincite.errors import QuestionError
from pincite.records import Answer
from pincite.web import engine, limits, writing
from pincite.web.accounts.models import User
from pincite.web.articles.publication import article_at
from pincite.web.editorial import actions
from pincite.web.editorial.policies import Refused
from pincite.web.errors import HttpProblem
from pincite.web.reading import asking, logging, writing_views
from pincite.web.reading.asking import READERS, TIERS, AskForm
from pincite.web.reading.examples import examples
from pincite.web.reading.holdings import holdings
from pincite.web.reading.keeping import own_path
from pincite.web.reading.presenting import DOWNLOADS, answer_context, turn_context
from pincite.web.reading.threads import kept_answer

# From one address: a person who reports errors does not need more, a script that fills the queue does.
REPORTS_A_MINUTE = 5
_CONTENT_TYPES = {
    "ris": ("application/x-research-info-systems", "ris"),
    "bibtex": ("application/x-bibtex", "bib"),
    "csl": ("application/vnd.citationstyles.csl+json", "json"),
    "md": ("text/markdown; charset=utf-8", "md"),
    "json": ("application/json", "json"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
}


class ReportForm(forms.Form):
    """What is wrong, with where it stands; `website` is a trap that people do not see."""

    text = forms.CharField(max_length=5000, error_messages={"required": "Say what is wrong; a sentence is enough."})
    contact = forms.CharField(max_length=200, required=False)
    statement = forms.CharField(max_length=2000, required=False)
    question = forms.CharField(max_length=2000, required=False)
    page = forms.CharField(max_length=8000, required=False)
    website = forms.CharField(required=False)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The question field."""
    return _field(request, AskForm(request.GET))


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The answer page; a question that cannot be asked gives the field again, with what was typed and why."""
    form = AskForm(request.GET)
    if "q" not in request.GET:
        return HttpResponseRedirect(reverse("reading:home"))
    try:
        answer, milliseconds = _answered(request, form)
    except QuestionError as error:
        return _field(request, form, wrong=str(error), status=400)
    logging.note(answer, milliseconds=milliseconds, by="page")
    asked, reader = form.asked(), form.reader
    whole = request.GET.get("written") == "1" and writing.endpoint() is not None
    if whole:
        answer = writing.written(asked)
    back = asking.address_of(asked, reader=reader)
    context = answer_context(answer, asked, reader=reader, back=back)
    context["turns"] = [
        turn_context(before, turn, reader=reader, back=asking.address_of(turn, reader=reader)) for turn, before in asking.earlier(asked)
    ]
    if whole:
        context["downloads"] = [(f"{address}&written=1", label) for address, label in context["downloads"]]
    else:
        context |= writing_views.offered(asked, reader=reader, answer=answer)
    context["field"] = form.typed()
    context["signed_in"] = isinstance(request.user, User)
    return render(request, "reading/answer.html", context)


@require_safe
def download(request: HttpRequest, form: str) -> HttpResponse:
    """The answer as a file; `thread` and `turn` name one that was stored."""
    if form not in dict(DOWNLOADS):
        raise Http404
    if "thread" in request.GET:
        return file_of(kept_answer(request.user, request.GET["thread"], request.GET.get("turn", "")), form)
    asked = AskForm(request.GET)
    answer, _ = _answered(request, asked)
    if request.GET.get("written") == "1":
        answer = writing.written(asked.asked())
    return file_of(answer, form)


def file_of(answer: Answer, form: str) -> HttpResponse:
    """An answer as an attachment named after its question."""
    content_type, ending = _CONTENT_TYPES[form]
    name = slugify(answer.question)[:60].strip("-") or "answer"
    body: bytes = registry.load("writers", form)(answer)
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'})


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """“Send to the editors”, or first a draft of one's own: asked again here, so that what arrives is what this library says."""
    form = AskForm(_bounded(request.POST))
    if not form.is_valid():
        return _field(request, form, wrong=form.wrong(), status=400)
    address = asking.address_of(form.asked(), reader=form.reader)
    if not isinstance(request.user, User):
        messages.info(request, "Sign in to send the answer to the editors; you then come back to it.")
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': address})}", status=303)
    # An article starts from the sources' own words; its page makes the plain ones from them.
    answer, _ = _answered(request, form, audience="clinician")
    draft = "draft" in request.POST and request.user.has_perm("editorial.write_article")
    try:
        article = (actions.start if draft else actions.send)(answer, by=request.user)
    except Refused as error:
        messages.error(request, f"{error.what_happened} {error.what_to_do}".strip())
        return HttpResponseRedirect(address, status=303)
    if draft:
        messages.success(request, "This is your draft; nobody else sees it yet. When it is as you want it, press “Done: go on to submit”.")
        return HttpResponseRedirect(reverse("editorial:edit", args=[article.pk]), status=303)
    messages.success(request, "The answer is with the editors. You can follow here what becomes of it.")
    return HttpResponseRedirect(reverse("editorial:article", args=[article.pk]), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """“Something is wrong”: a form, and what it sends to the editors' queue."""
    if request.method != "POST":
        given = {name: request.GET.get(name, "")[:2000] for name in ("statement", "question", "page")}
        given["page"] = own_path(given["page"])
        return render(request, "reading/report.html", {"given": given, "back": given["page"]})
    form = ReportForm(request.POST)
    back = own_path(request.POST.get("page", ""))
    if not form.is_valid():
        given = {name: request.POST.get(name, "")[:5000] for name in ("text", "contact", "statement", "question")} | {"page": back}
        wrong = next(iter(form.errors.values()))[0]
        return render(request, "reading/report.html", {"given": given, "back": back, "wrong": wrong}, status=400)
    data = form.cleaned_data
    if not data["website"]:
        _count(request, "report", REPORTS_A_MINUTE)
        actions.report(
            text=data["text"],
            by=request.user,
            question=data["question"],
            page=back[:2000],
            statement=data["statement"],
            contact=data["contact"],
            article=article_at(back),
        )
    messages.success(request, "Thank you. Your report is in the editors' queue.")
    return HttpResponseRedirect(back or reverse("reading:home"), status=303)


def _answered(request: HttpRequest, form: AskForm, **other: Any) -> tuple[Answer, int]:
    """The answer and the milliseconds it took; raises QuestionError with the line to show at the field."""
    if not form.is_valid():
        raise QuestionError(form.wrong())
    _count(request, "ask", settings.WEB.asks_a_minute)
    began = time.perf_counter()
    answer = engine.ask(form.asked()._replace(**other))
    return answer, round((time.perf_counter() - began) * 1000)


def _count(request: HttpRequest, name: str, per_minute: int) -> None:
    wait = limits.allow(request, name, per_minute)
    if wait:
        raise HttpProblem(429, "Too many requests from here.", what_to_do=f"Wait {wait} seconds.", headers={"Retry-After": str(wait)})


def _field(request: HttpRequest, form: AskForm, *, wrong: str = "", status: int = 200) -> HttpResponse:
    library = engine.library()
    context = {
        "field": form.typed(),
        "wrong": wrong,
        "readers": READERS,
        "tiers": TIERS,
        "examples": examples(library),
        "holdings": holdings(library),
    }
    return render(request, "reading/home.html", context, status=status)


def _bounded(posted: QueryDict) -> QueryDict:
    """Only what the form knows, as a GET would have it."""
    found = QueryDict(mutable=True)
    for name in ("q", "audience", "tier", "since", "after", "everything"):
        found.setlist(name, posted.getlist(name))
    return found
