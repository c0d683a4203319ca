"""Spelling of one word against the words of the vocabulary; ordinary English words are left alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from functools import cache, lru_cache

import marisa_trie

from pincite.terms.normalising import fold
from pincite.terms.vocabulary import TABLES, table_path

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@cache
def _words(letter: str) -> dict[str, int]:
    """The vocabulary's words that begin with a letter, each with how much it is used."""
    raw = table_path("words.bin").read_bytes()
    count = struct.unpack_from("<I", raw)[0]
    ends = struct.unpack_from(f"<{count}I", raw, 4)
    at = _LETTERS.index(letter)
    base = 4 + 4 * count
    block = raw[base + (ends[at - 1] if at else 0) : base + ends[at]]
    rows = (line.split("\t") for line in zlib.decompress(block).decode().split("\n") if line)
    return {word: int(weight) for word, weight in rows}


@cache
def _english() -> marisa_trie.Trie:
    trie = marisa_trie.Trie()
    trie.mmap(str(table_path("english.marisa")))
    return trie


def correct(word: str, *, known: Collection[str] = ()) -> str | None:
    """The vocabulary's word that a mistyped word must have meant, in lower case; None when it is right or undecidable.

    One edit (Damerau-Levenshtein) is allowed in 5 to 7 letters, two from 8 on; shorter words have too many neighbours.
    Words in `known`, ordinary English words and words of the vocabulary are never corrected.
    """
    typed = word.lower()
    if len(typed) < 5 or not (typed.isascii() and typed.isalpha()):
        return None
    if typed in known or word in known:
        return None
    return _correct(typed)


def ordinary(word: str) -> bool:
    """Whether a word is in the shipped list of common English words, as typed or in its singular."""
    typed = word.lower()
    return typed in _english() or typed.rstrip("s") in _english()


@lru_cache(maxsize=1024)
def _correct(typed: str) -> str | None:
    same = _words(typed[0])
    if typed in same or typed in _english() or any(fold(typed) == fold(w) for w in _near(same, typed, 2)):
        return None
    allowed = 1 if len(typed) <= 7 else 2
    best = _best(_near(same, typed, allowed), typed, same)
    if best is not None:
        return best
    # A wrong first letter is the only edit then: the rest of the word must be right, and the word a term by itself.
    rest, swapped = typed[1:], typed[1] + typed[0] + typed[2:]
    others = [swapped, rest, *(letter + tail for letter in _LETTERS for tail in (rest, typed))]
    terms = [other for other in others if other != typed and TABLES.meanings(fold(other) + " ")]
    return terms[0] if len(terms) == 1 else None


def _near(words: dict[str, int], typed: str, allowed: int) -> dict[str, int]:
    """The words within so many edits, each with its distance."""
    from rapidfuzz import process  # noqa: PLC0415  only a mistyped word needs it
    from rapidfuzz.distance import DamerauLevenshtein  # noqa: PLC0415

    candidates = [word for word in words if abs(len(word) - len(typed)) <= allowed]
    near = process.extract(typed, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=None, processor=None)
    return {word: int(distance) for word, distance, _ in near}


def _best(near: dict[str, int], typed: str, weights: dict[str, int]) -> str | None:
    """The nearest word; of equally near ones a term by itself, then one with the same last letter, then the most used.

    "migrane" is as near to migrant as to migraine. Used most means three times as much as the next, else None.
    """
    if not near:
        return None
    least = min(near.values())
    nearest = [word for word in near if near[word] == least]
    nearest = [word for word in nearest if TABLES.meanings(fold(word) + " ")] or nearest
    nearest = [word for word in nearest if word[-1] == typed[-1]] or nearest
    ranked = sorted(nearest, key=lambda word: (-weights[word], word))
    if len(ranked) > 1 and weights[ranked[0]] < 3 * weights[ranked[1]] and fold(ranked[0]) != fold(ranked[1]):
        return None
    return ranked[0]
