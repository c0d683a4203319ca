"""The words of a claim must stand in its quotes; what stands nowhere has no support, names least of all.

Catches: "and lasted two years without relapse" added to a quote that says nothing of it. Must not: "people" for patients, "moreover" put in front.
"""

from __future__ import annotations

from collections.abc import Sequence

from pincite.records import Check
from pincite.verification.claims import Claim, Support
from pincite.verification.matching import cover

# Share of the claim's weight that must stand in the quotes, and how many ordinary words may be the writer's own.
# Chosen once and confirmed, not swept, on the tuning half of evaluation/claims_bed.py: lower lets added facts through, higher refuses true rewordings.
COVERED = 0.88
OWN_WORDS = 2


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether the claim's words stand in the quotes, but for a few ordinary ones."""
    found = cover(claim, supports)
    if found.names:
        return Check(name="coverage", outcome="fail", says=f"The quotes do not name {found.names[0]}.", expected=", ".join(found.names))
    if found.share < COVERED or len(found.words) > OWN_WORDS:
        words = ", ".join(found.words)
        says = f"These words stand in no quote: {words}." if words else f"Only {found.share:.0%} of the text's weight stands in the quotes."
        return Check(name="coverage", outcome="fail", says=says, expected=words or claim.text)
    return Check(name="coverage", outcome="pass", says=f"{found.share:.0%} of the text's weight stands in the quotes.")
