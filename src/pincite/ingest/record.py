"""Reads summary records: short YAML notes in which somebody states, in their own words, what a source says.

The starter library is made of them, and societies and hospitals write their own; `docs/summary-records.md` explains the
fields, `data/record.schema.json` is made from `SummaryRecord`. Every statement becomes one passage with its annotation.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pincite.errors import UnreadableError
from pincite.ingest import metadata
from pincite.ingest.unpacking import Source
from pincite.records import Annotation, Block, Design, Direction, Draft, Header, StatementKind, Status, Tier, Unread


def _text(value: object) -> object:
    """YAML reads 20125003 and 2024-05-01 as number and date; people mean text."""
    if isinstance(value, bool):
        raise ValueError("must be text: put it in quotes, YAML reads yes, no, on and off as true or false")
    if isinstance(value, int | float | datetime.date):
        return str(value)
    return " ".join(value.split()) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=5000)]
Texts = Annotated[tuple[Text, ...], Field(max_length=500)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordStatement(_Entry):
    """One statement: what the source says, as a sentence that can be read alone."""

    id: Text | None = None
    kind: StatementKind
    text: Text
    direction: Direction | None = None
    strength: Text | None = Field(None, description="The source's own words for the strength of a recommendation")
    certainty: Text | None = Field(None, description="The source's own words for the certainty of the evidence")
    locator: Text = Field(description="Where in the source this stands: 'Abstract, Results', 'Section 5.2'")
    figures: Texts = Field((), description="Figures of the text that were checked against the source")


class SummaryRecord(_Entry):
    """One summary record: a source, what it is about, and statements."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$", description="Unique name; letters, digits, . _ -")
    tier: Tier
    design: Design
    title: Text
    authors: Texts = ()
    organization: Text | None = None
    venue: Text | None = None
    year: int | None = Field(None, ge=1500, le=2200)
    date: Text | None = Field(None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", description="ISO 8601: 2024, 2024-05, 2024-05-01")
    version: Text | None = None
    status: Status = "unknown"
    language: Text | None = None
    licence: Text | None = None
    doi: Text | None = Field(None, pattern=r"^10\.\d{4,9}/\S+$")
    pmid: Text | None = Field(None, pattern=r"^\d{1,9}$")
    pmcid: Text | None = Field(None, pattern=r"^PMC\d+$")
    setid: Text | None = Field(None, pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
    url: Text | None = Field(None, pattern=r"^https?://\S+$")
    seen_at: Texts = Field(description="Addresses or places where the source was read", min_length=1)
    read_via: Text | None = Field(None, description="Set when the source itself was not read")
    conditions: Texts = ()
    interventions: Texts = ()
    population: Text | None = None
    n: int | None = Field(None, ge=1)
    drug: Text | None = None
    label_revision: Text | None = Field(None, description="Revision date that the label prints, MM/YYYY")
    label_product: Text | None = None
    notes: Text | None = None
    statements: tuple[RecordStatement, ...] = Field(min_length=1, max_length=1000)


class RecordReader:
    """Summary records in YAML: one record in a file, or several divided by `---`."""

    name = "record"

    def accepts(self, source: Source) -> int:
        """Certain for a YAML file that has the fields of a record; possible for any other YAML file."""
        head = source.data[:200_000]
        fields = sum(bool(re.search(rb"^%s:" % field, head, re.MULTILINE)) for field in (b"id", b"tier", b"statements"))
        if source.name.lower().endswith((".yaml", ".yml")):
            return 95 if fields >= 2 else 30
        return 90 if fields == 3 else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft for each record, an Unread for one with wrong fields; raises UnreadableError for broken YAML."""
        seen: set[str] = set()
        for number, values in enumerate(cleaned(raw(source)), start=1):
            try:
                record = checked(values)
                if record.id in seen:
                    raise UnreadableError(f"has two records with the id {record.id}")
            except UnreadableError as error:
                yield Unread(name=source.name if number == 1 else f"{source.name} (record {number})", reason=str(error))
                continue
            seen.add(record.id)
            yield draft(record)


reader = RecordReader()


def raw(source: Source) -> list[Any]:
    """The YAML documents of `source`; aliases, which expand, and doubled keys, which hide text, are refused."""
    import yaml

    class Loader(yaml.CSafeLoader):
        """CSafeLoader that refuses a key given twice."""

    def mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        doubled = sorted({key for key in keys if keys.count(key) > 1}) if len(keys) < 200 else []
        if doubled:
            raise UnreadableError(f"has {doubled[0]!r} twice (line {node.start_mark.line + 1})")
        return dict(loader.construct_mapping(node, deep=True))

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        text = source.data.decode("utf-8-sig")
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise UnreadableError("uses a YAML alias (&name, *name); write the text out instead")
        return [values for values in yaml.load_all(text, Loader=Loader) if values is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "unknown problem"
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise UnreadableError(f"is not valid YAML: {problem}{where}") from error


def cleaned(documents: list[Any]) -> Iterator[Any]:
    """Each record on its own: a YAML document is one record or a list of records."""
    for values in documents:
        if isinstance(values, list):
            yield from values
        else:
            yield values


def checked(values: Any) -> SummaryRecord:
    """`values` as a record; raises UnreadableError naming each wrong field and what it should be."""
    if not isinstance(values, dict):
        raise UnreadableError("is not a summary record: expected fields such as id, tier and statements")
    try:
        return SummaryRecord.model_validate(values)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors()]
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise UnreadableError(f"is not a valid summary record: {'; '.join(problems[:5])}{more}") from error


def _problem(detail: Any) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in detail["loc"])
    messages = {"missing": "is missing", "extra_forbidden": "is no field of a record"}
    message = messages.get(detail["type"]) or detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
    given = detail.get("input")
    shown = f" (given: {str(given)[:60]!r})" if isinstance(given, str | int | float) and detail["type"] not in messages else ""
    return f"{where} {message}{shown}"


def draft(record: SummaryRecord) -> Draft:
    """The record as blocks: one for each statement, its locator as the section."""
    header = Header(
        tier=record.tier,
        design=record.design,
        extent="record",
        status=record.status,
        title=record.title,
        authors=record.authors,
        organization=record.organization,
        venue=record.venue,
        year=record.year or _year(record),
        date=record.date or _revision_date(record.label_revision),
        version=record.version or record.label_revision,
        doi=record.doi,
        pmid=record.pmid,
        pmcid=record.pmcid,
        setid=record.setid.lower() if record.setid else None,
        url=best_link(record),
        licence=record.licence,
        language=record.language or "en",
        conditions=record.conditions,
        interventions=record.interventions,
        drug=record.drug,
        population=record.population,
        n=record.n,
        notes=_notes(record),
    )
    blocks = tuple(
        Block(
            text=statement.text,
            section=statement.locator,
            kind="statement",
            annotation=Annotation(
                kind=statement.kind,
                direction=statement.direction,
                strength=statement.strength,
                certainty=statement.certainty,
                locator=statement.locator,
            ),
        )
        for statement in record.statements
    )
    return Draft(record_id=record.id, header=header, blocks=blocks)


def best_link(record: SummaryRecord) -> str | None:
    """The address a reader should open: what the record names, else by its identifiers, else the first place seen."""
    by_identifier = metadata.link(doi=record.doi, pmid=record.pmid, pmcid=record.pmcid, setid=record.setid)
    seen = (place.split()[0] for place in record.seen_at if place.startswith(("https://", "http://")))
    return record.url or by_identifier or next(seen, None)


def _revision_date(revision: str | None) -> str | None:
    """ISO month of a revision printed as "08/2024"; None for any other form."""
    match = re.fullmatch(r"(0?[1-9]|1[0-2])/((?:19|20)\d\d)", revision or "")
    return f"{match[2]}-{int(match[1]):02d}" if match else None


def _year(record: SummaryRecord) -> int | None:
    stated = record.date or _revision_date(record.label_revision)
    return int(stated[:4]) if stated else None


def _notes(record: SummaryRecord) -> str | None:
    parts = [
        record.notes,
        f"Read through {record.read_via}." if record.read_via else None,
        f"Label: {record.label_product}." if record.label_product else None,
    ]
    return " ".join(part for part in parts if part) or None
