"""Every number of a claim must stand in its quotes, converted or rounded at most, and be compared the same way.

Catches: 36 % where the source says 63 %; "more than 10" where it says 10. Must not: "about 36 %" for 35.7 %, "6 weeks" for 42 days.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pincite.records import Check
from pincite.text.numbers import Figure, same_quantity
from pincite.verification.aligning import Pair, agree, changes, pairs, sources
from pincite.verification.claims import Claim, Support

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
    held = [figure for source in sources(supports) for figure in source.figures]
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
    if exchanged := _exchanged(pair):
        return exchanged
    spans: list[tuple[int, int]] = []
    for figure in pair.unit.figures:
        near = [one for one in pair.source.figures if _alike(figure, one)]
        far = [one for one in held if _alike(figure, one)]
        if not near and not far and not agree(figure, held):
            if figure.kind == "year" and figure.text.strip() in years:
                spans.append((figure.start, figure.end))
                continue
            found = _in_place(pair, figure.start, figure.end)
            says = f"The source has {found}, not {figure.text}." if found else f"{figure.text} does not stand in the quotes."
            return _Missing(figure.text, found, says)
        if (near or far) and not any(_compared_alike(figure, one) for one in (near or far)):
            one = (near or far)[0]
            return _Missing(figure.text, None, f"The source has {_shown(one)}, the text {_shown(figure)}.")
        spans.append((figure.start, figure.end))
    return _bare(pair, quoted, years, spans) or _too_often(text, quoted)


def _bare(pair: Pair, quoted: str, years: set[str], spans: Sequence[tuple[int, int]]) -> _Missing | None:
    """A number that is part of no figure, or of a name (L4, IL-6), and does not stand in the quotes."""
    text = pair.unit.text
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


def _too_often(text: str, quoted: str) -> _Missing | None:
    """A number that the text has more often than all quotes together: one of them took another's place."""
    held = Counter(_DIGITS.findall(quoted))
    for number, times in Counter(_DIGITS.findall(text)).items():
        if times > held[number] > 0:
            return _Missing(number, None, f"The text has {number} {times} times, the quotes {held[number]}.")
    return None


def _exchanged(pair: Pair) -> _Missing | None:
    """A number that stands where the best-matching sentence has another one, though it may stand elsewhere too."""
    if not pair.near:
        return None
    for change in changes(pair.unit.text, pair.source.text):
        ours = [one for one in change.claim if one.number]
        theirs = [one for one in change.source if one.number]
        if len(ours) == 1 == len(theirs) and len(change.claim) <= 2 and len(change.source) <= 2:
            one, other = _figure_at(pair.unit.figures, ours[0].start), _figure_at(pair.source.claim.figures, theirs[0].start)
            if one is None or other is None or one.values == other.values or same_quantity(one, other):
                if one is None and other is None and not ours[0].word.isalpha() and not theirs[0].word.isalpha():
                    return _Missing(ours[0].word, theirs[0].word, f"In its place the source has {theirs[0].word}, not {ours[0].word}.")
                continue
            return _Missing(one.text, other.text, f"The source has {other.text}, not {one.text}.")
    return None


def _figure_at(figures: Sequence[Figure], at: int) -> Figure | None:
    return next((one for one in figures if one.start <= at < one.end), None)


def _alike(ours: Figure, theirs: Figure) -> bool:
    """One quantity, or the same printed values: whether the unit fits is asked by another check."""
    if ours.kind == theirs.kind == "interval" and ours.label != theirs.label:
        return False
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
