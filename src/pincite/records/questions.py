"""From a question to appraised evidence."""

from __future__ import annotations

from typing import Literal

from pincite.records.documents import Header, Passage
from pincite.records.words import Design, Direction, Directness, Intent, Record, StatementKind, Tier


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
