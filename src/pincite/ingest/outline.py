"""Collects headings, paragraphs, tables and references, in reading order, into blocks with section names and kinds.

The readers of loose formats (HTML, Markdown, DOCX, PDF, text) all write into an `Outline`; JATS and SPL have their
own sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pincite.ingest.sections import section_kind
from pincite.records import Block, CitedReference, SectionKind

_REFERENCES = re.compile(
    r"(?:\d+\.?\s*)?(?:list of )?(?:references?(?: list| cited)?|bibliography"
    r"|literature(?: cited)?|works cited|citations)\s*:?",
    re.I,
)
_LABEL = re.compile(r"\s*\[?(\d{1,4})[\].)]?\s+(?=\D)")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;)\]]")
_PMID = re.compile(r"\bPMID:?\s*(\d{4,8})\b", re.I)
# Rows of one table share a block up to this length, so that a passage holds whole rows and stays abstract-sized.
_ROWS = 1000
# A heading longer than this is a paragraph that a page sets in large type.
LONGEST_HEADING = 200


def find_doi(text: str) -> str | None:
    """The first DOI in `text`, in small letters, without a closing stop; None when there is none."""
    match = _DOI.search(text)
    return match.group().lower() if match else None


def table_lines(rows: Sequence[Sequence[str]], *, headed: bool) -> list[str]:
    """Each row of a table as one line, "header: cell; header: cell"; without a header row the cells alone.

    >>> table_lines([["Drug", "Dose"], ["Ibuprofen", "400 mg"]], headed=True)
    ['Drug: Ibuprofen; Dose: 400 mg']
    """
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    header: Sequence[str] = rows[0] if headed and len(rows) > 1 else ()
    lines = []
    for row in rows[1:] if header else rows:
        cells = []
        for index, cell in enumerate(row):
            name = header[index] if index < len(header) else ""
            if cell:
                cells.append(f"{name.rstrip(':')}: {cell}" if name and name != cell else cell)
        lines.append("; ".join(cells))
    return lines


class Outline:
    """A document under construction; headings open sections, everything else falls into the section that is open."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str, SectionKind]] = []
        self._blocks: list[Block] = []
        self._cited: list[CitedReference] = []
        self.headings: list[str] = []

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far, in order."""
        return tuple(self._blocks)

    @property
    def empty(self) -> bool:
        """Whether there is no block yet; costs nothing, unlike `blocks`."""
        return not self._blocks

    @property
    def cited(self) -> tuple[CitedReference, ...]:
        """The entries of the document's own reference list."""
        return tuple(self._cited)

    def heading(self, text: str, *, level: int) -> None:
        """Open a section at `level` (1 outermost); without a kind of its own it has that of the one around it."""
        text = " ".join(text.split())
        if not text:
            return
        if len(text) > LONGEST_HEADING:
            self.paragraph(text)
            return
        self.headings.append(text)
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        kind = section_kind(text)
        if kind in ("body", "other") and self._open:
            kind = self._open[-1][2]
        self._open.append((level, text, kind))

    def paragraph(self, text: str, *, page: int | None = None) -> None:
        """Add one paragraph or list item; under a heading such as "References" it becomes a cited reference."""
        if not text.strip():
            return
        if any(_REFERENCES.fullmatch(name) for _, name, _ in self._open):
            self._cite(" ".join(text.split()))
            return
        section, kind = (self._open[-1][1], self._open[-1][2]) if self._open else ("", "body")
        self._blocks.append(Block(text=text, section=section, kind=kind, page=page))

    def table(self, lines: Iterable[str], *, caption: str = "", page: int | None = None) -> None:
        """Add a table as its row lines, a few rows a block."""
        section = self._open[-1][1] if self._open else ""
        group: list[str] = [caption] if caption.strip() else []
        for line in lines:
            if group and sum(map(len, group)) + len(line) > _ROWS:
                self._blocks.append(Block(text="\n".join(group), section=section, kind="table", page=page))
                group = []
            group.append(line)
        if any(line.strip() for line in group):
            self._blocks.append(Block(text="\n".join(group), section=section, kind="table", page=page))

    def _cite(self, text: str) -> None:
        label = _LABEL.match(text)
        pmid = _PMID.search(text)
        self._cited.append(
            CitedReference(
                label=label[1] if label else str(len(self._cited) + 1),
                text=text[label.end() :] if label else text,
                doi=find_doi(text),
                pmid=pmid[1] if pmid else None,
            )
        )
