"""PDF → pieces through the reader of ingest and its process with limits; bullets and indents, which ingest drops, are carried through its layout.

Type too small to read and lines off the page are hidden text. Colour is not told by the process: white letters are read as text.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pincite.auditing.formats.plain import levelled
from pincite.auditing.furniture import ends_references, is_references
from pincite.auditing.pieces import Page, tricks, written
from pincite.ingest.pdf import PdfReader
from pincite.ingest.pdf import Raw as RawPdf
from pincite.ingest.pdf_layout import Line
from pincite.ingest.pdf_layout import Page as PdfPage
from pincite.ingest.reading import Source

_BULLET = re.compile(r"(?:[•·●▪▫■‣◦○➢✓\uf0b7\uf0a7*]\s*|[-–—]\s+)(?=\S|$)")
_LONE_DASH = re.compile(r"[-–—]\s*$")
_NUMBER = re.compile(r"(?:\(?(?P<plain>\d{1,3})[.)]|\[(?P<square>\d{1,3})\])\s*(?=\S)")
# Carried through ingest's layout in front of an item: the sign, then one that stands for the indent.
_ITEM, _INDENT = "\ue00a", 0xE100
_CARRIED = re.compile("\ue00a([\ue100-\ue1ff])\\s*")
_SMALLEST = 3.0  # points; the smallest print of leaflets is 5
_STEP = 6.0  # points of indent that make a level


def page(source: Source) -> Page:
    """The pieces of a PDF; raises UnreadableError when it is encrypted, damaged, a scan or too slow to read."""
    reader = PdfReader()
    raw = reader.raw(source)
    found = Page()
    pages = [
        PdfPage(one.number, one.width, one.height, [_carried(line) for line in one.lines if _seen(line, one, found)]) for one in raw.pages
    ]
    cleaned = reader.cleaned(RawPdf(pages, raw.told), source.name)
    if cleaned.title and any(
        cleaned.title.lower() in line.text.lower() or line.text.strip().lower() in cleaned.title.lower()
        for one in raw.pages[:1]
        for line in one.lines
    ):
        found.add("title", _plain(cleaned.title), level=1)
    indents: list[int] = []
    listing = False
    for paragraph in cleaned.paragraphs:
        carried = _CARRIED.match(paragraph.text)
        text = written(_plain(paragraph.text))
        number = _NUMBER.match(text)
        # titles in a reference list look like headings
        if paragraph.level and not carried and not (listing and not ends_references(text)):
            listing = is_references(text)
            found.add("heading", text, level=-max(1, paragraph.level - 1))
            indents.clear()
        elif carried:
            indent = ord(carried[1]) - _INDENT
            while indents and indents[-1] >= indent:
                indents.pop()
            indents.append(indent)
            found.add("item", text, level=len(indents))
        elif number:
            indents.clear()
            found.add("item", text[number.end() :], level=1, label=number["plain"] or number["square"])
        else:
            indents.clear()
            found.add("paragraph", text)
    found.flags.extend(tricks("".join(line.text for one in pages for line in one.lines)))
    found.pieces = levelled(found.pieces)
    return found


def _plain(text: str) -> str:
    return re.sub("[\ue00a\ue100-\ue1ff]", "", text)


def _seen(line: Line, page_: PdfPage, found: Page) -> bool:
    """Whether a line can be seen; others are listed as hidden."""
    if not line.text.strip():
        return False
    if line.size < _SMALLEST and line.bottom - line.top < _SMALLEST:
        found.leave_out(line.text, "hidden text: too small to see")
        return False
    if line.right < 0 or line.bottom < 0 or line.left > page_.width or line.top > page_.height:
        found.leave_out(line.text, "hidden text: off the page")
        return False
    return True


def _carried(line: Line) -> Line:
    """A line whose bullet is followed by signs that the layout leaves alone."""
    text = re.sub("[\ue000-\ue1ff]", "", line.text)
    bullet = _BULLET.match(text) or _LONE_DASH.match(text)
    if not bullet:
        return replace(line, text=text)
    sign = chr(_INDENT + max(0, min(255, round(line.left / _STEP))))
    return replace(line, text=f"• {_ITEM}{sign}{text[bullet.end() :]}")
