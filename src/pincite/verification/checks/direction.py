"""What the source says rose may not fall, and what it advises may not be advised against; no word may become its contrary.

Catches: "pain increased" for "pain decreased", "before surgery" for "after surgery". Must not: "lower pain" for "reduced pain".
"""

from __future__ import annotations

from collections.abc import Sequence

from pincite.records import Check, Direction
from pincite.verification.aligning import BRACKETS, Pair, changes, pairs
from pincite.verification.claims import Claim, Support, claim_of
from pincite.verification.wording import Token, burden, opposites, words_of

_CONTRARY: dict[Direction, frozenset[Direction]] = {
    "for": frozenset(("against", "neutral")),
    "against": frozenset(("for", "neutral")),
    "neutral": frozenset(("for", "against")),
    # Rise against fall is told by the words themselves: read off whole sentences, half of the clashes are none.
    "increase": frozenset(("no-difference",)),
    "decrease": frozenset(("no-difference",)),
    "no-difference": frozenset(("increase", "decrease")),
}


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether each sentence points the way of its best-matching source sentence."""
    compared = False
    for pair in pairs(claim, supports):
        turned = _turned(pair) or _in_place(pair)
        if turned is not None:
            ours, theirs = turned
            says = f"The source says “{theirs}”, not “{ours}”."
            return Check(name="direction", outcome="fail", says=says, found=theirs if pair.near else None, expected=ours)
        compared = True
        ways = _ways(pair.unit) if pair.near and _altered(pair) else frozenset()
        if not ways:
            continue
        others = _ways(pair.source.claim)
        if others and all(other in _CONTRARY[way] for way in ways for other in others) and not _said_beside(ways, pair):
            says = f"The source points to “{min(others)}”, the text to “{min(ways)}”."
            return Check(name="direction", outcome="fail", says=says, expected=pair.unit.text)
    if not compared:
        return Check(name="direction", outcome="abstain", says="There is no quote to compare with.")
    return Check(name="direction", outcome="pass", says="Nothing in the text points another way than the source.")


def _in_place(pair: Pair) -> tuple[str, str] | None:
    """A word of the claim and the contrary one that the source has in the very place, or advice that alone was turned."""
    for change in changes(pair.unit.text, pair.source.text):
        ours = [one for one in change.claim if not one.light or one.root in opposites()]
        theirs = [one for one in change.source if not one.light or one.root in opposites()]
        if len(ours) == len(theirs) == 1 and len(change.claim) <= 2 and theirs[0].root in opposites().get(ours[0].root, frozenset()):
            return ours[0].word, theirs[0].word
        if pair.near and {one.word.lower() for one in change.claim} ^ {one.word.lower() for one in change.source} == {"against"}:
            mine, other = (_with_before(text, side) for text, side in ((pair.unit.text, change.claim), (pair.source.text, change.source)))
            if mine or other:
                verb = (mine or other).removesuffix(" against")
                return (mine, verb) if mine else (verb, other)
    return None


def _with_before(text: str, side: tuple[Token, ...]) -> str:
    """ "recommends against" of a text in which "against" stands behind the verb of advice; "" where it does not."""
    if [one.word.lower() for one in side] != ["against"]:
        return ""
    before = [one for one in words_of(text) if one.end <= side[0].start]
    return text[before[-1].start : side[0].end] if before else ""


def _altered(pair: Pair) -> bool:
    """Whether the two sentences differ in a word that can turn one; the readings of whole sentences take half of the time of all checks."""
    return any(
        not one.light or burden(one.word.lower())
        for change in changes(pair.unit.text, pair.source.text)
        for one in (*change.claim, *change.source)
    )


def _ways(claim: Claim) -> frozenset[Direction]:
    """Which way a sentence points as it stands, and without its brackets: figures in brackets often decide for one of them."""
    bare = BRACKETS.sub("", claim.text)
    found = (claim.direction, claim_of(bare).direction if bare != claim.text else None)
    return frozenset(way for way in found if way is not None)


def _said_beside(ways: frozenset[Direction], pair: Pair) -> bool:
    return any(one.claim.direction in ways for one in pair.others)


def _turned(pair: Pair) -> tuple[str, str] | None:
    """A word of the claim and the contrary one that the source has and the claim has not; None when there is no such word."""
    theirs = words_of(pair.source.text)
    ours = words_of(pair.unit.text)
    held = {root for source in pair.sources for root in source.roots}
    said = {one.root for one in ours}
    for token in ours:
        contrary = opposites().get(token.root, frozenset()) - said
        # "With" and "without" change with every rewording: their contrary counts only in the very place; see the check of negation.
        if not contrary or token.root in held or token.word.lower() in ("with", "without"):
            continue
        mates = {root for other in contrary for root in opposites()[other]}
        if any(one.root in mates for one in theirs):
            continue  # the source says the same with another word: "greater" for "more"
        if clash := next((one.word for one in theirs if one.root in contrary), None):
            return token.word, clash
    return None
