"""Markdown → pieces, as people and chat assistants write it: nested lists, tables, quotations, `[^2]` notes, `[1]: address` lists, inline links, HTML inside.

Definitions of notes are taken out before parsing, since CommonMark knows no notes, and come last under a heading "Notes" that the page then has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincite.auditing.furniture import is_references
from pincite.auditing.pieces import LINKED, LOWERED, RAISED, UNLINKED, Page, tricks, written
from pincite.ingest.decoding import decoded
from pincite.ingest.html import visible_text
from pincite.ingest.reading import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_DEFINED = re.compile(r"^ {0,3}\[(?P<label>\^[\w-]{1,20}|\d{1,3})\]:[ \t]*(?P<text>\S[^\n]*(?:\n(?:[ \t]{2,}|\t)\S[^\n]*)*)", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n.{0,65536}?^(?:---|\.\.\.)[ \t]*\n", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--(.{0,20000}?)-->", re.DOTALL)
_HIDDEN = re.compile(
    r"<([a-z][a-z0-9]*)\b(?=[^>]*(?:\shidden\b|aria-hidden\s*=\s*[\"']?true|display\s*:\s*none|font-size\s*:\s*0|(?<![-\w])color\s*:\s*(?:#fff|white|transparent)))|<(script|style|template)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"<?(https?://[^\s>]+)>?")
_NESTING = 40  # no guideline nests its lists deeper; thousands of ">" must not exhaust the stack


def page(source: Source) -> Page:
    """The pieces of a Markdown text; raises UnreadableError for binary data."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    text = written(decoded(source.data, source=source.name))
    found = Page(flags=tricks(text))
    text = _FRONT.sub("", text)
    for comment in _COMMENT.findall(text):
        found.leave_out(comment, "hidden text: comments in the page's source")
    text = _COMMENT.sub("", text)
    notes = _notes(text)
    if notes:
        text = _without_notes(text)
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable(["table", "strikethrough"])
    _Reading(found).run(parser.parse(text))
    if notes:
        _append(found, notes)
    return found


def _fences(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _FENCED.finditer(text)]


def _notes(text: str) -> list[tuple[str, str]]:
    """Label and words of each definition of a note or numbered address, code left alone."""
    fences = _fences(text)
    return [
        (match["label"].lstrip("^"), " ".join(match["text"].split()))
        for match in _DEFINED.finditer(text)
        if not any(start <= match.start() < end for start, end in fences)
    ]


def _without_notes(text: str) -> str:
    """The text without definitions of notes; a defined address stays, or its links would be lost."""
    fences = _fences(text)

    def kept(match: re.Match[str]) -> str:
        fenced = any(start <= match.start() < end for start, end in fences)
        address = not match["label"].startswith("^") and _ADDRESS.match(match["text"])
        return match.group() if fenced or address else "\n"

    return _DEFINED.sub(kept, text)


def _append(found: Page, notes: list[tuple[str, str]]) -> None:
    from markdown_it import MarkdownIt  # noqa: PLC0415

    inline = MarkdownIt("commonmark")
    if not (found.pieces and found.pieces[-1].kind == "heading" and is_references(found.pieces[-1].text)):
        found.add("heading", "Notes", level=1)
    for label, noted in notes:
        urls: list[str] = []
        address = _ADDRESS.match(noted)
        words = noted.replace(f"<{address[1]}>", address[1]) if address else noted
        tokens = inline.parseInline(words)
        found.add("item", _inline(tokens[0].children or [], urls, found), level=1, label=label, urls=urls)


