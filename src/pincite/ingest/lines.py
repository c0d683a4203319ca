"""What the looks of printed lines tell: which are headings, and how a word broken at a line's end is mended.

Shared by the readers of plain text and PDF, where nothing else marks the structure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pincite.ingest.sections import section_kind

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[A-Z])")
_WORD = re.compile(r"[A-Za-z]{1,40}+(?:-[A-Za-z]{1,40}+){0,5}(?![-A-Za-z])")
# Halves of compounds that medical English writes with a hyphen (follow-up, long-term, double-blind, meta-analysis,
# self-care):
# 43% of the hyphenated words in the PubMedQA abstracts; any other broken word is taken for one word.
_FIRST = frozenset(
    [
        "cost",
        "cross",
        "double",
        "evidence",
        "follow",
        "health",
        "high",
        "long",
        "low",
        "meta",
        "non",
        "self",
        "short",
        "single",
        "well",
    ]
)
_SECOND = frozenset(
    [
        "based",
        "blind",
        "blinded",
        "controlled",
        "day",
        "dose",
        "effective",
        "free",
        "month",
        "old",
        "reported",
        "related",
        "risk",
        "specific",
        "term",
        "up",
        "week",
        "year",
    ]
)
# Words a heading may have at most; longer lines without a stop are unfinished sentences.
_WORDS = 12


def heading_level(line: str, *, alone: bool) -> int | None:
    """How deep a heading `line` is (1 outermost), or None for ordinary text; `alone`: a blank line stands after it.

    >>> heading_level("MATERIALS AND METHODS", alone=False), heading_level("2.1 Dosing in adults", alone=True)
    (1, 2)
    >>> heading_level("Pain fell in both groups.", alone=True)
    """
    text = line.strip()
    numbered = _NUMBERED.match(text)
    words = text.split()
    if not 1 <= len(words) <= _WORDS or len(text) < 3 or text[-1] in ".,;!" or not any(c.isalpha() for c in text):
        return None
    if numbered and alone:
        return numbered[1].count(".") + 1
    letters = [c for c in text if c.isalpha()]
    if len(letters) >= 4 and all(c.isupper() for c in letters):
        return 1
    if section_kind(text) not in ("body", "other") and text[0].isupper() and (alone or text.endswith(":")) and len(words) <= 6:
        return 1
    return 2 if alone and text[0].isupper() and not text.endswith(":") and len(words) <= 10 else None


def written_words(lines: Iterable[str]) -> Counter[str]:
    """How often each word, hyphenated or not, is written inside the lines of a document."""
    return Counter(word.lower() for line in lines for word in _WORD.findall(line))


def joined(before: str, after: str, words: Counter[str]) -> str:
    """Two lines as one; a hyphen at the end stays where the document or usage writes it (long-term), else the word
    was broken.

    >>> joined("the introduc-", "tion of long-", Counter()), joined("a long-", "term trial", Counter({"long-term": 1}))
    ('the introduction of long-', 'a long-term trial')
    """
    if not before:
        return after
    broken = re.search(r"([A-Za-z]*[a-z])[-\u00ad]$", before[-60:])
    following = re.match(r"[a-z]+", after)
    if broken and following:
        left, right = broken[1].lower(), following[0]
        plain, hyphened = words[left + right], words[f"{left}-{right}"]
        if hyphened > plain or (hyphened == plain and (left in _FIRST or right in _SECOND)):
            return before.rstrip("\u00ad") + after
        return before[:-1] + after
    return f"{before}{after}" if before.endswith(("-", "/")) and before[-2:-1].isalnum() else f"{before} {after}"
