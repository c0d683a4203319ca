"""Who had what must stay so: two arms, numbers or directions may not change places.

Catches: "8% with A and 12% with B" for 12% with A and 8% with B. Must not: "compared with B, A reduced pain" for "A reduced pain compared with B".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from pincite.records import Check
from pincite.verification.aligning import Pair, inside, pairs
from pincite.verification.claims import Claim, Support
from pincite.verification.wording import Token, opposites, words_of

# Between the members of a list ("nausea, vomiting and rash") the order says nothing.
_LISTED = re.compile(r"[\s,/()®™]*(?:and|or|as well as|nor|also known as|i\.e\.)?[\s,/()®™]*", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:than|versus|vs\.?|(?:as )?compared (?:with|to)|relative to|in comparison (?:with|to))(?=\W)", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[,;:()]")
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether numbers, contrary words and names stand beside the same words as in the source."""
    compared = False
    for pair in pairs(claim, supports):
        if pair.overlap < 0.5:
            continue
        if arm := _arms(pair):
            says = f"What is compared with what has changed places with respect to the source (“{arm}”)."
            return Check(name="order", outcome="fail", says=says, expected=pair.unit.text)
        for ours, theirs in _kinds(pair, without_arms=bool(_compared(pair.unit.text) and _compared(pair.source.text))):
            compared = True
            if swapped := _swapped(pair, ours, theirs):
                one, other = swapped
                says = f"“{one}” and “{other}” have changed places with respect to the source."
                return Check(name="order", outcome="fail", says=says, expected=f"{one} … {other}")
    if not compared:
        return Check(name="order", outcome="abstain", says="Nothing in the text could change places.")
    return Check(name="order", outcome="pass", says="Names, numbers and directions stand where the source has them.")


def _contrary(one: Token) -> bool:
    return one.root in opposites() and one.word.lower() not in ("with", "without")


def _solid(text: str, named: frozenset[int]) -> list[Token]:
    return [one for one in words_of(text) if one.number or one.start in named or not one.light or _contrary(one)]


def _kinds(pair: Pair, *, without_arms: bool) -> list[tuple[list[Token], list[Token]]]:
    """Words of one kind that stand once in the claim and once in the source, in the order of each: numbers, contrary words, treatments, conditions."""
    ours, theirs = _grouped(pair.unit), _grouped(pair.source.claim)
    found = []
    for kind, mine in ours.items():
        if kind == "treatment" and without_arms:
            continue  # the two sides of the comparison have just been compared
        others = theirs.get(kind, [])
        roots = {one.root for one in mine} & {one.root for one in others}
        if len(roots) > 1:
            found.append(([one for one in mine if one.root in roots], [one for one in others if one.root in roots]))
    return found


def _grouped(claim: Claim) -> dict[str, list[Token]]:
    tokens = words_of(claim.text)
    treatments = inside([one for one in claim.mentions if one.kind in ("drug", "intervention")], tokens)
    conditions = inside([one for one in claim.mentions if one.kind in ("condition", "outcome")], tokens)
    counts = Counter(one.root for one in tokens)
    found: dict[str, list[Token]] = {}
    for one in tokens:
        if counts[one.root] == 1:
            kinds = (
                ("number", one.number),
                ("contrary", _contrary(one)),
                ("treatment", one.start in treatments),
                ("condition", one.start in conditions),
            )
            for kind, fits in kinds:
                if fits:
                    found.setdefault(kind, []).append(one)
    return found


def _arms(pair: Pair) -> str | None:
    """Words that the source has only behind "than" or "compared with" and the text only before it: the two sides changed places."""
    ours, theirs = _compared(pair.unit.text), _compared(pair.source.text)
    if ours is None or theirs is None:
        return None
    inner, outer = theirs[1] - theirs[0], theirs[0] - theirs[1]
    out, into = (inner & ours[0]) - ours[1], (outer & ours[1]) - ours[0]
    # A word that only stands elsewhere in the sentence ("in adults …" put first) leaves the others where they were.
    return min(out) if out and (into or not inner & ours[1]) else None


def _compared(text: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Roots of what stands outside and inside the part that begins with the word of comparison; None with none or several."""
    marks = list(_COMPARES.finditer(text))
    if len(marks) != 1:
        return None
    end = _CLAUSE_ENDS.search(text, marks[0].end())
    stop = end.start() if end else len(text)
    solid = [one for one in words_of(text) if not one.number and (not one.light or one.word.lower() in ("without", "no", "not"))]
    inner = frozenset(one.word.lower() if one.light else one.root for one in solid if marks[0].end() <= one.start < stop)
    outer = frozenset(one.word.lower() if one.light else one.root for one in solid if one.start < marks[0].start() or one.start >= stop)
    return outer, inner


def _one_share(pair: Pair, one: Token, other: Token) -> bool:
    """ "99 of 277" written for "in 277 patients, 99 had": a share in the text, two counts in the source."""
    return any(
        figure.kind == "fraction" and figure.start <= one.start and other.end <= figure.end and figure.base[0] <= 1
        for figure in pair.unit.figures
    )


def _swapped(pair: Pair, ours: Sequence[Token], theirs: Sequence[Token]) -> tuple[str, str] | None:
    """Two words whose order is reversed and neither of which kept a neighbour on its own side."""
    place = {one.root: at for at, one in enumerate(theirs)}
    here = _beside(pair.unit)
    there = _beside(pair.source.claim)
    for one, other in combinations(ours, 2):
        if place[one.root] < place[other.root] or _one_share(pair, one, other):
            continue
        if any(_kept(here[token.root], there[token.root]) for token in (one, other)):
            continue
        back, front = theirs[place[other.root]], theirs[place[one.root]]
        listed = _LISTED.fullmatch(pair.unit.text[one.end : other.start]) and _LISTED.fullmatch(pair.source.text[back.end : front.start])
        if listed and not one.number and not _RESPECTIVELY.search(pair.source.text):
            continue
        return one.word, other.word
    return None


def _kept(here: tuple[str, str], there: tuple[str, str]) -> bool:
    return (here[0] == there[0] != "") or (here[1] == there[1] != "")


def _beside(claim: Claim) -> dict[str, tuple[str, str]]:
    """Root of each solid word → roots of the solid words left and right of it ("" at an end)."""
    solid = _solid(claim.text, inside(claim.mentions, words_of(claim.text)))
    roots = ["", *(one.root for one in solid), ""]
    return {roots[at]: (roots[at - 1], roots[at + 1]) for at in range(1, len(roots) - 1)}
