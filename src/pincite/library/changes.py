"""What each commit changed in documents that were held: the raw record that events are made from.

The writer appends one row for each document whose text, version, status, identifiers, notices or marks changed, or that
went, in the very commit that changes it: whatever door a change came through, and wherever its process was killed, the
row and the change are both there or both not. A row keeps the former text as long as there is another one in its place;
`remove` forgets texts here too.

The text *after* a change is not kept twice: it is the former text of the next change, or what the library holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pincite.library.guarding import guarded
from pincite.library.tables import document_from, header_from, one_of, passage_from
from pincite.records import Document, Header, Passage

if TYPE_CHECKING:
    from pincite.library.commits import Commit
    from pincite.library.store import Library

TABLE = "changes"
_KEPT = ("header", "entry", "status", "text_sha256", "source", "abbreviations", "cited", "flags")
# A change of anything else (keywords, a corrected title) touches no answer.
_TELLING = (
    "version",
    "date",
    "status",
    "doi",
    "pmid",
    "pmcid",
    "setid",
    "retired",
    "precedence",
    "superseded_by",
    "stands",
    "relations",
    "notices",
)


class Change(NamedTuple):
    """One document before and after one commit; `after` is None for one that went, `successor` what it was merged into."""

    number: int  # of the commit
    at: str
    document_id: str
    successor: str | None
    before: Header
    after: Header | None
    sha_before: str
    sha_after: str | None
    former: Document | None  # the former text, where it is kept
    former_passages: tuple[Passage, ...]


def schema() -> Any:
    """Arrow schema of the table."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    text = pa.string()
    names = ("at", "document_id", "successor", "before", "after", "text", "passages")
    return pa.schema([("number", pa.int64()), *((name, text) for name in names)])


def open_table(connection: Any, commit: Commit, names: set[str]) -> Any:
    """The table for writing, made when absent, at the content that `commit` names."""
    if TABLE not in names:
        return connection.create_table(TABLE, schema=schema())
    table = connection.open_table(TABLE)
    if TABLE not in commit.versions:  # the first commit that would have named it never came about
        table.delete("true")
    elif table.version != commit.versions[TABLE]:
        table.checkout(commit.versions[TABLE])
        table.restore()
    return table


def rows_of(
    removed: Iterable[Mapping[str, Any]],
    added: Iterable[Mapping[str, Any]],
    passages: Iterable[Mapping[str, Any]],
    *,
    number: int,
    at: str,
    successors: Mapping[str, str | None],
    forget: bool,
) -> list[dict[str, Any]]:
    """The rows of one commit, from the document rows that it took away and put in and the passage rows that it took away."""
    after = {row["id"]: row for row in added}
    places: dict[str, list[Mapping[str, Any]]] = {}
    for row in passages:
        places.setdefault(row["document_id"], []).append(row)
    found = []
    for old in removed:
        new = after.get(old["id"])
        if new is not None and not _telling(old, new):
            continue
        rewritten = new is None or new["text_sha256"] != old["text_sha256"]
        keep = rewritten and not forget
        found.append(
            {
                "number": number,
                "at": at,
                "document_id": old["id"],
                "successor": successors.get(old["id"]),
                "before": _dump(old),
                "after": _dump(new) if new is not None else None,
                "text": old["text"] if keep else None,
                "passages": json.dumps([[row["id"], row["ordinal"], row["place"]] for row in places.get(old["id"], ())]) if keep else None,
            }
        )
    return found


def changes(library: Library, *, since: int = 0, documents: Iterable[str] | None = None, latest: int | None = None) -> list[Change]:
    """The changes of commits after number `since`, oldest first; of `documents` only where named (by either of their ids).

    `latest`: of that many of the newest, and those of the same commit; texts make rows large.
    """
    if TABLE not in library.commit.versions:
        return []
    if latest is not None:
        numbers = sorted(row["number"] for row in library.rows(TABLE, where=f"number > {since}", columns=["number"]))
        since = max(since, numbers[-latest] - 1) if len(numbers) > latest else since
    where = f"number > {since}"
    if documents is not None:
        named = sorted(set(documents))
        where += f" AND ({one_of('document_id', named)} OR {one_of('successor', named)})"
    rows = library.rows(TABLE, where=where)
    return [_change(row) for row in sorted(rows, key=lambda row: (row["number"], row["document_id"]))]


def text_after(library: Library, change: Change) -> tuple[Document, list[Passage]] | None:
    """The document as the change left it (or what it was merged into), with its passages; None where it is not kept."""
    name = change.document_id if change.after is not None else change.successor
    if name is None:
        return None
    later = [one for one in changes(library, since=change.number, documents=[name]) if one.document_id == name]
    for one in later:
        if one.former is not None:
            return one.former, list(one.former_passages)
        if one.after is None:
            return None
    held = library.documents_by_id([name]).get(name)
    return (held, library.passages(name)) if held else None


def forget(table: Any, identifiers: Iterable[str], place: str) -> None:
    """Drop the former texts of documents that were removed; that they changed stays on record."""
    with guarded(place):
        where = f"{one_of('document_id', sorted(identifiers))} AND text IS NOT NULL"
        rows = table.search().where(where).limit(None).to_list()
        if rows:
            table.delete(where)
            table.add([{**row, "text": None, "passages": None} for row in rows])


def _dump(row: Mapping[str, Any]) -> str:
    return json.dumps({name: row[name] for name in _KEPT})


def _telling(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    if old["text_sha256"] != new["text_sha256"]:
        return True
    before, after = header_from(dict(old)), header_from(dict(new))
    return any(getattr(before, name) != getattr(after, name) for name in _TELLING)


def _change(row: dict[str, Any]) -> Change:
    before = json.loads(row["before"])
    after = json.loads(row["after"]) if row["after"] else None
    former: Document | None = None
    passages: tuple[Passage, ...] = ()
    if row["text"] is not None:
        former = document_from({**before, "id": row["document_id"], "text": row["text"]})
        cut = ((name, ordinal, json.loads(place)) for name, ordinal, place in json.loads(row["passages"]))
        rebuilt = (
            {"id": name, "document_id": row["document_id"], "ordinal": ordinal, "text": row["text"][place["start"] : place["end"]]}
            | {"place": json.dumps(place)}
            for name, ordinal, place in cut
        )
        passages = tuple(sorted(map(passage_from, rebuilt), key=lambda one: one.ordinal))
    return Change(
        number=row["number"],
        at=row["at"],
        document_id=row["document_id"],
        successor=row["successor"],
        before=header_from(before),
        after=header_from(after) if after else None,
        sha_before=before["text_sha256"],
        sha_after=after["text_sha256"] if after else None,
        former=former,
        former_passages=passages,
    )
