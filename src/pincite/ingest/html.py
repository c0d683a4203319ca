"""Reads HTML pages by section, without navigation, banners, scripts and text that is not shown; fetches nothing.

Three steps: `raw` tree, `cleaned` tree (what is left out, where the main text stands), `documents`. The walk is
iterative, so depth costs no stack. Main text is found by what the page marks as such (main, article) and by what
share of a list is links. The walk is our own, so that hidden text, citation marks, table headers and section levels
are decided in one place; it has not been compared with a general extractor on a collection of real pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pincite.errors import UnreadableError
from pincite.ingest.decoding import decoded
from pincite.ingest.html_metadata import page_metadata
from pincite.ingest.outline import Outline, find_doi, table_lines
from pincite.ingest.pages import page_draft
from pincite.ingest.reading import Source
from pincite.records import Draft, Unread
from pincite.text.tables import rows

_NAMES = (".html", ".htm", ".xhtml")
_SIGNS = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
# libxml2 compares each attribute of a tag with all before it: 40,000 take 10 s. Real tags have some dozens.
_ATTRIBUTE = r"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+"
_MOST_ATTRIBUTES = 500
_CROWDED = re.compile(rf"<[A-Za-z][^\s/>]*+(?>{_ATTRIBUTE}){{{_MOST_ATTRIBUTES}}}")
_HIDDEN = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|%|;|\s|$)|opacity\s*:\s*0(?:;|\s|$))",
    re.IGNORECASE,
)


def _words(use: str) -> frozenset[str]:
    return frozenset(word for kind, word in rows("html.tsv") if kind == use)


_DROPPED = _words("dropped")
_ROLES = _words("role")
_BOXES = _words("furniture")
_BLOCKS = _words("block")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = _words("list")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_SUPERSCRIPT_CITATION = re.compile(r"[\s\[\(]*[\d*†‡]{1,3}(?:\s*[,–-]\s*\d{1,3})*[\s\]\)]*")
# A box is dropped as furniture by its class only while it holds less than this share of the page: some pages call
# everything "sidebar-layout".
_FURNITURE_SHARE = 0.3
# Lists of links: most of the text is links, at least three, each a few words. A reference list links less or longer.
_LINK_SHARE, _LINK_LENGTH = 0.7, 70
_LARGEST_CELL = 600


@dataclass(frozen=True)
class Cleaned:
    """The tree of a page, the element that holds its main text, elements to leave out, header fields."""

    name: str
    main: Any
    left_out: frozenset[Any]
    fields: dict[str, Any]


class HtmlReader:
    """Reader of HTML pages as saved."""

    name = "html"

    def accepts(self, source: Source) -> int:
        """85 when the first bytes are HTML, 70 by file name."""
        head = source.data[:3000].replace(b"\0", b"")
        if _SIGNS.search(head):
            return 85
        return 70 if source.name.lower().endswith(_NAMES) else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft; raises UnreadableError for what is no HTML or holds no text."""
        yield from self.documents(self.cleaned(self.raw(source), source.name))

    def raw(self, source: Source) -> Any:
        """The lxml tree; entities and scripts stay what they are, nothing is fetched."""
        from lxml import etree

        declared = _CHARSET.search(source.data[:4096])
        text = decoded(source.data, source=source.name, declared=declared[1].decode("ascii") if declared else None)
        text = re.sub(r"\A\s*<\?xml[^>]*>", "", text).replace("\0", "")
        if _CROWDED.search(text):
            raise UnreadableError(f"has a tag with {_MOST_ATTRIBUTES} attributes or more", document=source.name)
        parser = etree.HTMLParser(huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
        try:
            root = etree.fromstring(text.encode("utf-8", "replace"), parser)
        except (etree.XMLSyntaxError, ValueError, AssertionError) as error:
            raise UnreadableError("is no HTML that can be parsed", document=source.name) from error
        if root is None:
            raise UnreadableError("holds no HTML", document=source.name)
        # libxml2 stops at some 2,000 levels and drops the rest: no page that people read is so deep, and half a page is
        # none.
        if any("depth" in error.message.lower() for error in parser.error_log):
            raise UnreadableError("is nested too deeply", document=source.name)
        return root

    def cleaned(self, raw: Any, name: str) -> Cleaned:
        """What is left out (hidden, furniture, lists of links) and where the main text stands."""
        amounts = _amounts(raw)
        left_out = frozenset(element for element in raw.iter() if _leave_out(element, amounts, amounts.get(raw, (0, 0, 0))[0]))
        main = _main(raw, left_out, amounts)
        first = [" ".join("".join(h1.itertext()).split()) for h1 in raw.iter("h1") if not _inside(h1, left_out)]
        fields = page_metadata(raw, heading=first[0] if len(first) == 1 else "")
        return Cleaned(name, main, left_out, fields)

    def documents(self, cleaned: Cleaned) -> Iterator[Draft]:
        """The draft of the page."""
        outline = Outline()
        _Walk(outline, cleaned.left_out, title=cleaned.fields["title"]).run(cleaned.main)
        fields = dict(cleaned.fields)
        if not fields["doi"] and outline.blocks:
            fields["doi"] = find_doi(" ".join(block.text for block in outline.blocks[:6])[:1500])
        title = fields.pop("title") or cleaned.name.rsplit("/", 1)[-1]
        yield page_draft(outline, source=cleaned.name, title=title, fields=fields)


def visible_text(fragment: str) -> str:
    """The text of a piece of HTML as a browser would show it, blocks parted by blank lines; "" when there is none."""
    from lxml import etree

    root = etree.fromstring(
        f"<div>{fragment}</div>",
        etree.HTMLParser(huge_tree=True, no_network=True, remove_comments=True, remove_pis=True),
    )
    if root is None:
        return ""
    outline = Outline()
    _Walk(outline, frozenset(element for element in root.iter() if _unseen(element)), title="").run(root)
    return "\n\n".join(block.text for block in outline.blocks)


def _unseen(element: Any) -> bool:
    get = element.get
    return element.tag in _DROPPED or get("hidden") is not None or get("aria-hidden") == "true" or bool(_HIDDEN.search(get("style") or ""))


def _amounts(root: Any) -> dict[Any, tuple[int, int, int]]:
    """For each list-like element and the root: characters of text, characters inside links, number of links."""
    from lxml import etree

    found: dict[Any, tuple[int, int, int]] = {}
    stack: list[list[int]] = [[0, 0, 0]]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            stack.append([len(element.text.strip()) if element.text and element.tag not in _DROPPED else 0, 0, 0])
            continue
        text, linked, links = stack.pop()
        if element.tag == "a" and element.get("href"):
            linked, links = text, 1
        if element.tag in _LISTS or element is root or element.get("class") or element.get("id") or element.get("role"):
            found[element] = (text, linked, links)
        above = stack[-1]
        above[0] += text + (len(element.tail.strip()) if element.tail else 0)
        above[1] += linked
        above[2] += links
    return found


def _leave_out(element: Any, amounts: dict[Any, tuple[int, int, int]], page: int) -> bool:
    """Whether `element` is hidden, furniture, or a list of links on a page of `page` characters."""
    tag = element.tag
    text, linked, links = amounts.get(element, (0, 0, 0))
    if tag in ("body", "html", "main", "form"):  # some sites wrap the whole page in a form
        return tag == "form" and text < _FURNITURE_SHARE * page
    if _unseen(element) or element.get("role") in _ROLES:
        return True
    if tag in ("header", "footer") and not any(parent.tag in ("article", "main", "section") for parent in _above(element)):
        return tag == "footer" or element.find(".//h1") is None
    words = set(re.split(r"[\s_-]+", f"{element.get('class') or ''} {element.get('id') or ''}".lower()))
    if words & _BOXES and text < _FURNITURE_SHARE * page and element.find(".//h1") is None:
        return True
    return tag in _LISTS and links >= 3 and linked > _LINK_SHARE * text and linked / links < _LINK_LENGTH


def _above(element: Any) -> Iterator[Any]:
    for _, parent in zip(range(50), element.iterancestors(), strict=False):
        yield parent


def _inside(element: Any, left_out: frozenset[Any]) -> bool:
    return element in left_out or any(parent in left_out for parent in _above(element))


def _main(root: Any, left_out: frozenset[Any], amounts: dict[Any, tuple[int, int, int]]) -> Any:
    """The element marked as main text that holds the most; the body where no mark holds a fair part."""
    body = next(root.iter("body"), root)
    best, most = None, 0
    for element in root.iter("main", "article", "div", "section"):
        name = f"{element.get('id') or ''}".lower()
        marked = (
            element.tag == "main"
            or element.get("role") == "main"
            or name in ("main", "content", "main-content", "maincontent", "main_content", "bodycontent")
        )
        if not marked and element.tag != "article":
            continue
        if _inside(element, left_out):
            continue
        size = len("".join(element.itertext())) if element not in amounts else amounts[element][0]
        if size > most:
            best, most = element, size
    # A page may mark a teaser as its article: what is marked must hold a fair part of the text.
    return best if best is not None and most > 0.25 * amounts.get(root, (0, 0, 0))[0] else body


class _Walk:
    """One pass over the main text, writing headings, paragraphs and tables into an outline."""

    def __init__(self, outline: Outline, left_out: frozenset[Any], *, title: str) -> None:
        self._outline = outline
        self._left_out = left_out
        self._title = " ".join(title.lower().split())
        self._parts: list[str] = []
        self._heading = 0
        self._preformatted = 0

    def run(self, main: Any) -> None:
        """Walk `main` to its end."""
        from lxml import etree

        walk = etree.iterwalk(main, events=("start", "end"))
        skipped: Any = None
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if element in self._left_out and element is not main:
                    skipped = element
                    if tag in _BLOCKS or tag in _DROPPED:
                        self._boundary(tag)
                    walk.skip_subtree()
                elif tag == "table" and (found := _rows(element, self._left_out)) is not None:
                    self._close()
                    caption, lines, headed = found
                    self._outline.table(table_lines(lines, headed=headed), caption=caption)
                    skipped = element
                    walk.skip_subtree()
                elif tag in ("sup", "sub") and (text := _raised(element, self._parts)) is not None:
                    self._parts.append(text)
                    skipped = element
                    walk.skip_subtree()
                else:
                    self._begin(tag, element.text)
                continue
            if element is skipped:
                skipped = None
            else:
                self._end(tag)
            if element is not main and element.tail:
                self._text(element.tail)
        self._close()

    def _boundary(self, tag: str) -> None:
        if tag in _BLOCKS and not self._heading:
            self._close()

    def _begin(self, tag: Any, text: str | None) -> None:
        if tag in _HEADINGS:
            self._close()
            self._heading = _HEADINGS[tag]
        elif tag == "br":
            self._parts.append(" " if self._heading else "\n")
        elif tag in _BLOCKS:
            self._boundary(tag)
            self._preformatted += tag == "pre"
        if text:
            self._text(text)

    def _end(self, tag: Any) -> None:
        if tag in _HEADINGS:
            text = " ".join("".join(self._parts).split())
            self._parts.clear()
            level, self._heading = self._heading or _HEADINGS[tag], 0
            if text and not (level == 1 and text.lower() == self._title):
                self._outline.heading(text, level=level)
        elif tag in _BLOCKS:
            self._boundary(tag)
            self._preformatted -= tag == "pre"

    def _text(self, text: str) -> None:
        self._parts.append(text if self._preformatted else _BLANKS.sub(" ", text))

    def _close(self) -> None:
        text = "".join(self._parts).strip()
        self._parts.clear()
        if any(character.isalnum() for character in text):
            self._outline.paragraph(text)


def _raised(element: Any, before: list[str]) -> str | None:
    """Text of a superscript or subscript: "" for a citation mark, "^9" for an exponent, None to read it as ordinary
    text.
    """
    text = "".join(element.itertext()).strip()
    if element.tag != "sup":
        return None
    if not _SUPERSCRIPT_CITATION.fullmatch(text):
        return None
    last = before[-1].rstrip()[-1:] if before and before[-1].strip() else ""
    parent = element.getparent()
    linked = element.find(".//a") is not None or (parent is not None and parent.tag == "a")
    if last.isdigit() and not linked and text.isdigit():
        return f"^{text}"
    # m², cm³ and the like keep their power; a figure after a stop, or above 3 after a word, is a citation
    listed = re.search(r"[,–\[*†‡]", text)
    return "" if linked or listed or last in (".", ",", ";", ")", ":") or (text.isdigit() and int(text) > 3) else None


def _rows(table: Any, left_out: frozenset[Any]) -> tuple[str, list[list[str]], bool] | None:
    """Caption, rows of cell texts, whether the first row is a header; None for a table that only lays out a page."""
    if table.find(".//table") is not None or table.get("role") == "presentation":
        return None
    rows: list[list[str]] = []
    headed = False
    for row in table.iter("tr"):
        if row in left_out:
            continue
        cells: list[str] = []
        kinds = []
        for cell in row.iterchildren("td", "th"):
            text = " ".join(_cell(cell, left_out).split())
            if len(text) > _LARGEST_CELL and cell.find(".//p") is not None and len(row) <= 2:
                return None
            span = cell.get("colspan") or "1"
            cells.extend([text] * (min(int(span), 20) if span.isdigit() and cell.tag == "th" else 1))
            kinds.append(cell.tag)
        if not rows and kinds:
            headed = all(kind == "th" for kind in kinds) or row.getparent().tag == "thead"
        rows.append(cells)
    if not rows or max(map(len, rows)) < 2:
        return None
    caption = next((" ".join("".join(element.itertext()).split()) for element in table.iterchildren("caption")), "")
    return caption, rows, headed


def _cell(cell: Any, left_out: frozenset[Any]) -> str:
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(cell, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element in left_out:
                walk.skip_subtree()
            elif element.text:
                parts.append(element.text)
            if element.tag in _BLOCKS or element.tag == "br":
                parts.append(" ")
        elif element is not cell:
            parts.append((" " if element.tag in _BLOCKS else "") + (element.tail or ""))
    return "".join(parts)


reader = HtmlReader()
