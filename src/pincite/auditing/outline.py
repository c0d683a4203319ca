"""Lays pieces out as one text with exact offsets, and says of each what it stands under.

What completes a sentence is the headings above it, the sentence before its list ("If this fails after 6 weeks:"), the items around it, and for a
table cell its caption, column and row. Between `formats` and `marks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pincite.auditing.pieces import Piece
from pincite.records import Link, Stretch

_CELLS = " | "
# No text that people read nests its lists deeper; each level adds to what every item below it stands under.
_DEEPEST = 12


class Laid(NamedTuple):
    """A text with its stretches, links and superscripts, all by offsets into it."""

    text: str
    stretches: tuple[Stretch, ...]
    links: tuple[Link, ...]
    raised: tuple[tuple[int, int], ...]


def lay(pieces: Sequence[Piece]) -> Laid:
    """The text of all pieces in order: items and table rows on lines of their own, everything else parted by a blank line."""
    parts: list[str] = []
    position = 0
    places: list[tuple[int, int]] = []
    for index, piece in enumerate(pieces):
        if index:
            gap = _gap(pieces[index - 1], piece)
            parts.append(gap)
            position += len(gap)
        parts.append(piece.text)
        places.append((position, position + len(piece.text)))
        position += len(piece.text)
    above = _Above()
    stretches = [
        Stretch(
            kind=piece.kind,
            start=start,
            end=end,
            level=piece.level,
            under=above.of(piece, (start, end)),
            label=piece.label,
            cell=piece.cell,
            header=piece.header,
            quoted=piece.quoted,
        )
        for piece, (start, end) in zip(pieces, places, strict=True)
    ]
    pairs = list(zip(pieces, places, strict=True))
    links = tuple(Link(start=at + start, end=at + end, url=url) for piece, (at, _) in pairs for start, end, url in piece.links)
    raised = tuple((at + start, at + end) for piece, (at, _) in pairs for start, end in piece.raised)
    return Laid("".join(parts), tuple(stretches), links, raised)


def _gap(before: Piece, after: Piece) -> str:
    if before.cell and after.cell and before.cell[0] == after.cell[0]:
        return _CELLS if before.cell[1] == after.cell[1] else "\n"
    return "\n" if before.kind == after.kind == "item" else "\n\n"


class _Above:
    """The headings, lead-ins, items, captions and header cells that are open at a place of the text."""

    def __init__(self) -> None:
        self._headings: list[tuple[int, tuple[int, int]]] = []
        self._items: list[tuple[int, tuple[int, int]]] = []
        self._lead: tuple[int, int] | None = None
        self._caption: tuple[int, int] | None = None
        self._columns: dict[int, tuple[int, int]] = {}
        self._rows: dict[int, tuple[int, int]] = {}
        self._table = -1

    def of(self, piece: Piece, span: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        """What `piece` at `span` stands under, outermost first; it is open for what follows."""
        if piece.kind in ("title", "heading"):
            return self._heading(piece, span)
        over = tuple(place for _, place in self._headings)
        if piece.cell is not None:
            return self._cell(piece, span, over)
        if piece.kind == "item":
            level = min(piece.level, _DEEPEST)
            while self._items and self._items[-1][0] >= level:
                self._items.pop()
            over += self._led() + tuple(place for _, place in self._items)
            self._items.append((level, span))
            return over
        if piece.kind == "caption":
            self._caption = span
            return over
        if piece.level:  # a second paragraph of an item
            return over + self._led() + tuple(place for level, place in self._items if level <= piece.level)
        self._items.clear()
        self._caption = None
        self._lead = span if piece.text.endswith((":", ":**")) else None
        return over

    def _led(self) -> tuple[tuple[int, int], ...]:
        return (self._lead,) if self._lead else ()

    def _heading(self, piece: Piece, span: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        level = 0 if piece.kind == "title" else max(1, piece.level)  # the title is about everything
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        over = tuple(place for _, place in self._headings)
        self._headings.append((level, span))
        self._items.clear()
        self._lead = self._caption = None
        return over

    def _cell(self, piece: Piece, span: tuple[int, int], over: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        assert piece.cell is not None
        table, row, column = piece.cell
        if table != self._table:
            self._table, self._columns, self._rows = table, {}, {}
        over += self._led() + ((self._caption,) if self._caption else ())
        if piece.header and row == 0:
            if span[1] > span[0]:
                self._columns[column] = span
            return over
        for named in (self._columns.get(column), self._rows.get(row)):
            if named and named != span:
                over += (named,)
        if column == 0 and span[1] > span[0]:
            self._rows[row] = span
        return over
