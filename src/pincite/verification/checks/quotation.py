"""Words that a claim sets in quotation marks must stand in a quote, word by word.

Catches: the panel "strongly recommends" it, where the source prints "suggests". Must not: "SMART" goals, printed with other quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pincite.records import Check
from pincite.verification.claims import Claim, Support
from pincite.verification.wording import folded

_MARKED = re.compile(r"\"([^\"]{2,400})\"|(?<!\w)'([^']{2,400})'(?!\w)")


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether everything in quotation marks is quoted as it stands."""
    text = folded(claim.text)
    held = [folded(one.exact) for one in supports]
    if text and text.rstrip(".") in {one.rstrip(".") for one in held}:
        return Check(name="quotation", outcome="pass", says="The text is the quote itself.")
    marked = [(one[1] or one[2]).strip(" .,;") for one in _MARKED.finditer(text)]
    if not marked:
        return Check(name="quotation", outcome="abstain", says="Nothing stands in quotation marks.")
    all_held = " ".join(held).casefold()
    missing = next((words for words in marked if words.casefold() not in all_held), None)
    if missing is not None:
        return Check(name="quotation", outcome="fail", says=f"The source does not print “{missing}”.", expected=missing)
    return Check(name="quotation", outcome="pass", says="The words in quotation marks stand in the source.")
