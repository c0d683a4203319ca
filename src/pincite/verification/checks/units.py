"""A number must keep its unit: only a conversion that is exact says the same.

Catches: 5 mcg where the source says 5 mg; 6 months for 6 weeks. Must not: 1,000 mg for 1 g, "42 days" for "6 weeks".
"""

from __future__ import annotations

from collections.abc import Sequence

from pincite.records import Check
from pincite.text.numbers import Figure, same_quantity
from pincite.verification.claims import Claim, Support
from pincite.verification.matching import pairs, sources


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether the numbers that stand in the quotes stand there with the claim's units."""
    compared = False
    held = [figure for source in sources(supports) for figure in source.claim.figures]
    for pair in pairs(claim, supports):
        for figure in pair.unit.figures:
            near = [one for one in pair.source.claim.figures if set(figure.values) & set(one.values)]
            others = near or [one for one in held if set(figure.values) & set(one.values)]
            if not others:
                continue
            compared = True
            if any(_agree(figure, one) for one in others):
                continue
            other = others[0]
            clash = pair.near and bool(near) and bool(figure.unit) and bool(other.unit)
            says = f"The source has {other.text}, not {figure.text}."
            return Check(name="units", outcome="fail", says=says, found=other.text if clash else None, expected=figure.text)
    if not compared:
        return Check(name="units", outcome="abstain", says="There is no number with a unit to compare.")
    return Check(name="units", outcome="pass", says="The numbers have the units of the source.")


def _agree(ours: Figure, theirs: Figure) -> bool:
    """Whether two figures with a value in common have one unit; a unit may be left out only where the source has none to lose."""
    if same_quantity(ours, theirs):
        return True
    if ours.unit == theirs.unit or ours.dimension == theirs.dimension:
        return ours.unit == theirs.unit or ours.unit is None or theirs.unit is None
    # "3 of 44" read as a share on one side and as two counts on the other
    return ours.unit is None and theirs.kind == "fraction"
