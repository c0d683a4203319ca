"""What holds for one group of people does not hold for another, and what was seen in animals not for people.

Catches: "children" where the source says adults; "in mice" left out. Must not: "paediatric patients" for children.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from pincite.records import Check
from pincite.text.tables import rows
from pincite.verification.aligning import BRACKETS, Pair, pairs
from pincite.verification.claims import Claim, Support, populations_of
from pincite.verification.wording import said, words_of

# "in neurologically intact patients with severe pain"
_FOR_WHOM = re.compile(
    r"\b(?:in|for|among)\s+(?P<whom>(?:[\w-]+\s+){0,5}?(?:patients|people|adults|women|men|children|individuals|persons)\b(?:\s+(?:with|who|whose|without|aged|at|on)\s+[\w -]{3,60})?)",
    re.IGNORECASE,
)


@cache
def _table() -> dict[str, tuple[frozenset[str], bool]]:
    """Group → the groups it opposes, and whether a claim must keep it."""
    return {row[0]: (frozenset(row[1].split(";")) - {""}, row[2] == "kept") for row in rows("populations.tsv")}


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether the groups of the text are those of the source, and none that matters was left out."""
    compared = False
    told = set(populations_of(claim.context)) | set(claim.populations)
    held = [
        text
        for one in supports
        for text in (one.around, one.header.title if one.header else "", (one.header.population or "") if one.header else "")
    ]
    inherited = populations_of(" . ".join(held))
    for pair in pairs(claim, supports):
        ours = populations_of(pair.unit.text)
        theirs = populations_of(" ; ".join(source.text for source in pair.sources))
        best = populations_of(pair.source.text)
        compared = compared or bool(ours) or bool(best)
        for group, words in ours.items():
            opposed = [best[other] for other in _table()[group][0] if other in best and other not in ours]
            if group in theirs and not (opposed and group not in best):
                continue
            if opposed:
                says = f"The source says “{opposed[0]}”, not “{words}”."
                return Check(name="population", outcome="fail", says=says, found=opposed[0] if pair.near else None, expected=words)
            foreign = next((one for name, one in best.items() if name not in ours), None)
            if (group in inherited and foreign is None) or (group == "humans" and "animals" not in best):
                continue
            says = f"The source speaks of {foreign}, not of {words}." if foreign else f"The quotes do not speak of {words}."
            return Check(name="population", outcome="fail", says=says, expected=words)
        for group, words in populations_of(BRACKETS.sub("", pair.source.text)).items():
            if _table()[group][1] and group not in told and not _included(group, told) and pair.overlap >= 0.5:
                says = f"The source says it of {words}; the text leaves that out."
                return Check(name="population", outcome="fail", says=says, found=words)
        if limit := _limit_lost(pair, claim.context):
            says = f"The source advises this for {limit}; the text does not say so."
            return Check(name="population", outcome="fail", says=says, found=limit)
    asked = populations_of(claim.context)
    for group, words in asked.items():
        quoted = populations_of(" ; ".join(one.exact for one in supports))
        if _table()[group][0] & set(quoted) and group not in quoted:
            other = next(quoted[one] for one in _table()[group][0] if one in quoted)
            return Check(name="population", outcome="fail", says=f"The source speaks of {other}, not of {words}.", expected=words)
    if not compared:
        return Check(name="population", outcome="abstain", says="Neither the text nor its sources name a group of people.")
    return Check(name="population", outcome="pass", says="The text speaks of the source's population.")


def _limit_lost(pair: Pair, context: str) -> str | None:
    """The patients that a piece of advice is for, where the text advises the same of everybody."""
    if not pair.near or not said("advice", pair.unit.text) or not said("advice", pair.source.text):
        return None
    held = {one.root for one in words_of(f"{pair.unit.text} {context}")}
    for limit in _FOR_WHOM.finditer(BRACKETS.sub("", pair.source.text)):
        wanted = [one.root for one in words_of(limit["whom"]) if not one.light]
        if wanted and not held & set(wanted):
            return limit["whom"].strip()
    return None


def _included(group: str, told: set[str]) -> bool:
    """Infants are children to a reader; a woman with a child in her is pregnant."""
    return (
        (group == "infants" and "children" in told)
        or (group == "healthy" and "humans" in told)
        or (group == "asymptomatic" and "healthy" in told)
    )
