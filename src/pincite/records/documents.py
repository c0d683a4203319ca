"""From bytes to the library: what readers return, what is stored."""

from __future__ import annotations

from pincite.records.words import (
    Design,
    Direction,
    Extent,
    NoticeKind,
    Precedence,
    Record,
    SectionKind,
    StatementKind,
    Status,
    Tier,
)


class Annotation(Record):
    """What the writer of a summary record says of one statement; null where nothing was said."""

    kind: StatementKind
    direction: Direction | None = None
    strength: str | None = None
    certainty: str | None = None
    locator: str | None = None


class Relation(Record):
    """A link that a source prints to another publication: `retracts`, `retracted-by`, `corrects`, `corrected-by`,
    `concern-about`, `concern-in`, `updates`, `updated-by`, `comments-on`. `target` is `pmid:…` or `doi:…`, or the citation as printed."""

    kind: str
    target: str


class Notice(Record):
    """What a list of notices (Retraction Watch, Crossref) says of one publication."""

    kind: NoticeKind
    by: str  # the list that says so
    date: str | None = None  # ISO 8601
    id: str | None = None  # the notice's own identifier: `pmid:…` or `doi:…`
    reasons: str | None = None  # in the list's words


class Block(Record):
    """A paragraph, list item, heading-less table or statement, as a reader found it; becomes one or more passages."""

    text: str
    section: str = ""
    kind: SectionKind = "body"
    page: int | None = None
    annotation: Annotation | None = None


class CitedReference(Record):
    """One entry of a document's own reference list."""

    label: str
    text: str
    doi: str | None = None
    pmid: str | None = None


class Header(Record):
    """What is known of a document without its text."""

    tier: Tier
    design: Design = "unknown"
    extent: Extent
    status: Status = "unknown"
    title: str
    authors: tuple[str, ...] = ()
    organization: str | None = None
    venue: str | None = None
    year: int | None = None
    date: str | None = None  # ISO 8601: publication, or a label's effective date
    version: str | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    setid: str | None = None
    url: str | None = None
    licence: str | None = None
    language: str | None = None
    publication_types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()  # as a record or a reader states them
    interventions: tuple[str, ...] = ()
    drug: str | None = None  # a label's drug
    population: str | None = None
    n: int | None = None
    relations: tuple[Relation, ...] = ()
    notes: str | None = None
    # What follows is said by this library or by lists that it looked up, never by the source itself.
    retired: str | None = None  # why this library no longer answers from it (`Library.retire`)
    precedence: Precedence | None = None  # a librarian's mark: leads its tier (`Library.mark`)
    superseded_by: str | None = None  # id of the newer guideline of the same organisation that the library holds
    stands: bool = False  # a librarian said that it is not superseded (`Library.mark`)
    looked_up: str | None = None  # ISO date on which lists of retractions were last asked about it; None: never (`Library.look_up`)
    notices: tuple[Notice, ...] = ()


LIBRARY_SAYS = ("retired", "precedence", "superseded_by", "stands", "looked_up", "notices")  # fields of a header


class Draft(Record):
    """A document before its text is laid out: what every reader returns."""

    record_id: str | None = None  # an identifier the source itself gives (a record's id)
    header: Header
    blocks: tuple[Block, ...]
    cited: tuple[CitedReference, ...] = ()


class Document(Header):
    """One guideline, label, paper, page or summary record, as ingested."""

    id: str
    source: str  # name of the file or address it came from
    text: str
    text_sha256: str
    abbreviations: tuple[tuple[str, str], ...] = ()  # (short form, long form) that the text itself defines
    cited: tuple[CitedReference, ...] = ()
    flags: tuple[str, ...] = ()  # `steering-text: …`: words that try to instruct a reader or a model


class Passage(Record):
    """A stretch of a document that is indexed and cited: `document.text[start:end] == text`."""

    id: str  # f"{document_id}#{ordinal}"
    document_id: str
    ordinal: int
    section: str
    kind: SectionKind
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]  # offsets into the document's text
    page: int | None = None
    annotation: Annotation | None = None


class Reading(Record):
    """A document with its passages: what ingest hands to the library."""

    document: Document
    passages: tuple[Passage, ...]


class Unread(Record):
    """A file, or one entry of it, that could not be read, and why. `skipped` (not an error): nothing to read for us."""

    name: str
    reason: str
    skipped: bool = False
