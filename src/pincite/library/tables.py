"""The Lance tables: their columns, and how records become rows and rows become records again.

`documents` and `passages` hold what was ingested, `words` and `terms` what later stages look up, `vectors` what the
encoder made,
`commits` which versions of the others belong together. A document is kept as offered; what merging and other documents
add to it (identifiers, relations, status) stands in columns beside it and is filled in when it is read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pincite.library.catalogue import Entry, notices_of, restored
from pincite.library.words import stems, words
from pincite.records import LIBRARY_SAYS, Document, Header, Passage, Reading, Relation, Status
from pincite.terms.normalising import normalise

SCHEMA = 1  # raise when a column changes its meaning; a library with a higher number is refused
TABLES = ("documents", "passages", "words", "terms", "vectors")
DIMENSION = 384
HEADER_COLUMNS = ("id", "header", "entry", "status", "text_sha256", "abbreviations", "flags", "source")

_HEADER_FIELDS = set(Header.model_fields) - set(LIBRARY_SAYS)


def schemas(dimension: int = DIMENSION) -> dict[str, Any]:
    """Arrow schema of every table; vectors have `dimension` numbers."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    text, number = pa.string(), pa.int32()
    facts = [("tier", text), ("design", text), ("year", number)]  # what a search may filter by
    return {
        "documents": pa.schema(
            [
                ("id", text),
                ("header", text),
                ("entry", text),
                ("status", text),
                ("keys", pa.list_(text)),
                ("text", text),
                ("text_sha256", text),
                ("source", text),
                ("abbreviations", text),
                ("cited", text),
                ("flags", text),
                *facts,
            ]
        ),
        "passages": pa.schema(
            [
                ("id", text),
                ("document_id", text),
                ("ordinal", number),
                ("text", text),
                ("place", text),
                ("stems", text),
                *facts,
            ]
        ),
        "words": pa.schema([("word", text), ("kind", text), ("count", pa.int64())]),
        "terms": pa.schema([("key", text), ("name", text), ("kind", text), ("means", text), ("document_id", text)]),
        "vectors": pa.schema([("id", text), ("document_id", text), *facts, ("vector", pa.list_(pa.float32(), dimension))]),
        "commits": pa.schema([("number", pa.int64()), ("schema", number), ("record", text)]),
    }


def document_row(reading: Reading, entry: Entry, status: Status, *, superseded_by: str | None = None) -> dict[str, Any]:
    """The row of a document as offered, with what merging says of it."""
    document = reading.document
    return {
        "id": document.id,
        "header": document.model_dump_json(include=_HEADER_FIELDS),  # what the library says stands in `entry`
        **shared_columns(entry, status, superseded_by=superseded_by),
        "text": document.text,
        "text_sha256": document.text_sha256,
        "source": document.source,
        "abbreviations": json.dumps(document.abbreviations),
        "cited": json.dumps([reference.model_dump() for reference in document.cited]),
        "flags": json.dumps(document.flags),
        **_facts(document),
    }


def shared_columns(entry: Entry, status: Status, *, superseded_by: str | None = None) -> dict[str, Any]:
    """The columns that may change without the document being offered again."""
    told = entry.shared() | ({"superseded_by": superseded_by} if superseded_by else {})
    return {"entry": json.dumps(told, sort_keys=True), "status": status, "keys": sorted(entry.keys)}


def passage_rows(reading: Reading) -> list[dict[str, Any]]:
    """The rows of a document's passages.

    Title and section are searched with the text, offsets speak of the text only.
    """
    document = reading.document
    title = stems(document.title)
    rows = []
    for passage in reading.passages:
        own = [] if passage.kind == "title" else title
        rows.append(
            {
                "id": passage.id,
                "document_id": passage.document_id,
                "ordinal": passage.ordinal,
                "text": passage.text,
                "place": passage.model_dump_json(exclude={"id", "document_id", "ordinal", "text"}),
                "stems": " ".join([*own, *stems(passage.section), *stems(passage.text)]),
                **_facts(document),
            }
        )
    return rows


