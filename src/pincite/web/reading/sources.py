"""A source at a quote: the passage with the words marked, its neighbours, what the source is, and whether it is still the same text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pincite.answering.quoting import reference_of
from pincite.errors import NotFoundError
from pincite.records import Citation, Document, Passage, Reference
from pincite.rendering import wording
from pincite.rendering.safe import inert, plain
from pincite.web import engine
from pincite.web.reading.keeping import kept_quote, own_path
from pincite.web.reading.presenting import SHA_SHOWN, badges_of, different


@dataclass(frozen=True)
class Stretch:
    """A passage as shown: words before the mark, marked, and after; `here` for the one with the quote."""

    section: str
    page: int | None
    before: str
    marked: str
    after: str
    here: bool


@require_safe
def source(request: HttpRequest, document_id: str) -> HttpResponse:
    """The source's page; for htmx the same without the page around it, for `?card=1` only the short card."""
    given = request.GET
    start, end = _number(given.get("start")), _number(given.get("end"))
    back = own_path(given.get("from", ""))
    sha256 = given.get("sha256", "")[:64].lower()
    kept = None
    if start is not None and end is not None:
        kept = kept_quote(back, document_id=document_id, start=start, end=end, person=request.user) if back else None
    status = 200
    try:
        document = engine.library().document(document_id)
    except NotFoundError:
        context: dict[str, Any] = {"gone": True, "document_id": plain(document_id)[:200], "kept": kept}
        status = 404
    else:
        context = _context(document, start=start, end=end, sha256=sha256, kept=kept)
    doubted = context.get("quote") or (plain(kept.quote.exact) if kept else "")
    context |= {"doubted": doubted[:600], "back": back, "about_back": _named(back), "card": "card" in given}
    if "card" in given:
        response = render(request, "reading/_card.html", context, status=status)
    else:
        partial = "_source" if request.htmx else "source"
        # htmx swaps no error page in by itself: a source that has gone is told with 200 inside the answer page.
        response = render(request, f"reading/{partial}.html", context, status=200 if request.htmx else status)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _context(document: Document, *, start: int | None, end: int | None, sha256: str, kept: Citation | None) -> dict[str, Any]:
    reference = reference_of(document.id, document, number=1, text_sha256=document.text_sha256, flagged=bool(document.flags))
    changed = bool(sha256) and not document.text_sha256.startswith(sha256[:SHA_SHOWN])
    if changed:
        # The same words may stand elsewhere in the new text; only then is there something to mark.
        found = document.text.find(kept.quote.exact) if kept else -1
        start, end = (found, found + len(kept.quote.exact)) if kept and found >= 0 else (None, None)
    passages = engine.library().passages(document.id)
    at = next((position for position, one in enumerate(passages) if start is not None and one.start <= start < one.end), None)
    outside = start is not None and at is None
    near = passages[max(0, at - 1) : at + 2] if at is not None else passages[:1]
    here = passages[at] if at is not None else None
    stretches = [_stretch(one, here=one is here, start=start, end=end) for one in near]
    quote = next((stretch.marked for stretch in stretches if stretch.here), "")
    return {
        "gone": False,
        "document": document,
        "document_id": document.id,
        "title": plain(document.title),
        "reference": reference,
        "source_line": wording.source_line(reference),
        "address": wording.address_of(reference),
        "links": different(wording.links_of(reference)),
        "badges": badges_of(reference),
        "note": plain(reference.note or ""),
        "section": plain(here.section) if here else "",
        "quote": quote,
        "stretches": stretches,
        "changed": changed,
        "outside": outside,
        "kept": kept,
        "found_again": changed and at is not None,
        "citation": citation_of(reference, quote=plain(quote), section=plain(here.section) if here else ""),
        "whole": reverse("library:document", args=[document.id])
        + (f"?{urlencode({'start': start, 'end': end})}#p{here.ordinal}" if here and start is not None and end is not None else ""),
        "passages": len(passages),
    }


def citation_of(reference: Reference, *, quote: str = "", section: str = "") -> str:
    """One line to paste: who, title, where, identifiers, and the words quoted."""
    identifiers = [name for name, _ in wording.links_of(reference) if not name.startswith("http")]
    title = plain(reference.title).rstrip(".")
    parts = [
        wording.source_line(reference),
        f"{title}.",
        f"{'; '.join(identifiers)}." if identifiers else "",
        wording.address_of(reference) or "",
    ]
    if quote:
        parts.append(f"“{quote}”" + (f" ({section})" if section else ""))
    return " ".join(part for part in parts if part)


def _stretch(passage: Passage, *, here: bool, start: int | None, end: int | None) -> Stretch:
    text = inert(passage.text)
    if not here or start is None or end is None:
        return Stretch(plain(passage.section), passage.page, text, "", "", here)
    first, last = start - passage.start, min(end, passage.end) - passage.start
    last = max(first, last)
    return Stretch(plain(passage.section), passage.page, text[:first], text[first:last], text[last:], here)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def _named(back: str) -> str:
    """What the way back leads to, in a word."""
    for beginning, name in (
        ("/ask", "the answer"),
        ("/threads/", "the thread"),
        ("/articles/", "the article"),
        ("/editorial/", "the draft"),
    ):
        if back.startswith(beginning):
            return name
    return "the page before"
