"""The editor: statements by part beside their quotes, a search for more, and the part of the page that a change swaps.

Every change is an action behind `views.act`; without JavaScript it comes back here as a whole page at the statement that changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pincite.appraisal.currency import usable
from pincite.records import Filters, Header
from pincite.rendering import wording
from pincite.retrieval.searching import search
from pincite.web import engine, writing
from pincite.web.accounts.models import User
from pincite.web.editorial import actions, forms, policies, presenting
from pincite.web.editorial.content import Content, placed
from pincite.web.editorial.doors import Done
from pincite.web.editorial.models import Article, Revision
from pincite.web.editorial.views import Notice, article_of, signed_in

RESULTS = 10
LONGEST_QUERY = 500


@dataclass(frozen=True)
class Sentence:
    """A sentence that can be chosen: the value that names it, and where the draft quotes it already."""

    value: str
    text: str
    quoted_in: str


@dataclass(frozen=True)
class Found:
    """A passage that the search found."""

    document_id: str
    header: Header
    section: str
    sentences: tuple[Sentence, ...]
    usable: bool


@signed_in
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor of one article; raises Refused where this person may not edit it now."""
    found = article_of(request, pk)
    policies.check(request.user, "edit", found)
    return page(request, found)


@signed_in
def passages(request: HttpRequest, pk: int) -> HttpResponse:
    """What the library holds for a query, beside the draft: the results alone for htmx, else the whole editor."""
    found = article_of(request, pk)
    policies.check(request.user, "edit", found)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "editorial/_passages.html", _context(request, found))
    return page(request, found)


def page(
    request: HttpRequest,
    found: Article,
    *,
    bound: dict[str, django_forms.Form] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> HttpResponse:
    """The editor page, or for htmx its draft alone; `bound` holds the form that was sent and not accepted."""
    context = _context(request, found, bound=bound, notice=notice)
    if request.htmx and request.method == "POST":
        response = render(request, "editorial/_draft.html", context, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#draft", "outerHTML"
        return response
    return render(request, "editorial/edit.html", context, status=status)


def changed(request: HttpRequest, found: Article, *, action: str, done: Done) -> HttpResponse:
    """What htmx swaps after a change: the statement, its part, or the whole draft; and the line that tells of it."""
    context = _context(request, found) | {"changed": done.anchor, "says": done.says}
    statement = next((one for one in context["shown"].values() if one.anchor == done.anchor), None)
    name = statement.part if statement else done.anchor.removeprefix("part-")
    part = next((part for part in context["draft"] if part.name == name), None)
    if action == "reword" and statement:
        template, target = "editorial/_statement.html", f"#{statement.anchor}"
        context["one"] = statement
    elif part:
        template, target = "editorial/_part.html", f"#{part.anchor}"
        context["part"] = part
    else:
        template, target = "editorial/_draft.html", "#draft"
    response = render(request, "editorial/_changed.html", context | {"swapped": template, "whole": target == "#draft"})
    response["HX-Retarget"], response["HX-Reswap"] = target, "outerHTML"
    return response


def _context(
    request: HttpRequest, found: Article, *, bound: dict[str, django_forms.Form] | None = None, notice: Notice | None = None
) -> dict[str, Any]:
    user = request.user
    assert isinstance(user, User)
    revision = Revision.objects.select_related("created_by").get(pk=found.current_id)
    text = actions.content_of(revision)
    problems = presenting.problems_of(text)
    comments = found.comments.filter(resolved_at=None).select_related("author", "revision").defer("revision__content")
    shown = presenting.shown_statements(text, comments=comments, problems=problems or ())
    form = next(iter((bound or {}).values()), None)
    typed = form.data if form is not None else {}
    key = typed.get("key", "")
    if notice and key and key not in shown and typed.get("text"):
        notice = notice._replace(typed=typed["text"])
    wanted = request.GET if request.method == "GET" else request.POST
    query = " ".join(wanted.get("q", "").split())[:LONGEST_QUERY]
    tier = wanted.get("tier", "")
    return {
        "article": found,
        "revision": revision,
        "shown": shown,
        "draft": presenting.draft_of(text, shown),
        "failing": [one for one in shown.values() if one.fails],
        "checked": problems is not None,
        "allowed": policies.allowed(user, found),
        "warns": user.has_perm("editorial.approve_article") and not policies.wrote(user, found),
        "undo": undo_number(found, revision),
        "whole_comments": [comment for comment in comments if not comment.statement or comment.statement not in shown],
        "changed": request.GET.get("changed", ""),
        "notice": notice,
        "typed_key": key,
        "typed_part": typed.get("part", "") if typed.get("text") else "",
        "typed": typed.get("text", ""),
        "typed_sentence": typed.get("sentence", ""),
        "q": query,
        "tier": tier,
        "tiers": [(name, wording.TIERS[name]) for name in wording.ANSWERING_TIERS],
        "into": wanted.get("part", ""),
        "simpler_model": model.model if (model := writing.endpoint()) else "",
        "results": _search(query, tier, text) if query else None,
    }


def _search(query: str, tier: str, text: Content) -> list[Found]:
    library = engine.library()
    filters = Filters(tiers=(tier,)) if tier in wording.ANSWERING_TIERS else None
    cited = {
        (citation.document_id, citation.quote.start, citation.quote.end): one.heading
        for one in placed(text)
        for citation in one.statement.citations
    }
    found = []
    for hit in search(library, query, filters=filters, limit=RESULTS, encoder=engine.encoder()):
        passage = hit.passage
        sentences = [
            Sentence(
                forms.sentence_value(hit.document_id, start=start, end=end),
                passage.text[start - passage.start : end - passage.start],
                cited.get((hit.document_id, start, end), ""),
            )
            for start, end in passage.sentences
        ]
        kept = tuple(sentence for sentence in sentences if sentence.text.strip())
        found.append(Found(hit.document_id, hit.header, passage.section, kept, usable(hit.header)))
    return found


def undo_number(found: Article, current: Revision) -> int | None:
    """The revision whose text comes back with "Undo": the one before the first that had today's text, so that undoing twice goes back two steps."""
    first = found.revisions.filter(sha256=current.sha256).order_by("number").values_list("number", flat=True).first()
    return first - 1 if first is not None and first > 1 else None
