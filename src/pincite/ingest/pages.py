"""From what a loose format tells of a document (title, date, author …) to a `Header`, and the front matter that
overrules it.

Used by the readers of HTML, PDF, DOCX, Markdown and text, after they have filled an `Outline`.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from pydantic import ValidationError

from pincite.errors import UnreadableError
from pincite.ingest.outline import Outline
from pincite.ingest.tiers import START, USUAL, decide_tier
from pincite.records import LIBRARY_SAYS, Draft, Header

UNSTATED = "type of document not stated"
_FENCE = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LONGEST_FRONT = 65_536
_SPELLINGS = {
    "author": "authors",
    "lang": "language",
    "license": "licence",
    "condition": "conditions",
    "intervention": "interventions",
}
_LISTS = ("authors", "publication_types", "mesh", "keywords", "conditions", "interventions")
_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_KNOWN = tuple(name for name in Header.model_fields if name not in ("relations", *LIBRARY_SAYS))


def iso_date(text: str | None) -> str | None:
    """The ISO 8601 date (year, month or day) that `text` begins with or spells out ("12 May 2019"); None when it
    holds none.
    """
    if not text:
        return None
    match = _DATE.match(text.strip())
    if match and 1500 <= int(match[1]) <= 2100:
        month, day = int(match[2] or 0), int(match[3] or 0)
        if not 1 <= month <= 12:
            return match[1]
        return f"{match[1]}-{month:02d}-{day:02d}" if 1 <= day <= 31 else f"{match[1]}-{month:02d}"
    for form in ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%B %d %Y"):
        try:
            return datetime.datetime.strptime(" ".join(text.split())[:40], form).date().isoformat()
        except ValueError:
            continue
    for form in ("%B %Y", "%b %Y"):
        try:
            return datetime.datetime.strptime(" ".join(text.split())[:40], form).strftime("%Y-%m")
        except ValueError:
            continue
    return None


def front_matter(text: str, *, source: str) -> tuple[dict[str, Any], str]:
    """The YAML front matter of `text` as header fields, and the text after it.

    Raises UnreadableError that names the field where one is unknown or has a value that no header takes.
    """
    match = _FENCE.match(text)
    if not match:
        return {}, text
    import yaml

    written = match[1]
    try:
        if len(written) > _LONGEST_FRONT or any(isinstance(token, yaml.AliasToken) for token in yaml.scan(written)):
            raise UnreadableError("has front matter that is too long or uses aliases", document=source)
        values = yaml.safe_load(written)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if ":" not in written.split("\n", 1)[0]:  # two horizontal rules around ordinary text
            return {}, text
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        raise UnreadableError(f"has front matter that is no YAML: {reason}", document=source) from error
    if values is None:
        return {}, text[match.end() :]
    if not isinstance(values, dict):
        return {}, text
    return _checked(values, source), text[match.end() :]


def _checked(values: dict[Any, Any], source: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in values.items():
        field = _SPELLINGS.get(str(name).lower(), str(name).lower())
        if field not in _KNOWN:
            raise UnreadableError(
                f"has front matter with an unknown field {str(name)[:60]!r};",
                what_to_do=f"known: {', '.join(_KNOWN)}",
                document=source,
            )
        if value is None:
            continue
        if field == "year" and isinstance(value, str) and not value.isdigit():
            raise UnreadableError("has front matter whose field 'year' is no number", document=source)
        fields[field] = _plain(field, value)
    try:
        Header.model_validate({"tier": "research", "extent": "full-text", "title": "-", **fields})
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"][0] if first["loc"] else "?"
        raise UnreadableError(
            f"has front matter whose field {str(place)!r} cannot be {str(first['input'])[:60]!r}: {first['msg']}",
            document=source,
        ) from error
    return fields


def _plain(field: str, value: Any) -> Any:
    """A YAML value as the header takes it: dates and identifiers as text, lists as tuples."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if field in _LISTS and isinstance(value, str):
        return (value,)
    if field in ("doi", "pmid", "version", "pmcid") and isinstance(value, int | float):
        return str(value)
    return tuple(value) if isinstance(value, list) else value


def page_draft(outline: Outline, *, source: str, title: str, fields: dict[str, Any], told: dict[str, Any] | None = None) -> Draft:
    """A draft of a whole page: `fields` as found, tier and design decided by cues, `told` (front matter) over
    everything.

    Raises UnreadableError when the outline holds no text.
    """
    told = told or {}
    blocks = outline.blocks
    if not any(block.text.strip() for block in blocks):
        raise UnreadableError("holds no text", what_to_do="(check that the file is complete)", document=source)
    values = {name: value for name, value in fields.items() if value}
    values["title"] = told.get("title") or " ".join(title.split())[:500] or (outline.headings[:1] and outline.headings[0]) or source
    start = ""
    for block in blocks:
        start += block.text + "\n"
        if len(start) > START:
            break
    tier, design = decide_tier(
        title=values["title"],
        organization=told.get("organization") or values.get("organization"),
        text_start=start,
        headings=outline.headings,
    )
    if "tier" in told and told["tier"] != tier:
        tier, design = told["tier"], USUAL.get(told["tier"])
    values |= {"tier": tier, "design": design or "unknown", "extent": "full-text"}
    if design is None and not {"tier", "design"} & told.keys():
        values["notes"] = UNSTATED
    values |= told
    if not values.get("year") and values.get("date"):
        values["year"] = int(str(values["date"])[:4]) if str(values["date"])[:4].isdigit() else None
    return Draft(header=Header.model_validate(values), blocks=blocks, cited=outline.cited)
