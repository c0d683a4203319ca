"""What is held, and one document."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pincite.errors import NotFoundError
from pincite.records import ScoredPassage
from pincite.rendering.safe import plain
from pincite.web import engine
from pincite.web.jobs.models import Job
from pincite.web.library import actions, citing, presenting, searching
from pincite.web.library.forms import FindForm

PER_PAGE = 25
_EXCERPT = 320
_LARGEST = 2**31 - 1


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """Search and filter what the library holds; for htmx only the results."""
    library = engine.library()
    form = FindForm(request.GET)
    wanted = form.wanted()
    found = searching.find(library, wanted)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    near: list[dict[str, Any]] = []
    if wanted.q.strip() and page.number == 1:
        near = [_near(one) for one in searching.passages(library, wanted, encoder=engine.encoder())]
    kept = [(name, value) for name, values in request.GET.lists() if name != "page" for value in values if value]
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "near": near,
        "query": urlencode(kept),
        "state": library.state(),
        "overview": searching.overview(library),
        "may_change": actions.may(request.user),
    }
    if request.htmx and not request.htmx.boosted:
        return render(request, "library/_results.html", context)
    return render(request, "library/documents.html", context)


@require_safe
def document(request: HttpRequest, document_id: str) -> HttpResponse:
    """One document: what it is, its text, where it is cited. `?start=&end=` marks a quote, `?passage=` goes to one."""
    library = engine.library()
    try:
        held = library.document(document_id)
    except NotFoundError as error:
        raise NotFoundError(
            "The library holds no such document.", what_to_do="It may have been removed; look for it in the library."
        ) from error
    if held.id != document_id:  # asked for by PMID or DOI, or merged into another
        query = request.GET.urlencode()
        return redirect(reverse("library:document", args=[held.id]) + (f"?{query}" if query else ""))
    passages = library.passages(held.id)
    start, end = _number(request.GET.get("start")), _number(request.GET.get("end"))
    if start is None or end is None or not start < end <= len(held.text):
        start = end = None
    number = presenting.page_of(passages, start=start, ordinal=_number(request.GET.get("passage")), asked=_number(request.GET.get("page")))
    note, unused = presenting.standing(held, newest=library.state().newest)
    context = {
        "document": held,
        "title": plain(held.title),
        "parts": presenting.parts(passages, page=number, start=start, end=end),
        "contents": presenting.contents(passages),
        "number": number,
        "numbers": presenting.pages(passages),
        "quoted": start is not None,
        "facts": presenting.facts(held),
        "identifiers": presenting.identifiers(held),
        "relations": presenting.relations(held),
        "flags": [plain(flag) for flag in held.flags],
        "note": note,
        "unused": unused,
        "abbreviations": presenting.abbreviations(held),
        "references": presenting.cited(held),
        "references_in_all": len(held.cited),
        "related": list(library.headers(library.related(held.id)).values()),
        "cited": citing.cited_in(held.id, request.user),
        "may_change": actions.may(request.user),
        "state": library.state(),
        "passages_in_all": len(passages),
    }
    return render(request, "library/document.html", context)


def busy(request: HttpRequest) -> list[Job]:
    """Jobs of this person that add documents just now, to be named where they look for them."""
    if not actions.may(request.user):
        return []
    return list(Job.objects.filter(kind="ingest", state__in=(Job.State.QUEUED, Job.State.RUNNING))[:5])


def _near(one: ScoredPassage) -> dict[str, Any]:
    passage = one.passage
    text = plain(passage.text)
    where = urlencode({"start": passage.start, "end": passage.end})
    return {
        "id": one.document_id,
        "header": one.header,
        "section": plain(passage.section),
        "text": text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rsplit(' ', 1)[0]} …",
        "link": f"{reverse('library:document', args=[one.document_id])}?{where}#quote",
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and int(text[:12]) <= _LARGEST and len(text) < 12 else None
