"""A claim on a condition needs a source on that condition: a study of something else is never its support.

Catches: "disc herniation" where the source says spinal stenosis; "acute" for chronic pain. Must not: "high blood pressure" for hypertension.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pincite.records import Check
from pincite.terms import Mention, narrower
from pincite.text.tables import rows
from pincite.verification.aligning import Pair, concepts, facing, pairs, stands, surroundings
from pincite.verification.claims import Claim, Support, claim_of
from pincite.verification.matching import written_out
from pincite.verification.wording import words_of

# One disease in forms that are treated differently: naming the other is an error of its own.
_FORMS = (("acute", "chronic"), ("subacute", "chronic"), ("benign", "malignant"), ("primary", "secondary"), ("adult", "juvenile"))


@cache
def _outcome() -> re.Pattern[str]:
    """Conditions that are as often what was measured ("pain", "fractures"): a text with these alone is about what its heading says."""
    return re.compile("|".join(pattern for role, pattern in rows("direction.tsv") if role == "unwanted"), re.IGNORECASE)


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether every condition that the text, or its heading, names is the source's."""
    around = surroundings(supports)
    compared = False
    for pair in pairs(claim, supports):
        for mention in pair.unit.mentions:
            if mention.kind != "condition":
                continue
            compared = True
            if form := _other_form(mention, pair):
                says = f"The source says “{form}”, not “{mention.text}”."
                return Check(name="condition", outcome="fail", says=says, found=form if pair.near else None, expected=mention.text)
            if _held(mention, pair) or written_out(mention.text, claim, supports):
                continue
            foreign = _foreign(pair)
            if foreign is None and set(mention.concepts) & concepts(around, ("condition",)):
                continue
            says = f"The source speaks of {foreign}, not of {mention.text}." if foreign else f"The quotes do not speak of {mention.text}."
            found = foreign if foreign and pair.near and facing(pair, mention, (foreign,)) else None
            return Check(name="condition", outcome="fail", says=says, found=found, expected=mention.text)
    own = [one for one in claim.mentions if one.kind == "condition" and not _outcome().fullmatch(one.text)]
    asked = [one for one in claim_of(claim.context).mentions if one.kind == "condition"] if claim.context and not own else []
    if asked:
        compared = True
        known = concepts([*around, *(source.claim for pair in pairs(claim, supports) for source in pair.sources)], ("condition",))
        if known and not any(known & (set(one.concepts) | set(narrower(one.concept))) for one in asked):
            words = asked[0].text
            return Check(name="condition", outcome="fail", says=f"The quotes do not speak of {words}.", expected=words)
    if not compared:
        return Check(name="condition", outcome="abstain", says="The text names no condition.")
    return Check(name="condition", outcome="pass", says="The source speaks of the same condition.")


def _held(mention: Mention, pair: Pair) -> bool:
    """Whether a quoted sentence names the condition, in other words, or in more words."""
    if set(mention.concepts) & concepts([source.claim for source in pair.sources], ("condition", "outcome")):
        return True
    return any(stands(mention.text, source) for source in pair.sources)


def _foreign(pair: Pair) -> str | None:
    """A condition of the best-matching sentence that the text does not name."""
    named = concepts([pair.unit], ("condition", "outcome"))
    said = {one.root for one in words_of(pair.unit.text)}
    for mention in pair.source.claim.mentions:
        if mention.kind == "condition" and not set(mention.concepts) & named and not {one.root for one in words_of(mention.text)} <= said:
            return mention.text
    return None


def _other_form(mention: Mention, pair: Pair) -> str | None:
    """The form of the same condition that the source names: "chronic low back pain" for an acute one."""
    said = mention.text.lower().split()
    for other in pair.source.claim.mentions:
        if other.kind != "condition" or not set(other.concepts) & set(mention.concepts):
            continue
        theirs = other.text.lower().split()
        for pairing in _FORMS:
            for one, contrary in (pairing, pairing[::-1]):
                if one in said and contrary in theirs and one not in pair.source.text.lower().split():
                    return other.text
    return None
