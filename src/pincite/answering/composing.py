"""Evidence → the answer page, extractively: every statement is a sentence of a source, in the order that a clinician reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from pincite.answering import abstaining, conflicts, pathway
from pincite.answering.gaps import follow_ups, gaps
from pincite.answering.quoting import Numbering
from pincite.answering.shapes import TIERS, Part, Shape, shape_of
from pincite.appraisal.directness import IN_ANIMALS, mentions_of
from pincite.records import (
    Answer,
    Conflict,
    Evidence,
    LeftOut,
    LibraryState,
    Precedence,
    Question,
    ScoredPassage,
    Section,
    Statement,
    TierAnswer,
)

# A page stays readable up to about 25 statements; the rest is one step away (`everything`).
MOST_STATEMENTS = 25
MOST_PER_STEP = 3
MOST_PER_TIER = 5
MOST_PER_DOCUMENT = 3
MOST_PER_LABEL = 8
MOST_INDIRECT = 5
# A statement may be this much less relevant than the best one and still stand on the page. Lower lets in neighbours of the topic.
RELEVANT_FROM = 0.62
LEADS_FROM = 0.86
# A source that librarians marked leads its tier also where another words the answer a little nearer to the question. As low as
# RELEVANT_FROM it would let any neighbour of the topic lead.
MARKED_LEADS_FROM = 0.74
# A sentence that only sounds like an answer (bearing.NO_ANSWER_KEEPS of its fit) never leads while another stands.
FITS_TO_LEAD = 0.45
# Share of the best coverage that a statement must reach: below it, it leaves out a word of the question that others meet.
COVERS_FROM = 0.6

# A new drug is in no table; that something was given shows in what it was compared with.
_GIVEN = re.compile(
    r"\b(?:placebo|sham|treated with|given|received|treatment|therapy|versus|compared (?:with|to)|assigned to)\b", re.IGNORECASE
)
# "A or B is an option" names both and compares nothing.
_COMPARES = re.compile(
    r"\b(?:versus|vs\.?|than|over|compared|comparison|between|difference|differ\w*|similar\w*|same|equal\w*|equivalent|superior\w*|inferior\w*|non-?inferior\w*|better|worse|more|less|whereas|while|and \d[\d.]*)\b",
    re.IGNORECASE,
)
_OPEN = (
    "safety",
    "treatment",
    "diagnosis",
    "cause",
    "prognosis",
    "monitoring",
    "definition",
    "epidemiology",
    "comparison",
    "prevention",
    "other",
)

DISCLAIMER = (
    "Pincite quotes sources; it does not diagnose, gives no emergency advice and does not replace a clinician's judgement."
    " Check the sources before acting."
)
# A dose question is answered by an amount: of the drug, or of the measure that limits it.
_OF_DOSES = ("dosing", "contraindication", "boxed-warning", "monitoring")
_AMOUNT = re.compile(r"\d\s?(?:mg|mcg|µg|μg|g|mL|ml|units?|IU|tablets?|capsules?|drops?|puffs?|%)\b")
# Who is asked about doses and harms: the label, then guidelines; how a trial gave a drug is no advice.
_AUTHORITY = {"label": 0, "guideline": 1, "research": 2, "patient": 3}
_PRECEDENCE: dict[Precedence | None, int] = {"local": 0, "preferred": 1, None: 2}
_NUMBER = re.compile(r"\d+(?:[.,·]\d+)?")


def compose(
    question: Question,
    *,
    scored: Sequence[ScoredPassage],
    evidence: Sequence[Evidence],
    left_out: Sequence[LeftOut],
    library: LibraryState,
    everything: bool = False,
) -> Answer:
    """The whole page for clinicians; `answering.plain` turns it into the patient's. Evidence comes most relevant first."""
    shape = shape_of(question)
    sure = abstaining.confidence(question, scored, evidence)
    direct = without_repeats([one for one in evidence if one.directness == "direct"])
    indirect = without_repeats([one for one in evidence if one.directness == "indirect"])
    direct = _relevant(question, shape, direct)
    answered = sure >= abstaining.ANSWERS_FROM and bool(direct)
    if question.understood.intent == "dosing":
        answered = answered and any(one.kind in _OF_DOSES and _AMOUNT.search(one.text) for one in direct)
    numbering = Numbering()
    if not answered:
        return _silence(question, scored, evidence, left_out, library, sure, numbering)
    layout = _Layout(question, shape, direct, everything=everything)
    bottom_line = [numbering.statement(one) for one in layout.bottom_line]
    sections = [
        Section(
            kind=part.kind,
            heading=part.heading,
            tier=None,
            statements=tuple(numbering.statement(one, note=_go_on(one) if part.kind == "pathway-step" else None) for one in chosen),
        )
        for part, chosen in layout.parts
    ]
    tiers, tier_sections = _tiers(layout, numbering, bottom_line, sections)
    monitoring = [section for section in sections if section.kind == "monitoring"]
    ordered = [*(section for section in sections if section.kind != "monitoring"), *tier_sections, *monitoring]
    disputes = tuple(
        Conflict(
            about=dispute.about,
            sides=(
                tuple(numbering.statement(one) for one in dispute.supporting),
                tuple(numbering.statement(one) for one in dispute.opposing),
            ),
        )
        for dispute in layout.disputes
    )
    aside = tuple(numbering.statement(one) for one in _indirect(question, shape, indirect))
    references = numbering.references()
    return Answer(
        question=question.text,
        understood=question.understood,
        library=library,
        answered=True,
        confidence=round(sure, 3),
        bottom_line=tuple(bottom_line),
        sections=tuple(ordered),
        tiers=tiers,
        conflicts=disputes,
        gaps=(*_uncompared(question, direct), *gaps(question, direct, references, steps=shape.steps)),
        indirect=aside,
        references=references,
        left_out=tuple(left_out),
        follow_ups=follow_ups(question, evidence),
        warnings=tuple([question.urgent] if question.urgent else []),
        urgent=question.urgent,
        disclaimer=DISCLAIMER,
        omitted=layout.omitted,
    )


