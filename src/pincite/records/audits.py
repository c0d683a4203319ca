"""Somebody else's text, claim by claim: what is loaded, what it asserts and cites, and what came of checking it."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pincite.records.answers import Citation, Reference, Verdict
from pincite.records.words import Direction, Record, Status

StretchKind = Literal["title", "heading", "paragraph", "item", "cell", "caption", "quotation"]
ClaimKind = Literal["claim", "advice", "opinion", "boilerplate", "question"]
FindingKind = Literal["arithmetic", "unit", "date", "table", "reference", "hidden-text", "steering-text"]


class Stretch(Record):
    """A heading, paragraph, list item or table cell of a text, with what it stands under: `text[start:end]` of the loaded text."""

    kind: StretchKind
    start: int
    end: int
    level: int = 0  # of a heading (1 …) or a list item (1 = outermost)
    under: tuple[tuple[int, int], ...] = ()  # offsets of the headings and lead-in items above it, outermost first
    label: str = ""  # number of a list item or note, as the page shows it
    cell: tuple[int, int, int] | None = None  # table, row, column of a cell, each from 0
    header: bool = False  # a cell that names its row or column
    quoted: bool = False  # inside a block quotation


class Link(Record):
    """Words of a text that are a link: `text[start:end]` leads to `url` (`#…` within the page)."""

    start: int
    end: int
    url: str


class Omitted(Record):
    """A part of the page that was left out of the audit, and why: navigation, a disclaimer, a form, hidden text."""

    text: str  # its beginning
    why: str
    characters: int


class Mark(Record):
    """A citation mark in a text: `[1, 3-5]`, a superscript, (Smith 2019); `markers` name entries of the reference list."""

    start: int
    end: int
    markers: tuple[str, ...]


class ListedReference(Record):
    """An entry of the text's own reference list, as printed, with the identifiers it prints."""

    marker: str
    text: str
    start: int
    end: int
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None


class Loaded(Record):
    """A text made ready to be audited. Offsets are code points into `text`."""

    name: str
    url: str | None = None
    sha256: str  # of the bytes as given
    text: str
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...] = ()
    listed: tuple[ListedReference, ...] = ()
    omitted: tuple[Omitted, ...] = ()
    flags: tuple[str, ...] = ()  # steering or hidden text that was found
    language: str | None = None
    links: tuple[Link, ...] = ()
    raised: tuple[tuple[int, int], ...] = ()  # offsets of superscripts


class Asserted(Record):
    """One checkable assertion: a sentence or item with the headings and lead-ins that complete it."""

    id: str
    text: str
    start: int
    end: int
    context: tuple[str, ...] = ()  # outermost first
    kind: ClaimKind = "claim"
    cites: tuple[str, ...] = ()


class AuditSource(Record):
    """What was audited."""

    name: str
    url: str | None = None
    sha256: str
    extracted_characters: int
    omitted: tuple[Omitted, ...] = ()


class ClaimParts(Record):
    """What a claim asserts, as it was read: names by their concept's label (inherited from the headings where the claim names none), the rest as printed."""

    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    comparator: str | None = None
    outcomes: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()  # numbers with their units
    direction: Direction | None = None
    strength: str | None = None
    certainty: str | None = None


class SetAside(Record):
    """A sentence of the text that was not audited, and why: advice to the reader, an opinion, a question, talk about the page, not on medicine."""

    kind: Literal["advice", "opinion", "boilerplate", "question", "not-medical"]
    text: str
    start: int
    end: int


class AuditClaim(Record):
    """One claim of the text with its verdict and the words of the library that decide."""

    id: str
    text: str
    start: int
    end: int
    context: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    parts: ClaimParts = ClaimParts()
    verdict: Verdict
    severity: Literal["high", "moderate", "low", "none"] = "none"
    evidence: tuple[Citation, ...] = ()
    suggestion: str | None = None  # always the words of a source


class AuditReference(Record):
    """One entry of the text's reference list: which document of the library it is, in what state, what is wrong with it."""

    marker: str
    text: str
    resolved: str | None = None
    status: Status | None = None
    problem: str | None = None


class InternalFinding(Record):
    """What is wrong within the text itself, without any source."""

    text: str
    start: int
    end: int
    problem: str
    kind: FindingKind = "arithmetic"


class AuditSummary(Record):
    """How many claims came out how."""

    claims: int = 0
    quoted: int = 0
    supported: int = 0
    partly: int = 0
    contradicted: int = 0
    not_found: int = 0
    uncited: int = 0
    references_resolved: int = 0
    references_total: int = 0


class Audit(Record):
    """An audited text; prints as `pincite.audit/1` with `model_dump(mode="json", by_alias=True)`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    schema_: Literal["pincite.audit/1"] = Field("pincite.audit/1", alias="schema")
    source: AuditSource
    library: str = ""  # version of the library that it was audited with
    claims: tuple[AuditClaim, ...] = ()
    references: tuple[AuditReference, ...] = ()
    internal: tuple[InternalFinding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    summary: AuditSummary
    text: str = ""  # as extracted; all offsets are into it
    stretches: tuple[Stretch, ...] = ()
    flags: tuple[str, ...] = ()  # hidden or steering text that was found, and not obeyed
    documents: tuple[Reference, ...] = ()  # the library's documents that the evidence stands in, numbered as `evidence` names them
    says: str = ""  # one line: "no medical claims", or what was found
