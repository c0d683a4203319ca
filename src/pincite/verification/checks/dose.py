"""A dose is amount, interval, route and maximum together: each must be the source's, and they must belong together.

Catches: "10 mg twice daily" for 10 mg once daily; "up to" dropped before the maximum. Must not: "by mouth" for oral, "daily" for once a day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pincite.records import Check
from pincite.text.numbers import Figure, same_quantity
from pincite.text.tables import rows
from pincite.verification.claims import Claim, Support
from pincite.verification.matching import Pair, pairs, surroundings

_AMOUNTS = ("mass", "volume", "activity", "units", "amount", "equivalents", "tablets", "capsules", "drops", "puffs", "doses", "injections")
# An interval belongs to the amount that stands at most so many characters before it.
_TOGETHER = 40


@cache
def _words() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((kind, name, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)) for kind, name, pattern in rows("dosing.tsv"))


@lru_cache(maxsize=4096)
def _said(text: str) -> dict[tuple[str, str], str]:
    """(kind, name) of every route, timing and maximum of a text, with its words."""
    found = {}
    for kind, name, pattern in _words():
        match = pattern.search(text)
        if match:
            found[kind, name] = match.group()
    return found


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether routes, intervals, maxima and the pairs of amount and interval are those of the quotes."""
    compared = False
    around = " ".join(one.text for one in surroundings(supports))
    for pair in pairs(claim, supports):
        doses = [one for one in pair.unit.figures if is_dose(one)]
        ours = _said(pair.unit.text)
        if not doses and not any(kind in ("route", "timing") for kind, _ in ours):
            continue
        compared = True
        quoted = " ".join(one.text for one in pair.sources)
        theirs = _said(quoted)
        for (kind, name), words in ours.items():
            if (kind, name) in theirs or (kind == "route" and not any(one == "route" for one, _ in theirs) and (kind, name) in _said(around)):
                continue
            if kind == "maximum" and not doses:
                continue
            if kind == "timing" and _frequency_held(name, pair):
                continue
            other = next((found for (k, n), found in theirs.items() if k == kind and (k, n) not in ours), None) if kind != "maximum" else None
            says = f"The source says {other}, not {words}." if other else f"The source does not say “{words}”."
            return Check(name="dose", outcome="fail", says=says, found=other if pair.near else None, expected=words)
        if failed := _apart(pair):
            return failed
        if doses and ("maximum", "maximum") in theirs and ("maximum", "maximum") not in ours and _loses_maximum(pair, doses):
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
    return any(one.kind == "frequency" and name.removesuffix("ly")[:2] in (one.unit or "") for one in pair.unit.figures)


def _apart(pair: Pair) -> Check | None:
    """An amount with an interval that the source gives with another amount, or an interval that it does not give."""
    theirs = [one for source in pair.sources for one in source.claim.figures]
    couples = {(a, b) for source in pair.sources for a, b in _couples(source.claim.figures)}
    for one in pair.unit.figures:
        if one.kind == "frequency" and not any(same_quantity(one, other, rounding=False) for other in theirs):
            said = next((other.text for other in theirs if other.kind == "frequency"), None)
            says = f"The source says {said}, not {one.text}." if said else f"The source does not say “{one.text}”."
            return Check(name="dose", outcome="fail", says=says, found=said if pair.near else None, expected=one.text)
    for amount, interval in _couples(pair.unit.figures):
        if couples and not any(same_quantity(amount, a, rounding=False) and same_quantity(interval, b) for a, b in couples):
            words = f"{amount.text} {interval.text}"
            return Check(name="dose", outcome="fail", says=f"The source does not give {words} together.", expected=words)
    return None


def _couples(figures: Sequence[Figure]) -> list[tuple[Figure, Figure]]:
    doses = [one for one in figures if is_dose(one)]
    found = []
    for amount, interval in zip(doses, doses[1:], strict=False):
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
