"""Where the text follows its source word by word, no word that carries the meaning may stand in another's place.

Catches: "severe pain" in the place of moderate pain, "always" of usually. Must not: "frequently" in the place of often, "notes" of reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pincite.records import Check
from pincite.verification.aligning import Pair, aligned, changes, inside, pairs
from pincite.verification.claims import Claim, Support
from pincite.verification.matching import written_out
from pincite.verification.wording import Token, burden, said, words_of

_PREPOSITIONS = frozenset(("before", "after"))
# Words of these roles may stand for one another: "might" for may, "numerous" for many.
_INTERCHANGEABLE = ("hedge", "association", "some", "many", "degree", "universal")
# … but these only for themselves: each says something of its own.
_EXACT = ("significan", "complete", "entire", "total", "never", "none", "any", "always", "best", "first", "gold")
# A stretch of at most so many words, and so many that carry meaning, is one word in another's place; a longer one is a rewording.
_WORDS, _SOLID = 3, 2
_FOLLOWS = 0.5


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether a word that carries the meaning stands where the best-matching sentence has another."""
    compared = False
    for pair in pairs(claim, supports):
        if pair.overlap < _FOLLOWS:
            continue
        compared = True
        named = (inside(pair.unit.mentions, words_of(pair.unit.text)), inside(pair.source.claim.mentions, words_of(pair.source.text)))
        for change in changes(pair.unit.text, pair.source.text):
            if raised := _raised(pair, change.claim):
                return Check(name="substitution", outcome="fail", says=f"The source does not say “{raised}”.", expected=raised)
            mine, others = _unmoved(change.claim, pair), _unmoved(change.source, pair)
            if pair.near and _short(change.claim) and _short(change.source) and mine and others and _differ(pair, mine, others, named):
                if written_out(" ".join(one.word for one in mine), claim, supports):
                    continue
                ours, theirs = (" ".join(one.word for one in side) for side in (change.claim, change.source))
                says = f"Where the source has “{theirs}”, the text has “{ours}”."
                return Check(name="substitution", outcome="fail", says=says, found=theirs, expected=ours)
    if not compared:
        return Check(name="substitution", outcome="abstain", says="The text does not follow one sentence word by word.")
    return Check(name="substitution", outcome="pass", says="No word that carries the meaning stands in another's place.")


def _differ(pair: Pair, ours: tuple[Token, ...], theirs: tuple[Token, ...], named: tuple[frozenset[int], frozenset[int]]) -> bool:
    """Whether two short stretches say different things by the words that carry meaning."""
    here, there = _roles(ours, named[0]), _roles(theirs, named[1])
    if not here and not there:
        return False
    if (
        not here
        and all(one.light for one in ours)
        and (there <= {"name", "population"} or {one.word.lower() for one in theirs} <= _PREPOSITIONS)
    ):
        return False  # "it" in the place of a name says less
    roots = {one.root for one in ours}, {one.root for one in theirs}
    if roots[0] <= roots[1] or roots[1] <= roots[0] or _same_thing(pair, ours, theirs):
        return False
    words = [one.word.lower() for one in (*ours, *theirs)]
    return not (
        len(here | there) == 1 and here == there and here <= set(_INTERCHANGEABLE) and not any(word.startswith(_EXACT) for word in words)
    )


def _raised(pair: Pair, ours: tuple[Token, ...]) -> str | None:
    """A word of a scale put in where the source has none: "serious adverse events" for adverse events."""
    held = {root for source in pair.sources for root in source.roots}
    return next((one.word for one in ours if burden(one.word.lower()) == "scale" and one.root not in held), None)


def _unmoved(side: tuple[Token, ...], pair: Pair) -> tuple[Token, ...]:
    """Without the words that both sentences have equally often: these only stand elsewhere."""
    ours, theirs = (Counter(one.root for one in words) for words in aligned(pair.unit.text, pair.source.text))
    return tuple(one for one in side if ours[one.root] != theirs[one.root])


def _short(side: tuple[Token, ...]) -> bool:
    return 0 < len(side) <= _WORDS and sum(not one.light for one in side) <= _SOLID


def _roles(side: tuple[Token, ...], named: frozenset[int]) -> set[str]:
    """What the words of a stretch carry, one by one and together ("tended to")."""
    each = {"name" if one.start in named else burden(one.word.lower()) for one in side}
    phrase = " ".join(one.word for one in side)
    return {role for role in each if role} | {role for role in ("hedge", "association") if len(side) > 1 and said(role, phrase)}


def _same_thing(pair: Pair, ours: tuple[Token, ...], theirs: tuple[Token, ...]) -> bool:
    """Whether the two stretches are names of one concept."""

    def ids(claim: Claim, side: tuple[Token, ...]) -> set[str]:
        return {name for one in claim.mentions if any(one.start <= token.start < one.end for token in side) for name in one.concepts}

    return bool(ids(pair.unit, ours) & ids(pair.source.claim, theirs))
