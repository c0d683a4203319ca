"""HTML → pieces: lists with depth, tables by cell, superscripts and links by offset; hidden text and furniture are left out and listed.

The tree and most of what is left out come from the reader of ingest; on top of it stands what `formats.hidden` finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pincite.auditing.formats.hidden import attributes, comments, hidden
from pincite.auditing.furniture import is_references
from pincite.auditing.pieces import LINKED, LOWERED, RAISED, UNLINKED, Page, tricks, written
from pincite.ingest.decoding import decoded
from pincite.ingest.html import Cleaned, HtmlReader
from pincite.ingest.reading import Source
from pincite.text.tables import rows

_BLOCKS = frozenset(word for use, word in rows("html.tsv") if use == "block")
_DROPPED = frozenset(word for use, word in rows("html.tsv") if use == "dropped")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WHY = {
    "nav": "navigation",
    "aside": "navigation",
    "form": "form",
    "dialog": "form",
    "button": "form",
    "select": "form",
    "textarea": "form",
    "footer": "page footer",
    "header": "page header",
    "menu": "navigation",
    "noscript": "script",
    "script": "script",
}
_WHY_WORDS = (
    ("cookie", "cookie notice"),
    ("consent", "cookie notice"),
    ("gdpr", "cookie notice"),
    ("newsletter", "sign-up box"),
    ("subscribe", "sign-up box"),
    ("advert", "advertisement"),
    ("ads", "advertisement"),
    ("promo", "advertisement"),
    ("social", "sharing"),
    ("share", "sharing"),
    ("comments", "form"),
    ("survey", "form"),
    ("feedback", "form"),
    ("login", "form"),
    ("hidden", "hidden text for screen readers"),
    ("sr", "hidden text for screen readers"),
)
# what wikis put between the words for their editors
_NOT_PRINTED = frozenset(("noprint", "editsection", "backlink"))
_LARGEST_CELL = 600


def page(source: Source) -> Page:
    """The pieces of an HTML page; raises UnreadableError for what cannot be parsed or is nested too deeply."""
    reader = HtmlReader()
    root = reader.raw(source)
    cleaned = reader.cleaned(root, source.name)
    found = Page(language=(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").split("-")[0].lower() or None)
    comments(decoded(source.data, source=source.name), found)
    attributes(root, found)
    left_out = {element: _why(element) for element in cleaned.left_out if not _lists_references(element)}
    main = _main(root, cleaned, left_out)
    left_out.update(hidden(root))
    left_out.update({element: "navigation" for element in root.iter() if _NOT_PRINTED & _names(element)})
    if main is not root:
        _outside(root, main, left_out, found)
    walk = _Walk(found, left_out)
    walk.run(main)
    title = " ".join(str(cleaned.fields.get("title") or "").split())
    if title and not any(piece.kind == "title" for piece in found.pieces):
        found.pieces.reverse()
        found.add("title", written(title), level=1)
        found.pieces.reverse()
    found.flags.extend(tricks("".join(main.itertext())))
    return found


def _names(element: Any) -> set[str]:
    """The words of an element's class."""
    return set(re.split(r"[\s_-]+", (element.get("class") or "").lower())) if isinstance(element.tag, str) else set()


