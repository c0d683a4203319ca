"""Reads Word documents (DOCX): headings, paragraphs, list items, tables; tracked deletions and hidden text are left
out.

Three steps: `raw` package (sizes checked before anything is unpacked, entities refused), `cleaned` body, `documents`.
Macros, pictures, headers, footers and comments are never read.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pincite.errors import UnreadableError
from pincite.ingest.outline import Outline, find_doi, table_lines
from pincite.ingest.pages import page_draft
from pincite.ingest.reading import Source
from pincite.records import Draft, Unread

# The text of a 1,000-page book is some 10 MB of XML; an lxml tree takes about ten times its bytes.
_LARGEST_XML = 100_000_000
_LARGEST_PACKAGE = 400_000_000
_MOST_MEMBERS = 10_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = (f"{_W}del", f"{_W}moveFrom", _FALLBACK)
_GENERIC = re.compile(r"(?:microsoft word\b.*|word document|document\d*|untitled.*|.*\.docx?)", re.IGNORECASE)
_LEVEL = re.compile(r"(?:heading|überschrift|titre|rubrik|título)\s*(\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Cleaned:
    """The body of a document, its style levels by style id, header fields."""

    name: str
    body: Any
    levels: dict[str, int]
    titles: frozenset[str]
    fields: dict[str, Any]


class DocxReader:
    """Reader of DOCX files."""

    name = "docx"

    def accepts(self, source: Source) -> int:
        """95 for a zip archive that holds word/, 60 for a file name that says so."""
        if source.data[:4] == b"PK\x03\x04" and (b"word/" in source.data[:200_000] or b"word/document.xml" in source.data[-200_000:]):
            return 95
        return 60 if source.name.lower().endswith((".docx", ".docm", ".dotx")) else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft; raises UnreadableError for what is no DOCX, too large, or without text."""
        yield from self.documents(self.cleaned(self.raw(source), source.name))

    def raw(self, source: Source) -> Any:
        """The opened package."""
        import docx

        _checked(source)
        try:
            return docx.Document(io.BytesIO(source.data))
        except Exception as error:  # python-docx lets every kind of damage through: KeyError, XMLSyntaxError, zlib.error …
            raise UnreadableError("is no DOCX that can be read: the file is damaged or of another kind", document=source.name) from error

    def cleaned(self, raw: Any, name: str) -> Cleaned:
        """The body with what its styles and properties say."""
        levels: dict[str, int] = {}
        titles = set()
        try:
            for style in raw.styles:
                found = _LEVEL.match(style.name or "")
                outline_level = style.element.find(f"{_W}pPr/{_W}outlineLvl")
                if found:
                    levels[style.style_id] = int(found[1])
                elif (
                    outline_level is not None
                    and (outline_level.get(f"{_W}val") or "9").isdigit()
                    and int(outline_level.get(f"{_W}val") or 9) < 9
                ):
                    levels[style.style_id] = int(outline_level.get(f"{_W}val")) + 1
                if (style.name or "").lower() == "title":
                    titles.add(style.style_id)
            return Cleaned(name, raw.element.body, levels, frozenset(titles), _properties(raw))
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise UnreadableError("is no DOCX that can be read: its styles or properties are damaged", document=name) from error

    def documents(self, cleaned: Cleaned) -> Iterator[Draft]:
        """The draft: paragraphs in order, tables as rows."""
        if cleaned.body is None:
            raise UnreadableError("holds no text", document=cleaned.name)
        outline = Outline()
        title = cleaned.fields.get("title") or ""
        for element in cleaned.body.iter(f"{_W}p", f"{_W}tbl"):
            around = {parent.tag for parent in element.iterancestors()}
            if f"{_W}tbl" in around or around & set(_GONE):
                continue
            if element.tag == f"{_W}tbl":
                rows = [
                    [_text(cell) for cell in row.iterchildren(f"{_W}tc")]
                    for row in element.iter(f"{_W}tr")
                    if row.find(f"{_W}trPr/{_W}del") is None
                ]
                outline.table(table_lines(rows, headed=True))
                continue
            text = _text(element)
            style = element.find(f"{_W}pPr/{_W}pStyle")
            style_id = style.get(f"{_W}val") if style is not None else ""
            if style_id in cleaned.titles:
                title = title or text
            elif level := _level(element, cleaned.levels.get(style_id, 0)):
                if level == 1 and not title and outline.empty:
                    title = text
                else:
                    outline.heading(text, level=level)
            else:
                outline.paragraph(text)
        if outline.empty and title:
            outline.paragraph(title)
        fields = {name: value for name, value in cleaned.fields.items() if name != "title"}
        fields["doi"] = find_doi(" ".join(block.text for block in outline.blocks[:10])[:3000])
        stem = cleaned.name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ")
        yield page_draft(outline, source=cleaned.name, title=title or stem, fields=fields)


def _checked(source: Source) -> None:
    """Refuse what is no package, what unpacks to too much, and XML that declares entities."""
    if source.data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableError(
            "is an old Word file (.doc) or is encrypted:",
            what_to_do="save it as DOCX without a password",
            document=source.name,
        )
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as package:
            members = package.infolist()
            xml = [member for member in members if member.filename.endswith((".xml", ".rels"))]
            if (
                len(members) > _MOST_MEMBERS
                or sum(member.file_size for member in members) > _LARGEST_PACKAGE
                or sum(member.file_size for member in xml) > _LARGEST_XML
            ):
                raise UnreadableError("unpacks to more than a document can hold", document=source.name)
            for member in xml:
                head = package.read(member)
                if b"<!ENTITY" in head or b"<!DOCTYPE" in head or b"<\0!\0D\0O\0C" in head:
                    raise UnreadableError("declares XML entities, which no Word document does", document=source.name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UnreadableError("is no DOCX that can be opened: the archive is damaged or encrypted", document=source.name) from error


def _properties(package: Any) -> dict[str, Any]:
    core = package.core_properties
    title = " ".join((core.title or "").split())
    date = core.modified or core.created
    return {
        "title": "" if _GENERIC.fullmatch(title) else title,
        "authors": (core.author,) if core.author and core.author.lower() not in ("python-docx", "author", "user", "admin") else (),
        "date": date.date().isoformat() if date and date.year >= 1990 else None,
        "language": core.language or None,
    }


def _level(paragraph: Any, styled: int) -> int:
    """Heading level of a paragraph by its own outline level, else by its style; 0 for text."""
    own = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    value = own.get(f"{_W}val") if own is not None else None
    return int(value) + 1 if value and value.isdigit() and int(value) < 9 else styled


def _text(element: Any) -> str:
    """The words of a paragraph or cell as they stand after all changes are accepted, without hidden runs."""
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "end":
            if node.tag == f"{_W}p" and node is not element:
                parts.append("\n")
        elif node.tag in _GONE or (node.tag == f"{_W}r" and _hidden(node)):
            walk.skip_subtree()
        elif node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag == f"{_W}tab":
            parts.append(" ")
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            parts.append("\n")
        elif node.tag == f"{_W}noBreakHyphen":
            parts.append("-")
    return "".join(parts).strip()


def _hidden(run: Any) -> bool:
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    for name in ("vanish", "webHidden"):
        mark = properties.find(f"{_W}{name}")
        if mark is not None and (mark.get(f"{_W}val") or "true") not in ("0", "false", "off"):
            return True
    return False


reader = DocxReader()
