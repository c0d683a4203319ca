"""One document as its page shows it: facts, and the text by sections, a page of it at a time, with a quote marked."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pincite.answering.quoting import reference_of
from pincite.appraisal.currency import retraction_of, status_note, usable
from pincite.records import Document, Notice, Passage
from pincite.rendering import wording
from pincite.rendering.safe import inert, plain, web_address

# A page of text: about 60 kB of HTML, well under a second on a phone.
PASSAGES_A_PAGE = 60
_SHOWN_AT_MOST = 400  # abbreviations, cited references


@dataclass(frozen=True)
class Stretch:
    """A passage as shown: before the mark, marked, after."""

    ordinal: int
    before: str
    marked: str
    after: str
    page: int | None
    kind: str
    first: bool = False  # the quote begins here

    @property
    def table(self) -> bool:
        """Rows of a table keep their lines."""
        return self.kind == "table"


@dataclass(frozen=True)
class Part:
    """Consecutive passages of one section."""

    heading: str
    stretches: tuple[Stretch, ...]
    anchor: str


class Place(NamedTuple):
    """A heading of the table of contents."""

    heading: str
    page: int
    ordinal: int


class Fact(NamedTuple):
    """A line of what is known of a document."""

    name: str
    value: str
    link: str | None = None


def page_of(passages: Sequence[Passage], *, start: int | None, ordinal: int | None, asked: int | None) -> int:
    """The page, from 1, that holds the quote or passage, else the one asked for."""
    last = pages(passages)
    if start is not None:
        at = next((number for number, one in enumerate(passages) if one.start <= start < one.end), None)
    elif ordinal is not None:
        at = next((number for number, one in enumerate(passages) if one.ordinal == ordinal), None)
    else:
        at = None
    if at is not None:
        return at // PASSAGES_A_PAGE + 1
    return min(max(asked or 1, 1), last)


def pages(passages: Sequence[Passage]) -> int:
    """How many pages the text has."""
    return max(1, -(-len(passages) // PASSAGES_A_PAGE))


def parts(passages: Sequence[Passage], *, page: int, start: int | None, end: int | None) -> tuple[Part, ...]:
    """The sections of one page; the words from `start` to `end` are marked, also across passages."""
    shown = passages[(page - 1) * PASSAGES_A_PAGE : page * PASSAGES_A_PAGE]
    found: list[Part] = []
    for passage in shown:
        stretch = _stretch(passage, start, end)
        heading = plain(passage.section)
        if found and found[-1].heading == heading:
            found[-1] = Part(heading, (*found[-1].stretches, stretch), found[-1].anchor)
        else:
            found.append(Part(heading, (stretch,), f"s{passage.ordinal}"))
    return tuple(found)


def contents(passages: Sequence[Passage]) -> tuple[Place, ...]:
    """Every section with the page that it begins on."""
    found: list[Place] = []
    for number, passage in enumerate(passages):
        heading = plain(passage.section)
        if heading and (not found or found[-1].heading != heading):
            found.append(Place(heading, number // PASSAGES_A_PAGE + 1, passage.ordinal))
    return tuple(found)


def _stretch(passage: Passage, start: int | None, end: int | None) -> Stretch:
    text = inert(passage.text)
    if start is None or end is None or not (passage.start < end and start < passage.end):
        return Stretch(passage.ordinal, text, "", "", passage.page, passage.kind)
    first, last = max(0, start - passage.start), min(len(text), end - passage.start)
    begins = passage.start <= start < passage.end
    return Stretch(passage.ordinal, text[:first], text[first:last], text[last:], passage.page, passage.kind, begins)


def facts(document: Document) -> tuple[Fact, ...]:
    """What is known of a document, in the order of its page; empty ones are left out."""
    return tuple(fact for fact in _facts(document) if fact.value)


def _facts(document: Document) -> Iterator[Fact]:
    yield Fact("Authors", plain(", ".join(document.authors)))
    yield Fact("Organisation", plain(document.organization or ""))
    yield Fact("Published in", plain(document.venue or ""))
    yield Fact("Year", str(document.year or ""))
    yield Fact("Date", _date(document.date or ""))
    yield Fact("Version", plain(document.version or ""))
    yield Fact("Drug", plain(document.drug or ""))
    yield Fact("Conditions", plain(", ".join(document.conditions)))
    yield Fact("Interventions", plain(", ".join(document.interventions)))
    yield Fact("Population", plain(document.population or ""))
    yield Fact("People studied", f"{document.n:,}" if document.n else "")
    yield Fact("Language", plain(document.language or ""))
    yield Fact("Licence", plain(document.licence or "not stated"), web_address(document.licence))
    yield Fact("Publication types", plain(", ".join(document.publication_types)))
    yield Fact("Keywords", plain(", ".join([*document.keywords, *document.mesh]))[:1000])
    yield Fact("Retraction", _retraction(document))
    yield Fact("Notices", plain("; ".join(_notice(notice) for notice in document.notices)))
    yield Fact("Superseded by", plain(document.superseded_by or ""))
    yield Fact("Precedence", wording.PRECEDENCES[document.precedence] if document.precedence else "")
    yield Fact("Notes", plain(document.notes or ""))
    yield Fact("Read from", plain(document.source.replace("\\", "/").rpartition("/")[2]))


def _date(text: str) -> str:
    """A whole date in words; a part of one as it is."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return plain(text)
    return f"{day.day} {day:%B %Y}"


