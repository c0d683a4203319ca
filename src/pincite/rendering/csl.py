"""References → CSL-JSON 1.0.2 (citationstyles.org), for pandoc, Zotero and citeproc."""

from __future__ import annotations

from typing import Any

from pincite.records import Answer, Reference
from pincite.rendering.bibliographic import Name, key_of, names_of, note_of, venue_of
from pincite.rendering.jsonout import dumps
from pincite.rendering.safe import plain, web_address
from pincite.rendering.wording import DESIGNS


def write(answer: Answer) -> bytes:
    """The `csl` writer: all references of `answer` as one JSON array, UTF-8."""
    taken: set[str] = set()
    return dumps([_item(reference, key_of(reference, taken=taken)) for reference in answer.references]).encode()


def _item(reference: Reference, key: str) -> dict[str, Any]:
    venue = venue_of(reference)
    article = reference.tier == "research" and venue is not None
    item: dict[str, Any] = {
        "id": key,
        "type": "article-journal" if article else "report" if reference.tier == "guideline" else "document",
        "title": plain(reference.title),
        "author": [_name(name) for name in names_of(reference)],
        "issued": {"date-parts": [[reference.year]]} if reference.year else None,
        "container-title": venue.journal if venue else None,
        "volume": venue.volume if venue else None,
        "issue": venue.issue if venue else None,
        "page": venue.pages if venue else None,
        "publisher": plain(reference.organization or ""),
        "genre": DESIGNS[reference.design] if reference.design != "unknown" else None,
        "version": plain(reference.version or ""),
        "DOI": plain(reference.doi or ""),
        "PMID": plain(reference.pmid or ""),
        "PMCID": plain(reference.pmcid or ""),
        "URL": web_address(reference.url),
        "note": note_of(reference),
    }
    return {name: value for name, value in item.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.literal:
        return {"literal": name.literal}
    return {"family": name.family, "given": name.given}