def _why(element: Any) -> str:
    """Why the reader of ingest leaves an element out."""
    names = set(re.split(r"[\s_-]+", f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}".lower()))
    return next((why for word, why in _WHY_WORDS if word in names), None) or _WHY.get(element.tag, "navigation")


def _lists_references(element: Any) -> bool:
    """Whether an element that looks like a menu is a reference list: such a heading stands right above it or opens it."""
    if element.tag in _DROPPED:
        return False
    before = element.getprevious()
    if before is not None and before.tag in _HEADINGS:
        return is_references("".join(before.itertext()))
    inner = next((one for one in element.iter() if one.tag in _HEADINGS), None)
    return inner is not None and is_references("".join(inner.itertext()))


def _main(root: Any, cleaned: Cleaned, left_out: dict[Any, str]) -> Any:
    """The element with the main text, widened until it holds the reference list."""
    main = cleaned.main
    for heading in root.iter(*_HEADINGS):
        above = list(heading.iterancestors())
        if is_references("".join(heading.itertext())) and not any(one in left_out for one in (heading, *above)):
            while main is not root and main not in above:
                main = main.getparent()
    return main


def _outside(root: Any, main: Any, left_out: dict[Any, str], found: Page) -> None:
    """List what stands outside the main text."""
    inside = {main, *main.iterancestors()}
    for element in root.iter():
        if element in inside or not isinstance(element.tag, str) or element.getparent() not in inside or element.getparent() is main:
            continue
        if element.tag not in ("head", "script", "style"):
            found.leave_out(" ".join(_texts(element)), left_out.get(element) or "outside the main text")


def _texts(element: Any) -> Iterable[str]:
    """The texts below an element, without scripts and styles."""
    for node in element.iter():
        if isinstance(node.tag, str) and node.tag not in ("script", "style") and node.text:
            yield node.text
        if node is not element and node.tail:
            yield node.tail


class _Walk:
    """One pass over the main text."""

    def __init__(self, found: Page, left_out: dict[Any, str]) -> None:
        self._found = found
        self._left_out = left_out
        self._parts: list[str] = []
        self._urls: list[str] = []
        self._heading = 0
        self._lists: list[list[int]] = []  # of each open list: next number (0 for bullets)
        self._items: list[tuple[int, str, bool]] = []  # depth, label, whether its first text has been written
        self._quotes = 0
        self._caption = 0
        self._preformatted = 0
        self._bold = [0, 0, 0]  # depth of bold elements, letters inside and outside of them in the open paragraph
        self._tables = 0
        self._term = False

    def run(self, main: Any) -> None:
        """Walk `main` to its end."""
        from lxml import etree  # noqa: PLC0415

        walk = etree.iterwalk(main, events=("start", "end"))
        skipped: Any = None
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if element in self._left_out and element is not main:
                    skipped = element
                    if tag in _BLOCKS:
                        self._close()
                    if tag not in ("script", "style", "head"):
                        self._found.leave_out(" ".join(_texts(element)), self._left_out[element])
                    walk.skip_subtree()
                elif tag == "table" and _is_data(element):
                    self._close()
                    self._table(element)
                    skipped = element
                    walk.skip_subtree()
                else:
                    self._begin(element, tag)
                continue
            if element is skipped:
                skipped = None
            else:
                self._end(element, tag)
            if element is not main and element.tail:
                self._text(element.tail)
        self._close()

    def _begin(self, element: Any, tag: str) -> None:
        if tag in _HEADINGS:
            self._close()
            self._heading = _HEADINGS[tag]
        elif tag == "br":
            self._parts.append(" " if self._heading else "\n")
        elif tag == "sup":
            self._raise(element)
        elif tag == "a" and element.get("href"):
            self._urls.append(element.get("href").strip()[:2000])
            self._parts.append(LINKED)
        elif tag == "q":
            self._parts.append("“")
        elif tag in ("b", "strong"):
            self._bold[0] += 1
        elif tag in _BLOCKS:
            self._close()
            self._open(element, tag)
        if element.text:
            self._text(element.text)

    def _open(self, element: Any, tag: str) -> None:
        if tag in ("ul", "ol"):
            start = element.get("start") or "1"
            self._lists.append([int(start) if start.isdigit() and len(start) < 5 else 1] if tag == "ol" else [0])
        elif tag == "dl":
            self._lists.append([0])
        elif tag == "li":
            label = ""
            if self._lists and self._lists[-1][0]:
                value = element.get("value") or ""
                label = value if value.isdigit() and len(value) < 5 else str(self._lists[-1][0])
                self._lists[-1][0] = int(label) + 1
            self._items.append((max(1, len(self._lists)), label, False))
        elif tag in ("dt", "dd") and self._lists:
            self._items.append((len(self._lists) + (tag == "dd"), "", False))
        elif tag == "blockquote":
            self._quotes += 1
        elif tag in ("figcaption", "caption"):
            self._caption += 1
        elif tag == "pre":
            self._preformatted += 1

    def _end(self, element: Any, tag: str) -> None:
        if tag in _HEADINGS:
            text = " ".join("".join(self._parts).split())
            level, self._heading = self._heading or _HEADINGS[tag], 0
            titled = any(piece.kind == "title" for piece in self._found.pieces)
            self._flush("title" if level == 1 and not titled else "heading", text, level=level)
        elif tag == "sup":
            if LOWERED not in (self._parts[-1:] or [""])[0]:
                self._parts.append(LOWERED)
        elif tag == "a" and element.get("href"):
            self._parts.append(UNLINKED)
        elif tag == "q":
            self._parts.append("”")
        elif tag in ("b", "strong"):
            self._bold[0] = max(0, self._bold[0] - 1)
        elif tag in _BLOCKS:
            self._close()
            if tag in ("ul", "ol", "dl") and self._lists:
                self._lists.pop()
            elif tag in ("li", "dt", "dd") and self._items:
                self._items.pop()
            elif tag == "blockquote":
                self._quotes = max(0, self._quotes - 1)
            elif tag in ("figcaption", "caption"):
                self._caption = max(0, self._caption - 1)
            elif tag == "pre":
                self._preformatted = max(0, self._preformatted - 1)

    def _raise(self, element: Any) -> None:
        """Open a superscript; a power of a number is written with "^" so that 10⁹ does not read 109."""
        before = "".join(self._parts[-3:]).rstrip(LINKED + UNLINKED)[-1:]
        linked = element.find(".//a") is not None or element.getparent().tag == "a"
        shown = "".join(element.itertext()).strip()
        if before.isdigit() and not linked and re.fullmatch(r"[-−–]?\d{1,2}", shown):
            self._parts.append("^" + RAISED)
        else:
            self._parts.append(RAISED)

    def _text(self, text: str) -> None:
        text = written(text)
        letters = sum(character.isalnum() for character in text) if len(text) < 400 else 400
        self._bold[1 if self._bold[0] else 2] += letters
        self._parts.append(text if self._preformatted else _BLANKS.sub(" ", text))

    def _close(self) -> None:
        if self._heading:
            return
        bold, plain = self._bold[1], self._bold[2]
        self._bold[1:] = [0, 0]
        text = "".join(self._parts)
        if not text.strip():
            self._parts.clear()
            return
        if self._caption:
            self._flush("caption", text)
        elif self._items:
            depth, label, begun = self._items[-1]
            if not begun:
                self._items[-1] = (depth, label, True)
            self._flush("paragraph" if begun else "item", text, level=depth, label="" if begun else label)
        elif bold and not plain and len(text.split()) <= 12 and text.rstrip()[-1:] not in ".,;!" and not self._quotes:
            self._flush("heading", text, level=7)  # a paragraph in bold letters, below every heading that is marked as one
        else:
            self._flush("quotation" if self._quotes else "paragraph", text)

    def _flush(self, kind: Any, text: str, *, level: int = 0, label: str = "") -> None:
        self._parts.clear()
        urls, self._urls = self._urls, []
        self._found.add(kind, text, level=level, label=label, urls=urls, quoted=bool(self._quotes))

    def _table(self, table: Any) -> None:
        """A table that holds data, cell by cell; cells that span columns name each of them."""
        number, self._tables = self._tables, self._tables + 1
        for caption in table.iterchildren("caption"):
            text, urls = self._inner(caption)
            self._found.add("caption", text, urls=urls)
        filled: dict[tuple[int, int], int] = {}
        for line, row in enumerate(one for one in table.iter("tr") if one not in self._left_out):
            column = 0
            cells = list(row.iterchildren("td", "th"))
            heads = bool(cells) and (all(cell.tag == "th" for cell in cells) or row.getparent().tag == "thead") and line == 0
            for cell in cells:
                while filled.get((line, column)):
                    column += 1
                text, urls = self._inner(cell)
                header = heads or (cell.tag == "th")
                self._found.add("cell", text.replace("\n", " "), urls=urls, cell=(number, line, column), header=header)
                for below in range(1, _span(cell, "rowspan")):
                    for right in range(_span(cell, "colspan")):
                        filled[line + below, column + right] = 1
                column += _span(cell, "colspan")

    def _inner(self, element: Any) -> tuple[str, list[str]]:
        """Text and link addresses of a cell or caption."""
        inner = _Walk(Page(), self._left_out)
        inner._run_flat(element)
        return " ".join("".join(inner._parts).split()), inner._urls

    def _run_flat(self, element: Any) -> None:
        from lxml import etree  # noqa: PLC0415

        walk = etree.iterwalk(element, events=("start", "end"))
        for event, one in walk:
            if event == "start":
                if one in self._left_out:
                    walk.skip_subtree()
                    continue
                if one.tag == "sup":
                    self._raise(one)
                elif one.tag == "a" and one.get("href"):
                    self._urls.append(one.get("href").strip()[:2000])
                    self._parts.append(LINKED)
                elif one.tag in _BLOCKS or one.tag == "br":
                    self._parts.append(" ")
                if one.text:
                    self._parts.append(written(one.text))
            else:
                if one not in self._left_out:
                    if one.tag == "sup":
                        self._parts.append(LOWERED)
                    elif one.tag == "a" and one.get("href"):
                        self._parts.append(UNLINKED)
                if one is not element and one.tail:
                    self._parts.append((" " if one.tag in _BLOCKS else "") + written(one.tail))


def _is_data(table: Any) -> bool:
    """Whether a table holds data and is not there to lay out the page."""
    if table.find(".//table") is not None or table.get("role") == "presentation" or table.find(".//h1") is not None:
        return False
    widest = 0
    for row in table.iter("tr"):
        cells = list(row.iterchildren("td", "th"))
        widest = max(widest, len(cells))
        if any(len("".join(cell.itertext())) > _LARGEST_CELL and cell.find(".//p") is not None for cell in cells) and len(cells) <= 2:
            return False
    return widest >= 2


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return max(1, min(50, int(value))) if value.isdigit() and len(value) < 5 else 1
