"""References → RIS: one tagged record each, CRLF line ends, for EndNote, Zotero, Mendeley and their kin."""

from __future__ import annotations

from collections.abc import Iterator

from pincite.records import Answer, Reference
from pincite.rendering.bibliographic import names_of, note_of, venue_of
from pincite.rendering.safe import plain, web_address
from pincite.rendering.wording import DESIGNS


def write(answer: Answer) -> bytes:
    """The `ris` writer: all references of `answer`, UTF-8."""
    return "".join(f"{line}\r\n" for reference in answer.references for line in _record(reference)).encode()


def _record(reference: Reference) -> Iterator[str]:
    venue = venue_of(reference)
    journal = reference.tier == "research" and venue is not None
    yield f"TY  - {'JOUR' if journal else 'RPRT' if reference.tier == 'guideline' else 'GEN'}"
    yield f"ID  - {plain(reference.document_id)}"
    for tag, value in _fields(reference):
        if value:
            yield f"{tag}  - {plain(value)}"
    yield "ER  - "


def _fields(reference: Reference) -> Iterator[tuple[str, str | None]]:
    venue = venue_of(reference)
    yield "TI", reference.title
    for name in names_of(reference):
        yield "AU", name.inverted()
    if venue:
        yield "T2", venue.journal
        yield "VL", venue.volume
        yield "IS", venue.issue
        start, _, end = venue.pages.replace("–", "-").partition("-")
        yield "SP", start
        yield "EP", end
    yield "PB", reference.organization
    yield "PY", str(reference.year) if reference.year else None
    yield "DO", reference.doi
    yield "AN", reference.pmid
    yield "C2", reference.pmcid
    yield "M1", reference.setid
    yield "M3", DESIGNS[reference.design] if reference.design != "unknown" else None
    yield "UR", web_address(reference.url)
    yield "N1", note_of(reference)
