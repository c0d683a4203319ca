"""DOCX → pieces: headings and list levels by style, superscripts, links, tables, footnotes and endnotes; deleted and hidden runs are left out.

Package and styles are opened by the reader of ingest, with its limits. Headers, footers, comments and pictures are never read.
"""

from __future__ import annotations

import re
from typing import Any

from pincite.auditing.pieces import LINKED, LOWERED, RAISED, UNLINKED, Page, tricks, written
from pincite.ingest.docx import Cleaned, DocxReader
from pincite.ingest.reading import Source

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_GONE = frozenset((f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"))
_LIST_STYLE = re.compile(r"list\s?(?:bullet|number|paragraph)?\s?(\d)?", re.IGNORECASE)
_QUOTE_STYLE = re.compile(r"(?:intense)?\s?quote|block ?text", re.IGNORECASE)
_WHITE = re.compile(r"f{6}", re.IGNORECASE)
_SMALLEST = 4  # half points: two-point letters
_NOTES = (("footnotes", "Footnotes"), ("endnotes", "Endnotes"))


def page(source: Source) -> Page:
    """The pieces of a DOCX file; raises UnreadableError for what is no DOCX, too large or damaged."""
    reader = DocxReader()
    package = reader.raw(source)
    cleaned = reader.cleaned(package, source.name)
    found = Page(language=(cleaned.fields.get("language") or "").split("-")[0].lower() or None)
    walk = _Walk(package, cleaned, found)
    if cleaned.body is not None:
        walk.body(cleaned.body)
    walk.notes()
    title = cleaned.fields.get("title") or ""
    if title and not any(piece.kind == "title" for piece in found.pieces):
        found.pieces.reverse()
        found.add("title", written(title), level=1)
        found.pieces.reverse()
    found.flags.extend(tricks("\n".join(piece.text for piece in found.pieces)))
    return found


class _Walk:
    """One pass over the body, then over the notes."""

    def __init__(self, package: Any, cleaned: Cleaned, found: Page) -> None:
        self._package = package
        self._cleaned = cleaned
        self._found = found
        self._styles = {style.style_id: style.name or "" for style in package.styles}
        self._tables = 0
        self._noted: list[tuple[str, str]] = []  # kind and id of notes, in order of their marks
        self._counts: dict[str, int] = {}

    def body(self, body: Any) -> None:
        """Paragraphs and tables in order."""
        for element in body.iter(f"{_W}p", f"{_W}tbl"):
            around = {parent.tag for parent in element.iterancestors()}
            if f"{_W}tbl" in around or around & _GONE:
                continue
            if element.tag == f"{_W}tbl":
                self._table(element)
            else:
                self._paragraph(element)

    def _paragraph(self, element: Any) -> None:
        urls: list[str] = []
        text = self._text(element, urls)
        if not text.strip():
            return
        style = element.find(f"{_W}pPr/{_W}pStyle")
        style_id = style.get(f"{_W}val") if style is not None else ""
        name = self._styles.get(style_id, "")
        level = self._cleaned.levels.get(style_id, 0)
        titled = any(piece.kind == "title" for piece in self._found.pieces)
        numbered = element.find(f"{_W}pPr/{_W}numPr")
        if style_id in self._cleaned.titles or (level == 1 and not titled and not self._found.pieces):
            self._found.add("heading" if titled else "title", text, level=1, urls=urls)
        elif level:
            self._found.add("heading", text, level=level, urls=urls)
        elif numbered is not None or (name and _LIST_STYLE.fullmatch(name.strip())):
            depth = _LIST_STYLE.fullmatch(name.strip())
            own = numbered.find(f"{_W}ilvl") if numbered is not None else None
            value = own.get(f"{_W}val") if own is not None else None
            deep = int(value) + 1 if value and value.isdigit() else int(depth[1]) if depth and depth[1] else 1
            self._found.add("item", text, level=min(deep, 9), label=self._number(name, numbered, deep), urls=urls)
        elif name.lower() == "caption":
            self._found.add("caption", text, urls=urls)
        elif _all_bold(element) and len(text.split()) <= 12 and text.strip()[-1] not in ".,;!":
            self._found.add("heading", text, level=7)
        else:
            quoted = bool(_QUOTE_STYLE.fullmatch(name.strip()))
            self._found.add("quotation" if quoted else "paragraph", text, urls=urls, quoted=quoted)

    def _number(self, name: str, numbered: Any, deep: int) -> str:
        """The number of an item of a numbered list by its style; lists whose numbering is defined elsewhere are counted too."""
        own = numbered.find(f"{_W}numId") if numbered is not None else None
        if "number" not in name.lower():
            return ""
        key = f"{name} {own.get(f'{_W}val') if own is not None else ''} {deep}"
        self._counts[key] = self._counts.get(key, 0) + 1
        return str(self._counts[key])

    def _table(self, table: Any) -> None:
        number, self._tables = self._tables, self._tables + 1
        rows = [row for row in table.iterchildren(f"{_W}tr") if row.find(f"{_W}trPr/{_W}del") is None]
        for line, row in enumerate(rows):
            for column, cell in enumerate(row.iterchildren(f"{_W}tc")):
                urls: list[str] = []
                text = self._text(cell, urls).replace("\n", " ")
                self._found.add("cell", text, urls=urls, cell=(number, line, column), header=line == 0 and len(rows) > 1)

    def notes(self) -> None:
        """Footnotes and endnotes in the order of their marks, as a list of their own."""
        if not self._noted:
            return
        self._found.add("heading", "Notes", level=1)
        texts: dict[tuple[str, str], tuple[str, list[str]]] = {}
        for kind, _ in _NOTES:
            for part in self._package.part.package.iter_parts():
                if str(part.partname).endswith(f"/{kind}.xml"):
                    texts.update({(kind, name): value for name, value in self._defined(part.blob).items()})
        for index, key in enumerate(self._noted, 1):
            text, urls = texts.get(key, ("", []))
            self._found.add("item", text, level=1, label=str(index), urls=urls)

    def _defined(self, blob: bytes) -> dict[str, tuple[str, list[str]]]:
        from lxml import etree  # noqa: PLC0415

        root = etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True))
        found = {}
        for note in root:
            urls: list[str] = []
            found[note.get(f"{_W}id") or ""] = (" ".join(self._text(note, urls).split()), urls)
        return found

    def _text(self, element: Any, urls: list[str]) -> str:
        """The words of a paragraph, cell or note with superscripts and links marked, as they stand after all changes are accepted."""
        from lxml import etree  # noqa: PLC0415

        parts: list[str] = []
        raised = False
        walk = etree.iterwalk(element, events=("start", "end"))
        for event, node in walk:
            tag = node.tag
            if event == "end":
                if tag == f"{_W}hyperlink":
                    parts.append(UNLINKED)
                elif tag == f"{_W}p" and node is not element:
                    parts.append("\n")
                elif tag == f"{_W}r" and raised:
                    parts.append(LOWERED)
                    raised = False
                continue
            if tag in _GONE:
                walk.skip_subtree()
            elif tag == f"{_W}r":
                if why := _hidden(node):
                    self._found.leave_out("".join(one.text or "" for one in node.iter(f"{_W}t")), why)
                    walk.skip_subtree()
                elif _raised(node):
                    parts.append(RAISED)
                    raised = True
            elif tag == f"{_W}hyperlink":
                urls.append(self._target(node))
                parts.append(LINKED)
            elif tag == f"{_W}t":
                parts.append(written(node.text or ""))
            elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                self._noted.append((tag.removeprefix(_W).removesuffix("Reference") + "s", node.get(f"{_W}id") or ""))
                parts += [str(len(self._noted))] if raised else [RAISED, str(len(self._noted)), LOWERED]
            elif tag == f"{_W}tab":
                parts.append(" ")
            elif tag in (f"{_W}br", f"{_W}cr"):
                parts.append("\n")
            elif tag == f"{_W}noBreakHyphen":
                parts.append("-")
        return "".join(parts)

    def _target(self, link: Any) -> str:
        name = link.get(f"{_R}id")
        relation = self._package.part.rels.get(name) if name else None
        return str(relation.target_ref) if relation is not None and relation.is_external else f"#{link.get(f'{_W}anchor') or ''}"


