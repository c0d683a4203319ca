"""Every number of a claim must stand in its quotes, converted or rounded at most, and be compared the same way.

Catches: 36 % where the source says 63 %; "more than 10" where it says 10. Must not: "about 36 %" for 35.7 %, "6 weeks" for 42 days.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pincite.records import Check
from pincite.text.numbers import Figure, same_quantity
from pincite.verification.claims import Claim, Support
from pincite.verification.matching import Pair, changes, pairs, sources

_DIGITS = re.compile(r"\d+(?:[.,·]\d+)*")
# L4, IL-6, T12: a letter and a figure that make one name.
_CODE = re.compile(r"(?<![^\W_])([A-Za-zα-ωΑ-Ω]{1,12})[-–‑ ]?(\d{1,4})(?![\d.,]\d)")
# A claim may say "about" of a plain number and the reverse; nothing else may be dropped or put before it.
_PLAIN = ("=", "~", "±")


class _Missing(NamedTuple):
    words: str
    found: str | None
    why: str


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether all numbers of the claim stand in the quotes."""
    matched = pairs(claim, supports)
    if not _DIGITS.search(claim.text) and not claim.figures:
        return Check(name="numbers", outcome="abstain", says="The text has no numbers.")
    held = [figure for source in sources(supports) for figure in source.claim.figures]
    quoted = " ".join(one.exact for one in supports)
    years = {str(one.header.year) for one in supports if one.header is not None and one.header.year}
    for pair in matched:
        missing = _missing(pair, held, quoted, years)
        if missing is not None:
            return Check(name="numbers", outcome="fail", says=missing.why, found=missing.found, expected=missing.words)
    if not matched:
        return Check(name="numbers", outcome="fail", says="No quote holds these numbers.", expected=claim.text)
    return Check(name="numbers", outcome="pass", says="Every number stands in the quotes.")


def _missing(pair: Pair, held: Sequence[Figure], quoted: str, years: set[str]) -> _Missing | None:
    """The first number of a sentence that the quotes do not bear out, and the one that stands in its place."""
    text = pair.unit.text
    spans: list[tuple[int, int]] = []
    for figure in pair.unit.figures:
        near = [one for one in pair.source.claim.figures if _alike(figure, one)]
        far = [one for one in held if _alike(figure, one)]
        if not near and not far:
            if figure.kind == "year" and figure.text.strip() in years:
                spans.append((figure.start, figure.end))
                continue
            found = _in_place(pair, figure.start, figure.end)
            says = f"The source has {found}, not {figure.text}." if found else f"{figure.text} does not stand in the quotes."
            return _Missing(figure.text, found, says)
        if not near and (found := _in_place(pair, figure.start, figure.end)):
            return _Missing(figure.text, found, f"In its place the source has {found}, not {figure.text}.")
        if not any(_compared_alike(figure, one) for one in (near or far)):
            one = (near or far)[0]
            return _Missing(figure.text, None, f"The source has {_shown(one)}, the text {_shown(figure)}.")
        spans.append((figure.start, figure.end))
    digits = set(_DIGITS.findall(quoted)) | years
    for match in _DIGITS.finditer(text):
        inside = any(start <= match.start() and match.end() <= end for start, end in spans)
        if not inside and match.group() not in digits:
            return _Missing(match.group(), _in_place(pair, *match.span()), f"{match.group()} does not stand in the quotes.")
    codes = {(one[1].lower(), one[2]) for one in _CODE.finditer(quoted)}
    letters = {code[0] for code in codes}
    for code in _CODE.finditer(text):
        key = (code[1].lower(), code[2])
        if key not in codes and key[0] in letters and not any(start <= code.start(2) < end for start, end in spans):
            return _Missing(code.group(), None, f"{code.group()} does not stand in the quotes.")
    return None


def _alike(ours: Figure, theirs: Figure) -> bool:
    """One quantity, or the same printed values: whether the unit fits is asked by another check."""
    return same_quantity(ours, theirs) or (bool(ours.values) and set(ours.values) <= set(theirs.values))


def _compared_alike(ours: Figure, theirs: Figure) -> bool:
    one, other = ours.comparator, theirs.comparator
    return one == other or (one in _PLAIN and other in _PLAIN)


def _shown(figure: Figure) -> str:
    return figure.text if figure.comparator == "=" or figure.comparator in figure.text else f"{figure.comparator} {figure.text}"


def _in_place(pair: Pair, start: int, end: int) -> str | None:
    """The number that the best-matching sentence has just where the claim has this one; None where that cannot be said."""
    if not pair.near:
        return None
    for change in changes(pair.unit.text, pair.source.text):
        ours = [one for one in change.claim if one.number]
        theirs = [one for one in change.source if one.number]
        if len(ours) == len(theirs) and len(change.claim) <= 4 and len(change.source) <= 4:
            for one, other in zip(ours, theirs, strict=True):
                if start <= one.start < end and one.word != other.word:
                    return other.word
    return None
