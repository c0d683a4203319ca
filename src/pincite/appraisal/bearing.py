"""How a sentence bears on what was asked: its kind in its place, how well that kind fits the intent, and what only sounds like an answer.

Between `directness` (what is the sentence about?) and `appraising` (which puts all judgements of a sentence together). The words stand in
data/bearing.tsv. Every number here was set on the starter library and on 320 journal articles by reading answers; after a change run
`python -m pincite.evaluation.gate` and read the answers of tests/test_starter_answers.py.
"""

from __future__ import annotations

import re
from functools import cache

from pincite.appraisal.directness import About
from pincite.appraisal.kinds import is_boilerplate
from pincite.ingest.sections import nested_kind
from pincite.records import Design, Direction, Header, Intent, Passage, Question, SectionKind, StatementKind
from pincite.text.tables import rows

# Kinds of statement that answer each intent, best first. From the parts of a clinical review that each question belongs to.
WANTED: dict[Intent, tuple[StatementKind, ...]] = {
    "treatment": ("recommendation", "finding", "indication", "dosing", "contraindication", "safety"),
    "comparison": ("recommendation", "finding", "safety", "prognosis"),
    "dosing": ("dosing", "boxed-warning", "contraindication", "safety", "interaction"),
    "safety": ("boxed-warning", "contraindication", "safety", "interaction", "finding"),
    "diagnosis": ("diagnosis", "recommendation", "finding", "definition"),
    "cause": ("mechanism", "finding", "epidemiology", "definition"),
    "prognosis": ("prognosis", "finding", "epidemiology"),
    "monitoring": ("monitoring", "recommendation", "finding"),
    "prevention": ("recommendation", "finding", "indication", "safety"),
    "definition": ("definition", "mechanism", "diagnosis", "epidemiology", "finding"),
    "epidemiology": ("epidemiology", "finding", "prognosis"),
    "other": ("recommendation", "finding", "definition", "mechanism", "diagnosis", "epidemiology", "prognosis", "indication", "safety"),
}
# Fit of a kind that was not asked for, and of one that answers nothing (background, other). The first wanted kind has 1, each next 0.1 less.
UNWANTED_FITS, NOTHING_FITS = 0.35, 0.15
# What remains of the fit of a sentence that only sounds like an answer.
NO_ANSWER_KEEPS = 0.4
# Added to relevance: for the aspect asked, for the authors' own conclusion, for their abstract, and for the kind of section.
ASPECT_COUNTS, CONCLUDES_COUNTS, IN_ABSTRACT_COUNTS = 0.15, 0.05, 0.06
SECTION_COUNTS: dict[SectionKind, float] = {
    "conclusion": 0.08,
    "recommendation": 0.06,
    "abstract": 0.05,
    "statement": 0.05,
    "results": 0.03,
    "discussion": -0.03,
    "patient": -0.06,
    "pharmacology": -0.06,
    "background": -0.10,
    "figure": -0.10,
    "table": -0.10,
    "objective": -0.10,
    "methods": -0.12,
}
_OF_TREATMENTS: tuple[Intent, ...] = ("treatment", "prevention", "comparison")
_ABOUT_HARM: tuple[Intent, ...] = ("safety", "cause", "epidemiology", "dosing")
_HARMS: tuple[StatementKind, ...] = ("safety", "boxed-warning", "interaction", "monitoring", "contraindication")
_REVIEWS: tuple[Design, ...] = ("systematic-review", "meta-analysis", "narrative-review")
_OTHERS_WORK: tuple[SectionKind, ...] = ("background", "discussion", "body", "other")
# Sections of a label in which a dose is a dose for patients, not one given to animals or in a pharmacology study.
_DOSE_SECTIONS: tuple[SectionKind, ...] = (
    "dosing",
    "indication",
    "interaction",
    "special-population",
    "warning",
    "contraindication",
    "boxed-warning",
    "patient",
)


@cache
def _patterns() -> dict[tuple[str, str], re.Pattern[str]]:
    return {(group, name): re.compile(pattern, re.IGNORECASE) for group, name, pattern in rows("bearing.tsv")}


def says(name: str, text: str) -> bool:
    """Whether a sentence has words of that row of data/bearing.tsv (group `says`).

    >>> says("second-hand", "Previous studies have shown a benefit."), says("second-hand", "We found a benefit.")
    (True, False)
    """
    return bool(_patterns()["says", name].search(text))


def meets_aspect(question: Question, text: str) -> bool:
    """Whether a sentence answers the finer aspect that was asked: the maximum, the approval, what follows a failure …"""
    pattern = _patterns().get(("aspect", question.aspect or ""))
    return pattern is not None and bool(pattern.search(text))