def _on(properties: Any, name: str) -> bool:
    mark = properties.find(f"{_W}{name}")
    return mark is not None and (mark.get(f"{_W}val") or "true") not in ("0", "false", "off", "none")


def _hidden(run: Any) -> str | None:
    """Why nobody sees a run: hidden, white on white, or in tiny type."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return None
    if _on(properties, "vanish") or _on(properties, "webHidden"):
        return "hidden text"
    colour, size = properties.find(f"{_W}color"), properties.find(f"{_W}sz")
    shaded = properties.find(f"{_W}shd") is not None or properties.find(f"{_W}highlight") is not None
    shaded = shaded or any(
        parent.find(f"{_W}tcPr/{_W}shd") is not None or parent.find(f"{_W}pPr/{_W}shd") is not None for parent in run.iterancestors()
    )
    if colour is not None and _WHITE.fullmatch(colour.get(f"{_W}val") or "") and not shaded:
        return "hidden text: white on white"
    value = size.get(f"{_W}val") if size is not None else None
    return "hidden text: too small to see" if value and value.isdigit() and int(value) <= _SMALLEST else None


def _raised(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vertAlign")
    return mark is not None and mark.get(f"{_W}val") == "superscript"


def _all_bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(f"{_W}r") if any((text.text or "").strip() for text in run.iter(f"{_W}t"))]
    return bool(runs) and all((properties := run.find(f"{_W}rPr")) is not None and _on(properties, "b") for run in runs)
