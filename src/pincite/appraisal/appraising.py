"""Scored passages → evidence: the sentences that meet the question, each with kind, design, directness, direction and strength."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pincite.appraisal import bearing
from pincite.appraisal.currency import usable
from pincite.appraisal.design import design_words, level_of, rank
from pincite.appraisal.direction import benefit_of, direction_of
from pincite.appraisal.directness import About, about, lexical_overlap, subject_of
from pincite.appraisal.kinds import kind_of
from pincite.appraisal.standing import standing
from pincite.appraisal.strength import strength_of
from pincite.records import Annotation, Evidence, Header, LeftOut, Passage, Question, ScoredPassage
from pincite.text.steering import steers

# How many sentences of a passage are read closely: four of about eight. The rest costs time only.
SENTENCES_READ = 4
# Sentences of each tier that are read closely, best passages first: about 90 statements of summary records or 25 abstracts.
# Each costs half a millisecond; the 90th passage of the starter library still belongs to answers on its broadest conditions.
SENTENCES_PER_TIER = 90
# Shares of a sentence's relevance; what `bearing.place` adds comes on top. Half of it is lost by one that hardly stands alone.
COVERAGE_COUNTS, SEARCH_COUNTS, FIT_COUNTS = 0.5, 0.15, 0.35
# Statements on all the conditions asked together from which those on one alone step back.
ENOUGH_TOGETHER = 2
# A row of a label's table needs no verb: "Indication: gout; Dose: 750 mg".
KEYED_ROW_STANDS = 0.7
# Score from which a document that was not used is near enough to be named as left out.
NEAR = 0.55


def appraise(question: Question, scored: Sequence[ScoredPassage]) -> tuple[list[Evidence], list[LeftOut]]:
    """Evidence of the passages, most relevant first, and the documents left out with the reason (retracted, other condition)."""
    evidence: list[Evidence] = []
    left_out: dict[str, LeftOut] = {}
    used: set[str] = set()
    budget: Counter[str] = Counter()
    for source in scored:
        tier = source.header.tier
        if budget[tier] >= SENTENCES_PER_TIER:
            continue
        budget[tier] += min(len(source.passage.sentences), SENTENCES_READ)
        if not usable(source.header):
            if _meets(question, source):  # what would not have answered anyway is not left out
                why = _unusable(source.header)
                left_out[source.document_id] = LeftOut(document_id=source.document_id, title=source.header.title, why=why)
            continue
        found = _sentences(question, source)
        evidence.extend(found)
        if found:
            used.add(source.document_id)
        elif source.score >= NEAR and question.conditions:
            subject = subject_of(source.header)
            if subject.label and not any(subject.titled & (term.ids | term.wider) for term in question.conditions):
                why = f"about {subject.label}, not {' or '.join(term.label for term in question.conditions)}"
                left_out.setdefault(source.document_id, LeftOut(document_id=source.document_id, title=source.header.title, why=why))
    evidence = _all_conditions_first(question, evidence)
    evidence.sort(key=lambda one: (-round(one.relevance, 4), one.rank, one.source.passage.id, one.start))
    return evidence, [item for name, item in left_out.items() if name not in used]


def _meets(question: Question, source: ScoredPassage) -> bool:
    """Whether a sentence of the passage is about what was asked."""
    passage = source.passage
    texts = (passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences)
    return any(about(question, text, source) is not None for text in texts)


def _unusable(header: Header) -> str:
    """Why a document may not answer, in words."""
    if header.retired:
        return "retired from this library"
    if header.status == "superseded" and header.superseded_by:
        return f"superseded by a newer issue that this library holds ({header.superseded_by})"
    if header.status in ("retracted", "concern", "superseded"):
        return {"retracted": "retracted", "concern": "expression of concern", "superseded": "superseded by a newer version"}[header.status]
    if any(relation.kind in ("corrects", "retracts", "concern-about") for relation in header.relations):
        return "a notice about another article, not evidence itself"
    return f"{design_words(header.design)}: not used as evidence"


def _all_conditions_first(question: Question, evidence: list[Evidence]) -> list[Evidence]:
    """Where sources speak of all the conditions asked together, those that speak of one of them alone are only indirect."""
    names = [term.id for term in question.conditions]
    answering = bearing.WANTED[question.understood.intent][:3]
    together = [one for one in evidence if one.directness == "direct" and one.kind in answering and set(names) <= set(one.met)]
    if len(names) < 2 or len(together) < ENOUGH_TOGETHER:
        return evidence
    return [_stepped_back(one, [term.label for term in question.conditions if term.id not in one.met]) for one in evidence]


def _stepped_back(one: Evidence, missing: list[str]) -> Evidence:
    if not missing or one.directness == "indirect":
        return one
    return one.model_copy(update={"directness": "indirect", "because": f"does not name {', '.join(missing)}"})


def _sentences(question: Question, source: ScoredPassage) -> list[Evidence]:
    passage = source.passage
    if passage.kind == "title" or (passage.kind in ("table", "figure") and source.header.tier == "research"):
        return []  # rows and captions of papers cannot stand alone; a label's or guideline's table of doses can
    spans = [(start, end, passage.text[start - passage.start : end - passage.start]) for start, end in passage.sentences]
    if len(spans) > SENTENCES_READ:
        ranked = sorted(range(len(spans)), key=lambda i: (-lexical_overlap(question, spans[i][2]), i))
        spans = [spans[i] for i in sorted(ranked[:SENTENCES_READ])]
    found = []
    for start, end, text in spans:
        meets = about(question, text, source)
        if meets is not None and not steers(text):
            one = _evidence(question, source, (start, end), text, meets)
            if one is not None:
                found.append(one)
    return found


def _evidence(question: Question, source: ScoredPassage, span: tuple[int, int], text: str, meets: About) -> Evidence | None:
    """All judgements of one sentence together; None when it must not stand as an answer."""
    header, passage = source.header, source.passage
    said = passage.annotation
    stands = 1.0 if said else standing(text)
    if passage.kind == "table" and bearing.says("keyed-row", text):
        stands = max(stands, KEYED_ROW_STANDS)
    kind = said.kind if said else bearing.kind_in_place(kind_of(text, passage.kind, header.design), text, passage, header)
    kind = bearing.kind_for(question, kind, text, passage=passage, header=header, meets=meets)
    if stands == 0 or bearing.is_no_answer(question, kind, text, header=header):
        return None
    judged = said or _judged(text)
    benefit = benefit_of(text)
    tells = bool(judged.direction or benefit)
    fits = bearing.fit(question, kind, text, passage=passage, header=header, meets=meets, direction=judged.direction, tells=tells)
    relevance = COVERAGE_COUNTS * meets.coverage + SEARCH_COUNTS * source.score + FIT_COUNTS * fits + bearing.place(question, text, passage)
    return Evidence(
        source=source,
        start=span[0],
        end=span[1],
        text=text,
        kind=kind,
        design=header.design,
        level=level_of(header.design, title=header.title, extent=header.extent, n=header.n),
        directness=meets.directness,
        because=meets.because,
        direction=judged.direction,
        strength=judged.strength,
        certainty=judged.certainty,
        conditions=meets.conditions,
        met=meets.met,
        interventions=meets.interventions,
        benefit=benefit,
        meets_aspect=bearing.meets_aspect(question, text),
        rank=rank(header.design, header.tier),
        fit=fits,
        coverage=meets.coverage,
        relevance=max(0.0, min(1.0, relevance * (0.5 + 0.5 * stands))),
    )


def said_of(text: str, *, passage: Passage, header: Header) -> Annotation:
    """What one sentence of a passage says on its own, with no question asked: the record's word for it, else what it prints."""
    return passage.annotation or _judged(text).model_copy(update={"kind": kind_of(text, passage.kind, header.design)})


def _judged(text: str) -> Annotation:
    """What an unannotated sentence itself prints: direction, strength and certainty."""
    printed = strength_of(text)
    return Annotation(kind="other", direction=direction_of(text), strength=printed.strength, certainty=printed.certainty)
