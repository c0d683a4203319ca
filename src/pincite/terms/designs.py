"""What kind of study a publication is, from publication types, title and abstract; the rules are `data/designs.tsv`.

Readers call it once for each document; appraisal turns the design into a level of evidence. A source that names its own
design (a summary record) does not come through here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, cast

from pincite.records import Design, Tier


class _Rule(NamedTuple):
    design: Design
    where: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


_GUIDANCE: frozenset[str] = frozenset({"guideline", "appropriateness-criteria", "consensus", "technology-appraisal"})


@cache
def _rules() -> tuple[_Rule, ...]:
    rules = []
    for line in (files("pincite") / "data" / "designs.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "design\t")):
            design, where, pattern, *unless = line.split("\t")
            refused = re.compile(unless[0]) if unless and unless[0] else None
            rules.append(_Rule(cast(Design, design), where, re.compile(pattern), refused))
    return tuple(rules)


def classify_design(*, publication_types: Sequence[str], title: str, abstract: str) -> Design:
    """The design by the first rule that matches; "unknown" when none does.

    >>> classify_design(publication_types=(), title="Rest for sciatica: a randomised trial", abstract="")
    'rct'
    >>> classify_design(publication_types=(), title="Adherence to guidelines for back pain: a survey", abstract="")
    'cross-sectional'
    """
    types = [kind.casefold().strip() for kind in publication_types]
    heading = " ".join(title.casefold().split())
    body = " ".join(abstract.casefold().split())
    for rule in _rules():
        if rule.where == "type":
            matches = any(rule.pattern.search(kind) for kind in types)
        else:
            matches = rule.pattern.search(heading if rule.where == "title" else body) is not None
        if matches and not (rule.unless and rule.unless.search(heading)):
            return rule.design
    return "unknown"


def tier_of(design: Design) -> Tier:
    """The tier of a publication of this design: guidance is guideline, leaflets are patient, all else is research."""
    if design in _GUIDANCE:
        return "guideline"
    return "patient" if design == "patient-information" else "research"
