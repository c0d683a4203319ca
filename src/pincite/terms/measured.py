"""Substances that a text measures rather than gives: "creatinine clearance" names a test of the kidney, not a drug."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pincite.terms.mentions import Mention

_AFTER = re.compile(r"^[\s-]*(?:clearance|levels?|concentrations?|ratios?|tests?|excretion|values?|monitoring|status)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:serum|plasma|blood|urinary|urine|fasting|salivary|total)\s+$", re.IGNORECASE)


@cache
def _measured() -> frozenset[str]:
    lines = (files("pincite") / "data" / "measured.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def without_measured(text: str, mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions of `text` without drugs that stand there as something measured (data/measured.txt beside a word of measurement)."""
    return [
        mention
        for mention in mentions
        if mention.kind != "drug"
        or not any(word in _measured() for word in mention.text.lower().split())
        or not (_AFTER.search(text[mention.end :]) or _BEFORE.search(text[: mention.start]))
    ]