def kind_in_place(kind: StatementKind, text: str, passage: Passage, header: Header) -> StatementKind:
    """The kind of an unannotated sentence, held to the section that it stands in; independent of the question."""
    if header.tier == "label":
        return _label_kind(kind, passage)
    if says("call-for-research", text):
        return "method"
    if _second_hand(text, header) and passage.kind in _OTHERS_WORK:
        return "background"
    return kind


def _label_kind(kind: StatementKind, passage: Passage) -> StatementKind:
    """A table belongs to the section that it stands in; a dose outside the sections for prescribers is none; a medication guide warns."""
    section = nested_kind(tuple(part.strip() for part in passage.section.split(">"))) if passage.kind == "table" else passage.kind
    if section == "overdose" or (kind == "other" and section == "patient"):
        return "safety"
    if kind == "dosing" and section == "interaction" and passage.kind == "table":
        return "interaction"
    if kind == "dosing" and section not in _DOSE_SECTIONS:
        return "mechanism" if section == "pharmacology" else "other"
    return kind


def kind_for(question: Question, kind: StatementKind, text: str, *, passage: Passage, header: Header, meets: About) -> StatementKind:
    """The kind of a sentence for this question: a result on survival beside a treatment is, for a question on treatment, that treatment's finding."""
    intent = question.understood.intent
    if intent == "dosing" and header.tier == "guideline" and kind == "recommendation" and says("dose", text):
        return "dosing"
    if passage.annotation is not None or header.tier != "research" or intent not in _OF_TREATMENTS:
        return kind
    if passage.kind == "background" and header.extent == "full-text" and header.design not in _REVIEWS:
        return "background"  # an introduction tells what was known before
    if kind in ("prognosis", "epidemiology", "mechanism") and meets.interventions and says("result", text):
        return "finding"
    named = any(set(meets.conditions) & term.ids for term in question.conditions)
    if kind == "safety" and meets.interventions and named:
        return "finding"  # where the harm is the very thing to be treated or prevented, it is the outcome
    return kind


def is_no_answer(question: Question, kind: StatementKind, text: str, *, header: Header) -> bool:
    """Whether a sentence must not stand at all: a single patient's history, or harms that a label names where no drug was asked about."""
    if kind == "method" or header.tier == "patient" or (kind == "finding" and says("history", text)):
        return True
    asked_of_harm = question.understood.intent in _ABOUT_HARM or bool(question.interventions)
    return header.tier == "label" and kind in _HARMS and not asked_of_harm


def fit(
    question: Question,
    kind: StatementKind,
    text: str,
    *,
    passage: Passage,
    header: Header,
    meets: About,
    direction: Direction | None,
    tells: bool,
) -> float:
    """0 to 1: how well a sentence of that kind answers the intent. `tells`: it says which way something went."""
    intent, wanted = question.understood.intent, WANTED[question.understood.intent]
    forbidding = kind in ("boxed-warning", "contraindication") and header.tier == "label"
    if forbidding and question.interventions and (question.conditions or question.populations):
        return 1.0  # whatever is asked of a drug in somebody's condition, that it must not be used there comes first
    how_well = 1.0 - 0.1 * wanted.index(kind) if kind in wanted else NOTHING_FITS if kind in ("background", "other") else UNWANTED_FITS
    treating = intent in ("treatment", "prevention")
    annotated = passage.annotation is not None
    only_sounds = (
        (not annotated and _second_hand(text, header))
        or says("call-for-research", text)
        or says("conduct", text)
        or says("stale", text)
        or is_boilerplate(text)
        or (treating and kind == "finding" and says("exposure", text))
        or (intent in _OF_TREATMENTS and not annotated and header.tier == "research" and says("setting-out", text))
        or (treating and annotated and direction == "increase" and bool(meets.conditions) and says("rate", text))
        or (intent == "treatment" and kind == "recommendation" and meets.test_first)
    )
    if only_sounds:
        how_well *= NO_ANSWER_KEEPS
    if not annotated and kind == "finding" and intent in _OF_TREATMENTS and not (tells or says("result", text)):
        how_well *= NO_ANSWER_KEEPS
    return how_well


def place(question: Question, text: str, passage: Passage) -> float:
    """What the place and the form of a sentence add to its relevance, or take from it."""
    added = SECTION_COUNTS.get(passage.kind, 0.0)
    if says("conclusion", text):
        added += CONCLUDES_COUNTS
    if passage.annotation is None and passage.section.lower().startswith("abstract"):
        added += IN_ABSTRACT_COUNTS
    return added + (ASPECT_COUNTS if meets_aspect(question, text) else 0.0)


def _second_hand(text: str, header: Header) -> bool:
    """What a paper tells of other people's work is not its own finding; quoting it would name the wrong source. Reviews are for that."""
    return header.tier == "research" and header.design not in _REVIEWS and says("second-hand", text)
