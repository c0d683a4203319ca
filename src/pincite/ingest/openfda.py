"""Reads drug labels as openFDA gives them: an API response, a bulk file or one label object in JSON.

Fields become sections by `data/openfda-fields.tsv`. openFDA flattens every section to one line; line breaks are put
back before numbered subsections and list marks, and the heading in capitals goes; nothing else is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, cast

from pincite.errors import UnreadableError
from pincite.ingest import metadata
from pincite.ingest.unpacking import Source
from pincite.records import Block, Draft, Header, SectionKind, Unread

_BREAK = re.compile(r"(?<=[.\])a-z]) (?=\d{1,2}\.\d{1,2} [A-Z][A-Za-z])|\s*(?=[•●▪■◦]\s?\S)")
# "5 WARNINGS AND PRECAUTIONS " before the text: the heading of the section, which its name already gives.
_HEADING = re.compile(r"^\d{1,2} [A-Z][A-Z ,&/()-]{4,80}(?= (?:\d{1,2}\.\d|[A-Z][a-z]|[•●▪]))\s*")
_SUBSECTION = re.compile(r"(\d{1,2}\.\d{1,2}) ")


@cache
def _fields() -> tuple[tuple[str, SectionKind, str], ...]:
    rows = []
    for line in (files("pincite") / "data" / "openfda-fields.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "field\t")):
            field, kind, name = line.split("\t")
            rows.append((field, cast(SectionKind, kind), name))
    return tuple(rows)


class OpenFdaReader:
    """openFDA drug labels in JSON."""

    name = "openfda"

    def accepts(self, source: Source) -> int:
        """Certain for JSON that names label fields or openFDA's terms."""
        head = source.data[:20_000].lstrip(b"\xef\xbb\xbf \t\r\n")
        if not head.startswith((b"{", b"[")):
            return 0
        if re.search(rb'"(?:spl_product_data_elements|openfda|set_id|spl_set_id)"', head) or b"open.fda.gov" in head:
            return 90
        return 50 if re.search(rb'"(?:%s)"\s*:\s*\[' % b"|".join(field.encode() for field, _, _ in _fields()[:12]), head) else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft for each label; a label without text yields an Unread."""
        labels = cleaned(raw(source))
        if not labels:
            raise UnreadableError("holds no drug label")
        for number, label in enumerate(labels, start=1):
            name = source.name if len(labels) == 1 else f"{source.name} (label {number})"
            if not isinstance(label, dict):
                yield Unread(name=name, reason="is no label object")
                continue
            draft = document(label)
            yield draft or Unread(name=name, reason="holds no label section with text")


reader = OpenFdaReader()


def raw(source: Source) -> Any:
    """The parsed JSON; raises UnreadableError naming line and column."""
    try:
        return json.loads(source.data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise UnreadableError(f"is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error


def cleaned(value: Any) -> list[Any]:
    """The label objects of a response, a list or one label; an API error raises UnreadableError with its message."""
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        raise UnreadableError(f"is an openFDA error message: {value['error'].get('message', 'unknown')}")
    if isinstance(value, dict) and isinstance(value.get("results"), list):
        return list(value["results"])
    return value if isinstance(value, list) else [value]


def document(label: dict[str, Any]) -> Draft | None:
    """One label as a draft; None when it has no section with text."""
    blocks = list(_blocks(label))
    if not blocks:
        return None
    stated = label.get("openfda")
    terms: dict[str, Any] = stated if isinstance(stated, dict) else {}
    brands = _values(terms, "brand_name")
    generics = [name.lower() for name in _values(terms, "generic_name") or _values(terms, "substance_name")]
    makers = _values(terms, "manufacturer_name")
    setid = next(iter(_values(label, "set_id") or _values(terms, "spl_set_id")), "").lower()
    stamp = next(iter(_values(label, "effective_time")), "")
    date = metadata.iso_date(stamp[:4], stamp[4:6], stamp[6:8])
    brand, generic = ", ".join(brands[:3]), ", ".join(generics[:3])
    # A label without openFDA terms (one in three) names its product only at the head of the product elements.
    product = brand or generic or " ".join(next(iter(_values(label, "spl_product_data_elements")), "").split()[:4])
    name = f"{brand} ({generic})" if brand and generic and brand.lower() != generic else product or "Drug"
    title = f"{name}: U.S. drug label"
    header = Header(
        tier="label",
        design="drug-label",
        extent="label",
        title=title,
        organization=makers[0] if makers else None,
        venue="openFDA, U.S. Food and Drug Administration",
        year=int(date[:4]) if date else None,
        date=date,
        version=next(iter(_values(label, "version")), None),
        setid=setid or None,
        url=metadata.link(setid=setid) if setid else None,
        language="en",
        publication_types=tuple(_values(terms, "product_type")),
        keywords=tuple(brands),
        interventions=tuple(dict.fromkeys((*generics, *(name.lower() for name in brands)))),
        drug=" and ".join(generics[:3]) or (brands[0].lower() if brands else None),
    )
    return Draft(header=header, blocks=(Block(text=title, section="Title", kind="title"), *blocks))


def _blocks(label: dict[str, Any]) -> Iterator[Block]:
    seen: list[str] = []
    for field, kind, name in _fields():
        for text in _values(label, field):
            flat = " ".join(text.split())
            if not flat or any(flat in earlier for earlier in seen):
                continue
            seen.append(flat)
            yield from _subsections(_BREAK.sub("\n", _HEADING.sub("", flat)), name, kind)


def _subsections(text: str, name: str, kind: SectionKind) -> Iterator[Block]:
    """One block for each numbered subsection, "5.1 Serious Infections …"; its number goes into the section's name."""
    block: list[str] = []
    section = name
    for line in text.strip().split("\n"):
        found = _SUBSECTION.match(line)
        if found and block:
            yield Block(text="\n".join(block), section=section, kind=kind)
            block = []
        if found:
            section = f"{name} > {found[1]}"
        block.append(line)
    yield Block(text="\n".join(block), section=section, kind=kind)


def _values(holder: dict[str, Any], field: str) -> list[str]:
    value = holder.get(field)
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(str(item) for item in values if isinstance(item, str | int) and str(item).strip()))
