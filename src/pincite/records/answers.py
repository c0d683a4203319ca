"""The answer that people read, with its citations, verdicts and references."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pincite.records.questions import Understood
from pincite.records.words import Design, Direction, Directness, Extent, Precedence, Record, StatementKind, Status, Tier, VerdictLabel


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
    precedence: Precedence | None = None  # a librarian's mark: it leads its tier
    looked_up: str | None = None  # ISO date on which lists of retractions were last asked about it; None: never


class LibraryState(Record):
    """The library that an answer was made from."""

    version: str
    documents: int
    passages: int
    newest: str | None = None  # newest publication date or year held


class Rejected(Record):
    """A sentence that a model proposed and that was not shown, and why."""

    text: str
    why: str
    quotes: tuple[int, ...] = ()  # numbers of the quotes that it named


class Written(Record):
    """What a language model did for an answer: every sentence of it that stands was checked against its quotes."""

    use: Literal["bottom-line", "plain"]
    model: str
    on_this_computer: bool  # whether the question stayed here
    parameters: dict[str, str | int | float] = {}
    prompt: str  # name and version of the instructions
    proposed: int = 0  # sentences proposed, over all rounds
    accepted: int = 0  # sentences that stand
    rejected: tuple[Rejected, ...] = ()
    replaced: int = 0  # refused sentences in whose place the source's own words stand
    dropped: int = 0  # refused sentences in whose place nothing stands
    read_as: str | None = None  # a follow-up question in full, as the model put it and the thread bears it out
    note: str | None = None  # why the page is extractive, or what broke off


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
    composer: str = "extractive"  # or "model:NAME", where at least one sentence is a model's
    written: Written | None = None  # only where a model was asked
    reviewed: Review | None = None
    disclaimer: str = ""
    omitted: int = 0  # statements held back to keep the page readable; `--all` shows them
