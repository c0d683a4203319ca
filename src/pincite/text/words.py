"""Words of a text as they are compared: lower-case tokens, stop words of questions, Snowball stems. Pure functions."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_TOKEN = re.compile(r"[^\W_]+(?:[.·][0-9]+)?(?:['’][a-z]+)?(?:-[^\W_]+)*", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’][a-z]+$")


@cache
def question_words() -> frozenset[str]:
    """Words that ask and carry no topic of their own (data/question_words.txt)."""
    return _listed("question_words.txt")


@cache
def intent_stems() -> frozenset[str]:
    """Stems of words that say what kind of answer is wanted, not what it is about (data/intent_words.txt)."""
    return frozenset(stem(word) for word in _listed("intent_words.txt"))


def _listed(name: str) -> frozenset[str]:
    lines = (files("pincite") / "data" / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _stemmer() -> Any:
    import Stemmer  # noqa: PLC0415 - PyStemmer: the C library behind Snowball

    return Stemmer.Stemmer("english")


@cache
def stem(word: str) -> str:
    """Snowball (Porter 2) stem of one lower-case word.

    >>> stem("fractures") == stem("fracture")
    True
    """
    return str(_stemmer().stemWord(word))


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers, hyphenated words whole and in parts, without possessive 's.

    >>> tokens("Baastrup's disease at L4-L5, 0.5 mg")
    ['baastrup', 'disease', 'at', 'l4-l5', 'l4', 'l5', '0.5', 'mg']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(text.lower()):
        word = match.group()
        if "'" in word or "’" in word:
            word = _POSSESSIVE.sub("", word)
        found.append(word)
        if "-" in word:
            found.extend(part for part in word.split("-") if part)
    return found


@lru_cache(maxsize=8192)  # passages and sentences come back within one answer and in follow-ups
def stems(text: str) -> frozenset[str]:
    """Stems of all words of a text, stop words of questions left out."""
    stop = question_words()
    return frozenset(stem(word) for word in tokens(text) if word not in stop)
