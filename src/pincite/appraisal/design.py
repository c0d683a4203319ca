"""How strong a design is: level of evidence, plain words for it, and the order in which evidence is shown.

Levels follow the Oxford Centre for Evidence-Based Medicine 2011 table for treatment benefits, simplified to what a
header tells.
"""

from __future__ import annotations

import re

from pincite.records import Design, Extent, Tier

# Design → (words for a reader, level, order within its tier). Level 0: not gradable, because a guideline or a label is
# not one study.
_DESIGNS: dict[Design, tuple[str, int, int]] = {
    "guideline": ("clinical guideline", 0, 0),
    "appropriateness-criteria": ("appropriateness criteria", 0, 1),
    "technology-appraisal": ("technology appraisal", 0, 1),
    "consensus": ("consensus statement", 0, 2),
    "drug-label": ("drug label", 0, 0),
    "safety-communication": ("regulator's safety communication", 0, 0),
    "meta-analysis": ("meta-analysis", 1, 0),
    "systematic-review": ("systematic review", 1, 1),
    "rct": ("randomised trial", 2, 2),
    "controlled-trial": ("controlled trial", 3, 3),
    "cohort": ("cohort study", 3, 4),
    "diagnostic-study": ("diagnostic study", 3, 5),
    "case-control": ("case-control study", 4, 6),
    "cross-sectional": ("cross-sectional study", 4, 7),
    "case-series": ("case series", 4, 8),
    "economic": ("economic evaluation", 4, 9),
    "qualitative": ("qualitative study", 4, 10),
    "narrative-review": ("narrative review", 5, 11),
    "case-report": ("case report", 5, 12),
    "editorial": ("editorial", 5, 14),
    "unknown": ("study of unknown design", 5, 13),
    "protocol": ("study protocol", 5, 16),
    "animal": ("animal study", 5, 17),
    "in-vitro": ("laboratory study", 5, 18),
    "patient-information": ("patient information", 5, 15),
    "retraction-notice": ("retraction notice", 5, 19),
}
_TIERS: dict[Tier, int] = {"guideline": 0, "label": 1, "research": 2, "patient": 3}

# A review that pools no trials stands no higher than what it pools (OCEBM: "systematic review of cohort studies" is one
# step down).
_OBSERVATIONAL = re.compile(
    r"\b(?:observational|cohort|case[- ]control|cross[- ]sectional|prevalence|incidence|epidemiolog\w+|"
    r"risk factors?|case (?:reports?|series))\b",
    re.IGNORECASE,
)
_TRIALS = re.compile(r"\b(?:randomi[sz]ed|RCTs?|controlled trials?|clinical trials?)\b", re.IGNORECASE)
_CASES = re.compile(r"\bcase (?:reports?|series)\b", re.IGNORECASE)
_PRELIMINARY = re.compile(r"\b(?:pilot|feasibility|preliminary|exploratory)\b", re.IGNORECASE)
# A randomised trial this small is graded one step down: below 30 people one event moves the result by more than 3
# points in 100.
_SMALL_TRIAL = 30


def level_of(design: Design, *, title: str, extent: Extent, n: int | None) -> int:
    """Level of evidence 1 (strongest) to 5, or 0 where grading makes no sense (guidelines, labels).

    A review of observational studies, a pilot trial and a trial of fewer than 30 people (`n`) stand one level lower
    (OCEBM: "level may be graded down"). `extent` never lowers a level: a trial known by its abstract is still a trial;
    it is taken so that callers pass a header's facts as they stand.

    >>> level_of("rct", title="Kyphoplasty for vertebral fracture", extent="abstract", n=300)
    2
    """
    level = _DESIGNS[design][1]
    if design in ("meta-analysis", "systematic-review") and not _TRIALS.search(title):
        if _CASES.search(title):
            return 4
        if _OBSERVATIONAL.search(title):
            return 3
    if design == "rct" and (_PRELIMINARY.search(title) or (n is not None and n < _SMALL_TRIAL)):
        return 3
    if extent == "label":
        return 0
    return level


def design_words(design: Design) -> str:
    """The design in words for a reader: "randomised trial".

    >>> design_words("rct")
    'randomised trial'
    """
    return _DESIGNS[design][0]


def rank(design: Design, tier: Tier) -> int:
    """Order for showing evidence, 0 first: guidelines, labels, then research from meta-analyses to laboratory
    studies, then patient pages."""
    return 100 * _TIERS[tier] + _DESIGNS[design][2]
