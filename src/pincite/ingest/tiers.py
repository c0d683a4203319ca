"""Decides which tier a page, PDF, DOCX or text belongs to, where the document itself does not say so: summed cues of
data/tiers.tsv.

Readers of formats that name no document type end here; front matter (`ingest.pages`) wins over it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from pincite.records import Design, Tier
from pincite.terms.designs import classify_design
from pincite.text.tables import rows

# A sum below this is one stray phrase ("we recommend that …" in a trial's discussion), not a type of document.
ENOUGH = 3
# Cues stand at the beginning; searching a whole book would find every one of them.
START = 6000
_NONE: Tier = "research"
USUAL: dict[Tier, Design] = {"guideline": "guideline", "label": "drug-label", "patient": "patient-information"}


@dataclass(frozen=True, slots=True)
class _Rule:
    tier: Tier
    design: Design | None
    place: str
    weight: int
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[_Rule, ...]:
    rules = []
    for tier, design, place, weight, pattern in rows("tiers.tsv"):
        compiled = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
        rules.append(_Rule(cast(Tier, tier), None if design == "-" else cast(Design, design), place, int(weight), compiled))
    return tuple(rules)


def decide_tier(*, title: str, organization: str | None, text_start: str, headings: Sequence[str]) -> tuple[Tier, Design | None]:
    """Tier and design by the cues of title, organisation, first lines and headings; design None: nothing says what it
    is.

    A rule on headings counts once for each different heading that it matches, at most three times.
    """
    start = text_start[:START]
    sums: dict[Tier, int] = {}
    designs: dict[Tier, tuple[int, Design]] = {}
    names = sorted({heading.strip().rstrip(":").lower() for heading in headings})
    for rule in _rules():
        if rule.place == "heading":
            times = min(3, sum(1 for name in names if rule.pattern.search(name)))
        else:
            times = int(bool(rule.pattern.search({"title": title, "organization": organization or "", "start": start}[rule.place])))
        if not times:
            continue
        sums[rule.tier] = sums.get(rule.tier, 0) + rule.weight * times
        if rule.design and rule.weight > designs.get(rule.tier, (0, rule.design))[0]:
            designs[rule.tier] = (rule.weight, rule.design)
    tier = max(sums, key=lambda one: sums[one]) if sums else _NONE
    if sums.get(tier, 0) < ENOUGH:
        return "research", None
    if tier == "research":
        return tier, classify_design(publication_types=(), title=title, abstract=start)
    return tier, designs[tier][1] if tier in designs else USUAL[tier]
