"""Terms in running text: longest match over the vocabulary, with the rules for modifiers and for abbreviations.

A mention never overlaps another. A short form means what the document defines, else what the reviewed list says, else
what the rest of the text decides; otherwise it is no mention, and `ambiguous` names what it may mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from pincite.records import Record
from pincite.terms.normalising import fold, normalise
from pincite.terms.vocabulary import TABLES, Concept, Kind, concept_of_number

_DATA = Path(__file__).resolve().parent.parent / "data"
# A term does not run across a bracket, a stop or a comma: "hypertension, pulmonary embolism" holds no pulmonary
# hypertension. A comma inside a number does not part anything.
_PIECES = re.compile(r"(?<=[^\W_])['’ʼ´′](?:s(?![^\W_]))?|[^\W_]+|[;:()\[\]!?•|]|[.,](?=\s)|\n\s*\n")
_BREAK = "|"
_LONGEST = 90  # characters of folded text in which a term must end; the longest kept term has 80
# No term begins with these; skipping them saves a third of the look-ups.
_SKIPPED = """the of and with for was were is by or from that this be are not we than had have has which their
these there it its but been both into our may can who also between"""
_NEVER_FIRST = frozenset(_SKIPPED.split())
_HEADS = frozenset(("condition", "drug", "intervention"))
_CAUSED = frozenset(("induced", "associated", "related", "resistant", "refractory"))


class Mention(Record):
    """A term found in a text: `text == source[start:end]` in code points, modifiers included."""

    start: int
    end: int
    text: str
    kind: Kind
    concept: str  # primary id
    concepts: tuple[str, ...]  # all that the term can mean, best first; begins with `concept`
    label: str
    modifiers: tuple[str, ...] = ()
    category: str | None = None  # step of care, of interventions and drugs


class _Short(NamedTuple):
    meanings: tuple[tuple[str, tuple[str, ...]], ...]  # (long form, words that decide for it)


@cache
def _short_forms() -> tuple[dict[str, _Short], dict[str, _Short]]:
    """The reviewed short forms: those that need their exact case, and those that no English word resembles."""
    exact, folded = {}, {}
    for line in (_DATA / "abbreviations.tsv").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        short, case, *meanings = line.split("\t")
        parts = (meaning.partition("[") for meaning in meanings if meaning)
        value = _Short(tuple((long.strip(), tuple(normalise(w) for w in hints.rstrip("]").split(";"))) for long, _, hints in parts))
        exact[short] = value
        if case == "any":
            folded[short.lower()] = value
    return exact, folded


@cache
def _modifiers() -> frozenset[str]:
    rows = (line.partition("#")[0].strip() for line in (_DATA / "modifiers.txt").read_text("utf-8").splitlines())
    return frozenset(normalise(row) for row in rows if row)


class _Text:
    """A text cut into folded tokens, with one joined string in which a term is a prefix at a token's start."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for piece in _PIECES.finditer(text):
            raw = piece.group()
            if raw[0] in "'’ʼ´′":
                continue
            word = fold(raw) if raw[0].isalnum() else _BREAK
            if word:
                self.words.append(word)
                self.starts.append(piece.start())
                self.ends.append(piece.end())
        self.joined = " ".join(self.words) + " "
        self.offsets = []
        at = 0
        for word in self.words:
            self.offsets.append(at)
            at += len(word) + 1

    def longest(self, index: int) -> tuple[int, str]:
        """How many tokens the longest term at a token has (0: none), and the term with its closing blank."""
        at = self.offsets[index]
        prefixes = TABLES.terms.prefixes(self.joined[at : at + _LONGEST])
        if not prefixes:
            return 0, ""
        term = prefixes[-1]
        return term.count(" "), term


def _mention(source: _Text, first: int, last: int, concepts: Sequence[Concept], modifiers: tuple[str, ...]) -> Mention:
    start, end = source.starts[first], source.ends[last]
    best = concepts[0]
    return Mention(
        start=start,
        end=end,
        text=source.text[start:end],
        kind=best.kind,
        concept=best.id,
        concepts=tuple(c.id for c in concepts),
        label=best.label,
        modifiers=modifiers,
        category=best.category,
    )


@lru_cache(maxsize=4096)
def _long_form(long: str) -> tuple[Concept, ...]:
    """The meaning of a long form: the term that ends it ("patients with lumbar spinal stenosis"); () when unknown."""
    source = _Text(long)
    whole = TABLES.meanings(normalise(long) + " ")
    if whole:
        return tuple(concept_of_number(number) for number in whole)
    for index in range(len(source.words)):
        count, term = source.longest(index)
        if count and index + count == len(source.words):
            return tuple(concept_of_number(number) for number in TABLES.meanings(term))
    return ()


def _decided(short: _Short, source: _Text) -> str | None:
    """The one meaning of a short form, or the one that other words of the text decide for; None when they do not."""
    if len(short.meanings) == 1:
        return short.meanings[0][0]
    hay = " " + source.joined
    chosen = [long for long, hints in short.meanings if f" {normalise(long)} " in hay or any(hint and f" {hint} " in hay for hint in hints)]
    return chosen[0] if len(chosen) == 1 else None