def _retraction(document: Document) -> str:
    """Yes, no or unknown, with the day on which lists were last asked; nothing for what is never retracted."""
    if document.tier not in ("research", "guideline"):
        return ""
    asked = f", looked up on {_date(document.looked_up)}" if document.looked_up else ""
    return {"yes": f"yes{asked}", "no": f"no{asked}", "unknown": "unknown: never looked up"}[retraction_of(document)]


def _notice(notice: Notice) -> str:
    details = [part for part in (_date(notice.date or ""), notice.id, notice.reasons) if part]
    return f"{notice.kind} ({notice.by}{': ' if details else ''}{', '.join(details)})"


def identifiers(document: Document) -> tuple[Fact, ...]:
    """Identifiers with their addresses, where they have the form of one."""
    reference = reference_of(document.id, document, number=1, text_sha256=document.text_sha256, flagged=False)
    return tuple(Fact("", text, link) for text, link in wording.links_of(reference))


def relations(document: Document) -> tuple[tuple[str, str], ...]:
    """What the document says of its standing to others: ("retracted by", "pmid:1")."""
    return tuple((plain(relation.kind).replace("-", " "), plain(relation.target)) for relation in document.relations)


def standing(document: Document, *, newest: str | None) -> tuple[str, str]:
    """(what must be said before it is trusted, why it is not used to answer); either may be empty."""
    year = int(newest[:4]) if newest and newest[:4].isdigit() else None
    note = status_note(document, today_year=year) or ""
    if document.retired:
        return note, f"It was retired from this library: {plain(document.retired)}"
    if document.superseded_by:
        return note, f"A newer issue of this guideline is held: {plain(document.superseded_by)}."
    if not usable(document):
        return note, "It is not used to answer questions, because of what it is or of its status."
    return note, ""


def abbreviations(document: Document) -> tuple[tuple[str, str], ...]:
    """The short forms that the text defines."""
    return tuple((plain(short), plain(long)) for short, long in document.abbreviations[:_SHOWN_AT_MOST])


def cited(document: Document) -> tuple[tuple[str, str, tuple[Fact, ...]], ...]:
    """The document's own references: label, text, links."""
    found = []
    for one in document.cited[:_SHOWN_AT_MOST]:
        links = []
        if one.doi:
            links.append(Fact("", f"DOI {plain(one.doi)}", web_address(f"https://doi.org/{one.doi}")))
        if one.pmid and one.pmid.isdigit():
            links.append(Fact("", f"PMID {one.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{one.pmid}/"))
        found.append((plain(one.label), plain(one.text), tuple(links)))
    return tuple(found)
