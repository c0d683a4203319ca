"""PDF files, written by hand here: columns, running heads, hyphens, headings, pages, and what is refused."""

from __future__ import annotations

import textwrap
from contextlib import suppress
from typing import Any

import pytest

from pincite.errors import UnreadableError
from pincite.ingest import pdf as module
from pincite.ingest.pdf import reader
from pincite.ingest.reading import Source
from pincite.records import Draft

Placed = tuple[int, int, int, str, bool]  # x, y from the top, size, text, bold


def pdf(pages: list[list[Placed]], info: str = "", trailer: bytes = b"") -> bytes:
    """The bytes of a small PDF with text where `pages` place it."""
    objects = [
        b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name for name in (b"Helvetica", b"Helvetica-Bold")
    ]
    parent = 2 + 2 * len(pages) + 1
    for placed in pages:
        drawn = b""
        for x, y, size, text, bold in placed:
            escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            drawn += b"BT /F%d %d Tf %d %d Td (%s) Tj ET\n" % (2 if bold else 1, size, x, 792 - y, escaped)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 1 0 R /F2 2 0 R >> >> >>"
            % (parent, len(objects))
        )
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(pages)))
    objects.append(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids))
    objects.append(b"<< /Type /Catalog /Pages %d 0 R >>" % parent)
    objects.append(b"<< %s >>" % info.encode())
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size %d /Root %d 0 R /Info %d 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        len(objects) - 1,
        len(objects),
        trailer,
        len(out),
    )
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def column(x: int, y: int, parts: list[tuple[str, str]]) -> list[Placed]:
    """A column of headings and paragraphs, 46 letters wide."""
    placed: list[Placed] = []
    for heading, text in parts:
        placed.append((x, y, 10, heading, True))
        y += 16
        for line in text.split("\n") if "\n" in text else textwrap.wrap(text, 46):
            placed.append((x, y, 10, line, False))
            y += 12
        y += 8
    return placed


BACKGROUND = "Low back pain is common and long-term follow-up is rare, as many reviews of the literature have shown over many years"
METHODS = "We randomised 120 patients to 400 mg ibuprofen or placebo for 6 weeks and measured pain with a visual analogue scale"
RESULTS = "Pain fell by 12 points (95% CI 8 to 16; p < 0.001) in the ibuprofen group and by 4 points in the placebo group at the end"


@pytest.fixture(scope="module")
def paper() -> bytes:
    pages: list[list[Placed]] = []
    for number in range(4):
        placed: list[Placed] = [
            (60, 30, 8, f"Journal of Spine Care Vol 12, page {number + 1}", False),
            (300, 770, 8, str(number + 1), False),
        ]
        if number == 0:
            placed += [(60, 80, 18, "Ibuprofen for low back pain:", True), (60, 102, 18, "a randomised trial", True)]
        placed += column(60, 150, [("Abstract", BACKGROUND + "."), ("Methods", METHODS + ".")])
        placed += column(
            320,
            150,
            [("Results", RESULTS + "."), ("Discussion", "Patients had an inter-\nvention and long-\nterm care.")],
        )
        if number == 3:
            placed += [
                (320, 600, 10, "References", True),
                (320, 616, 10, "1. Smith J. Pain. 2010;1:2.", False),
                (320, 628, 10, "2. Jones K. Spine. 2011;3:4.", False),
            ]
        pages.append(placed)
    return pdf(pages, "/Title (Microsoft Word - x.docx) /CreationDate (D:20190305) /Author (Jane Doe)")


def draft(data: bytes, name: str = "paper.pdf") -> Draft:
    (only,) = reader.drafts(Source(name, data))
    assert isinstance(only, Draft)
    return only


def test_a_two_column_paper_is_read_in_order_with_pages(paper: bytes) -> None:
    found = draft(paper)
    assert found.header.title == "Ibuprofen for low back pain: a randomised trial"
    assert (found.header.date, found.header.authors, found.header.tier, found.header.design) == (
        "2019-03-05",
        ("Jane Doe",),
        "research",
        "rct",
    )
    first = [(block.section, block.text) for block in found.blocks if block.page == 1]
    assert first == [
        ("Abstract", BACKGROUND + "."),
        ("Methods", METHODS + "."),
        ("Results", RESULTS + "."),
        ("Discussion", "Patients had an intervention and long-term care."),
    ]
    assert {block.page for block in found.blocks} == {1, 2, 3, 4}


def test_running_heads_page_numbers_and_references_are_no_body_text(paper: bytes) -> None:
    found = draft(paper)
    assert not any("Journal of Spine Care" in block.text or block.text.isdigit() or "Smith" in block.text for block in found.blocks)
    assert [one.text for one in found.cited] == ["Smith J. Pain. 2010;1:2.", "Jones K. Spine. 2011;3:4."]


ENCRYPTED = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (01234567890123456789012345678901) /U (01234567890123456789012345678901) /P -44 >> /ID [(a)(a)]"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pdf([[], []]), "run OCR first"),
        (pdf([[(60, 60, 10, "x", False)]], trailer=ENCRYPTED), "encrypted"),
        (b"%PDF-1.4 nothing follows", "damaged"),
        (b"words", "is no PDF"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        draft(data)


def test_a_reader_that_takes_too_long_is_killed(paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", -4.99)  # the reader waits 5 seconds longer than this
    with pytest.raises(UnreadableError, match="longer"):
        draft(paper)


def test_a_reader_that_wants_too_much_memory_is_stopped(paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", 1_000_000)
    with pytest.raises(UnreadableError):
        draft(paper)


def test_cut_and_spoilt_files_give_a_draft_or_a_named_refusal(spoilt: Any, paper: bytes) -> None:
    for data in spoilt(paper, 14):
        with suppress(UnreadableError):
            list(reader.drafts(Source("x.pdf", data)))
