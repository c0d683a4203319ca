"""What happened to a document after it was taken in, what rests on it, and what became of watched questions."""

from __future__ import annotations

from typing import Literal

from pincite.records.answers import Answer
from pincite.records.words import Record, SectionKind, Tier

# How a change matters, the gravest first.
EventKind = Literal[
    "retracted",
    "concern",
    "boxed-warning",
    "contraindication",
    "dose",
    "gone",
    "retired",
    "superseded",
    "reinstated",
    "restored",
    "erratum",
    "version",
    "text",
    "identifiers",
    "merged",
    "precedence",
]


class Span(Record):
    """A sentence of a document's text: `document.text[start:end]`."""

    start: int
    end: int


class SentenceChange(Record):
    """A sentence of the former text and what stands in its place; either may be missing."""

    section: str
    kind: SectionKind
    old: str | None
    new: str | None
    old_at: Span | None = None
    new_at: Span | None = None


class FieldChange(Record):
    """A fact about a document, before and after."""

    name: str
    old: str | None
    new: str | None


class Event(Record):
    """One change of one document in one commit of the library. The same change always gives the same `key`."""

    key: str
    number: int  # of the commit
    at: str  # ISO 8601
    document_id: str
    now_id: str | None  # where it lives now: the same id, that of the document it was merged into, or None
    title: str
    tier: Tier
    kinds: tuple[EventKind, ...]  # gravest first
    says: str  # one sentence for each kind
    fields: tuple[FieldChange, ...] = ()
    sentences: tuple[SentenceChange, ...] = ()
    sentences_in_all: int = 0  # where more changed than are listed
    old_sha256: str
    new_sha256: str | None


class Resting(Record):
    """One quote of a stored answer that rests on a changed document: where it stands now, or what stands in its place."""

    statement: str
    document_id: str
    old: str
    stands: bool
    now_id: str | None = None
    passage_id: str | None = None  # where it stands now
    at: Span | None = None
    new: str | None = None  # the sentence most like it, where it stands no more


class Touched(Record):
    """A stored answer or article, and what of it rests on one event."""

    name: str
    question: str
    event: str  # its key
    quotes: tuple[Resting, ...]


class Watch(Record):
    """A question that is asked again after the library changed, with the answer that was given last."""

    id: str
    question: str
    audience: Literal["clinician", "patient"] = "clinician"
    added: str  # ISO 8601
    asked: str | None = None  # when it was asked last
    answer: Answer | None = None


class Piece(Record):
    """One quoted sentence that an answer gained or lost, with the reason where one is known."""

    text: str
    document_id: str
    title: str
    why: str | None = None


class WatchChange(Record):
    """How the answer to a watched question differs from the one before; prints as part of `pincite.watch/1`."""

    key: str
    watch: str
    question: str
    audience: Literal["clinician", "patient"] = "clinician"
    at: str
    library_before: str
    library_after: str
    answered_before: bool
    answered_after: bool
    bottom_line_before: tuple[str, ...] = ()
    bottom_line_after: tuple[str, ...] = ()
    bottom_line_changed: bool = False
    new: tuple[Piece, ...] = ()
    lost: tuple[Piece, ...] = ()
    disagreements_new: tuple[str, ...] = ()
    disagreements_ended: tuple[str, ...] = ()
    says: str  # one sentence
