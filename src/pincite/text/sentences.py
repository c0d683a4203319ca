"""Cuts text into sentences with exact offsets: sentencex proposes boundaries, clinical rules join and split them again.

Passages are laid out by these spans and every quote is one: a wrong boundary is a quote that stops at "approx.".
The abbreviations stand in `data/sentence-joins.tsv`. Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

# A sentence longer than this is text without full stops (tables, base64, lists); 2,000 code points are some 300 words,
# beyond any real sentence of the 320 JATS articles, and few enough for one passage.
LONGEST_SENTENCE = 2000
# sentencex is fed pieces of at most this length, so that text without any line break stays linear in time and memory.
_PIECE = 50_000
# Brackets hold a sentence together only this far: further on an opening bracket is likely a typing error.
_BRACKETED = 600

_CITATION = re.compile(r"\s{0,3}(?:\[\s?\d[\d\s,;–-]{0,60}\]|\(\s?\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,12}\s?\)(?=\s+[A-Z\"“]|\s*$))[.\s]*")
# "fell.1,2 The": superscript citations that lost their tags; the figures belong to the sentence before.
_FUSED = re.compile(r"[a-z)\]][.!?]\d{1,3}(?:[,–-]\d{1,3}){0,12}\s+(?=[A-Z])")
# "b.i.d. The": sentencex never ends a sentence after such an abbreviation; whether it does is decided in _goes_on.
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,4}\s+(?=[A-Z][a-z]*\b)")
_LIST_MARK = re.compile(r"[\s(]*(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]{1,2}\s*")
_FIRST_WORD = re.compile(r"[\s\"“‘'(\[]*([^\W\d_]+)")
_INITIAL = re.compile(r"(?:^|[\s(.])[A-Z]\.\s*$")


@cache
def _joins() -> dict[str, frozenset[str]]:
    """Token (small letters, no final stop) → when the sentence goes on after it."""
    table: dict[str, frozenset[str]] = {}
    for line in (files("pincite") / "data" / "sentence-joins.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "token\t")):
            token, when = line.split("\t")
            table[token] = table.get(token, frozenset()) | {when}
    return table


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of `text`, in code points, without blanks around; a line break ends one.

    >>> [("Pain fell by 2 (p = 0.05). It rose.")[a:b] for a, b in sentences("Pain fell by 2 (p = 0.05). It rose.")]
    ['Pain fell by 2 (p = 0.05).', 'It rose.']
    """
    spans: list[tuple[int, int]] = []
    position = 0
    for line in text.split("\n"):
        for start, end in _pieces(line):
            for first, last in _joined(line[start:end]):
                spans.extend(_trimmed(text, position + start + first, position + start + last))
        position += len(line) + 1
    return spans


def _pieces(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    while len(line) - start > _PIECE:
        cut = max(line.rfind(". ", start, start + _PIECE), line.rfind(" ", start + _PIECE - 1000, start + _PIECE)) + 1
        end = cut if cut > start else start + _PIECE
        yield start, end
        start = end
    yield start, len(line)


def _joined(piece: str) -> list[tuple[int, int]]:
    """Boundaries of sentencex after our rules, as a partition of `piece`."""
    if not piece.strip():
        return []
    bounds = _candidates(piece)
    kept: list[tuple[int, int]] = []
    start = 0
    depth = _Brackets()
    for index, end in enumerate(bounds):
        begin = bounds[index - 1] if index else 0
        depth.read(piece, begin, end)
        if end < len(piece):
            if end - start < _BRACKETED and depth.closes_within(piece, end):
                continue
            if _goes_on(piece, start, end):
                continue
        kept.append((start, end))
        start = end
        depth = _Brackets()
    if start < len(piece):
        kept.append((start, len(piece)))
    return kept


def _candidates(piece: str) -> list[int]:
    """End positions proposed by sentencex, citation marks moved to the sentence before them, fused marks split off."""
    from sentencex import segment  # noqa: PLC0415 (loads a compiled library)

    ends: set[int] = set()
    position = 0
    for part in segment("en", piece):
        position += len(part)
        ends.add(position)
    if position != len(piece):  # never seen; offsets must stay exact whatever the library does
        ends = {match.end() for match in re.finditer(r"[.!?]\s+", piece)} | {len(piece)}
    ends |= {match.end() for match in _FUSED.finditer(piece)} | {match.end() for match in _DOTTED.finditer(piece)}
    moved: list[int] = []
    for end in sorted(ends):
        mark = _CITATION.match(piece, end)
        place = mark.end() if mark else end
        if not moved or place > moved[-1]:
            moved.append(place)
    return moved


class _Brackets:
    """Counts open brackets; says whether the one still open is closed soon after a boundary."""

    def __init__(self) -> None:
        self.open = 0

    def read(self, piece: str, start: int, end: int) -> None:
        for mark in re.finditer(r"[()\[\]]", piece[start:end]):
            self.open = self.open + 1 if mark[0] in "([" else max(0, self.open - 1)

    def closes_within(self, piece: str, end: int) -> bool:
        if not self.open:
            return False
        level = self.open
        for mark in re.finditer(r"[()\[\]]", piece[end : end + 300]):
            level += 1 if mark[0] in "([" else -1
            if level == 0:
                return True
        return False


def _goes_on(piece: str, start: int, end: int) -> bool:
    """Whether the sentence that would end at `end` goes on behind it."""
    left = piece[max(start, end - 60) : end].rstrip()
    if end - start < 10 and _LIST_MARK.fullmatch(left):
        return True  # "1." belongs to its item
    if not left.endswith("."):
        return False
    right = piece[end : end + 40].lstrip()
    words = left.split()
    token = words[-1].rstrip(".").lstrip("([\"“‘'").lower()
    when = _joins().get(token, frozenset())
    word = _FIRST_WORD.match(right)
    first = word[1] if word else ""
    opens = first[:1].isupper() and "starter" in _joins().get(first.lower(), frozenset())
    dotted = re.fullmatch(r"(?:[a-z]\.)+[a-z]", token) is not None
    small = right[:1].islower() or right[:1].isdigit() or right[:1] in "([<>=≤≥±–-%/,;:"
    return (
        "always" in when
        or (not opens and ("unless" in when or dotted))
        or ("number" in when and right[:1].isdigit())
        or ("lower" in when and small)
        or (right[:1].islower() and (dotted or (len(token) == 1 and token.isalnum())))
        # "J. Smith" opens a sentence with an initial; "vitamin D. Patients" ends one with a capital.
        or (bool(_INITIAL.search(left)) and len(words) == 1 and first[:1].isupper() and not opens)
    )


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without blanks around it, cut at semicolons or blanks where it is longer than LONGEST_SENTENCE."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST_SENTENCE:
        limit = start + LONGEST_SENTENCE
        cut = text.rfind("; ", start + LONGEST_SENTENCE // 2, limit) + 1
        cut = cut or text.rfind(" ", start + LONGEST_SENTENCE // 2, limit) + 1 or limit
        yield from _trimmed(text, start, cut)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
