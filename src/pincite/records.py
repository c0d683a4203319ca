"""Frozen values for every arrow of the data flow; no input or output, no look-ups.

bytes → `Draft` → `Document`, `Passage` → library → `ScoredPassage` → `Evidence` → `Answer` → verified `Answer` → text.
Offsets are Unicode code points into `Document.text`. The JSON contract is `docs/records.md`: names stay, new ones may be added.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Tier = Literal["guideline", "label", "research", "patient"]
Extent = Literal["full-text", "abstract", "label", "record"]
Status = Literal["current", "retracted", "concern", "superseded", "unknown"]
Direction = Literal["for", "against", "neutral", "increase", "decrease", "no-difference"]
Intent = Literal[
    "treatment",
    "diagnosis",
    "cause",
    "prognosis",
    "dosing",
    "safety",
    "monitoring",
    "prevention",
    "definition",
    "epidemiology",
    "comparison",
    "other",
]
Design = Literal[
    "guideline",
    "appropriateness-criteria",
    "consensus",
    "technology-appraisal",
    "drug-label",
    "safety-communication",
    "systematic-review",
    "meta-analysis",
    "rct",
    "controlled-trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "diagnostic-study",
    "case-series",
    "case-report",
    "narrative-review",
    "qualitative",
    "economic",
    "protocol",
    "animal",
    "in-vitro",
    "editorial",
    "retraction-notice",
    "patient-information",
    "unknown",
]
SectionKind = Literal[
    "title",
    "abstract",
    "background",
    "objective",
    "methods",
    "results",
    "discussion",
    "conclusion",
    "recommendation",
    "indication",
    "dosing",
    "contraindication",
    "boxed-warning",
    "warning",
    "adverse",
    "interaction",
    "special-population",
    "overdose",
    "pharmacology",
    "description",
    "supply",
    "patient",
    "table",
    "figure",
    "statement",
    "body",
    "other",
]
StatementKind = Literal[
    "recommendation",
    "finding",
    "safety",
    "dosing",
    "diagnosis",
    "epidemiology",
    "definition",
    "prognosis",
    "monitoring",
    "contraindication",
    "indication",
    "interaction",
    "boxed-warning",
    "mechanism",
    "background",
    "method",
    "other",
]
Directness = Literal["direct", "indirect"]
VerdictLabel = Literal["quoted", "supported", "partly", "contradicted", "not-found", "uncited", "not-a-claim"]


class Record(BaseModel):
    """Base of all values: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- documents -------------------------------------------------------------------------------------------------------


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


# --- question and retrieval ------------------------------------------------------------------------------------------


class Understood(Record):
    """How a question was understood. Names are shown to the reader; `concepts` are identifiers for the later stages."""

    intent: Intent
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    population: str | None = None
    comparator: str | None = None
    outcome: str | None = None
    follow_up_of: str | None = None
    synonyms: dict[str, tuple[str, ...]] = {}
    wider: dict[str, tuple[str, ...]] = {}
    corrected: dict[str, str] = {}  # word as typed → word as understood
    ambiguous: dict[str, tuple[str, ...]] = {}  # short form → its possible meanings


class Term(Record):
    """One concept that a question names, with everything that counts as the same or as wider."""

    id: str
    label: str
    typed: str  # as the question has it
    kind: str  # condition | drug | intervention | population | outcome | animal
    ids: frozenset[str]  # this concept and all narrower ones
    wider: frozenset[str] = frozenset()  # one step wider: evidence on these is indirect
    modifiers: tuple[str, ...] = ()
    category: str | None = None  # step of care, for interventions


class Question(Record):
    """A question ready to be searched and judged: what is shown (`understood`) and what the later stages compare with."""

    text: str
    understood: Understood
    conditions: tuple[Term, ...] = ()
    interventions: tuple[Term, ...] = ()
    failed: tuple[Term, ...] = ()  # treatments that the question says did not work
    populations: tuple[Term, ...] = ()
    outcomes: tuple[Term, ...] = ()
    words: dict[str, float] = {}  # stem of a content word outside any term → weight (inverse document frequency)
    names: tuple[str, ...] = ()  # stems of rare words that no table knows: genes, devices, people
    aspect: str | None = None  # finer than intent: approval | maximum | failure | reasons
    query: str = ""  # what is sent to the index
    expansions: tuple[str, ...] = ()
    wider_query: str = ""  # the same question of the next wider condition; its evidence is indirect
    urgent: str | None = None


class Filters(Record):
    """What a search may return: tiers (none named: all), earliest year (a document without a year stays), designs."""

    tiers: tuple[Tier, ...] = ()
    since: int | None = None
    designs: tuple[Design, ...] = ()


class ScoredPassage(Record):
    """A passage that a search returned, with its document's header and text hash."""

    passage: Passage
    document_id: str
    header: Header
    text_sha256: str
    abbreviations: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    lexical: float  # BM25, 0 when only the vector index found it
    cosine: float | None  # None in a library without vectors
    score: float  # fused, 0 to 1


