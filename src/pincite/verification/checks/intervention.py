"""A claim on a drug or procedure needs a source on that one, not on its neighbour, its class or another salt.

Catches: kyphoplasty where the source says vertebroplasty; "diclofenac potassium" for diclofenac sodium; "ibuprofen acetate", which does not exist.
Must not: "paracetamol" for acetaminophen; "a corticosteroid (triamcinolone)" for triamcinolone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pincite.records import Check
from pincite.terms import Mention, narrower
from pincite.verification.aligning import Pair, concepts, facing, pairs, sources, stands, surroundings
from pincite.verification.claims import Claim, Support, claim_of
from pincite.verification.matching import named_as_example, written_out

_KINDS = ("drug", "intervention")
# What stands for a drug already named: then the document's own drug is meant.
_PRONOUN = re.compile(
    r"\b(?:it|this (?:drug|medicine|agent|procedure|treatment)|the (?:drug|medicine|agent|procedure|treatment|product))\b", re.IGNORECASE
)
_SALT = re.compile(
    r"\b(?:sodium|potassium|calcium|magnesium|hydrochloride|hcl|sulfate|sulphate|acetate|phosphate|citrate|tartrate|maleate|fumarate|succinate|mesylate"
    r"|besylate|nitrate|carbonate|bromide|chloride|diethylamine|epolamine|trometamol|tromethamine|decanoate|propionate|valerate|furoate|dipropionate)\b",
    re.IGNORECASE,
)


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether every drug and procedure that the text names is the source's."""
    around = surroundings(supports)
    everywhere = concepts([source.claim for source in sources(supports)], _KINDS)
    compared = False
    for pair in pairs(claim, supports):
        for mention in pair.unit.mentions:
            if mention.kind not in _KINDS or mention.category in ("service",):
                continue
            compared = True
            if _held(mention, pair) or _class_of_one(mention, pair) or written_out(mention.text, claim, supports):
                if failed := _other_salt(mention, pair):
                    return failed
                continue
            foreign = _foreign(pair)
            pronoun = foreign is None or _PRONOUN.search(pair.source.text) is not None
            if pronoun and set(mention.concepts) & (concepts(around, _KINDS) | everywhere):
                continue
            says = f"The source speaks of {foreign}, not of {mention.text}." if foreign else f"The quotes do not speak of {mention.text}."
            found = foreign if foreign and pair.near and facing(pair, mention, (foreign,)) else None
            return Check(name="intervention", outcome="fail", says=says, found=found, expected=mention.text)
    asked = [one for one in claim_of(claim.context).mentions if one.kind in _KINDS] if claim.context and not claim.interventions else []
    if asked:
        compared = True
        known = concepts(around, _KINDS) | everywhere
        if known and not any(known & (set(one.concepts) | set(narrower(one.concept))) for one in asked):
            words = asked[0].text
            return Check(name="intervention", outcome="fail", says=f"The quotes do not speak of {words}.", expected=words)
    if not compared:
        return Check(name="intervention", outcome="abstain", says="The text names no drug or procedure.")
    return Check(name="intervention", outcome="pass", says="The source speaks of the same drug or procedure.")


def _held(mention: Mention, pair: Pair) -> bool:
    """Whether a quoted sentence names it, under any name or in more words."""
    if set(mention.concepts) & concepts([source.claim for source in pair.sources], _KINDS):
        return True
    return any(stands(mention.text, source) for source in pair.sources)


def _class_of_one(mention: Mention, pair: Pair) -> bool:
    """Whether the text only says of what class a drug is that it names as well: "a corticosteroid (triamcinolone)"."""
    held = concepts([source.claim for source in pair.sources], _KINDS)
    return any(held & set(one.concepts) for one in named_as_example(mention, pair.unit))


def _foreign(pair: Pair) -> str | None:
    """A drug or procedure of the best-matching sentence that the text does not name."""
    named = concepts([pair.unit], _KINDS)
    for mention in pair.source.claim.mentions:
        if mention.kind in _KINDS and mention.category not in ("diagnostic", "service") and not set(mention.concepts) & named:
            return mention.text
    return None


def _other_salt(mention: Mention, pair: Pair) -> Check | None:
    """The same drug as another salt, or as one that the vocabulary does not know while the source names none."""
    if mention.kind != "drug":
        return None
    after = re.match(r"[\w-]*[\s-]+(\w+)", pair.unit.text[mention.end :])
    beside = _SALT.fullmatch(after[1]) if after else None
    salt = _SALT.search(mention.text) or beside
    theirs = {one.lower() for source in pair.sources for one in _SALT.findall(source.text)}
    if beside is not None and not theirs:
        name = f"{mention.text} {beside.group()}"
        says = f"“{name}” is not a form of {mention.text} that is known here, and the source names none."
        return Check(name="intervention", outcome="fail", says=says, expected=name)
    if salt is None or not theirs or salt.group().lower() in theirs:
        return None
    other = sorted(theirs)[0]
    says = f"The source names the {other}, not the {salt.group()}."
    return Check(name="intervention", outcome="fail", says=says, found=other if pair.near else None, expected=salt.group())