def _defined_at(source: _Text, index: int, defined: dict[str, str]) -> tuple[str, int] | None:
    """The long form that the document gives for the short form at a token, and how many tokens the short form has."""
    start = source.starts[index]
    for short, long in defined.items():
        if source.text.startswith(short, start):
            end = start + len(short)
            rest = source.text[end : end + 2]
            if rest[:1].isalnum() and not (rest[0] == "s" and not rest[1:].isalnum()):
                continue
            last = index
            while last + 1 < len(source.words) and source.starts[last + 1] < end:
                last += 1
            return long, last - index + 1
    return None


def _short_at(source: _Text, index: int) -> _Short | None:
    """The reviewed short form at a token (a plural s allowed), in its exact case unless the list says any case."""
    exact, folded = _short_forms()
    raw = source.text[source.starts[index] : source.ends[index]]
    found = exact.get(raw)
    if found is None and raw[-1] == "s" and raw[:-1].isupper():
        found = exact.get(raw[:-1])
    return found or folded.get(raw.lower())


def _with_modifiers(source: _Text, index: int, count: int, term: str) -> tuple[int, int, str]:
    """The head behind the modifiers at a token: (its first token, its length, its term); length 0 when there is none.

    "Steroid-induced osteonecrosis": the drug in front of "induced" is a modifier, not a treatment.
    """
    known = _modifiers()
    head = index
    size = len(source.words)
    if source.words[index] in _CAUSED:
        return index, 0, ""
    if count and index + count < size and source.words[index + count] in _CAUSED:
        head = index + count
    best = (index, 0, "")
    while head < size and head - index < 6 and (source.words[head] in known or source.words[head] in _CAUSED):
        head += 1
        behind, head_term = source.longest(head) if head < size else (0, "")
        # the longest reach; of equal reach the longest head; "early death" and "lower response rate" are no such heads
        if behind and head + behind > best[0] + best[1] and TABLES.kind(TABLES.meanings(head_term)[0]) in _HEADS:
            best = (head, behind, head_term)
    return best


def find(text: str, *, abbreviations: Sequence[tuple[str, str]] = ()) -> list[Mention]:
    """The terms of a text in order, longest match, none overlapping; `abbreviations`: (short, long) of its document."""
    source = _Text(text)
    defined = {short: long for short, long in abbreviations if short}
    whole = TABLES.meanings(source.joined.replace("| ", "")) if _BREAK in source.words and len(text) < 80 else ()
    if whole:  # "Diabetes Mellitus, Type 2" alone, as a heading or a keyword
        return [_mention(source, 0, len(source.words) - 1, [concept_of_number(n) for n in whole], ())]
    found: list[Mention] = []
    index = 0
    while index < len(source.words):
        if source.words[index] in _NEVER_FIRST or source.words[index] == _BREAK:
            index += 1
            continue
        mention, used = _short_mention(source, index, defined) or _term_mention(source, index)
        if mention is not None:
            found.append(mention)
        index += used
    return found


def _short_mention(source: _Text, index: int, defined: dict[str, str]) -> tuple[Mention | None, int] | None:
    """The mention of a short form at a token and the tokens used; None when none stands there or a term is longer.

    A short form whose meaning is unknown or undecided uses its tokens and is no mention.
    """
    known = _defined_at(source, index, defined) if defined else None
    if known is None:
        short = _short_at(source, index)
        if short is None or source.longest(index)[0] > 1:
            return None
        known = (_decided(short, source) or "", 1)
    concepts = _long_form(known[0])
    return (_mention(source, index, index + known[1] - 1, concepts, ()) if concepts else None), known[1]


def _term_mention(source: _Text, index: int) -> tuple[Mention | None, int]:
    """The mention of the longest term at a token with the modifiers before it, and the tokens used (at least 1)."""
    count, term = source.longest(index)
    head, behind, head_term = _with_modifiers(source, index, count, term)
    modifiers: tuple[str, ...] = ()
    used = count
    if behind and head + behind > index + count:
        term, used, modifiers = head_term, head - index + behind, _said(source, index, head)
    elif not count:
        return None, 1
    elif index + count < len(source.words) and source.words[index + count] == "induced":
        return None, count + 1  # "drug-induced …" with a head that is no term
    concepts = [concept_of_number(number) for number in TABLES.meanings(term)]
    return _mention(source, index, index + used - 1, concepts, modifiers), used


def _said(source: _Text, first: int, head: int) -> tuple[str, ...]:
    """The modifiers in front of a head as the text has them, lower case; "steroid-induced" is one."""
    parts: list[str] = []
    start = source.starts[first]
    for index in range(first, head):
        if source.words[index] in _CAUSED:
            parts = [source.text[start : source.ends[index]].lower()]
        else:
            parts.append(source.text[source.starts[index] : source.ends[index]].lower())
    return tuple(parts)


def ambiguous(text: str, *, abbreviations: Sequence[tuple[str, str]] = ()) -> dict[str, tuple[str, ...]]:
    """Short forms of a text that nothing in it decides, each with its possible meanings (MS, RA, PE)."""
    source = _Text(text)
    defined = {short for short, _ in abbreviations}
    out: dict[str, tuple[str, ...]] = {}
    for index, word in enumerate(source.words):
        raw = text[source.starts[index] : source.ends[index]]
        if word == _BREAK or raw in defined:
            continue
        short = _short_at(source, index)
        if short and len(short.meanings) > 1 and source.longest(index)[0] < 2 and _decided(short, source) is None:
            out[raw] = tuple(long for long, _ in short.meanings)
    return out
