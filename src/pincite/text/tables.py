"""Reads the tab-separated rule tables of `data/`: rules live in tables, code only applies them. First in the flow of
text and appraisal."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of `data/{name}` without comments (`# …`), blank lines and the heading row; cells stripped.

    Every row has as many cells as the heading; missing last cells are empty.
    """
    lines = (files("pincite") / "data" / name).read_text(encoding="utf-8").splitlines()
    table = [[cell.strip() for cell in line.split("\t")] for line in lines if line.strip() and not line.startswith("#")]
    width = len(table[0])
    return tuple(tuple(row + [""] * (width - len(row))) for row in table[1:])
