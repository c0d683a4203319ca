"""Somebody else's file → `Loaded`: its text with offsets, structure, citation marks and reference list, and what was left out. First in the flow.

The format is told by content, never by name alone. Nothing that stands in the text is followed; words that try to steer a reader are flagged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from pincite.auditing import marks, references
from pincite.auditing.furniture import without_furniture
from pincite.auditing.outline import lay
from pincite.auditing.pieces import Page
from pincite.auditing.sniffing import Format, format_of
from pincite.errors import UnreadableError
from pincite.ingest.reading import Source
from pincite.records import Loaded
from pincite.settings import Limits
from pincite.text.steering import steering_flags

# A text that people read and check: the largest HTML pages of health sites are some 2 MB, a leaflet with pictures some 10 MB. More is a mistake or an attack.
MOST_BYTES = 25_000_000
# Some 1,000 printed pages.
MOST_CHARACTERS = 2_000_000


def load(source: Path | bytes, *, name: str = "", url: str | None = None, limits: Limits | None = None) -> Loaded:
    """The text of `source` made ready to be audited; raises UnreadableError with the reason for what is too large, broken or holds no text."""
    shown = name or (source.name if isinstance(source, Path) else "the text")
    most = min(MOST_BYTES, (limits or Limits()).max_file_bytes)
    data = _bytes(source, shown, most)
    if len(data) > most:
        raise _too_large(shown, most)
    if not data.strip():
        raise UnreadableError("is empty", document=shown)
    given = Source(shown, data)
    try:
        page = _reader(format_of(given))(given)
    except UnreadableError as error:
        raise UnreadableError(error.what_happened, what_to_do=error.what_to_do, document=shown) from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableError("is nested too deeply or needs more memory than there is", document=shown) from error
    without_furniture(page)
    if not page.pieces:
        raise UnreadableError("holds no text", what_to_do="(check that the file is complete)", document=shown)
    if sum(len(piece.text) for piece in page.pieces) > MOST_CHARACTERS:
        raise UnreadableError(f"holds more than {MOST_CHARACTERS:,} characters of text", what_to_do="Audit it in parts.", document=shown)
    laid = lay(page.pieces)
    listed = references.listed(laid.text, stretches=laid.stretches, links=laid.links)
    return Loaded(
        name=shown,
        url=url,
        sha256=hashlib.sha256(data).hexdigest(),
        text=laid.text,
        stretches=laid.stretches,
        marks=marks.find(laid.text, stretches=laid.stretches, listed=listed, links=laid.links, raised=laid.raised),
        listed=listed,
        omitted=tuple(page.omitted),
        flags=tuple(dict.fromkeys([*page.flags, *steering_flags(laid.text)])),
        language=page.language,
        links=laid.links,
        raised=laid.raised,
    )


def _bytes(source: Path | bytes, shown: str, most: int) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        if source.stat().st_size > most:
            raise _too_large(shown, most)
        return source.read_bytes()
    except OSError as error:
        raise UnreadableError(f"could not be opened: {error.strerror or error}", document=shown) from error


def _too_large(shown: str, most: int) -> UnreadableError:
    return UnreadableError(
        f"is larger than {most // 1_000_000} MB,", what_to_do="more than any page or leaflet: audit a part of it.", document=shown
    )


def _reader(format_: Format) -> Callable[[Source], Page]:
    """The format's function; each module loads with the first file that needs it."""
    if format_ == "html":
        from pincite.auditing.formats.html import page  # noqa: PLC0415
    elif format_ == "markdown":
        from pincite.auditing.formats.markdown import page  # noqa: PLC0415
    elif format_ == "pdf":
        from pincite.auditing.formats.pdf import page  # noqa: PLC0415
    elif format_ == "docx":
        from pincite.auditing.formats.docx import page  # noqa: PLC0415
    else:
        from pincite.auditing.formats.plain import page  # noqa: PLC0415
    return page
