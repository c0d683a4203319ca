"""Words as a rewording may change them: one root for words that say the same, words that add nothing, contrary words.

Lowest in verification. The tables are data/rewording.tsv (how words may differ) and data/overreach.tsv (how far a sentence goes).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from pincite.terms.normalising import fold
from pincite.terms.spelling import ordinary
from pincite.text import units
from pincite.text.sentences import sentences
from pincite.text.tables import rows
from pincite.text.words import question_words, stem

_TOKEN = re.compile(r"\d+(?:[.,·]\d+)*(?![^\W\d_])|[^\W_]+(?:['’](?:s|t)\b)?|%")
# Abbreviations that only point: they name nothing that a source could lack.
_LATIN = re.compile(r"\b(?:e\.\s?g|i\.\s?e|et al|etc|viz|cf)\.", re.IGNORECASE)
_TYPOGRAPHIC = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "…": "..."})
# A unit shorter than this is a fragment ("; p < 0.001") and stays with what stands before it.
_SHORTEST_UNIT = 25


class Token(NamedTuple):
    """One word or number of a text, `text[start:end]`, with the root that stands for it and all words of its meaning."""

    word: str
    root: str
    start: int
    end: int
    number: bool
    light: bool


@cache
def _same() -> dict[str, str]:
    groups: dict[str, str] = {}
    for role, words in rows("rewording.tsv"):
        if role == "same":
            roots = [stem(fold(word)) for word in words.split()]
            first = groups.get(roots[0], roots[0])
            for one in roots:
                groups.setdefault(one, first)
    return groups


@cache
def _light() -> frozenset[str]:
    listed = {word for role, words in rows("rewording.tsv") if role == "light" for word in words.split()}
    return frozenset(listed | question_words())


@lru_cache(maxsize=50_000)
def root(word: str) -> str:
    """The root of a word: American spelling, singular, stem, and the first word of its row in data/rewording.tsv.

    >>> root("lowered") == root("reduction"), root("increase") == root("reduction")
    (True, False)
    """
    plain = stem(fold(re.sub(r"['’][st]$", "", word))) or word.lower()
    return _same().get(plain, plain)


@cache
def _counts() -> frozenset[str]:
    return frozenset(word.lower() for word in (*units.words("number"), *units.words("scale")) if word != "one")


@cache
def unit_word(word: str) -> str | None:
    """The canonical unit that a word (small letters) spells, None when it spells none.

    >>> unit_word("weeks"), unit_word("milligrams"), unit_word("pain")
    ('week', 'mg', None)
    """
    try:
        return units.unit_named(word).name
    except KeyError:
        return None


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[Token, ...]:
    """The words and numbers of a text in order; hyphenated words in parts."""
    found = []
    latin = {at for match in _LATIN.finditer(text) for at in range(*match.span())}
    for match in _TOKEN.finditer(text):
        if match.start() in latin:
            continue
        word = match.group()
        small = word.lower()
        number = small[0].isdigit() and small.replace(".", "").replace(",", "").replace("·", "").isdigit()
        counted = number or small in _counts()
        found.append(
            Token(word, root(word), match.start(), match.end(), counted, small in _light() or word == "%" or unit_word(small) is not None)
        )
    return tuple(found)


def is_name(token: Token, text: str) -> bool:
    """Whether a word names something: unknown to ordinary English, or with capitals or figures inside a sentence."""
    word = token.word
    inside = text[: token.start].rstrip()[-1:] not in ("", ".", ":", ";", "!", "?")
    return (not ordinary(word) and not ordinary(fold(word))) or (word[0].isupper() and inside) or any(sign.isupper() for sign in word[1:])


def folded(text: str) -> str:
    """A text as it is compared with a quote: blanks, dashes, quotation marks and width of letters made one."""
    plain = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHIC)
    return re.sub(r"\s+", " ", plain).strip()


@lru_cache(maxsize=4096)
def units_of(text: str) -> tuple[str, ...]:
    """The sentences of a text, parted at semicolons outside brackets: what is compared one by one."""
    found: list[str] = []
    for start, end in sentences(text):
        found.extend(_parted(text[start:end]))
    return tuple(found)


def _parted(sentence: str) -> list[str]:
    parts: list[str] = []
    depth, begin = 0, 0
    for at, sign in enumerate(sentence):
        depth += (sign in "([") - (sign in ")]")
        if sign == ";" and depth <= 0 and at - begin >= _SHORTEST_UNIT and len(sentence) - at > _SHORTEST_UNIT:
            parts.append(sentence[begin:at].strip())
            begin = at + 1
    return [*parts, sentence[begin:].strip()]


@cache
def _dosing() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (f"{kind} {name}", re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)) for kind, name, pattern in rows("dosing.tsv")
    )


@cache
def _any_dosing() -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{row[2]})(?!\w)" for row in rows("dosing.tsv")), re.IGNORECASE)


@lru_cache(maxsize=4096)
def dosing_of(text: str) -> dict[str, tuple[str, int, int]]:
    """What a text says of route, timing and maximum (data/dosing.tsv): "route oral" → its words, and where they stand."""
    found: dict[str, tuple[str, int, int]] = {}
    if not _any_dosing().search(text):
        return found
    for name, pattern in _dosing():
        match = pattern.search(text)
        if match:
            found[name] = (match.group(), match.start(), match.end())
    return found


class Said(NamedTuple):
    """Words of one role of data/overreach.tsv found in a text."""

    role: str
    level: str
    words: str
    start: int
    end: int


@cache
def _roles() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for role, level, pattern in rows("overreach.tsv"):
        table.setdefault(role, []).append((level, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])", re.IGNORECASE)))
    return table


@lru_cache(maxsize=16_384)
def said(role: str, text: str) -> tuple[Said, ...]:
    """All words of a role in a text, in order; of advice the longest where two overlap."""
    found = [Said(role, level, one.group(), one.start(), one.end()) for level, pattern in _roles()[role] for one in pattern.finditer(text)]
    found.sort(key=lambda one: (one.start - one.end, one.start))
    kept: list[Said] = []
    for one in found:
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.start))


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Root of a word → the roots of the words that say the contrary, from data/rewording.tsv."""
    table: dict[str, frozenset[str]] = {}
    for role, words in rows("rewording.tsv"):
        if role == "opposite":
            one, other = (frozenset(root(word) for word in side.split()) for side in words.split("|"))
            for here, there in ((one, other), (other, one)):
                for word in here:
                    table[word] = table.get(word, frozenset()) | there
    return table


_BINDING = frozenset(
    [
        "must",
        "should",
        "recommend",
        "recommends",
        "recommended",
        "recommendation",
        "suggest",
        "suggests",
        "contraindicated",
        "indicated",
        "mandatory",
        "required",
        "essential",
        "advised",
    ]
)


@cache
def _scales() -> frozenset[str]:
    return frozenset(word for role, words in rows("rewording.tsv") if role == "scale" for word in words.split())


@cache
def _groups() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row[3], re.IGNORECASE) for row in rows("populations.tsv"))


@lru_cache(maxsize=16_384)
def burden(word: str) -> str | None:
    """The role of a word (small letters) that carries a sentence's meaning: how sure, how much, which way, of whom; None of an ordinary one."""
    if word in _scales():
        return "scale"
    if word in _BINDING:
        return "advice"
    for role in ("hedge", "association", "cause", "effect", "proof", "universal", "degree", "some", "half", "many"):
        if any(pattern.fullmatch(word) for _, pattern in _roles()[role]):
            return role
    if word not in ("with", "without") and root(word) in opposites():
        return "contrary"
    return "population" if any(pattern.fullmatch(word) for pattern in _groups()) else None
