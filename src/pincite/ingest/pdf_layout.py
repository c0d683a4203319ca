"""From the placed lines of a PDF to headings and paragraphs in reading order: columns, running heads, hyphens,
paragraphs.

Pure functions between `ingest.pdf_worker` (lines with boxes) and `ingest.pdf` (outline).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from pincite.ingest.lines import heading_level, joined, written_words
from pincite.ingest.sections import section_kind


@dataclass(slots=True)
class Line:
    """A run of characters on one row; coordinates in points from the top left corner of page `page`."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    size: float
    text: str
    bold: bool = False
    column: int = 0


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; `level` > 0 for a heading."""

    page: int
    text: str
    level: int = 0
    size: float = 0.0


@dataclass(frozen=True)
class Page:
    """A page's number (from 1), its size in points, and its lines in the order of the file."""

    number: int
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)


_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_ITEM = re.compile(r"(?:[•·●▪‣◦–*-]\s+|\(?(?:\d{1,3}|[a-z])[.)]\s+|\[\d{1,3}\]\s*)(?=\S)")
_BULLET = re.compile(r"(?:[•·●▪‣◦–*]\s*|-\s+)(?=\S)")
# Running heads stand in the outer eighth of a page and come again on two fifths of the pages (left and right pages may
# differ).
_MARGIN, _REPEATED = 0.125, 0.4
# Type at least this much larger than the body is a heading; 1.12 parts 10 from 11.2 points, and not 10 from 10.5.
_LARGER = 1.12
_CLOSED = (".", "!", "?", ":", ";")


def paragraphs(pages: Sequence[Page]) -> list[Paragraph]:
    """Headings and paragraphs of all pages in reading order."""
    kept = _without_running_heads(pages)
    sizes = Counter[float]()
    for page in kept:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    words = written_words(line.text for page in kept for line in page.lines)
    found: list[Paragraph] = []
    for page in kept:
        for group in _grouped(_ordered(page), body):
            _append(found, _paragraph(group, body, words), words)
    return _levelled(found, body)


