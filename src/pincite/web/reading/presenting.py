"""Answer → what the templates print: the parts of `layout.page` with addresses for every mark and badges for every fact.

Nothing is decided here: order, words and silence come from `rendering.layout`, so that page, terminal and Word file agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.urls import reverse

from pincite.answering.plain import in_plain_words
from pincite.records import Answer, Reference
from pincite.rendering import wording
from pincite.rendering.layout import Entry, Line, Part, Sentence, page
from pincite.rendering.safe import plain
from pincite.verification.verify import all_statements
from pincite.web.engine import Asked
from pincite.web.reading import asking
from pincite.web.reading.asking import READERS, Reader

# Enough of a text's hash to notice a change; sixty marks a page would carry all of it sixty times.
SHA_SHOWN = 16
_GO_ON = "point at which to go on: "
_STUDIED, _SUMMARISED = "in: ", "as summarised from: "
_TOGETHER = ("The steps together", "Which treatment comes when")
_ALARMING = ("retracted", "concern", "superseded")
DOWNLOADS = (
    ("docx", "Word"),
    ("md", "Markdown"),
    ("ris", "RIS (EndNote, Zotero, Mendeley)"),
    ("bibtex", "BibTeX"),
    ("csl", "CSL-JSON"),
    ("json", "JSON, the whole answer"),
)


@dataclass(frozen=True)
class Badge:
    """A fact in a few words, and how it is drawn."""

    words: str
    kind: str = ""  # the end of a CSS class


@dataclass(frozen=True)
class Pin:
    """A [n] mark: the reference's number and the address of the words that it points at."""

    number: str
    address: str
    name: str


@dataclass(frozen=True)
class Said:
    """One cited sentence."""

    text: str
    pins: tuple[Pin, ...]
    badges: tuple[Badge, ...]
    notes: tuple[str, ...]
    because: str | None
    original: str | None
    cited: bool = True


@dataclass(frozen=True)
class Told:
    """A line in Pincite's words, with an address where it invites to one."""

    text: str
    tone: str
    bullet: bool
    address: str = ""
    link: str = ""
    cited: bool = False


@dataclass(frozen=True)
class Listed:
    """One reference with what was quoted from it, for the printed page."""

    entry: Entry
    badges: tuple[Badge, ...]
    facts: tuple[str, ...]
    links: tuple[tuple[str, str | None, str], ...]  # as printed, address, as shown on the screen
    quotes: tuple[tuple[str, str], ...]  # section, words
    document: str  # its page in the library


@dataclass(frozen=True)
class Shown:
    """One part of the page."""

    kind: str
    id: str
    heading: str
    items: tuple[Said | Told, ...] = ()
    parts: tuple[Shown, ...] = ()
    go_on: tuple[str, ...] = field(default=())  # of a step: when to go on to it, as sources put it
    because: str = ""  # of indirect evidence: why, where all of it is so for one reason


def source_address(document_id: str, *, start: int | None = None, end: int | None = None, sha256: str = "", back: str = "") -> str:
    """The page of a source at a quote; `back` is the page that cites it, `sha256` the hash of the text that was quoted."""
    where = {"start": start, "end": end, "sha256": sha256[:SHA_SHOWN], "from": back}
    query = urlencode({name: value for name, value in where.items() if value not in (None, "")})
    return reverse("reading:source", args=[document_id]) + (f"?{query}" if query else "")


def answer_context(answer: Answer, asked: Asked, *, reader: Reader, back: str, kept: bool = False) -> dict[str, Any]:
    """What `reading/_answer.html` prints; `kept` for an answer shown as it was stored."""
    if reader == "student" and not answer.explained:
        answer = answer.model_copy(update={"explained": in_plain_words(answer).explained})
    laid_out = page(answer)
    present = _Presenting(answer, asked, back=back)
    parts = [present.part(part, position) for position, part in enumerate(laid_out.parts) if part.kind not in ("references", "follow-ups")]
    return {
        "answer": answer,
        "asked": asked,
        "reader": reader,
        "kept": kept,
        "question": laid_out.question,
        "urgent": laid_out.urgent,
        "opening": [present.told(line) for line in laid_out.opening],
        "parts": [part for part in parts if part.kind != "about"],
        "about": next((part for part in parts if part.kind == "about"), None),
        "references": present.references(laid_out.parts),
        "references_all": present.common,
        "follow_ups": [(plain(text), asking.address_of(asking.following(asked, text), reader=reader)) for text in answer.follow_ups],
        "switch": [(value, label, says, asking.address_of(asked, reader=value)) for value, label, says in READERS],  # type: ignore[arg-type]
        "downloads": [(reverse("reading:download", args=[form]) + "?" + asking.query_of(asked), label) for form, label in DOWNLOADS],
        "address": asking.address_of(asked, reader=reader),
        "back": back,
        "documents": answer.library.documents,
    }


