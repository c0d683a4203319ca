"""Who had what must stay so: two arms, numbers or directions may not change places.

Catches: "8% with A and 12% with B" for 12% with A and 8% with B. Must not: "compared with B, A reduced pain" for "A reduced pain compared with B".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from pincite.records import Check
from pincite.verification.claims import Claim, Support
from pincite.verification.matching import Pair, inside, pairs
from pincite.verification.wording import Token, opposites, words_of

# Between the members of a list ("nausea, vomiting and rash") the order says nothing.
_LISTED = re.compile(r"[\s,/]*(?:and|or|as well as|nor)?[\s,/]*", re.IGNORECASE)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether numbers, contrary words and names stand beside the same words as in the source."""
    compared = False
    for pair in pairs(claim, supports):
        if pair.overlap < 0.5:
            continue
        for ours, theirs in _kinds(pair):
            compared = True
            if swapped := _swapped(pair, ours, theirs):
                one, other = swapped
                says = f"“{one}” and “{other}” have changed places with respect to the source."
                return Check(name="order", outcome="fail", says=says, expected=f"{one} … {other}")
    if not compared:
        return Check(name="order", outcome="abstain", says="Nothing in the text could change places.")
    return Check(name="order", outcome="pass", says="Names, numbers and directions stand where the source has them.")


def _solid(text: str, named: frozenset[int]) -> list[Token]:
    return [one for one in words_of(text) if one.number or one.start in named or not one.light or one.word.lower() in opposites()]


def _kinds(pair: Pair) -> list[tuple[list[Token], list[Token]]]:
    """Numbers, contrary words, and names that stand once in the claim and once in the source, in the order of each."""
    here = inside(pair.unit.mentions, words_of(pair.unit.text))
    there = inside(pair.source.claim.mentions, words_of(pair.source.text))
    ours, theirs = _solid(pair.unit.text, here), _solid(pair.source.text, there)
    found = []
    for wanted in ("number", "contrary", "name"):
        mine, others = _once(ours, wanted, here), _once(theirs, wanted, there)
        shared = [one for one in mine if one.root in {other.root for other in others}]
        roots = {one.root for one in shared}
        if len(shared) > 1:
            found.append((shared, [one for one in others if one.root in roots]))
    return found


def _once(tokens: Sequence[Token], wanted: str, named: frozenset[int]) -> list[Token]:
    chosen = [
        one
        for one in tokens
        if (one.number if wanted == "number" else one.word.lower() in opposites() if wanted == "contrary" else one.start in named)
    ]
    roots = [one.root for one in tokens]
    return [one for one in chosen if roots.count(one.root) == 1]


def _swapped(pair: Pair, ours: Sequence[Token], theirs: Sequence[Token]) -> tuple[str, str] | None:
    """Two words whose order is reversed and neither of which kept a neighbour on its own side."""
    place = {one.root: at for at, one in enumerate(theirs)}
    here = _beside(pair.unit)
    there = _beside(pair.source.claim)
    for one, other in combinations(ours, 2):
        if place[one.root] < place[other.root]:
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
