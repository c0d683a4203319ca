"""Reads plain text: paragraphs, list items and headings by their looks (capitals, numbers, short lines that stand
alone).

Front matter (`ingest.pages`) is taken where there is some. Three steps: `raw` text, `cleaned` lines, `documents`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pincite.ingest.decoding import decoded
from pincite.ingest.lines import heading_level, joined, written_words
from pincite.ingest.outline import LONGEST_HEADING, Outline, find_doi
from pincite.ingest.pages import front_matter, page_draft
from pincite.ingest.reading import Source
from pincite.records import Draft, Unread

_BULLET = re.compile(r"\s*(?:[-*•·●▪‣◦–]\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+)(?=\S)")
_RULE = re.compile(r"\s*[-=_*~#]{3,}\s*")
_NAMES = (".txt", ".text", ".asc")


@dataclass(frozen=True)
class Cleaned:
    """Lines of a text without its front matter, and what the front matter says."""

    name: str
    lines: tuple[str, ...]
    told: dict[str, Any]


class PlainReader:
    """Reader of plain text files."""

    name = "plain"

    def accepts(self, source: Source) -> int:
        """60 for a text file name; 5 for anything else without zero bytes, so that every other reader goes first."""
        if source.name.lower().endswith(_NAMES):
            return 60
        head = source.data[:2000]
        named = "." in source.name.rsplit("/", 1)[-1]
        return 0 if named or b"\0" in head or head.lstrip().startswith((b"<", b"{", b"[", b"%PDF", b"PK")) else 5

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft; raises UnreadableError for binary data, empty text or wrong front matter."""
        yield from self.documents(self.cleaned(self.raw(source), source.name))

    def raw(self, source: Source) -> str:
        """The text, whatever its encoding."""
        return decoded(source.data, source=source.name)

    def cleaned(self, raw: str, name: str) -> Cleaned:
        """Lines without trailing blanks; form feeds are line breaks."""
        told, text = front_matter(raw, source=name)
        return Cleaned(name, tuple(line.rstrip() for line in text.replace("\f", "\n\n").split("\n")), told)

    def documents(self, cleaned: Cleaned) -> Iterator[Draft]:
        """The draft: paragraphs are runs of lines; a heading opens a section."""
        outline, title = Outline(), ""
        lines = cleaned.lines
        words = written_words(lines)
        paragraph: list[str] = []

        def close() -> None:
            if paragraph:
                text = ""
                for part in paragraph:
                    text = joined(text, part, words)
                outline.paragraph(text)
                paragraph.clear()

        for index, line in enumerate(lines):
            if not line.strip() or _RULE.fullmatch(line):
                close()
                continue
            after = lines[index + 1] if index + 1 < len(lines) else ""
            alone = not paragraph and (not after.strip() or bool(_RULE.fullmatch(after)))
            first = not title and outline.empty and not outline.headings
            level = None if paragraph else heading_level(line, alone=alone)
            if first and not paragraph and (level or (alone and len(line) <= LONGEST_HEADING and not line.rstrip().endswith("."))):
                title = line.strip()
            elif level:
                outline.heading(line.strip(), level=level)
            elif bullet := _BULLET.match(line):
                close()
                paragraph.append(line[bullet.end() :].strip())
            else:
                paragraph.append(line.strip())
        close()
        if outline.empty and title:
            outline.paragraph(title)
        start = "\n".join(lines[:200])
        stem = cleaned.name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ")
        fields = {"doi": find_doi(start[:3000])}
        yield page_draft(outline, source=cleaned.name, title=title or stem, fields=fields, told=cleaned.told)


reader = PlainReader()