def turn_context(answer: Answer, asked: Asked, *, reader: Reader, back: str) -> dict[str, Any]:
    """An earlier question of a thread, collapsed: its bottom line and where its whole answer stands."""
    present = _Presenting(answer, asked, back=back)
    first = next((part for part in page(answer).parts if part.kind == "bottom-line"), None)
    return {
        "question": plain(answer.question),
        "address": asking.address_of(asked, reader=reader),
        "answered": answer.answered,
        "items": present.part(first, 0).items if first else (),
    }


class _Presenting:
    """One pass over one answer."""

    def __init__(self, answer: Answer, asked: Asked, *, back: str) -> None:
        self.answer = answer
        self.asked = asked
        self.back = back
        self.by_number = {reference.number: reference for reference in answer.references}
        # What holds for every source is said once above the list; what should alarm stays at each.
        held = [{badge.words for badge in badges_of(reference) if badge.kind == "quiet"} for reference in answer.references]
        same = set.intersection(*held) if len(held) > 1 else set()
        self.common = tuple(badge.words for badge in badges_of(answer.references[0]) if badge.words in same) if same else ()

    def part(self, part: Part, position: int) -> Shown:
        """A part with its smaller parts."""
        items = tuple(self._item(item) for item in part.items if not isinstance(item, Entry))
        children = tuple(self.part(child, number) for number, child in enumerate(part.parts, start=1))
        go_on = [
            note.removeprefix(_GO_ON).strip("“”")
            for item in items
            if isinstance(item, Said)
            for note in item.notes
            if note.startswith(_GO_ON)
        ]
        kind = "together" if part.kind == "step" and part.heading in _TOGETHER else part.kind
        items = tuple(_without_repeats(item, box=kind == "step") for item in items)
        reasons = {item.because for item in items if isinstance(item, Said)}
        because = (reasons.pop() or "") if len(items) > 1 and len(reasons) == 1 else ""
        if because:
            items = tuple(replace(item, because=None) if isinstance(item, Said) else item for item in items)
        return Shown(
            kind=kind,
            id=part.kind if part.kind in _SINGLE or part.kind.startswith("tier-") else f"{part.kind}-{position}",
            heading=part.heading,
            items=items,
            parts=children,
            go_on=tuple(dict.fromkeys(go_on)),
            because=because,
        )

    def told(self, line: Line) -> Told:
        """A line for this page: what the command line offers becomes a link."""
        if line.command and self.answer.omitted:
            return Told(line.text, line.tone, line.bullet, asking.address_of(self.asked._replace(everything=True)), "Show everything")
        for left in self.answer.left_out:
            if (name := f" ({plain(left.document_id)}): ") in line.text:
                return Told(
                    line.text.replace(name, ": "), line.tone, line.bullet, reverse("library:document", args=[left.document_id]), "See it"
                )
        return Told(line.text, line.tone, line.bullet)

    def references(self, parts: Iterable[Part]) -> tuple[Listed, ...]:
        """The reference list; each entry with the words quoted from it, in the order of the page."""
        quotes: dict[int, dict[tuple[str, str], None]] = {}
        for statement in all_statements(self.answer):
            for citation in statement.citations:
                quotes.setdefault(citation.reference, {})[(plain(citation.section), plain(citation.quote.exact))] = None
        entries = (item for part in parts for item in part.items if isinstance(item, Entry))
        return tuple(self._listed(entry, tuple(quotes.get(entry.number, ()))) for entry in entries)

    def _listed(self, entry: Entry, quotes: tuple[tuple[str, str], ...]) -> Listed:
        badges = badges_of(entry.reference)
        reference = entry.reference
        said = {badge.words for badge in badges} | {wording.TIERS[reference.tier], wording.DESIGNS[reference.design]}
        facts = tuple(_in_full(fact) for fact in entry.facts if fact not in said and fact != plain(reference.document_id))
        return Listed(
            entry,
            tuple(badge for badge in badges if badge.words not in self.common),
            facts,
            tuple((name, address, _site(name)) for name, address in different(entry.links)),
            quotes,
            reverse("library:document", args=[reference.document_id]),
        )

    def _item(self, item: Line | Sentence | Entry) -> Said | Told:
        if isinstance(item, Sentence):
            return self._said(item)
        assert isinstance(item, Line)
        return self.told(item)

    def _said(self, sentence: Sentence) -> Said:
        badges, notes = [], []
        for fact in sentence.facts:
            if badge := self._badge(fact, sentence):
                badges.append(badge)
            else:
                notes.append(fact)
        pins = []
        for mark in sentence.marks:
            reference = self.by_number[mark.reference]
            pins.append(
                Pin(
                    number=str(mark.reference),
                    address=source_address(
                        mark.document_id, start=mark.quote.start, end=mark.quote.end, sha256=reference.text_sha256, back=self.back
                    ),
                    name=_short(reference.title),
                )
            )
        return Said(sentence.text, tuple(pins), tuple(badges), tuple(notes), sentence.because, sentence.original)

    def _badge(self, fact: str, sentence: Sentence) -> Badge | None:
        """A fact as a badge, None for one that is better read as a note."""
        if fact.startswith(("strength:", "certainty:")):
            return Badge(fact, "strength")
        if fact.endswith("not stated") and fact.startswith(("strength", "certainty")):
            return Badge(fact, "quiet")
        if fact.startswith("CHECK:"):
            return Badge(fact, "alert")
        if fact in wording.DIRECTIONS.values():
            return Badge(f"{'result' if fact in _RESULTS else 'direction'}: {fact}")
        bare = re.sub(r"^\[\d+\] ", "", fact)
        for mark in sentence.marks:
            reference = self.by_number[mark.reference]
            if bare.startswith(wording.DESIGNS[reference.design]):
                return Badge(fact, "alert" if reference.status in _ALARMING else reference.tier)
        return None


