"""Which way a sentence points: for or against something, an outcome up or down, or no difference; and what that means
for the patient.

`direction_of` gives the movement that the sentence states; `benefit_of` whether it is good for the patient, which the
conflicts detector compares. The words stand in `data/direction.tsv`; what is negated counts as no difference, never as
the movement.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from pincite.records import Direction
from pincite.text.negation import negated
from pincite.text.tables import rows

Benefit = Literal["benefit", "harm", "no-effect"]

# Outcome words stand near the word that moves: "reduced back pain", "pain at 12 months fell". Farther away they belong
# to something else.
_NEAR = 70
# A ratio's or difference's interval, "0.71; 95% CI 0.26 to 1.89": it supports "no difference" when it holds 1 or 0.
_INTERVAL = re.compile(
    r"\b(?P<ratio>(?:odds|hazard|risk|rate|relative risk)(?: ratio)?|OR|RR|HR|aOR|aHR)?(?:[^.;]|\.\d|"
    r";\s*(?=9)){0,40}?(?:95|99)\s?%\s*"
    r"(?:CI|confidence interval)s?[\s,:=(\[]{0,4}(?P<low>[-−–]?\d+(?:\.\d+)?)\s?%?"
    r"\s*(?:to|,|;|–|—|-)\s*(?P<high>[-−–]?\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_INSIGNIFICANT = re.compile(r"\bp\s*(?:=|>)\s*0?\.(?:0[5-9]|[1-9])\d*|\bp\s*>\s*0?\.05|\bn\.?s\.?\b", re.IGNORECASE)
_SIGNIFICANT = re.compile(r"\bp\s*[<≤=]\s*0?\.0(?:[0-4]\d*|5\b)", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:versus|vs\.?|compared (?:with|to)|than|between|and)\b", re.IGNORECASE)
# Right before "is recommended": "no brace is recommended", "cannot be …", "no longer …".
_DENIED = re.compile(
    r"(?:\b(?:not|never|no longer|cannot|neither|nor)\s+(?:\w+\s+){0,2}|^(?:no|neither)\s(?:[\w-]+\s+){1,5})$",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:th(?:is|ese|e|ose)|it|they)\b[^,;]{0,50}\b(?:not|n't|without|no longer)\b[^,;]{0,40}\bsignifican",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r";|,?\s+\b(?:but|although|though|whereas|while|however|yet|despite)\b", re.IGNORECASE)


class _Move(NamedTuple):
    start: int
    way: Literal["up", "down", "good", "bad", "none"]
    outcome: Literal["wanted", "unwanted", None]


@cache
def _pattern(role: str) -> re.Pattern[str]:
    sources = [source for kind, source in rows("direction.tsv") if kind == role]
    parts = [source if source.startswith("^") else rf"\b{source}" for source in sources]
    return re.compile("|".join(rf"(?:{part})(?!\w)" if not part.endswith(r"\s") else part for part in parts), re.IGNORECASE)


def _advice(text: str) -> tuple[Direction, int] | None:
    """For, against or neutral, and where the advice stands; None where the sentence gives none."""
    neutral = _pattern("neutral").search(text)
    if neutral:
        return "neutral", neutral.start()
    against = _pattern("against").search(text)
    support = _pattern("for").search(text)
    if against and (support is None or against.start() < support.end()):
        return "against", against.start()
    if support:
        return "against" if _DENIED.search(text, 0, support.start()) else "for", support.start()
    return None


def _outcome(text: str, start: int, end: int) -> Literal["wanted", "unwanted", None]:
    """The outcome word nearest to a moving word: after it first ("reduced pain"), else before it ("pain fell")."""
    best: tuple[int, Literal["wanted", "unwanted"]] | None = None
    roles: tuple[Literal["wanted", "unwanted"], ...] = ("wanted", "unwanted")
    for role in roles:
        for match in _pattern(role).finditer(text, max(0, start - _NEAR), min(len(text), end + _NEAR)):
            # An outcome before the word is as near as one 15 characters farther after it: "mortality was lower with
            # surgery for pain".
            distance = match.start() - end if match.start() >= end else start - match.end() + 15 if match.end() <= start else None
            # Of two at one place the longer names the outcome: "pain relief" is wanted, "pain" is not.
            if distance is not None and (best is None or distance < best[0] or (distance == best[0] and role == "wanted")):
                best = (distance, role)
    return best[1] if best else None


@lru_cache(maxsize=1024)  # direction and benefit of a sentence ask one after the other
def _moves(text: str) -> tuple[_Move, ...]:
    """Moving words in order; a negated one is "none"."""
    found: list[_Move] = []
    taken: list[tuple[int, int]] = []
    for match in _pattern("none").finditer(text):
        found.append(_Move(match.start(), "none", None))
        taken.append(match.span())
    same = _pattern("same").search(text)
    ways: tuple[Literal["up", "down", "good", "bad"], ...] = ("up", "down", "good", "bad")
    for way in ways:
        for match in _pattern(way).finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            nothing = negated(text, match.start(), match.end())
            found.append(_Move(match.start(), "none" if nothing else way, _outcome(text, match.start(), match.end())))
    if same and not any(move.start < same.start() for move in found):
        found.append(_Move(same.start(), "none", None))
    return tuple(sorted(found, key=lambda move: move.start))


def _holds_null(text: str) -> bool | None:
    """Do the intervals of the sentence hold the value of no effect (1 for ratios, 0 for differences)? None when it
    prints none."""
    said: list[bool] = []
    for match in _INTERVAL.finditer(text):
        low, high = (float(re.sub("[−–]", "-", match[name])) for name in ("low", "high"))
        if low > high:
            continue
        said.append(low <= 1 <= high if match["ratio"] else low < 0 < high)
    return all(said) if said else None


def _main(text: str) -> str:
    """The clause that carries the result: what stands before "but", "although", ";" if it moves, else the whole text.

    "…, but the difference was not significant" takes the result back and stays.
    """
    for cut in _CLAUSE.finditer(text):
        clause = text[: cut.start()]
        whole = clause.count("(") == clause.count(")") and clause.count("[") == clause.count("]")
        if whole and len(clause) > 25 and _moves(clause):
            return text if _TAKEN_BACK.search(text, cut.start()) else clause
    return text


def _movement(text: str) -> Direction | None:
    clause = _main(text)
    moves = _moves(clause)
    null = _holds_null(clause)
    insignificant = _INSIGNIFICANT.search(clause) is not None and _SIGNIFICANT.search(clause) is None
    if not moves:
        return "no-difference" if null and _COMPARES.search(clause) else None
    # A result whose only P value or interval shows no effect is no difference; without a moving word neither is enough.
    taken_back = insignificant and (null or _COMPARES.search(clause) is not None)
    if taken_back or any(move.way == "none" for move in moves):
        return "no-difference"
    moved = next((move.way for move in moves if move.way in ("up", "down")), None)
    if moved:
        return "increase" if moved == "up" else "decrease"
    first = moves[0]
    if first.outcome is None or _COMPARES.search(clause):
        return "for" if first.way == "good" else "against"
    # "Pain improved" fell, "function improved" rose.
    return "increase" if (first.way == "good") == (first.outcome == "wanted") else "decrease"


def direction_of(text: str) -> Direction | None:
    """The way one sentence points; None where it points nowhere.

    Advice: "for", "against", "neutral". Results: "increase" or "decrease" of the outcome named, "no-difference"; a
    comparison that only says "better" or "worse" is "for" or "against".

    >>> direction_of("Vertebroplasty did not reduce pain.")
    'no-difference'
    """
    advice = _advice(text)
    movement = _movement(text)
    if advice is None:
        return movement or ("neutral" if _pattern("unsettled").search(text) else None)
    # "Results did not differ, so either may be considered" reports first; "is recommended, as it does no harm" advises
    # first.
    nothing = _pattern("none").search(text)
    return movement if movement == "no-difference" and nothing and nothing.start() < advice[1] else advice[0]


def benefit_of(text: str) -> Benefit | None:
    """What a result means for the patient: "benefit", "harm", "no-effect"; None where the sentence reports no result
    or both good and bad.

    >>> benefit_of("Vertebroplasty reduced pain more than sham.")
    'benefit'
    """
    clause = _main(text)
    moves = _moves(clause)
    if any(move.way == "none" for move in moves):
        return "no-effect"
    if _movement(text) == "no-difference":
        return "no-effect"
    said: set[Benefit] = set()
    for move in moves:
        if move.way in ("good", "bad"):
            said.add("benefit" if move.way == "good" else "harm")
        elif move.outcome:
            said.add("benefit" if (move.way == "up") == (move.outcome == "wanted") else "harm")
    return said.pop() if len(said) == 1 else None
