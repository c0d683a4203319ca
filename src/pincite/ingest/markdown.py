"""Reads Markdown: headings → sections, items and paragraphs → blocks, tables → rows; links become their text, HTML is
stripped.

Front matter (`ingest.pages`) says what the document is. Three steps: `raw` text, `cleaned` tokens, `documents`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pincite.ingest.decoding import decoded
from pincite.ingest.html import visible_text
from pincite.ingest.outline import Outline, find_doi, table_lines
from pincite.ingest.pages import front_matter, page_draft
from pincite.ingest.reading import Source
from pincite.records import Draft, Unread

if TYPE_CHECKING:
    from markdown_it.token import Token

_NAMES = (".md", ".markdown", ".mdown", ".mkd")
_OPENED = re.compile(
    r"<([a-z][a-z0-9]*)\b(?=[^>]*(?:\shidden\b|aria-hidden\s*=\s*[\"']?true|display\s*:\s*none))"
    r"|<(script|style|template)\b",
    re.IGNORECASE,
)
# No guideline nests its lists deeper; a line of thousands of ">" must not exhaust the stack.
_NESTING = 40


@dataclass(frozen=True)
class Cleaned:
    """Block tokens of a Markdown text, and what its front matter says."""

    name: str
    tokens: Sequence[Token]
    told: dict[str, Any]


class MarkdownReader:
    """Reader of Markdown files (CommonMark with tables)."""

    name = "markdown"

    def accepts(self, source: Source) -> int:
        """75 by file name; 30 for a nameless text with front matter or a heading in its first lines."""
        if source.name.lower().endswith(_NAMES):
            return 75
        head = source.data[:2000]
        if "." in source.name.rsplit("/", 1)[-1] or b"\0" in head:
            return 0
        return 30 if head.startswith((b"---\n", b"# ", b"## ")) or b"\n# " in head or b"\n## " in head else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft; raises UnreadableError for binary data, empty text or wrong front matter."""
        yield from self.documents(self.cleaned(self.raw(source), source.name))

    def raw(self, source: Source) -> str:
        """The text, whatever its encoding."""
        return decoded(source.data, source=source.name)

    def cleaned(self, raw: str, name: str) -> Cleaned:
        """Block tokens by markdown-it, without front matter."""
        from markdown_it import MarkdownIt

        told, text = front_matter(raw, source=name)
        parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"])
        return Cleaned(name, parser.parse(text), told)

    def documents(self, cleaned: Cleaned) -> Iterator[Draft]:
        """The draft: the first heading of level 1 is the title where front matter gives none."""
        outline, title = Outline(), ""
        rows: list[list[str]] = []
        headed = in_table = False
        level = 0
        for token in cleaned.tokens:
            if token.type == "heading_open":
                level = int(token.tag[1])
            elif token.type == "heading_close":
                level = 0
            elif token.type == "table_open":
                rows, in_table, headed = [], True, False
            elif token.type == "table_close":
                in_table = False
                outline.table(table_lines(rows, headed=headed))
            elif token.type == "thead_open":
                headed = True
            elif token.type == "tr_open":
                rows.append([])
            elif token.type in ("fence", "code_block"):
                outline.paragraph(token.content)
            elif token.type == "html_block":
                for part in visible_text(token.content).split("\n\n"):
                    outline.paragraph(part)
            elif token.type == "inline":
                text = _inline(token)
                if in_table:
                    rows[-1].append(text)
                elif level == 1 and not title and outline.empty:
                    title = text
                elif level:
                    outline.heading(text, level=level)
                else:
                    outline.paragraph(text)
        stem = cleaned.name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ")
        if outline.empty and title:
            outline.paragraph(title)
        start = "\n".join(block.text for block in outline.blocks[:30])[:3000]
        yield page_draft(outline, source=cleaned.name, title=title or stem, fields={"doi": find_doi(start)}, told=cleaned.told)


def _inline(token: Token) -> str:
    """The words of a paragraph or heading: link texts without addresses; no pictures, no struck-out text."""
    parts: list[str] = []
    struck = 0
    hidden = ""
    for child in token.children or ():
        if child.type == "s_open":
            struck += 1
        elif child.type == "s_close":
            struck -= 1
        elif child.type == "html_inline":
            if opened := _OPENED.match(child.content):
                hidden = hidden or (opened[1] or opened[2]).lower()
            elif hidden and child.content.lower().startswith(f"</{hidden}"):
                hidden = ""
            elif re.match(r"<br\b", child.content, re.IGNORECASE):
                parts.append("\n")
        elif struck or hidden:
            continue
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\n")
    return "".join(parts).strip()


reader = MarkdownReader()
