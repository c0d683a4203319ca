"""A reworded sentence and its quotes → `Verdict`: does it say no more than they do? Called by editors, audits and model drafts.

The checks are found by entry point (group `pincite.checks`), so that another package can add one. A check that raises abstains,
says why, and keeps the claim from being supported; it never stops the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from pincite import registry
from pincite.records import Check, Verdict
from pincite.verification.claims import Claim, Support, claim_of
from pincite.verification.matching import cover
from pincite.verification.wording import folded

__all__ = ["Support", "compare"]

# Below this share of its weight in the quotes, a claim is about something else. Chosen once and confirmed, not swept, on the tuning half of evaluation/claims_bed.py, where a
# sentence of another document of the same topic stays below it and a true rewording above; run that again after a change.
SPEAKS_OF = 0.4
# A text that fails one of these says more or other than its source, not the contrary.
_GO_FURTHER = frozenset(("coverage", "order", "overreach", "quotation", "substitution"))


# Written out, "95 per cent confidence interval" is not read as an interval.
_PER_CENT = re.compile(r"(?<=\d)\s?per\s?cent\b", re.IGNORECASE)


@cache
def _checks() -> dict[str, Callable[[Claim, Sequence[Support]], Check]]:
    # A scorer is a learned check: it may fail a text, and so lower its verdict; it has no way to make up for a check that failed.
    scorers = {name: check for name, make in registry.load_all("scorers").items() if (check := make()) is not None}
    return registry.load_all("checks") | scorers


def compare(text: str, supports: Sequence[Support], *, context: str = "") -> Verdict:
    """The verdict on `text` against its quotes, with every check's outcome; `context`: a heading or question that says what it is about.

    Labels: quoted, supported, partly, contradicted, not-found. `contradicted` only where a failed check shows both words, `found` in the
    source and `expected` by the claim, and is none of those that only find more said than borne out. An outcome of `abstain` with `expected` filled could not be decided and keeps from `supported`.
    """
    claim = claim_of(_PER_CENT.sub("%", text), context=context)
    supports = tuple(one._replace(exact=_PER_CENT.sub("%", one.exact)) for one in supports)
    checks = tuple(_outcome(name, check, claim, supports) for name, check in _checks().items())
    share = cover(claim, supports).share
    if text.strip() and any(folded(one.exact).rstrip(".") == folded(text).rstrip(".") for one in supports):
        return Verdict(label="quoted", score=1.0, checks=checks)
    if share < SPEAKS_OF:
        return Verdict(label="not-found", score=round(share, 3), checks=checks)
    if any(one.outcome == "fail" and one.found and one.expected and one.name not in _GO_FURTHER for one in checks):
        return Verdict(label="contradicted", score=round(share, 3), checks=checks)
    doubtful = any(one.outcome == "fail" or (one.outcome == "abstain" and one.expected) for one in checks)
    return Verdict(label="partly" if doubtful else "supported", score=round(share, 3), checks=checks)


def _outcome(name: str, check: Callable[[Claim, Sequence[Support]], Check], claim: Claim, supports: Sequence[Support]) -> Check:
    try:
        return check(claim, supports)
    except Exception as error:
        says = f"This check could not be made ({type(error).__name__}: {error})."
        return Check(name=name, outcome="abstain", says=says, expected=claim.text)
