"""A number must keep its unit: only a conversion that is exact says the same.

Catches: 5 mcg where the source says 5 mg; 6 months for 6 weeks. Must not: 1,000 mg for 1 g, "42 days" for "6 weeks".
"""

from __future__ import annotations

from collections.abc import Sequence

from pincite.records import Check
from pincite.text.numbers import Figure, same_quantity
from pincite.verification.aligning import Pair, agree, changes, pairs, sources
from pincite.verification.claims import Claim, Support
from pincite.verification.wording import unit_word

# What is only counted: "199 children" and "199 of them" are one number. Of whom it is said is asked by the check of population.
_PEOPLE = frozenset(("people", "men", "women", "children"))
_COUNTED = _PEOPLE | {"events", "fractures", "levels", "sessions", "studies", "times", "point", "doses", "injections"}


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether the numbers that stand in the quotes stand there with the claim's units."""
    compared = False
    held = [figure for source in sources(supports) for figure in source.figures]
    for pair in pairs(claim, supports):
        if exchanged := _exchanged(pair):
            ours, theirs = exchanged
            says = f"The source has {theirs}, not {ours}."
            return Check(name="units", outcome="fail", says=says, found=theirs if pair.near else None, expected=ours)
        for figure in pair.unit.figures:
            near = [one for one in pair.source.figures if set(figure.values) & set(one.values)]
            others = near or [one for one in held if set(figure.values) & set(one.values)]
            if not others:
                continue
            compared = True
            if any(_agree(figure, one) for one in others) or agree(figure, held):
                continue
            other = others[0]
            clash = pair.near and bool(near) and bool(figure.unit) and bool(other.unit)
            says = f"The source has {other.text}, not {figure.text}."
            return Check(name="units", outcome="fail", says=says, found=other.text if clash else None, expected=figure.text)
    if not compared:
        return Check(name="units", outcome="abstain", says="There is no number with a unit to compare.")
    return Check(name="units", outcome="pass", says="The numbers have the units of the source.")


def _exchanged(pair: Pair) -> tuple[str, str] | None:
    """A unit that stands in another's place after the same number: "1 month" where the source has "1 year"."""
    for change in changes(pair.unit.text, pair.source.text):
        if len(change.claim) == len(change.source) == 1:
            ours, theirs = change.claim[0].word, change.source[0].word
            one, other = unit_word(ours.lower()), unit_word(theirs.lower())
            if one and other and one != other and pair.unit.text[: change.claim[0].start].rstrip(" -")[-1:].isdigit():
                return ours, theirs
    return None


def _agree(ours: Figure, theirs: Figure) -> bool:
    """Whether two figures with a value in common have one unit; a unit may be left out only where the source has none to lose."""
    if same_quantity(ours, theirs):
        return True
    if ours.unit is None and theirs.unit is None:
        return True
    if ours.unit == theirs.unit or ours.dimension == theirs.dimension:
        return ours.unit == theirs.unit or ours.unit is None or theirs.unit is None
    if {ours.dimension, theirs.dimension} <= _PEOPLE:
        return True
    if {ours.unit, theirs.unit} & {None} and {ours.dimension, theirs.dimension} & _COUNTED:
        return True
    # "3 of 44" read as a share on one side and as two counts on the other
    return ours.unit is None and theirs.kind == "fraction"
