"""What the source says rose may not fall, and what it advises may not be advised against; no word may become its contrary.

Catches: "pain increased" for "pain decreased", "before surgery" for "after surgery". Must not: "lower pain" for "reduced pain".
"""

from __future__ import annotations

from collections.abc import Sequence

from pincite.records import Check, Direction
from pincite.verification.claims import Claim, Support
from pincite.verification.matching import Pair, pairs
from pincite.verification.wording import Token, opposites, words_of

_CONTRARY: dict[Direction, frozenset[Direction]] = {
    "for": frozenset(("against", "neutral")),
    "against": frozenset(("for", "neutral")),
    "neutral": frozenset(("for", "against")),
    "increase": frozenset(("decrease", "no-difference")),
    "decrease": frozenset(("increase", "no-difference")),
    "no-difference": frozenset(("increase", "decrease")),
}


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether each sentence points the way of its best-matching source sentence."""
    compared = False
    for pair in pairs(claim, supports):
        turned = _turned(pair)
        if turned is not None:
            ours, theirs = turned
            says = f"The source says “{theirs}”, not “{ours}”."
            return Check(name="direction", outcome="fail", says=says, found=theirs if pair.near else None, expected=ours)
        way = pair.unit.direction
        if way is None:
            continue
        compared = True
        other = pair.source.claim.direction
        if pair.near and other is not None and other in _CONTRARY[way] and not _said_beside(way, pair):
            says = f"The source points to “{other}”, the text to “{way}”."
            return Check(name="direction", outcome="fail", says=says, expected=pair.unit.text)
    if not compared:
        return Check(name="direction", outcome="abstain", says="The text points no way that could be compared.")
    return Check(name="direction", outcome="pass", says="The text points the way of the source.")


def _said_beside(way: Direction, pair: Pair) -> bool:
    return any(one.claim.direction == way for one in pair.others)


def _turned(pair: Pair) -> tuple[str, str] | None:
    """A word of the claim and the contrary one that the source has and the claim has not; None when there is no such word."""
    theirs = words_of(pair.source.text)
    ours = words_of(pair.unit.text)
    held = {one.word.lower() for one in theirs}
    said = {one.word.lower() for one in ours}
    others = {one.word.lower() for source in pair.others for one in words_of(source.text)}
    for token in ours:
        word = token.word.lower()
        if word in held or word in others or word not in opposites():
            continue
        # "with" and "without" change with every rewording: their contrary counts only in the very place; see the check of negation.
        if word in ("with", "without") or _other_word(token, theirs, word):
            continue
        for contrary in opposites()[word]:
            clash = next((one.word for one in theirs if one.word.lower() in contrary and one.word.lower() not in said), None)
            if clash:
                return token.word, clash
    return None


def _other_word(token: Token, theirs: Sequence[Token], word: str) -> bool:
    """Whether the source says the same with another word of the same side: "lower" for "reduced"."""
    sides = opposites()[word]
    mates = {mate for contrary in sides for one in contrary for side in opposites().get(one, ()) for mate in side if word in side}
    return any(one.word.lower() in mates or one.root == token.root for one in theirs)