def word_counts(passages: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """(word, kind) → in how many passages: kind `word` as written, kind `stem` as indexed.

    Kind `total` is the number of stems.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for row in passages:
        found = row["stems"].split()
        counts[("", "total")] += len(found)
        counts.update((one, "stem") for one in set(found))
        counts.update((one, "word") for one in set(words(row["text"])))
    return counts


def term_rows(document: Document) -> list[dict[str, Any]]:
    """The names that a document brings: its abbreviations, headings, keywords, conditions, interventions and drug."""
    named = [("abbreviation", short, long) for short, long in document.abbreviations]
    named += [("long-form", long, short) for short, long in document.abbreviations]
    groups = {"mesh": document.mesh, "keyword": document.keywords, "condition": document.conditions}
    groups |= {"intervention": document.interventions, "drug": (document.drug,) if document.drug else ()}
    named += [(kind, name, "") for kind, names in groups.items() for name in names]
    rows = {
        (key, kind, means): {"key": key, "name": name, "kind": kind, "means": means, "document_id": document.id}
        for kind, name, means in named
        if (key := term_key(name))
    }
    return list(rows.values())


def term_key(name: str) -> str:
    """A name as it is looked up: its folded words with single blanks.

    >>> term_key("Baastrup’s  Disease (Kissing-Spine)")
    'baastrup disease kissing spine'
    """
    return normalise(name)


def document_from(row: dict[str, Any], *, listed: str | None = None) -> Document:
    """The document of a full row; `listed` is the date of the commit's newest whole list of notices."""
    return Document(
        **header_from(row, listed=listed).model_dump(),
        id=row["id"],
        source=row["source"],
        text=row["text"],
        text_sha256=row["text_sha256"],
        abbreviations=abbreviations_from(row),
        cited=json.loads(row["cited"]),
        flags=flags_from(row),
    )


def header_from(row: dict[str, Any], *, listed: str | None = None) -> Header:
    """The header as offered, with identifiers, relations, retirement and status that merging and other documents added."""
    header = Header.model_validate_json(row["header"])
    shared = json.loads(row["entry"])
    entry = restored(shared)
    told: dict[str, Any] = {
        "status": row["status"],
        "retired": entry.retired,
        "precedence": entry.precedence,
        "superseded_by": shared.get("superseded_by"),
        "stands": entry.stands,
        "looked_up": max(entry.looked_up, listed or "") if entry.looked_up else None,
        "notices": notices_of(entry),
    }
    for scheme in ("doi", "pmid", "pmcid", "setid"):
        found = sorted(key for key in entry.keys if key.startswith(f"{scheme}:"))
        if getattr(header, scheme) is None and found:
            value = found[0].partition(":")[2]
            told[scheme] = value.upper() if scheme == "pmcid" else value
    printed = {(relation.kind, relation.target.strip().lower()) for relation in header.relations}
    extra = [Relation(kind=kind, target=target) for kind, target in sorted(entry.relations) if (kind, target) not in printed]
    if entry.absorbed and extra:
        told["relations"] = (*header.relations, *extra)
    return header.model_copy(update=told)


def abbreviations_from(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The (short form, long form) pairs of a document row."""
    return tuple((short, long) for short, long in json.loads(row["abbreviations"]))


def flags_from(row: dict[str, Any]) -> tuple[str, ...]:
    """The flags of a document row."""
    return tuple(json.loads(row["flags"]))


def passage_from(row: dict[str, Any]) -> Passage:
    """The passage of a row."""
    return Passage(
        id=row["id"],
        document_id=row["document_id"],
        ordinal=row["ordinal"],
        text=row["text"],
        **json.loads(row["place"]),
    )


def one_of(column: str, values: Sequence[str]) -> str:
    """An SQL condition that `column` is one of the values, quoted."""
    return f"{column} IN ({', '.join(quoted(value) for value in values)})" if values else "false"


def quoted(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def _facts(header: Header) -> dict[str, Any]:
    return {"tier": header.tier, "design": header.design, "year": header.year}
