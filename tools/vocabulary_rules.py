"""Which terms of the public vocabularies are kept: the rules that hold whatever source a term comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from vocabulary_sources import Raw

from pincite.terms.normalising import fold, normalise

# 3 in a million words of running English: below it a single word is rather a term than a word (asthma 4, sciatica 0.1).
ORDINARY_PER_MILLION = 3.0
_EPONYM = re.compile(r"^([A-Z][\w'’-]+(?:[- ][A-Z][\w'’-]+)*?)(?:['’]s?)? (disease|syndrome|disorder)$")


def lines(path: Path) -> list[str]:
    """The entries of a plain list: one a line, `#` opens a comment."""
    rows = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [row for row in rows if row]


class Rules:
    """The reviewed lists of data/ and an English word count, and the questions that the build asks of them."""

    def __init__(self, data: Path, english: Path) -> None:
        counts = {}
        for line in english.read_text("utf-8-sig").splitlines():
            word, _, count = line.rpartition(" ")
            counts[word] = int(count)
        total = sum(counts.values())
        self.per_million = {word: count * 1e6 / total for word, count in counts.items()}
        folded: dict[str, float] = {}
        for word, share in self.per_million.items():
            folded[fold(word)] = folded.get(fold(word), 0.0) + share
        self.folded = folded
        self.allowed = {normalise(row) for row in lines(data / "ordinary.txt")}
        self.stopped = {normalise(row) for row in lines(data / "stop.txt")}
        self.short_forms: set[str] = set()
        self.dropped: dict[str, float] = {}

    def learn_short_forms(self, concepts: Iterable[Raw]) -> None:
        """Notes the abbreviations that cased sources list, so that lower-case sources lose them too."""
        for raw in concepts:
            if raw.kind in ("condition", "intervention"):
                self.short_forms |= {normalise(t) for t in raw.terms if is_short_form(t)}

    def keeps(self, term: str, kind: str) -> bool:
        """Whether a term of a public source is kept."""
        key = normalise(term)
        words = key.split()
        if not words or len(words) > 9 or len(key) > 80 or key in self.stopped or key.isdigit():
            return False
        if len(words) == 1:
            if len(key) <= 3 or (kind in ("condition", "intervention") and key in self.short_forms):
                return False
            if kind != "drug" and is_short_form(term):
                return False
            if self.folded.get(key, 0) >= ORDINARY_PER_MILLION and key not in self.allowed:
                self.dropped[key] = self.folded[key]
                return False
            return True
        # "ml 1", "type 2", "in use": nothing but short or very common words
        return not all(len(w) <= 2 or w in self.stopped or self.folded.get(w, 0) > 600 for w in words)

    def keeps_unii(self, key: str, sure: set[str], elsewhere: set[str]) -> bool:
        """Whether an FDA name is kept: an English word, or a long common name, needs a second source."""
        if key in elsewhere:
            return True
        words = key.split()
        if len(words) == 1 and self.folded.get(key, 0) >= 0.05 and key not in self.allowed:  # the brands Knack, Zeal
            return False
        if key not in sure and (len(words) >= 4 or any(c.isdigit() for c in key)) and not _is_code(key):
            return False
        return len(words) <= 4

    def eponyms(self, raw: Raw) -> list[str]:
        """X disease for X syndrome and the reverse, where X is capitalised in MONDO and is no English word."""
        if not raw.id.startswith("MONDO"):
            return []
        keys = {normalise(t) for t in raw.terms}
        out = []
        for term in raw.terms:
            match = _EPONYM.match(term)
            if match and not any(self.folded.get(fold(w), 0) >= 20 for w in re.split(r"[ -]", match[1])):
                for head in ("disease", "syndrome"):
                    if normalise(f"{match[1]} {head}") not in keys:
                        out.append(f"{match[1]} {head}")
                        keys.add(normalise(f"{match[1]} {head}"))
        return out


def is_short_form(term: str) -> bool:
    """Whether a surface form is an abbreviation: one token of at most 8 characters, mostly capitals and digits."""
    return term.isalnum() and len(term) <= 8 and sum(c.isupper() or c.isdigit() for c in term) >= max(2, len(term) * 0.5)


def _is_code(key: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{2,4} ?\d{3,6}", key))