_RESULTS = tuple(wording.DIRECTIONS[name] for name in ("increase", "decrease", "no-difference"))
_SINGLE = ("bottom-line", "steps", "conflicts", "missing", "explained", "references", "follow-ups", "about", "indirect", "left-out")


def _without_repeats(item: Said | Told, *, box: bool) -> Said | Told:
    """A sentence without the note that its own words, or the arrow to its box, say already."""
    if isinstance(item, Told):
        return item
    said = item.text.casefold()
    notes = (
        note for note in item.notes if not note.startswith(_GO_ON) or not (box or note.removeprefix(_GO_ON).strip("“”").casefold() in said)
    )
    return replace(item, notes=tuple(notes))


def _in_full(fact: str) -> str:
    """A fact of a reference without the shorthand of the terminal."""
    for short, full in ((_STUDIED, "Concerns: "), (_SUMMARISED, "Summarised from: ")):
        if fact.startswith(short):
            return full + fact.removeprefix(short)
    return fact[:1].upper() + fact[1:]


def _site(name: str) -> str:
    """A web address as its site, any other identifier as it is: the screen has the link, paper the address in full."""
    return urlsplit(name).hostname or name if name.startswith(("http://", "https://")) else name


def badges_of(reference: Reference) -> tuple[Badge, ...]:
    """Tier with design, status, and how much is held, each in words."""
    tier, design = wording.TIERS[reference.tier], wording.DESIGNS[reference.design]
    alarming = reference.status in _ALARMING
    return (
        Badge(design if design == tier else f"{tier}: {design}", reference.tier),
        Badge(wording.STATUSES[reference.status], "alert" if alarming else "quiet"),
        Badge(wording.EXTENTS[reference.extent], "quiet"),
    )


def different(links: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str | None], ...]:
    """Identifiers whose addresses differ: a source's own address is often its DOI once more."""
    kept: dict[str, tuple[str, str | None]] = {}
    for name, address in links:
        kept.setdefault((address or name).casefold(), (name, address))
    return tuple(kept.values())


def _short(title: str) -> str:
    words = plain(title)
    return words if len(words) <= 80 else words[:79].rsplit(" ", 1)[0] + "…"
