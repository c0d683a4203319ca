"""Own arithmetic on tables: a total that is no sum, a share that does not follow from its column's n, a cell that a sentence of the text contradicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pincite.auditing.said import Said
from pincite.auditing.shares import misfit
from pincite.records import InternalFinding, Loaded, Stretch
from pincite.text.numbers import Figure, figures, same_quantity
from pincite.text.words import stems

_TOTAL = re.compile(r"(?:grand )?total(?: \(n(?:, ?%)?\))?|sum|all(?: together)?|overall total", re.IGNORECASE)
_INT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)")
_SHARE = re.compile(r"(?P<count>\d{1,3}(?:,\d{3})+|\d+)\s*\(\s*(?P<percent>\d{1,3}(?:\.\d+)?)\s?%?\s*\)")
_COLUMN_N = re.compile(r"\bn\s?=\s?(?P<n>\d{1,3}(?:,\d{3})+|\d+)", re.IGNORECASE)
_OVERLAP = re.compile(
    r"\b(?:adverse|side effects?|symptoms?|complications?|comorbid\w*|reasons?|any|more than one|multiple|of (?:which|these|whom)|including|subtotal)\b",
    re.IGNORECASE,
)
# Fewer matching cells in a column do not show that its shares are all taken of the n above it.
_HABIT = 3


class _Table(NamedTuple):
    """Cells of one table by row and column, and their words."""

    cells: dict[tuple[int, int], Stretch]
    words: dict[tuple[int, int], str]
    rows: list[int]
    columns: list[int]
    named: dict[int, str]  # column → header


def _tables(loaded: Loaded) -> list[_Table]:
    cells: dict[int, dict[tuple[int, int], Stretch]] = {}
    for stretch in loaded.stretches:
        if stretch.cell is not None:
            number, row, column = stretch.cell
            cells.setdefault(number, {})[row, column] = stretch
    found = []
    for table in cells.values():
        words = {place: loaded.text[one.start : one.end] for place, one in table.items()}
        headed = any(one.header for (row, _), one in table.items() if row == 0)
        rows = sorted({row for row, _ in table if row > 0 or not headed})
        columns = sorted({column for _, column in table if column > 0})
        found.append(
            _Table(table, words, rows, columns, {column: words.get((0, column), "") if headed else "" for column in [0, *columns]})
        )
    return found


def table_findings(loaded: Loaded, sentences: Iterable[Said]) -> Iterator[InternalFinding]:
    """What is wrong within the tables of a text, and between them and its sentences."""
    tables = _tables(loaded)
    if not tables:
        return
    for table in tables:
        yield from _totals(table)
        yield from _shares(table)
    prose = [
        sentence for sentence in sentences if sentence.stretch.cell is None and sentence.stretch.kind not in ("title", "heading", "caption")
    ]
    for table in tables:
        yield from _against(table, prose)


def _finding(cell: Stretch, words: str, problem: str) -> InternalFinding:
    return InternalFinding(text=words, start=cell.start, end=cell.end, problem=problem, kind="table")


def _number(words: str) -> int | None:
    return int(words.replace(",", "")) if _INT.fullmatch(words.strip()) else None


def _totals(table: _Table) -> Iterator[InternalFinding]:
    """A last row "Total" whose counts are not the sum of the rows above it."""
    if len(table.rows) < 3 or not _TOTAL.fullmatch(table.words.get((table.rows[-1], 0), "").strip(" :*")):
        return
    above = table.rows[:-1]
    if any(_OVERLAP.search(table.words.get((row, 0), "")) for row in above) or _OVERLAP.search(table.named.get(0, "")):
        return
    for column in table.columns:
        printed = _number(table.words.get((table.rows[-1], column), ""))
        parts = [_number(table.words.get((row, column), "")) for row in above]
        if printed is None or any(part is None for part in parts) or printed == 0:
            continue
        numbers = [part for part in parts if part is not None]
        total = sum(numbers)
        # several breakdowns of the same people in one table each come to the total
        if (
            total == printed
            or total % printed == 0
            or re.search(r"year|age|date|mean|median|score|%", table.named.get(column, ""), re.IGNORECASE)
        ):
            continue
        cell = table.cells[table.rows[-1], column]
        yield _finding(cell, table.words[table.rows[-1], column], f"{' + '.join(map(str, numbers))} = {total}, not {printed}.")


def _shares(table: _Table) -> Iterator[InternalFinding]:
    """A cell "12 (35.7%)" that does not follow from "n = 45" above it, where the other cells of the column do."""
    for column in table.columns:
        headed = _COLUMN_N.search(table.named.get(column, ""))
        if not headed:
            continue
        whole = int(headed["n"].replace(",", ""))
        shares = [(row, match) for row in table.rows if (match := _SHARE.fullmatch(table.words.get((row, column), "").strip()))]
        wrong = [
            (row, problem) for row, match in shares if (problem := misfit(int(match["count"].replace(",", "")), whole, match["percent"]))
        ]
        if len(shares) - len(wrong) >= _HABIT * max(1, len(wrong)):
            for row, problem in wrong:
                yield _finding(table.cells[row, column], table.words[row, column], problem)


def _against(table: _Table, prose: list[Said]) -> Iterator[InternalFinding]:
    """A cell whose row and column a sentence names, with another figure of the same kind."""
    labels = {row: stems(table.words.get((row, 0), "")) for row in table.rows}
    heads = {column: stems(re.sub(r"\([^)]*\)", "", table.named.get(column, ""))) for column in table.columns}
    for sentence in prose:
        if not any(character.isdigit() for character in sentence.text):
            continue
        said = stems(sentence.text)
        rows = [row for row, label in labels.items() if label and label <= said]
        columns = [column for column, head in heads.items() if head and head <= said]
        if len(rows) != 1 or len(columns) != 1:
            continue
        place = (rows[0], columns[0])
        inside = _figures(table.words.get(place, ""), table.named.get(place[1], ""))
        outside = [figure for figure in figures(sentence.text) if figure.kind in ("quantity", "fraction", "range")]
        if len(inside) != 1 or not outside:
            continue
        alike = [
            figure
            for figure in outside
            if figure.dimension == inside[0].dimension and len(figure.values) == len(inside[0].values) and figure.comparator == "="
        ]
        if len(alike) != 1 or same_quantity(alike[0], inside[0]):
            continue
        figure = alike[0]
        where = f"The table gives {inside[0].text} for {table.words[rows[0], 0]}, {table.named[place[1]]}."
        yield sentence.finding(figure.start, figure.end, f"The text says {figure.text}. {where}", kind="table")


def _figures(words: str, head: str) -> list[Figure]:
    """The figures of a cell, with the unit of its column where it prints none: "400" below "Dose (mg)"."""
    found = figures(words)
    unit = re.search(r"\(([^()]{1,12})\)|,\s*(%)\s*$|(%)\s*$", head)
    if len(found) == 1 and found[0].unit is None and unit:
        joined = figures(f"{words.strip()} {next(filter(None, unit.groups()))}")
        return joined if len(joined) == 1 else found
    return found
