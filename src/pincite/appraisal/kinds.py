"""What kind of statement a sentence is: recommendation, finding, safety, dosing … or methods boilerplate that never
answers.

In a drug label the section decides unless the words say otherwise; elsewhere the words decide. The rules stand in
`data/kinds.tsv`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple, cast

from pincite.records import Design, SectionKind, StatementKind
from pincite.text.tables import rows

_LABEL_SECTIONS: dict[SectionKind, StatementKind] = {
    "indication": "indication",
    "dosing": "dosing",
    "contraindication": "contraindication",
    "boxed-warning": "boxed-warning",
    "warning": "safety",
    "adverse": "safety",
    "interaction": "interaction",
    "special-population": "safety",
    "overdose": "safety",
    "pharmacology": "mechanism",
    "description": "other",
    "supply": "other",
    "patient": "other",
}
# Sections of a label whose sentences keep the section's kind whatever their words say.
_FIXED: frozenset[SectionKind] = frozenset(("boxed-warning", "contraindication", "interaction", "description", "supply"))
_LABELS: frozenset[Design] = frozenset(("drug-label", "safety-communication"))
# In these, an order is a recommendation without "we recommend": "Surgery is reserved for …".
_GUIDANCE: frozenset[Design] = frozenset(("guideline", "appropriateness-criteria", "consensus", "technology-appraisal"))
_REVIEWS: frozenset[Design] = frozenset(("systematic-review", "meta-analysis", "narrative-review"))
_OPENING: frozenset[SectionKind] = frozenset(("background", "objective"))

# A sentence that reports a result: it is a finding even where a methods word stands in it ("patients randomised to X
# had less pain").
_RESULT = re.compile(
    r"\bp\s*[<>=≤≥]\s*0?\.\d|\b(?:95|99)\s?%\s*(?:CI|confidence)|\b(?:CI|OR|RR|HR|SMD|MD)\s*[=:,]?\s*[-−–]?\d|"
    r"\bsignificant(?:ly)?\b|"
    r"\b(?:odds|hazard|risk|rate)\s+ratio\b|\b(?:did not|do not|does not)\s+(?:differ|improve|reduce|increase|"
    r"affect|change)|"
    r"\b(?:improved|reduced|decreased|increased|lower(?:ed)?|higher|greater|fewer|better|worse|superior|"
    r"inferior|effective|similar|comparable)\b|"
    r"\b(?:associated|correlated)\s+with\b|\b(?:no|little)\s+(?:difference|evidence|effect|benefit|change)s?\b|"
    r"\b(?:improvements?|reductions?|increases?|decreases?|effects?|benefits?) (?:in|of|on|was|were)\b|\b(?:was|"
    r"were) (?:found|observed|seen|noted)\b|\brelie(?:f|ved)\b|"
    r"\b(?:found|showed|shown|demonstrated|concluded?|revealed|observed|reported)\s+(?:that|no|a|an)\b|\bfell\b|"
    r"\brose\b|\bfrom\s+[\d.]+.{0,25}\bto\s+[\d.]+",
    re.IGNORECASE,
)
# Numbers of a result proper; even "we performed … analysis" with these is a finding.
_FIGURES = re.compile(
    r"\bp\s*[<>=≤≥]\s*0?\.\d|\b(?:95|99)\s?%\s*(?:CI|confidence)|\b(?:OR|RR|HR|SMD|MD|AUC)\s*[=:,]\s*[-−–]?\d|"
    r"\d\s?%.{0,80}\d\s?%|"
    r"\bsignificantly\s+(?!different\s+if)\w+",
    re.IGNORECASE,
)
# Boilerplate even beside figures of a result.
_NEVER = re.compile(
    r"\bwe hypothesi[sz]ed|\bsample size|\bpower (?:calculation|analysis)|\d\s?% power|\binformed consent|"
    r"\bp\s*[<≤]\s*0?\.05 (?:was|were) (?:considered|regarded)|"
    r"\b(?:significance|alpha) (?:level )?(?:was )?set|\bNCT\d{6,}|\bconflicts? of interest|"
    r"\bfurther (?:research|studies|trials)",
    re.IGNORECASE,
)


class _Rule(NamedTuple):
    kind: StatementKind
    sections: frozenset[str]
    pattern: re.Pattern[str]


@cache
def _rules(where: str) -> tuple[_Rule, ...]:
    return tuple(
        _Rule(cast(StatementKind, kind), frozenset(sections.split()), re.compile(pattern, re.IGNORECASE))
        for place, kind, sections, pattern in rows("kinds.tsv")
        if place == where
    )


@lru_cache(maxsize=32_768)
def _first(where: str, sentence: str, section: SectionKind) -> StatementKind | None:
    for rule in _rules(where):
        if (not rule.sections or section in rule.sections) and rule.pattern.search(sentence):
            return rule.kind
    return None


def is_aim(sentence: str) -> bool:
    """True for aims, hypotheses and research questions: they promise a result and report none.

    >>> is_aim("The aim of this study was to compare fusion with decompression.")
    True
    """
    return _first("aim", sentence, "other") is not None


def is_boilerplate(sentence: str) -> bool:
    """True for methods, statistics, consent, registration, funding, contributions and calls for more research.

    >>> is_boilerplate("Patients were randomised to fusion or decompression alone.")
    True
    """
    if _first("method", sentence, "other") is None:
        return False
    return _NEVER.search(sentence) is not None or _FIGURES.search(sentence) is None


def _in_label(sentence: str, section: SectionKind) -> StatementKind:
    kind = _LABEL_SECTIONS.get(section)
    if kind is not None and section in _FIXED:
        return kind
    return _first("label", sentence, section) or kind or _first("any", sentence, section) or "other"


def kind_of(sentence: str, section: SectionKind, design: Design) -> StatementKind:
    """The kind of `sentence`, standing in a section of that kind, of a document of that design.

    >>> kind_of("Vertebroplasty did not reduce pain at 3 months (P=0.37).", "results", "rct")
    'finding'
    """
    if design in _LABELS or (section in _LABEL_SECTIONS and design == "unknown"):
        return _in_label(sentence, section)
    if is_aim(sentence) and not _FIGURES.search(sentence):
        return "method"
    said = _first("any", sentence, section)
    result = _RESULT.search(sentence) is not None
    if said == "recommendation" and (design in _GUIDANCE or section in ("recommendation", "conclusion")):
        return said
    if is_boilerplate(sentence):
        return "method"
    if section == "methods":
        return "dosing" if said == "dosing" else "method"
    if said in ("recommendation", "boxed-warning", "contraindication", "dosing", "interaction", "monitoring"):
        return said
    if section in _OPENING and _first("background", sentence, section) and said not in ("definition", "epidemiology"):
        return "background"
    if said is not None:
        return said
    if result:
        return "finding"
    return _rest(section, design)


def _rest(section: SectionKind, design: Design) -> StatementKind:
    """The kind of a sentence whose words say nothing: what its place makes likely."""
    if section == "recommendation":
        return "recommendation"
    if section in ("results", "conclusion", "table", "statement"):
        return "finding"
    if section in _OPENING:
        return "background"
    if design in _REVIEWS and section in ("abstract", "discussion"):
        return "finding"
    return "other"