class _Reading:
    """One pass over the block tokens."""

    def __init__(self, found: Page) -> None:
        self._found = found
        self._lists: list[list[int]] = []
        self._items: list[tuple[int, str, bool]] = []
        self._quotes = 0
        self._heading = 0
        self._table = -1
        self._row = self._column = 0
        self._cell = self._head = False

    def run(self, tokens: Sequence[Token]) -> None:
        """Read all tokens."""
        for token in tokens:
            kind = token.type
            if kind == "heading_open":
                self._heading = int(token.tag[1])
            elif kind == "heading_close":
                self._heading = 0
            elif kind in ("bullet_list_open", "ordered_list_open"):
                start = token.attrGet("start")
                self._lists.append([int(start) if start is not None else 1] if kind == "ordered_list_open" else [0])
            elif kind in ("bullet_list_close", "ordered_list_close"):
                self._lists.pop()
            elif kind == "list_item_open":
                self._item()
            elif kind == "list_item_close":
                self._items.pop()
            elif kind == "blockquote_open":
                self._quotes += 1
            elif kind == "blockquote_close":
                self._quotes -= 1
            elif kind == "table_open":
                self._table, self._row = self._table + 1, -1
            elif kind == "thead_open":
                self._head = True
            elif kind == "thead_close":
                self._head = False
            elif kind == "tr_open":
                self._row, self._column = self._row + 1, -1
            elif kind in ("th_open", "td_open"):
                self._cell, self._column = True, self._column + 1
            elif kind in ("th_close", "td_close"):
                self._cell = False
            elif kind in ("fence", "code_block"):
                self._write(token.content, [])
            elif kind == "html_block":
                self._html(token.content)
            elif kind == "inline":
                urls: list[str] = []
                self._write(_inline(token.children or [], urls, self._found), urls, token.children or [])

    def _item(self) -> None:
        label = ""
        if self._lists and self._lists[-1][0]:
            label = str(self._lists[-1][0])
            self._lists[-1][0] += 1
        self._items.append((len(self._lists), label, False))

    def _html(self, content: str) -> None:
        for opened in _HIDDEN.finditer(content):
            name = opened[1] or opened[2]
            end = content.lower().find(f"</{name.lower()}", opened.end())
            inner = content[opened.start() : end if end >= 0 else len(content)]
            found = re.sub(r"<[^>]*>?", " ", inner)
            if not opened[2]:
                self._found.leave_out(found, "hidden text")
            content = content.replace(inner, "", 1) if end >= 0 else content[: opened.start()]
            break
        for part in visible_text(content).split("\n\n"):
            self._write(part, [])

    def _write(self, text: str, urls: list[str], children: Sequence[Token] = ()) -> None:
        found = self._found
        if self._cell:
            place = (self._table, self._row, self._column)
            found.add("cell", text.replace("\n", " "), urls=urls, cell=place, header=self._head)
        elif self._heading:
            titled = any(piece.kind == "title" for piece in found.pieces)
            found.add("title" if self._heading == 1 and not titled else "heading", text, level=self._heading, urls=urls)
        elif self._items:
            depth, label, begun = self._items[-1]
            self._items[-1] = (depth, label, True)
            found.add("paragraph" if begun else "item", text, level=depth, label="" if begun else label, urls=urls, quoted=self._quotes > 0)
        elif not self._quotes and _bold_alone(children) and len(text.split()) <= 12 and text[-1:] not in ".,;!":
            found.add("heading", text, level=7)
        else:
            found.add("quotation" if self._quotes else "paragraph", text, urls=urls, quoted=self._quotes > 0)


def _bold_alone(children: Sequence[Token]) -> bool:
    shown = [child for child in children if child.type != "text" or child.content.strip()]
    return (
        len(shown) >= 3
        and shown[0].type == "strong_open"
        and shown[-1].type == "strong_close"
        and sum(one.type == "strong_open" for one in shown) == 1
    )


def _inline(children: Sequence[Token], urls: list[str], found: Page) -> str:
    """The words of a piece with its links marked; struck-out and hidden words are left out."""
    parts: list[str] = []
    struck, hidden, lost = 0, "", ""
    for child in children:
        if child.type == "s_open":
            struck += 1
        elif child.type == "s_close":
            struck -= 1
        elif child.type == "html_inline":
            tag = child.content.lower()
            if hidden and tag.startswith(f"</{hidden}"):
                found.leave_out(lost, "hidden text")
                hidden, lost = "", ""
            elif not hidden and (opened := _HIDDEN.match(child.content)):
                hidden = (opened[1] or opened[2]).lower()
            elif tag.startswith("<br"):
                parts.append("\n")
            elif tag.startswith("<sup"):
                parts.append(RAISED)
            elif tag.startswith("</sup"):
                parts.append(LOWERED)
        elif hidden:
            lost += child.content
        elif struck:
            continue
        elif child.type == "link_open":
            urls.append(str(child.attrGet("href") or ""))
            parts.append(LINKED)
        elif child.type == "link_close":
            opened_at = max(index for index, part in enumerate(parts) if part == LINKED) if LINKED in parts else -1
            shown = "".join(parts[opened_at + 1 :])
            if opened_at >= 0 and shown.isdigit():  # a bare number that leads somewhere would read as a figure
                parts[opened_at + 1 :] = [f"[{shown}]"]
            parts.append(UNLINKED)
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\n")
    if hidden:
        found.leave_out(lost, "hidden text")
    return "".join(parts)
