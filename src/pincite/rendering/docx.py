"""Answer → a Word document with real headings, lists and links, the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from pincite.records import Answer
from pincite.rendering.layout import Entry, Line, Page, Part, Sentence, page

# python-docx and zip archives write the present time; a fixed one keeps "same library, same question, same bytes".
_FIXED = datetime(2000, 1, 1, tzinfo=UTC)


def write(answer: Answer) -> bytes:
    """The `docx` writer."""
    from docx import Document

    document = Document()
    laid_out = page(answer)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = laid_out.question[:255], "Pincite", ""
    properties.created = properties.modified = _FIXED
    _page(document, laid_out)
    written = io.BytesIO()
    document.save(written)
    return _dateless(written.getvalue())


def _page(document: Any, laid_out: Page) -> None:
    if laid_out.urgent:
        document.add_paragraph().add_run(laid_out.urgent).bold = True
    document.add_heading(laid_out.question, level=1)
    for line in laid_out.opening:
        _line(document, line)
    for part in laid_out.parts:
        _part(document, part, level=2)


def _part(document: Any, part: Part, *, level: int) -> None:
    document.add_heading(part.heading, level=level)
    for item in part.items:
        match item:
            case Line():
                _line(document, item)
            case Sentence():
                _sentence(document, item)
            case Entry():
                _entry(document, item)
    for child in part.parts:
        _part(document, child, level=min(level + 1, 9))


def _line(document: Any, line: Line) -> None:
    run = document.add_paragraph(style="List Bullet" if line.bullet else None).add_run(line.text)
    run.italic = line.tone == "quiet"
    run.bold = line.tone == "alert"


def _sentence(document: Any, sentence: Sentence) -> None:
    paragraph = document.add_paragraph(style="List Bullet")
    paragraph.add_run(sentence.text)
    for mark in sentence.marks:
        paragraph.add_run(f" [{mark.reference}]")
    if sentence.facts:
        paragraph.add_run(f" ({'; '.join(sentence.facts)})").italic = True
    if sentence.because:
        paragraph.add_run(f" Only indirect: {sentence.because.rstrip('.')}.").bold = True


def _entry(document: Any, entry: Entry) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"[{entry.number}] ")
    paragraph.add_run(entry.title).bold = True
    facts = paragraph.add_run(f" {entry.source} {'; '.join(entry.facts)}.")
    facts.bold = entry.alert
    for name, address in entry.links:
        paragraph.add_run(" ")
        if address:
            _link(paragraph, name, address)
        else:
            paragraph.add_run(name)


def _link(paragraph: Any, text: str, address: str) -> None:
    """A hyperlink run: python-docx has none of its own, so the relationship and its element are made here."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    hyperlink = OxmlElement("w:hyperlink")
    hyperlink.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    run.underline = True
    hyperlink.append(run._r)
    paragraph._p.append(hyperlink)


def _dateless(archive: bytes) -> bytes:
    """`archive` with every member dated 1980, the earliest that a zip file can say."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            stamped = zipfile.ZipInfo(member, date_time=(1980, 1, 1, 0, 0, 0))
            stamped.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(stamped, old.read(member))
    return result.getvalue()