def _without_running_heads(pages: Sequence[Page]) -> list[Page]:
    """Pages without page numbers and the lines that come again in the margins of many pages."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(line.text) for line in page.lines if _in_margin(line, page)})
    often = max(3, _REPEATED * len(pages))
    kept = []
    for page in pages:
        lines = [
            line
            for line in page.lines
            if not (_in_margin(line, page) and (seen[_shape(line.text)] >= often or _PAGE_NUMBER.fullmatch(line.text.strip())))
        ]
        kept.append(Page(page.number, page.width, page.height, lines))
    return kept


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split()).lower())


def _in_margin(line: Line, page: Page) -> bool:
    return line.bottom < _MARGIN * page.height or line.top > (1 - _MARGIN) * page.height


def _ordered(page: Page) -> list[Line]:
    """Lines in reading order: between lines that cross the middle, the left column before the right one."""
    gutter = _gutter(page)
    rows = sorted(page.lines, key=lambda line: (line.top, line.left))
    if gutter is None:
        return _rows_joined(rows)
    ordered: list[Line] = []
    band: list[Line] = []

    def close() -> None:
        for column in (1, 2):
            ordered.extend(_rows_joined([line for line in band if line.column == column]))
        band.clear()

    for index, line in enumerate(rows):
        crosses = line.left < gutter - 6 and line.right > gutter + 6
        if crosses or (not band and ordered and _continues(ordered[-1], line, rows[index + 1 : index + 2])):
            close()
            ordered.append(line)
        else:
            line.column = 1 if (line.left + line.right) / 2 < gutter else 2
            band.append(line)
    close()
    return ordered


def _continues(wide: Line, line: Line, following: Sequence[Line]) -> bool:
    """Whether `line` is the short last line of a title or paragraph set across both columns, with nothing beside it."""
    alone = all(other.top > line.bottom - 1 for other in following)
    near = 0 < line.top - wide.top < 1.6 * line.size and abs(line.left - wide.left) < 40
    return alone and near and abs(line.size - wide.size) < 0.3 and line.bold == wide.bold


def _gutter(page: Page) -> float | None:
    """Where two columns part: an upright strip near the middle that few lines cross, with text on both sides; else
    None.
    """
    wide = [line for line in page.lines if line.right - line.left > 0.2 * page.width]
    if len(wide) < 6:
        return None
    best: tuple[float, float] | None = None
    for step in range(40, 61):
        x = page.width * step / 100
        crossing = sum(1 for line in wide if line.left < x - 2 and line.right > x + 2)
        left = sum(1 for line in wide if line.right <= x + 2)
        right = len(wide) - crossing - left
        if crossing <= 0.35 * len(wide) and left >= 3 and right >= 3 and min(left, right) >= 0.2 * max(left, right):
            weight = crossing + abs(step - 50) / 100
            if best is None or weight < best[0]:
                best = (weight, x)
    return best[1] if best else None


def _rows_joined(lines: list[Line]) -> list[Line]:
    """Lines on one row (table cells, tab stops) become one line, from left to right."""
    joined: list[Line] = []
    for line in sorted(lines, key=lambda one: (one.top, one.left)):
        last = joined[-1] if joined else None
        if last and min(last.bottom, line.bottom) - max(last.top, line.top) > 0.6 * min(last.bottom - last.top, line.bottom - line.top):
            first, second = (last, line) if last.left <= line.left else (line, last)
            last.text = f"{first.text.rstrip()} {second.text.lstrip()}"
            last.left, last.right = min(last.left, line.left), max(last.right, line.right)
            last.top, last.bottom = min(last.top, line.top), max(last.bottom, line.bottom)
        else:
            joined.append(line)
    return joined


def _grouped(lines: list[Line], body: float) -> Iterator[list[Line]]:
    """Lines of one page as paragraphs: parted by space, size, weight, list marks and short last lines."""
    pitches = [b.top - a.top for a, b in pairwise(lines) if 0 < b.top - a.top < 4 * body]
    pitch = median(pitches) if pitches else 1.2 * body
    edges: dict[int, float] = {}
    for line in lines:
        edges[line.column] = max(edges.get(line.column, 0.0), line.right)
    group: list[Line] = []
    for line in lines:
        if group and _parted(group[-1], line, pitch, edges):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _parted(last: Line, line: Line, pitch: float, edges: dict[int, float]) -> bool:
    if last.column != line.column or line.top < last.top:
        return True
    if line.top - last.top > 1.35 * max(pitch, line.size) or abs(line.size - last.size) > 0.08 * max(line.size, last.size):
        return True
    if line.bold != last.bold and (_short(last, edges) or heading_level(last.text, alone=True) is not None):
        return True
    if _ITEM.match(line.text) and (last.text.rstrip().endswith(_CLOSED) or _BULLET.match(line.text)):
        return True
    if section_kind(last.text) not in ("body", "other") and len(last.text.split()) <= 4 and line.text[:1].isupper():
        return True
    return _short(last, edges) and last.text.rstrip().endswith(_CLOSED)


def _short(line: Line, edges: dict[int, float]) -> bool:
    return line.right < edges[line.column] - 0.12 * (edges[line.column] - line.left + 1)


def _paragraph(lines: list[Line], body: float, words: Counter[str]) -> Paragraph:
    text = ""
    for line in lines:
        text = joined(text, line.text.strip(), words)
    size = max(line.size for line in lines)
    short = len(lines) <= 3 and len(text) <= 200 and any(character.isalpha() for character in text)
    level = 0
    if short and not text.endswith((".", ",", ";")) and not _BULLET.match(text):
        larger = size >= _LARGER * body
        bold = all(line.bold for line in lines) and len(text.split()) <= 14
        known = len(lines) == 1 and (
            heading_level(text, alone=False) is not None or (heading_level(text, alone=True) == 1 and size >= body)
        )
        level = int(larger or bold or known)
    return Paragraph(lines[0].page, _BULLET.sub("", text, count=1) if not level else text, level, size)


def _append(found: list[Paragraph], new: Paragraph, words: Counter[str]) -> None:
    """Add a paragraph, or join it to the last one when a column or page broke it in the middle of a sentence."""
    last = found[-1] if found else None
    goes_on = last and not last.level and not new.level and not last.text.endswith((".", "!", "?", ":")) and new.text[:1].islower()
    if last and goes_on and abs(last.size - new.size) < 0.5:
        last.text = joined(last.text, new.text, words)
    else:
        found.append(new)


def _levelled(found: Iterable[Paragraph], body: float) -> list[Paragraph]:
    """Headings with their level by type size: the largest is 1, anything at body size the deepest."""
    found = list(found)
    larger = sorted({round(one.size) for one in found if one.level and one.size >= _LARGER * body}, reverse=True)
    for one in found:
        if one.level:
            one.level = larger.index(round(one.size)) + 1 if round(one.size) in larger else len(larger) + 1
    return found
