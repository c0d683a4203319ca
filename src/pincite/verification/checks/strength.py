"""Advice must not be more binding, nor evidence better graded, than its source prints.

Catches: "is recommended" for "may be considered"; "moderate" for weak. Must not: "we recommend against" for "recommended against".
"""

from __future__ import annotations

from collections.abc import Sequence

from pincite.records import Check
from pincite.verification.aligning import Pair, pairs
from pincite.verification.claims import Claim, Support
from pincite.verification.wording import said


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether the text's grades and verbs of advice go no further than the source's."""
    compared = False
    for pair in pairs(claim, supports):
        if failed := _graded(pair, supports):
            return failed
        ours = said("advice", pair.unit.text)
        compared = compared or bool(ours) or bool(said("grade", pair.unit.text))
        if not ours:
            continue
        top = max(ours, key=lambda one: one.level)
        theirs = said("advice", pair.source.text) or tuple(one for other in pair.others for one in said("advice", other.text))
        if any(one.level >= top.level for one in theirs):
            continue
        if theirs:
            most = max(theirs, key=lambda one: one.level)
            says = f"The source says “{most.words}”, the text “{top.words}”."
            return Check(name="strength", outcome="fail", says=says, found=most.words if pair.near else None, expected=top.words)
        if int(top.level) >= 3 and top.words.lower() not in pair.source.text.lower():
            annotated = any(
                one.annotation is not None and one.annotation.kind in ("recommendation", "contraindication") for one in supports
            )
            if not annotated:
                return Check(name="strength", outcome="fail", says=f"The source does not say “{top.words}”.", expected=top.words)
    if not compared:
        return Check(name="strength", outcome="abstain", says="The text neither advises nor grades.")
    return Check(name="strength", outcome="pass", says="The text is no more binding than its source.")


def _graded(pair: Pair, supports: Sequence[Support]) -> Check | None:
    """A grade that neither the quotes nor the record's own annotation print."""
    ours = said("grade", pair.unit.text)
    theirs = {one.level: one for source in pair.sources for one in said("grade", source.text)}
    noted = " ".join(
        f"{one.annotation.strength or ''} recommendation; {one.annotation.certainty or ''} evidence"
        for one in supports
        if one.annotation is not None
    )
    annotated = {one.level for one in said("grade", noted)} | set(noted.lower().replace(";", " ").split())
    for one in ours:
        if one.level in theirs or one.level in annotated:
            continue
        other = next((held for level, held in theirs.items() if all(mine.level != level for mine in ours)), None)
        says = f"The source says “{other.words}”, not “{one.words}”." if other else f"The source prints no “{one.words}”."
        return Check(name="strength", outcome="fail", says=says, found=other.words if other and pair.near else None, expected=one.words)
    certain, printed = pair.unit.strength, " ".join(source.text for source in pair.sources)
    if certain and not ours and not said("advice", certain) and certain.lower() not in f"{printed} {noted}".lower():
        return Check(name="strength", outcome="fail", says=f"The source does not print “{certain}”.", expected=certain)
    return None
