"""Reads PDF files: PDFium in a process with limits gives placed lines, `ingest.pdf_layout` paragraphs with pages.

Three steps: `raw` lines, `cleaned` paragraphs, `documents`. Scans without text are refused, saying that OCR is needed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pincite.errors import UnreadableError
from pincite.ingest.outline import Outline, find_doi
from pincite.ingest.pages import iso_date, page_draft
from pincite.ingest.pdf_layout import Line, Page, Paragraph, paragraphs
from pincite.ingest.reading import Source
from pincite.records import Draft, Unread

SECONDS = 60
MEMORY = 2 * 1024**3
# Fewer characters a page than this, over the whole file, are stamps on scanned pages.
_SCAN = 20
_GENERIC = re.compile(
    r"(?:microsoft (?:word|powerpoint)\b.*|untitled.*"
    r"|.*\.(?:docx?|pdf|indd|tex|qxd|p65|dvi|rtf|eps)|slide \d+|pii:?.*|doi:?.*|\S+)",
    re.IGNORECASE,
)
_CREATED = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


@dataclass(frozen=True)
class Raw:
    """Pages with placed lines, and the file's own properties."""

    pages: list[Page]
    told: dict[str, str]


@dataclass(frozen=True)
class Cleaned:
    """Paragraphs in reading order, and header fields."""

    name: str
    paragraphs: list[Paragraph]
    title: str
    fields: dict[str, Any]


class PdfReader:
    """Reader of PDF files that hold text."""

    name = "pdf"

    def accepts(self, source: Source) -> int:
        """98 when %PDF- stands in the first 1,024 bytes (as readers allow), 60 by file name."""
        if b"%PDF-" in source.data[:1024]:
            return 98
        return 60 if source.name.lower().endswith(".pdf") else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft; raises UnreadableError when encrypted, damaged, a scan, too slow or no PDF."""
        yield from self.documents(self.cleaned(self.raw(source), source.name))

    def raw(self, source: Source) -> Raw:
        """Placed lines of every page, from the worker process."""
        if b"%PDF-" not in source.data[:1024]:
            raise UnreadableError("is no PDF, in spite of its name", document=source.name)
        answer = _worker(source)
        if problem := {
            "encrypted": "is encrypted: save it without a password first",
            "damaged": "is a damaged PDF that cannot be opened",
            "too long": "holds more text than a document can",
        }.get(str(answer.get("error"))):
            raise UnreadableError(problem, document=source.name)
        pages = [
            Page(page["number"], page["width"], page["height"], [Line(page["number"], *line) for line in page["lines"]])
            for page in answer["pages"]
        ]
        characters = sum(len(line.text) for page in pages for line in page.lines)
        if characters < _SCAN * max(1, answer["page_count"]) and characters < 500:
            raise UnreadableError("holds no text (a scan?): run OCR first", document=source.name)
        return Raw(pages, answer["told"])

    def cleaned(self, raw: Raw, name: str) -> Cleaned:
        """Paragraphs in reading order, with the title taken out."""
        found = paragraphs(raw.pages)
        told = " ".join((raw.told.get("Title") or "").split())
        if _GENERIC.fullmatch(told) or len(told) > 400:
            told = ""
        largest = _largest(found)
        title = told or (largest.text if largest else "")
        if largest and (not told or _letters(largest.text) == _letters(told)):
            found = [one for one in found if one is not largest]
        created = _CREATED.match(raw.told.get("CreationDate") or "")
        fields = {
            "authors": tuple(name.strip() for name in re.split(r"[;,]", raw.told.get("Author") or "")[:50] if 3 < len(name.strip()) < 80),
            "date": iso_date("-".join(part for part in created.groups() if part)) if created else None,
        }
        return Cleaned(name, found, title, fields)

    def documents(self, cleaned: Cleaned) -> Iterator[Draft]:
        """The draft; each block knows the page on which it begins."""
        outline = Outline()
        for one in cleaned.paragraphs:
            if one.level:
                outline.heading(one.text, level=one.level)
            else:
                outline.paragraph(one.text, page=one.page)
        if not outline.blocks:
            for one in cleaned.paragraphs or [Paragraph(1, cleaned.title)]:
                outline.paragraph(one.text, page=one.page)
        first = " ".join(one.text for one in cleaned.paragraphs if one.page <= 2)[:4000]
        stem = cleaned.name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ")
        yield page_draft(outline, source=cleaned.name, title=cleaned.title or stem, fields=cleaned.fields | {"doi": find_doi(first)})


def _worker(source: Source) -> dict[str, Any]:
    """The answer of the worker process; raises UnreadableError when it is killed by a limit or dies."""
    # -P keeps this folder off the module path: its html.py must not stand in for the standard library's.
    command = [sys.executable, "-P", str(Path(__file__).with_name("pdf_worker.py")), str(SECONDS), str(MEMORY)]
    try:
        done = subprocess.run(command, input=source.data, capture_output=True, timeout=SECONDS + 5, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(f"takes longer than {SECONDS} seconds to read", document=source.name) from error
    if done.returncode == 0:
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = None
        if isinstance(answer, dict):
            return answer
    if b"MemoryError" in done.stderr or b"bad_alloc" in done.stderr:
        raise UnreadableError("needs more memory than a document may", document=source.name)
    if b"ModuleNotFoundError" in done.stderr:
        raise UnreadableError("cannot be read: pypdfium2 is not installed", document=source.name)
    raise UnreadableError(
        "is a PDF that broke the reader (it ran in a process of its own): it is damaged or hostile",
        document=source.name,
    )


def _largest(found: list[Paragraph]) -> Paragraph | None:
    """The heading in the largest type on the first page: what looks like a title."""
    first = found[0].page if found else 1
    headings = [one for one in found if one.page == first and one.level and len(one.text) > 8]
    return max(headings, key=lambda one: one.size, default=None)


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


reader = PdfReader()
