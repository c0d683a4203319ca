"""The page that each intent takes: its parts, in order, and the kinds of statement that belong to each."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pincite.records import Intent, Question, StatementKind


class Part(NamedTuple):
    """One part of the page: its heading and the statements that it takes, first come first served."""

    heading: str
    kinds: tuple[StatementKind, ...]
    kind: Literal["pathway-step", "tier", "monitoring", "definition", "other"] = "other"
    most: int = 5


class Shape(NamedTuple):
    """What leads (`bottom_line`), whether steps of care are shown, and the parts before the three tiers."""

    bottom_line: tuple[StatementKind, ...]
    parts: tuple[Part, ...]
    steps: bool = False
    labels_first: bool = False  # for doses and safety the label, not the guideline, is the authority


_WARNINGS = Part("Warnings, and when not to use it", ("boxed-warning", "contraindication"))
_MONITORING = Part("Follow-up and monitoring", ("monitoring",), "monitoring", 4)
_WHAT = Part("What it is", ("definition", "mechanism"), "definition", 4)
_DIAGNOSIS = Part("How it is recognised", ("diagnosis",), most=5)
_HOW_COMMON = Part("How common it is", ("epidemiology",), most=4)
_COURSE = Part("Course and outlook", ("prognosis",), most=4)
_HARMS = Part("Harms and safety", ("boxed-warning", "contraindication", "safety", "interaction"), most=5)

SHAPES: dict[Intent, Shape] = {
    "treatment": Shape(("recommendation", "finding", "indication"), (_HARMS, _MONITORING), steps=True),
    "comparison": Shape(("finding", "recommendation"), (_HARMS, _MONITORING)),
    "prevention": Shape(("recommendation", "finding", "indication"), (_HARMS, _MONITORING), steps=True),
    "dosing": Shape(
        ("dosing",),
        (
            Part("Dose by use", ("dosing",), most=8),
            _WARNINGS,
            Part("Interactions and cautions", ("interaction", "safety"), most=5),
            _MONITORING,
        ),
        labels_first=True,
    ),
    "safety": Shape(
        ("boxed-warning", "contraindication", "safety", "interaction"),
        (_WARNINGS, Part("Adverse effects and cautions", ("safety",), most=6), Part("Interactions", ("interaction",)), _MONITORING),
        labels_first=True,
    ),
    "diagnosis": Shape(("diagnosis", "recommendation"), (Part("How it is recognised", ("diagnosis",), most=8), _WHAT, _HOW_COMMON)),
    "cause": Shape(("mechanism", "finding", "epidemiology"), (Part("How it arises", ("mechanism",), most=6), _HOW_COMMON, _WHAT)),
    "prognosis": Shape(("prognosis", "finding"), (Part("Course and outlook", ("prognosis",), most=8), _MONITORING)),
    "monitoring": Shape(("monitoring", "recommendation"), (Part("Follow-up and monitoring", ("monitoring",), "monitoring", 8),)),
    "definition": Shape(("definition", "mechanism"), (_WHAT, _DIAGNOSIS, _HOW_COMMON, _COURSE)),
    "epidemiology": Shape(("epidemiology",), (Part("How common it is", ("epidemiology",), most=8), _WHAT)),
    "other": Shape(
        ("recommendation", "definition", "finding", "mechanism", "diagnosis", "epidemiology", "prognosis", "indication", "safety"),
        (_WHAT, _DIAGNOSIS, _HOW_COMMON, _COURSE, _HARMS, _MONITORING),
    ),
}

# An aspect of the question that asks for another page than its intent: whether a use is approved is answered by labels and regulators.
ASPECTS: dict[str, Shape] = {
    "interaction": Shape(
        ("contraindication", "boxed-warning", "interaction", "dosing", "safety"),
        (_WARNINGS, Part("Used together", ("interaction", "dosing", "safety"), most=8)),
        labels_first=True,
    ),
    "approval": Shape(
        ("indication", "safety", "contraindication", "boxed-warning", "recommendation"),
        (Part("What it is approved for", ("indication",)), _HARMS, _MONITORING),
        labels_first=True,
    ),
}

# A question of no known form on something particular ("telemonitoring in COPD") is not a wish for an overview of the condition.
PARTICULAR = Shape(SHAPES["other"].bottom_line, ())


def shape_of(question: Question) -> Shape:
    """The page for a question: by its finer aspect first, then by its intent."""
    if question.aspect in ASPECTS:
        return ASPECTS[question.aspect]
    if question.understood.intent == "other" and any(weight > 1 for weight in question.words.values()):
        return PARTICULAR
    return SHAPES[question.understood.intent]


TIERS: tuple[tuple[Literal["guideline", "label", "research"], str, str], ...] = (
    ("guideline", "From the guidelines", "No guideline in this library answers this question."),
    ("label", "From FDA drug labels", "No drug label in this library answers this question."),
    ("research", "From the research", "No research in this library answers this question."),
)
