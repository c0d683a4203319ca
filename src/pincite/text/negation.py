"""Is a stretch of a sentence negated? Cue words with a scope, after NegEx and ConText; the cues stand in
`data/negation.tsv`.

Used by direction, kinds and the checks: "did not reduce pain" must never count as "reduced pain".
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from pincite.text.tables import rows

# A sentence's end, a semicolon, a colon and a dash between blanks stop every scope. A decimal point does not.
_STOP = re.compile(r"[.!?](?=\s|$)|[;:\n]|\s[–—-]\s")
# "not without", "cannot not", "never failed to": two cues this close (in words between them) cancel each other.
# With a comma, "and", "or" or "nor" between them they are a list of two negations instead.
_CANCELS_WITHIN = 2
_LIST = re.compile(r",|\b(?:and|or|nor)\b", re.IGNORECASE)
_WORD = re.compile(r"\w[\w'’.%-]*")


# "Patients not operated on had less pain", "in people without symptoms discs were thinner": a finite verb ends the
# scope, unless it belongs to a clause that is itself negated ("did not show that it was better").
_FINITE = re.compile(r"\b(?:was|were|is|are|had|has|have|did|fell|rose|showed|gave)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:that|whether|if)\b", re.IGNORECASE)
_MOVES = re.compile(r"(?:fell|rose|grew|fallen|risen|\w+ed)\b", re.IGNORECASE)


class _Cue(NamedTuple):
    start: int
    end: int
    reach: int
    role: str


def _bordered(cue: str) -> str:
    """`cue` between word borders, except on a side where it brings a look-around of its own."""
    left = "" if cue.startswith("(?<") else r"\b"
    right = "" if cue.endswith(")") and "(?=" in cue else r"\b"
    return left + cue + right


@cache
def _patterns(role: str) -> tuple[re.Pattern[str], tuple[int, ...]]:
    """All cues of one role as one expression with a group each (longest first), and the reach of each group."""
    table = sorted((row for row in rows("negation.tsv") if row[0] == role), key=lambda row: -len(row[2]))
    parts = (f"({_bordered(row[2])})" for row in table)
    return re.compile("|".join(parts), re.IGNORECASE), tuple(int(row[1]) for row in table)


@lru_cache(maxsize=64)  # one sentence is asked about many of its words
def _cues(text: str, role: str) -> list[_Cue]:
    pattern, reach = _patterns(role)
    return [_Cue(match.start(), match.end(), reach[(match.lastindex or 1) - 1], role) for match in pattern.finditer(text)]


def _free(cues: list[_Cue], taken: list[_Cue]) -> list[_Cue]:
    return [cue for cue in cues if not any(cue.start < other.end and other.start < cue.end for other in taken)]


def _broken(text: str, start: int, end: int, *, ends: list[_Cue]) -> bool:
    """True when a scope cannot pass from `start` to `end`: a stop, an end word, or a bracket that opens or closes
    between."""
    between = text[start:end]
    return (
        _STOP.search(between) is not None
        or any(start <= cue.start and cue.end <= end for cue in ends)
        or between.count("(") != between.count(")")
        or between.count("[") != between.count("]")
    )


def _carries(text: str, cue: _Cue, start: int, *, ends: list[_Cue]) -> bool:
    """Does the scope of `cue` reach a word at `start` that stands after it?"""
    between = text[cue.end : start]
    words = len(_WORD.findall(between))
    if words >= cue.reach or _broken(text, cue.end, start, ends=ends):
        return False
    if cue.role != "subject" and _FINITE.search(between) and not _CLAUSE.search(between):
        return False
    return not (cue.role == "noun" and words > 1 and _MOVES.match(text, start))


def _count(text: str, before: list[_Cue], *, ends: list[_Cue]) -> int:
    """How many negations stand in a row, nearest first, each close enough to cancel the next."""
    count = 1
    for nearer, farther in pairwise(before):
        between = text[farther.end : nearer.start]
        if _LIST.search(text, farther.end, nearer.end) or len(_WORD.findall(between)) > _CANCELS_WITHIN:
            break
        if _broken(text, farther.end, nearer.start, ends=ends):
            break
        count += 1
    return count


def negated(text: str, start: int, end: int) -> bool:
    """True when `text[start:end]` (code points) stands in the scope of a negation; two negations cancel.

    >>> negated("Surgery did not reduce pain.", 16, 22)
    True
    >>> negated("Surgery not only reduced pain.", 17, 24)
    False
    """
    pseudo = _cues(text, "pseudo")
    ends = _free(_cues(text, "end"), pseudo)
    for cue in _free(_cues(text, "post"), pseudo):
        near = cue.start >= end and len(_WORD.findall(text[end : cue.start])) <= cue.reach
        if near and not _broken(text, end, cue.start, ends=ends):
            return True
    found = [cue for role in ("pre", "subject", "noun") for cue in _free(_cues(text, role), pseudo) if cue.end <= start]
    before = sorted(found, key=lambda cue: -cue.end)
    for place, cue in enumerate(before):
        if _carries(text, cue, start, ends=ends):
            return _count(text, before[place:], ends=ends) % 2 == 1
    return False
