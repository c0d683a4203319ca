"""A dose is amount, interval, route and maximum together: each must be the source's, and they must belong together.

Catches: "10 mg twice daily" for 10 mg once daily; "up to" dropped before the maximum. Must not: "by mouth" for oral, "daily" for once a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pincite.records import Check
from pincite.text.numbers import Figure, same_quantity
from pincite.verification.aligning import Pair, pairs, parts, surroundings
from pincite.verification.claims import Claim, Support
from pincite.verification.wording import dosing_of

_AMOUNTS = ("mass", "volume", "activity", "units", "amount", "equivalents", "tablets", "capsules", "drops", "puffs", "doses", "injections")
# An interval belongs to the amount that stands at most so many characters before it.
_TOGETHER = 40


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether routes, intervals, maxima and the pairs of amount and interval are those of the quotes."""
    compared = False
    around = " ".join(one.text for one in surroundings(supports))
    for pair in pairs(claim, supports):
        doses = [one for one in pair.unit.figures if is_dose(one)]
        ours = dosing_of(pair.unit.text)
        if not doses and not any(name.startswith(("route", "timing")) for name in ours):
            continue
        compared = True
        theirs = dosing_of(" ".join(one.text for one in pair.sources))
        for name, (words, _, _) in ours.items():
            kind = name.split()[0]
            unsaid = not any(one.startswith(kind) for one in theirs)
            if name in theirs or (kind == "route" and unsaid and name in dosing_of(around)) or (kind == "maximum" and not doses):
                continue
            if kind == "timing" and _frequency_held(name, pair):
                continue
            other = next((found for one, (found, _, _) in theirs.items() if one.startswith(kind) and one not in ours), None)
            says = f"The source says {other}, not {words}." if other else f"The source does not say “{words}”."
            return Check(name="dose", outcome="fail", says=says, found=other if pair.near else None, expected=words)
        if failed := _apart(pair):
            return failed
        if doses and "maximum maximum" in theirs and "maximum maximum" not in ours and _loses_maximum(pair, doses):
            says = "The source gives a maximum, the text a plain dose."
            return Check(name="dose", outcome="fail", says=says, expected=doses[0].text)
    if not compared:
        return Check(name="dose", outcome="abstain", says="The text gives no dose.")
    return Check(name="dose", outcome="pass", says="Amount, interval, route and maximum are those of the source.")


def is_dose(figure: Figure) -> bool:
    """Whether a figure is an amount given or how often it is given."""
    return (figure.dimension or "").split("/")[0] in _AMOUNTS or figure.kind == "frequency"


def _frequency_held(name: str, pair: Pair) -> bool:
    """ "Daily" beside "twice": the interval is a figure of its own and is compared as one."""
    return any(
        one.kind == "frequency" and name.rsplit(maxsplit=1)[-1].removesuffix("ly")[:2] in (one.unit or "") for one in pair.unit.figures
    )


def _apart(pair: Pair) -> Check | None:
    """An amount with an interval that the source gives with another amount, or an interval that it does not give."""
    theirs = [part for source in pair.sources for one in source.claim.figures for part in (one, *parts(one))]
    couples = {(a, b) for source in pair.sources for a, b in _couples(source.claim.figures)}
    for one in pair.unit.figures:
        if one.kind == "frequency" and not any(same_quantity(one, other, rounding=False) for other in theirs):
            said = next((other.text for other in theirs if other.kind == "frequency"), None)
            says = f"The source says {said}, not {one.text}." if said else f"The source does not say “{one.text}”."
            return Check(name="dose", outcome="fail", says=says, found=said if pair.near else None, expected=one.text)
    whole = {one.start: one for one in pair.unit.figures}
    for amount, interval in _couples(pair.unit.figures):
        if amount.start == interval.start and any(same_quantity(whole[amount.start], other, rounding=False) for other in theirs):
            continue  # "3,200 mg daily" for "3.2 g a day"
        if couples and not any(same_quantity(amount, a, rounding=False) and same_quantity(interval, b) for a, b in couples):
            words = amount.text if amount.text == interval.text else f"{amount.text} {interval.text}"
            return Check(name="dose", outcome="fail", says=f"The source does not give {words} together.", expected=words)
    return None


def _couples(figures: Sequence[Figure]) -> list[tuple[Figure, Figure]]:
    doses = [part for one in figures if is_dose(one) for part in parts(one)]
    found = []
    for amount, interval in pairwise(doses):
        if amount.kind != "frequency" and interval.kind == "frequency" and interval.start - amount.end <= _TOGETHER:
            found.append((amount, interval))
    return found


def _loses_maximum(pair: Pair, doses: Sequence[Figure]) -> bool:
    """Whether a dose of the text is one that the source gives only as an upper limit."""
    for one in doses:
        same = [other for source in pair.sources for other in source.claim.figures if same_quantity(one, other)]
        if same and all(other.comparator in ("<", "<=") for other in same) and one.comparator not in ("<", "<="):
            return True
    return False
