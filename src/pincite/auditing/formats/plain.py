"""Plain text → pieces: lists by marks and indentation, headings by their looks, lines that were wrapped joined again.

A text pasted from a web page has no levels of headings; `levelled` gives them as far as titles, capitals, numbers and headings that follow
each other directly tell. A wrong parent is worse than none: a heading stands below another only where something says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pincite.auditing.furniture import ends_references, is_furniture, is_references
from pincite.auditing.pieces import Page, Piece, tricks, written
from pincite.ingest.decoding import decoded
from pincite.ingest.lines import heading_level, joined, written_words
from pincite.ingest.outline import LONGEST_HEADING
from pincite.ingest.reading import Source
from pincite.text.words import stems

_BULLET = re.compile(r"(?:[-*•·●▪▫■□‣◦○➢➤✓✔\uf0b7\uf0a7–—]\s+|[•●▪‣◦\uf0b7]\s*)(?=\S)")
_NUMBER = re.compile(r"(?:\(?(?P<number>\d{1,3}|[a-z]|[ivx]{1,4})[.)]|\[(?P<bracketed>\^?\d{1,3})\]:?)\s+(?=\S)", re.IGNORECASE)
_RULE = re.compile(r"\s*(?:([-=_*~#])\1{2,}|[—–]{3,})\s*")
_CITED = re.compile(r"\s+\d{1,3}(?:\s?[,–-]\s?\d{1,3}){0,8}$")
# A file with lines longer than this is not wrapped: every line is a paragraph.
_UNWRAPPED = 130
_TAB = 4


@dataclass(slots=True)
class _Line:
    text: str  # stripped
    indent: int
    index: int


def page(source: Source) -> Page:
    """The pieces of a plain text file; raises UnreadableError for binary data."""
    return pieces(decoded(source.data, source=source.name))


def pieces(text: str) -> Page:
    """The pieces of a plain text, in order."""
    found = Page(flags=tricks(text))
    lines = [_line(raw, index) for index, raw in enumerate(written(text).replace("\f", "\n\n").split("\n"))]
    words = written_words(line.text for line in lines)
    width = _width(lines)
    open_items: list[int] = []  # indents of the items that are open
    paragraph: list[str] = []
    start = 0
    listing = False
    pending: tuple[str, int, str] | None = None  # kind, level and label of the paragraph that is being read

    def close() -> None:
        nonlocal pending
        if paragraph and pending:
            whole = ""
            for part in paragraph:
                whole = joined(whole, part, words)
            kind, level, label = pending
            found.add("item" if kind == "item" else "paragraph", whole, level=level, label=label)
        paragraph.clear()
        pending = None

    for index, line in enumerate(lines):
        if not line.text or _RULE.fullmatch(line.text):
            close()
            continue
        after = lines[index + 1].text if index + 1 < len(lines) else ""
        underlined = bool(after) and _RULE.fullmatch(after) is not None and after[0] in "=-~"
        mark = _marked(line, lines, width)
        if mark is not None:
            close()
            while open_items and open_items[-1] >= line.indent:
                open_items.pop()
            open_items.append(line.indent)
            label, rest = mark
            paragraph.append(rest)
            pending, start = ("item", len(open_items), label), line.indent
            continue
        if paragraph and not _wrapped(paragraph[-1], line, start, width):
            close()
        if paragraph:
            paragraph.append(line.text)
            continue
        depth = sum(1 for indent in open_items if indent < line.indent)
        del open_items[depth:]
        alone = not after or underlined or (width is None and _opens(line.text, after, lines[index - 1].text if index else ""))
        level = None if depth else heading_level(_CITED.sub("", line.text), alone=alone)
        if listing and level and not underlined:  # titles of sources look like headings
            level = 1 if ends_references(line.text) else None
        if underlined and len(line.text) <= LONGEST_HEADING:
            level = 1 if after[0] == "=" else 2
        if level or (not found.pieces and alone and len(line.text) <= LONGEST_HEADING and not line.text.endswith(".")):
            listing = is_references(line.text)
            found.add("heading" if found.pieces else "title", line.text, level=_given(line.text, level or 1, underlined=underlined))
        else:
            paragraph.append(line.text)
            pending, start = ("paragraph", depth, ""), line.indent
    close()
    found.pieces = levelled(found.pieces)
    return found


def _line(raw: str, index: int) -> _Line:
    expanded = raw.expandtabs(_TAB).replace("\u00a0", " ")
    return _Line(expanded.strip(), len(expanded) - len(expanded.lstrip()), index)


def _width(lines: list[_Line]) -> int | None:
    """The column at which the text is wrapped, None when it is not."""
    lengths = sorted(line.indent + len(line.text) for line in lines if line.text)
    if not lengths or lengths[-1] > _UNWRAPPED:
        return None
    # Wrapped prose has many lines near its widest; a list of short lines has few.
    widest = lengths[-1]
    near = sum(1 for length in lengths if length > widest - 16)
    return widest if widest >= 50 and near >= max(3, 0.3 * len(lengths)) else None


def _marked(line: _Line, lines: list[_Line], width: int | None) -> tuple[str, str] | None:
    """Label and text of a list item, None for other lines; "1. Introduction" alone before a paragraph is a heading."""
    if bullet := _BULLET.match(line.text):
        return "", line.text[bullet.end() :].strip()
    number = _NUMBER.match(line.text)
    if not number:
        return None
    label, rest = number["number"] or number["bracketed"], line.text[number.end() :].strip()
    if not label[-1].isdigit() and not line.text.startswith("(") and label.isupper() and rest[:1].isupper() and len(rest) > 60:
        return None  # "A. Smith and colleagues …"
    following = next((other for other in lines[line.index + 1 : line.index + 4] if other.text), None)
    alone = line.index + 1 >= len(lines) or not lines[line.index + 1].text
    short = len(rest.split()) <= 8 and rest[-1] not in ".,;:!?"
    if (
        alone
        and short
        and line.indent == 0
        and following is not None
        and following.indent == 0
        and not (_BULLET.match(following.text) or _NUMBER.match(following.text))
        and len(following.text) > len(line.text) + 20
    ):
        return None
    return label, rest


def _wrapped(last: str, line: _Line, start: int, width: int | None) -> bool:
    """Whether a line goes on with the paragraph or item before it."""
    if last.endswith("-") or line.text[:1].islower():
        return True
    if width is None:
        return False
    return start + len(last) > width - 18 and not (last.endswith((".", ":")) and start + len(last) < width - 12)


def _opens(text: str, after: str, before: str) -> bool:
    """Whether an unwrapped line looks like the heading of the line right below it."""
    return (
        len(text.split()) <= 8
        and len(after) > 80
        and after[-1] in ".:"
        and text[-1] not in ".,;:!?"
        and (not before or before[-1] in ".!?")
    )


def _given(text: str, level: int, *, underlined: bool) -> int:
    """Level as a negative number where the text itself gives it (underlined, numbered), 0 where only its looks do."""
    return -level if underlined or re.match(r"\d+(?:\.\d+)*\.?\s", text) else 0


def levelled(found: list[Piece]) -> list[Piece]:
    """Headings with levels from 1 (the title) down; see the module."""
    every = [index for index, piece in enumerate(found) if piece.kind in ("heading", "title")]
    headings = [index for index in every if found[index].kind == "title" or not is_furniture(found[index].text)]
    capitals = any(found[index].text.isupper() for index in headings if found[index].kind == "heading")
    title = stems(found[headings[0]].text) if headings and found[headings[0]].kind == "title" else frozenset()
    base = 3 if capitals else 2
    levels = dict.fromkeys(every, base)
    family: frozenset[str] = frozenset()  # words of a heading that others stand below, and of the first of them
    for place, index in enumerate(headings):
        piece, words = found[index], stems(found[index].text)
        above = levels[index - 1] if place and headings[place - 1] == index - 1 and found[index - 1].kind == "heading" else 0
        stacked = place + 1 < len(headings) and headings[place + 1] == index + 1
        if piece.kind == "title":
            levels[index] = 1
        elif piece.level < 0:
            levels[index], family = 1 - piece.level, frozenset()
        elif piece.text.isupper():
            levels[index], family = 2, frozenset()
        elif place == 1 and title and len(words & title) >= 0.6 * min(len(words), len(title)):
            levels[index] = 1
        elif above >= base:
            levels[index] = min(above + 1, base + 2)
            family = words | stems(found[index - 1].text)
        elif words & family and not stacked:
            levels[index] = base + 1
        else:
            levels[index], family = base, frozenset()
    return [replace(piece, level=levels[index]) if index in levels else piece for index, piece in enumerate(found)]