class Evidence(Record):
    """One sentence of a passage with its appraisal."""

    source: ScoredPassage
    start: int  # offsets into the document's text
    end: int
    text: str
    kind: StatementKind
    design: Design
    level: int  # 1 strongest … 5 weakest, 0 not gradable (labels, guidelines)
    directness: Directness
    because: str | None  # why only indirect
    direction: Direction | None
    strength: str | None
    certainty: str | None
    conditions: tuple[str, ...]  # concept ids named in the sentence
    met: tuple[str, ...] = ()  # ids of the question's terms that the sentence meets, by name, through its document, or as a wider one
    interventions: tuple[str, ...]
    benefit: Literal["benefit", "harm", "no-effect"] | None = None  # what a finding means for the patient
    meets_aspect: bool = False  # answers the finer aspect asked: the maximum, the approval, what follows a failure
    rank: int = 9  # order of trust by tier and design, 0 first; see appraisal/design.py
    fit: float = 1.0  # 0 to 1: how well its kind and words answer the intent; see appraisal/bearing.py
    coverage: float  # 0 to 1: share of what the question names that this sentence meets
    relevance: float  # 0 to 1: coverage, search score, kind asked and standing together


# --- answer ----------------------------------------------------------------------------------------------------------


class Quote(Record):
    """W3C TextQuoteSelector and TextPositionSelector in one: `document.text[start:end] == exact`."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


class Citation(Record):
    """From a statement to the words that it rests on, in one passage of one document."""

    reference: int
    document_id: str
    passage_id: str
    section: str
    quote: Quote


class Check(Record):
    """What one named check says of a statement or claim."""

    name: str
    outcome: Literal["pass", "fail", "abstain"]
    says: str
    found: str | None = None
    expected: str | None = None


class Verdict(Record):
    """What verification says, with the checks that say so."""

    label: VerdictLabel
    score: float | None = None
    checks: tuple[Check, ...] = ()


class Statement(Record):
    """One sentence of an answer. `text` differs from the quote only where `plain` words were added around it."""

    text: str
    kind: StatementKind
    citations: tuple[Citation, ...]
    direction: Direction | None = None
    strength: str | None = None
    certainty: str | None = None
    directness: Directness = "direct"
    indirect_because: str | None = None
    population: str | None = None
    note: str | None = None  # added by Pincite, never part of the quote: "as summarised from: Abstract"
    clinician_text: str | None = None  # the clinician's wording, where `text` is the plain one
    verdict: Verdict


class Section(Record):
    """One part of the answer page."""

    kind: Literal["pathway-step", "tier", "monitoring", "definition", "other"]
    heading: str
    tier: Tier | None = None
    statements: tuple[Statement, ...]
    note: str | None = None


class TierAnswer(Record):
    """Whether a tier answers, and the sentence shown where it does not."""

    answered: bool
    note: str


class Conflict(Record):
    """Where sources disagree: the sides, neither chosen."""

    about: str
    sides: tuple[tuple[Statement, ...], ...]


class LeftOut(Record):
    """A document that was near the question and not used, and why."""

    document_id: str
    title: str
    why: str


class Reference(Record):
    """One entry of the reference list: what the source is, how much of it is held, in what state."""

    number: int
    document_id: str
    tier: Tier
    design: Design
    title: str
    authors: tuple[str, ...] = ()
    organization: str | None = None
    venue: str | None = None
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    setid: str | None = None
    url: str | None = None
    status: Status
    extent: Extent
    text_sha256: str
    version: str | None = None
    date: str | None = None
    note: str | None = None  # "summary record, as summarised from: Abstract"


class LibraryState(Record):
    """The library that an answer was made from."""

    version: str
    documents: int
    passages: int
    newest: str | None = None  # newest publication date or year held


class Review(Record):
    """Who reviewed an answer, and what came of it; none so far."""

    state: str
    by: str | None = None
    on: str | None = None
    article: str | None = None
    revision: str | None = None


class ReadingGrade(Record):
    """Readability of the added plain text: Flesch-Kincaid grade and SMOG (US school years)."""

    flesch_kincaid: float
    smog: float
    sentences_flesch_kincaid: float | None = None  # of the sources' sentences as the page shows them


class Answer(Record):
    """One answered (or unanswered) question; prints as `pincite.answer/1` with `model_dump(mode="json", by_alias=True)`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    schema_: Literal["pincite.answer/1"] = Field("pincite.answer/1", alias="schema")
    question: str
    audience: Literal["clinician", "patient"] = "clinician"
    understood: Understood
    library: LibraryState
    answered: bool
    confidence: float | None = None  # 0 to 1: that this library answers the question; see answering/abstaining.py
    bottom_line: tuple[Statement, ...] = ()
    sections: tuple[Section, ...] = ()
    tiers: dict[str, TierAnswer] = {}
    conflicts: tuple[Conflict, ...] = ()
    gaps: tuple[str, ...] = ()
    indirect: tuple[Statement, ...] = ()  # evidence on a wider condition or another population, kept apart
    references: tuple[Reference, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    follow_ups: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    urgent: str | None = None  # "seek care now", shown before anything else; also the first of `warnings`
    explained: dict[str, str] = {}  # term → plain words, for patients
    reading_grade: ReadingGrade | None = None
    composer: str = "extractive"
    reviewed: Review | None = None
    disclaimer: str = ""
    omitted: int = 0  # statements held back to keep the page readable; `--all` shows them
