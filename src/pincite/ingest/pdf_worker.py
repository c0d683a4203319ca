"""Runs in a process of its own: a PDF on standard input → its lines with boxes and sizes as JSON on standard output.

PDF parsers are the classic way in for hostile files: this process has limits on memory, time and output, imports
nothing of ours, and the reader (`ingest.pdf`) trusts it only to be JSON. Coordinates are points from the top left
corner of the page.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

MOST_PAGES = 3000
MOST_CHARACTERS = 20_000_000
# A gap wider than this many type sizes between two characters of one row parts columns or table cells.
_GAP = 1.8


def main(seconds: int, memory: int) -> None:
    """Limit this process to `seconds` of CPU and `memory` bytes, then answer on standard output."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except ImportError:  # Windows has no resource limits; the reader's time limit remains
        pass
    answer = _answer(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(answer, ensure_ascii=True))


def _answer(data: bytes) -> dict[str, Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        return {"error": "encrypted" if "assword" in str(error) or "ecurity" in str(error) else "damaged"}
    pages: list[dict[str, Any]] = []
    characters = 0
    for index in range(min(len(document), MOST_PAGES)):
        try:
            page = document[index]
            lines = _lines(page)
        except pypdfium2.PdfiumError:
            lines = []
        else:
            pages.append({"number": index + 1, "width": page.get_width(), "height": page.get_height(), "lines": lines})
            page.close()
        characters += sum(len(line[5]) for line in lines)
        if characters > MOST_CHARACTERS:
            return {"error": "too long"}
    try:
        told = document.get_metadata_dict(skip_empty=True)
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        told = {}
    return {"pages": pages, "told": told, "page_count": len(document)}


def _lines(page: Any) -> list[list[Any]]:
    """[left, top, right, bottom, type size, text, bold] of each run of characters on one row without a wide gap."""
    import pypdfium2.raw as pdfium

    height = page.get_height()
    text_page = page.get_textpage()
    handle = text_page.raw
    lines: list[list[Any]] = []
    letters: list[str] = []
    box: list[float] = []
    size = 0.0
    first = 0
    sides = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = sides

    def close() -> None:
        nonlocal box, size
        text = "".join(letters)
        if text.strip() and box:
            lines.append(
                [
                    round(box[0], 1),
                    round(height - box[3], 1),
                    round(box[2], 1),
                    round(height - box[1], 1),
                    round(size, 1),
                    text,
                    _bold(handle, first),
                ]
            )
        letters.clear()
        box, size = [], 0.0

    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if code in (10, 13):
            close()
            continue
        if code in (2, 0xFFFE):  # how PDFium marks a hyphen at the end of a line
            letters.append("-")
            close()
            continue
        if code < 32 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            continue
        letter = chr(code)
        if letter.isspace():
            letters.append(" ")
            continue
        if not pdfium.FPDFText_GetCharBox(handle, index, left, right, bottom, top):
            letters.append(letter)
            continue
        here = pdfium.FPDFText_GetFontSize(handle, index) or 1.0
        tall = top.value - bottom.value
        if box and (
            left.value - box[2] > _GAP * max(here, 4.0, tall) or left.value < box[2] - 3 * max(here, tall, 4.0) or top.value < box[1] - tall
        ):
            close()
        if not box:
            box = [left.value, bottom.value, right.value, top.value]
            first = index
        else:
            box = [min(box[0], left.value), min(box[1], bottom.value), max(box[2], right.value), max(box[3], top.value)]
        # Some producers write all text at size 1 and scale it by a matrix: then the height of the box is the size.
        size = max(size, here if here > 2 else 1.35 * tall)
        letters.append(letter)
    close()
    text_page.close()
    return lines


def _bold(handle: Any, index: int) -> bool:
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(handle, index, name, 128, flags)
    named = name.value.lower() if 0 < length <= 128 else b""
    return any(word in named for word in (b"bold", b"black", b"heavy", b"semib"))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
