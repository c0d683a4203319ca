"""What holds for one group of people does not hold for another, and what was seen in animals not for people.

Catches: "children" where the source says adults; "in mice" left out. Must not: "paediatric patients" for children.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pincite.records import Check
from pincite.text.tables import rows
from pincite.verification.claims import Claim, Support, populations_of
from pincite.verification.matching import pairs


@cache
def _table() -> dict[str, tuple[frozenset[str], bool]]:
    """Group → the groups it opposes, and whether a claim must keep it."""
    return {row[0]: (frozenset(row[1].split(";")) - {""}, row[2] == "kept") for row in rows("populations.tsv")}


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether the groups of the text are those of the source, and none that matters was left out."""
    compared = False
    told = set(populations_of(claim.context)) | set(claim.populations)
    held = [text for one in supports for text in (one.around, one.header.title if one.header else "", (one.header.population or "") if one.header else "")]
    inherited = populations_of(" . ".join(held))
    for pair in pairs(claim, supports):
        ours = populations_of(pair.unit.text)
        theirs = populations_of(" ; ".join(source.text for source in pair.sources))
        best = populations_of(pair.source.text)
        if not ours and not best:
            continue
        compared = True
        for group, words in ours.items():
            opposed = [best[other] for other in _table()[group][0] if other in best and other not in ours]
            if group in theirs and not (opposed and group not in best):
                continue
            if opposed:
                says = f"The source says “{opposed[0]}”, not “{words}”."
                return Check(name="population", outcome="fail", says=says, found=opposed[0] if pair.near else None, expected=words)
            foreign = next((one for name, one in best.items() if name not in ours), None)
            if group in inherited and foreign is None:
                continue
            says = f"The source speaks of {foreign}, not of {words}." if foreign else f"The quotes do not speak of {words}."
            return Check(name="population", outcome="fail", says=says, expected=words)
        for group, words in best.items():
            if _table()[group][1] and group not in told and not _included(group, told) and pair.overlap >= 0.5:
                says = f"The source says it of {words}; the text leaves that out."
                return Check(name="population", outcome="fail", says=says, found=words)
    asked = populations_of(claim.context)
    for group, words in asked.items():
        quoted = populations_of(" ; ".join(one.exact for one in supports))
        if _table()[group][0] & set(quoted) and group not in quoted:
            other = next(quoted[one] for one in _table()[group][0] if one in quoted)
            return Check(name="population", outcome="fail", says=f"The source speaks of {other}, not of {words}.", expected=words)
    if not compared:
        return Check(name="population", outcome="abstain", says="Neither the text nor its sources name a group of people.")
    return Check(name="population", outcome="pass", says="The text speaks of the source's population.")


def _included(group: str, told: set[str]) -> bool:
    """Infants are children to a reader; a woman with a child in her is pregnant."""
    return (group == "infants" and "children" in told) or (group == "healthy" and "humans" in told) or (group == "asymptomatic" and "healthy" in told)