def without_repeats(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence, most relevant first, without sentences that say again what an earlier one says.

    Two sentences with other numbers, other drugs or another direction are two facts, however alike their words: "we recommend" and
    "we recommend against". Of two that say the same in one tier, the one of a marked source is kept.
    """
    from rapidfuzz import fuzz  # noqa: PLC0415 - only when there is something to compare

    kept: list[Evidence] = []
    for one in evidence:
        numbers = set(_NUMBER.findall(one.text))
        repeated = False
        for place, other in enumerate(kept):
            if one.text == other.text:
                repeated = True
            elif (
                set(one.interventions) == set(other.interventions)
                and numbers <= set(_NUMBER.findall(other.text))
                and conflicts.polarity(one) == conflicts.polarity(other)
            ):
                repeated = fuzz.token_set_ratio(one.text.lower(), other.text.lower()) >= 90
            if repeated:
                if one.source.header.tier == other.source.header.tier and _precedence(one) < _precedence(other):
                    kept[place] = one
                break
        if not repeated:
            kept.append(one)
    return kept


def _relevant(question: Question, shape: Shape, direct: list[Evidence]) -> list[Evidence]:
    """What may stand on the page: not far below the best, and for treatment questions findings only about a treatment."""
    if not direct:
        return []
    wanted = set(shape.bottom_line) | {kind for part in shape.parts for kind in part.kinds}
    best, covered = max(one.relevance for one in direct), max(one.coverage for one in direct)
    kept = [
        one
        for one in direct
        if one.relevance >= RELEVANT_FROM * best and one.coverage >= COVERS_FROM * covered and (one.kind in wanted or not shape.parts)
    ]
    if not kept and question.understood.intent in _OPEN:
        # Sources seldom sort themselves as questions do: where nothing of the kinds asked is left, what is nearest in meaning may answer.
        kept = [
            one
            for one in direct
            if one.relevance >= RELEVANT_FROM * best and one.coverage >= COVERS_FROM * covered and one.kind not in ("method", "background")
        ]
    if shape.steps and not question.interventions:
        kept = [one for one in kept if one.kind not in ("finding", "recommendation") or _treats(one)]
    return kept


class _Layout:
    """Which evidence goes where, each sentence once: bottom line, then the shape's parts, then the tiers."""

    def __init__(self, question: Question, shape: Shape, direct: Sequence[Evidence], *, everything: bool) -> None:
        self.question = question
        self.shape = shape
        self.direct = marked_first(direct)
        self.everything = everything
        self._used: set[tuple[str, int]] = set()
        self._per_document: Counter[str] = Counter()
        self._count = 0
        # Where few documents answer, each may say more; twelve statements of research are enough from any number of them.
        self._each = max(MOST_PER_DOCUMENT, 12 // max(1, len({one.source.document_id for one in direct})))
        self.omitted = 0
        self._counted: set[tuple[str, int]] = set()
        self.disputes = conflicts.disagreements(question, direct)
        self.bottom_line = self._both_sides(self._lead())
        self._hold(self.bottom_line)
        self._hold(one for dispute in self.disputes for one in (*dispute.supporting, *dispute.opposing))
        self._reserved = self._reserve()
        self.parts = self._parts()
        self.tiers = {tier: self._take(self._of_tier(tier), MOST_PER_TIER) for tier, _, _ in TIERS}

    def _lead(self) -> list[Evidence]:
        """One to three statements: the strongest direct evidence among the most relevant, one for each condition asked."""
        # Whether a named drug is forbidden comes first for one who would give it; not where two are compared, nor for what has failed.
        given = any(term not in self.question.failed for term in self.question.interventions)
        warned = given and self.question.conditions and self.question.understood.intent != "comparison"
        kinds = (*self.shape.bottom_line, "boxed-warning", "contraindication") if warned else self.shape.bottom_line
        wanted = [one for one in self.direct if one.kind in kinds and (not self.shape.steps or _treats(one) or one.kind == "indication")]
        wanted = wanted or self.direct
        wanted = [one for one in wanted if one.fit >= FITS_TO_LEAD] or wanted
        best = max(one.relevance for one in wanted)
        close = [one for one in wanted if one.relevance >= (MARKED_LEADS_FROM if one.source.header.precedence else LEADS_FROM) * best]
        if self.question.aspect and any(one.meets_aspect for one in close):
            close = [one for one in close if one.meets_aspect]
        if self.shape.labels_first:
            close.sort(
                key=lambda one: (
                    # A warning that names the condition asked before those that hold for every user of the drug.
                    bool(self.question.conditions) and not any(term.id in one.met for term in self.question.conditions),
                    _AUTHORITY[one.source.header.tier],
                    _precedence(one),
                    -round(one.relevance, 1),
                    _lead_kind(self.shape, one),
                    -one.relevance,
                )
            )
        else:
            comparing = self.question.understood.intent == "comparison"
            close.sort(
                key=lambda one: (
                    comparing and not compares(self.question, one),
                    one.rank // 100,
                    _precedence(one),
                    one.rank,
                    not tells(one),
                    -one.relevance,
                    one.source.passage.id,
                )
            )
        chosen: list[Evidence] = []
        for term in self.question.conditions if len(self.question.conditions) > 1 else ():
            first = next((one for one in close if one not in chosen and set(one.conditions) & term.ids), None)
            if first:
                chosen.append(first)
        for one in close:
            if len(chosen) >= 3:
                break
            if one not in chosen and (
                self.shape.labels_first or not any(one.source.document_id == other.source.document_id for other in chosen)
            ):
                chosen.append(one)
        return chosen[:3]

    def _both_sides(self, chosen: list[Evidence]) -> list[Evidence]:
        """The bottom line, never with one side of the main disagreement only: the other side's strongest statement takes the last place."""
        for dispute in self.disputes[:1]:
            sides = (dispute.supporting, dispute.opposing)
            shown = [any(one in chosen for one in side) for side in sides]
            if sum(shown) == 1:
                other = sides[shown.index(False)][0]
                return [*chosen[:2], other]
        return chosen

    def _hold(self, evidence: Iterable[Evidence]) -> None:
        for one in evidence:
            key = (one.source.passage.id, one.start)
            if key not in self._used:
                self._used.add(key)
                self._per_document[one.source.document_id] += 1
                self._count += 1

    def _reserve(self) -> set[tuple[str, int]]:
        """The best statement of each tier that nothing above shows yet: kept back so that the tier itself can speak."""
        reserved = set()
        for tier, _, _ in TIERS:
            free = [one for one in self._of_tier(tier) if (one.source.passage.id, one.start) not in self._used]
            if free and len(free) > 1:
                reserved.add((free[0].source.passage.id, free[0].start))
        return reserved

    def _of_tier(self, tier: str) -> list[Evidence]:
        return [one for one in self.direct if one.source.header.tier == tier]

    def _take(self, evidence: Iterable[Evidence], most: int, *, skip: set[tuple[str, int]] = frozenset()) -> list[Evidence]:  # type: ignore[assignment]
        chosen: list[Evidence] = []
        for one in evidence:
            key = (one.source.passage.id, one.start)
            if key in self._used or key in skip:
                continue
            each = MOST_PER_LABEL if one.source.header.tier == "label" else self._each
            full = len(chosen) >= most or self._count >= MOST_STATEMENTS or self._per_document[one.source.document_id] >= each
            if full and not self.everything:
                self.omitted += key not in self._counted
                self._counted.add(key)
                continue
            self._hold([one])
            chosen.append(one)
        return chosen

    def _parts(self) -> list[tuple[Part, list[Evidence]]]:
        parts: list[tuple[Part, list[Evidence]]] = []
        if self.shape.steps:
            steps = [one for one in self.direct if one.kind in ("recommendation", "finding", "indication", "dosing")]
            overview = self._take((one for one in steps if pathway.is_overview(one)), 2, skip=self._reserved)
            parts.append((Part("The steps together", (), "pathway-step"), overview))
            for name, heading, _ in pathway.STEPS:
                members = (one for one in steps if name == pathway.step_of(one))
                parts.append((Part(heading, (), "pathway-step"), self._take(members, MOST_PER_STEP, skip=self._reserved)))
        if self.question.understood.intent == "comparison":
            both = (one for one in self.direct if compares(self.question, one))
            parts.append((Part("Compared directly", ()), self._take(both, MOST_PER_TIER, skip=self._reserved)))
        for part in self.shape.parts:
            ordered = sorted((one for one in self.direct if one.kind in part.kinds), key=lambda one: part.kinds.index(one.kind))
            parts.append((part, self._take(ordered, part.most, skip=self._reserved)))
        return [(part, chosen) for part, chosen in parts if chosen]


def marked_first(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same evidence where, within each tier, what librarians marked as local and then as preferred comes first.

    Each tier keeps its places in the whole, so that a mark never lifts one tier over another.
    """
    if not any(one.source.header.precedence for one in evidence):
        return list(evidence)
    waiting = {tier: iter(sorted((one for one in evidence if one.source.header.tier == tier), key=_precedence)) for tier in _AUTHORITY}
    return [next(waiting[one.source.header.tier]) for one in evidence]


def _precedence(one: Evidence) -> int:
    return _PRECEDENCE[one.source.header.precedence]


def _treats(one: Evidence) -> bool:
    """Whether a statement is about something given or done: by a known name, by the words for a step of care, or by a result against a comparator."""
    return bool(one.interventions or pathway.steps_of(one) or (one.benefit and _GIVEN.search(one.text)))


def tells(one: Evidence) -> bool:
    """Whether a statement says which way things go, rather than that something exists or was studied."""
    return bool(one.direction or one.benefit or one.strength)


def compares(question: Question, one: Evidence) -> bool:
    """Whether a statement sets at least two of the treatments that the question compares against each other."""
    mentions = mentions_of(one.text, one.source.abbreviations) if _COMPARES.search(one.text) else ()
    return sum(any(set(mention.concepts) & term.ids for mention in mentions) for term in question.interventions) > 1


def _uncompared(question: Question, direct: Sequence[Evidence]) -> tuple[str, ...]:
    """What to say where two treatments were to be compared and each statement speaks of one of them."""
    named = [term.label for term in question.interventions]
    if question.understood.intent != "comparison" or len(named) < 2 or any(compares(question, one) for one in direct):
        return ()
    return (f"No source in this library compares {named[0]} directly with {' or '.join(named[1:])}.",)


def _lead_kind(shape: Shape, one: Evidence) -> int:
    return shape.bottom_line.index(one.kind) if one.kind in shape.bottom_line else len(shape.bottom_line)


def _go_on(one: Evidence) -> str | None:
    words = pathway.go_on_point(one.text)
    return f"point at which to go on: “{words}”" if words else None


def _tiers(
    layout: _Layout, numbering: Numbering, bottom_line: Sequence[Statement], sections: Sequence[Section]
) -> tuple[dict[str, TierAnswer], list[Section]]:
    """The three tiers, which always speak: statements not shown above, or where they are shown, or that the tier is silent."""
    tiers: dict[str, TierAnswer] = {}
    shown: list[Section] = []
    for tier, heading, silent in TIERS:
        held = [one for one in layout.direct if one.source.header.tier == tier]
        chosen = layout.tiers[tier]
        statements = tuple(numbering.statement(one) for one in chosen)
        above = {
            citation.reference
            for one in (*bottom_line, *(s for section in sections for s in section.statements))
            for citation in one.citations
        }
        numbers = sorted(reference.number for reference in numbering.references() if reference.tier == tier and reference.number in above)
        note = f"Also quoted above: {', '.join(f'[{number}]' for number in numbers)}." if numbers else ""
        if statements:
            shown.append(Section(kind="tier", heading=heading, tier=tier, statements=statements, note=note or None))
        answered = bool(held)
        if answered and not statements:
            note = note.replace("Also quoted above", "Quoted above") or "Quoted under “Where sources disagree”."
        tiers[tier] = TierAnswer(answered=answered, note=note if answered else silent)
    return tiers, shown


def _indirect(question: Question, shape: Shape, indirect: Sequence[Evidence]) -> list[Evidence]:
    """A few statements on a wider condition, a class or another population: the most trusted of the relevant ones."""
    wanted = [one for one in indirect if one.kind in shape.bottom_line and (not shape.steps or _treats(one))]
    wanted = [one for one in wanted if IN_ANIMALS not in (one.because or "")]
    if not wanted:
        return []
    best = max(one.relevance for one in wanted)
    close = sorted(
        (one for one in wanted if one.relevance >= 0.8 * best), key=lambda one: (one.rank, -one.relevance, one.source.passage.id)
    )
    chosen: list[Evidence] = []
    per_document: Counter[str] = Counter()
    for one in close:
        if len(chosen) < MOST_INDIRECT and per_document[one.source.document_id] < 2:
            chosen.append(one)
            per_document[one.source.document_id] += 1
    return chosen


def _silence(
    question: Question,
    scored: Sequence[ScoredPassage],
    evidence: Sequence[Evidence],
    left_out: Sequence[LeftOut],
    library: LibraryState,
    sure: float,
    numbering: Numbering,
) -> Answer:
    """The answer that says that there is none: what is nearest, what could be added."""
    indirect = without_repeats([one for one in evidence if one.directness == "indirect"])
    aside = tuple(numbering.statement(one) for one in _indirect(question, shape_of(question), indirect)) if sure or indirect else ()
    nearest = list(dict.fromkeys(one.header.title for one in scored if one.score >= 0.5 and not one.flags))[:3]
    missing = ["Nothing in this library answers this."]
    if nearest:
        missing.append("Nearest in this library: " + "; ".join(f"“{title}”" for title in nearest) + ".")
    named = [*question.understood.conditions, *question.understood.interventions]
    topic = " and ".join(named[:2]) or "this topic"
    missing.append(
        f"Guidelines, drug labels or papers on {topic} could be added."
        if named
        else "If it is a clinical question, name the condition or the medicine in full."
    )
    return Answer(
        question=question.text,
        understood=question.understood,
        library=library,
        answered=False,
        confidence=round(sure, 3),
        tiers={tier: TierAnswer(answered=False, note=silent) for tier, _, silent in TIERS},
        gaps=tuple(missing),
        indirect=aside,
        references=numbering.references(),
        left_out=tuple(item for item in left_out if not item.why.startswith("not about")),
        follow_ups=follow_ups(question, evidence) if evidence else (),
        warnings=tuple([question.urgent] if question.urgent else []),
        urgent=question.urgent,
        disclaimer=DISCLAIMER,
    )
