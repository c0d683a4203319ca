"""Rows kept with a library but not part of its commits: watched questions and what became of them.

They change without the library changing, so they have a table of their own. Rows are only added; a reader takes the
newest of each key, so that two processes that write the same row at once do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pincite.errors import LibraryError
from pincite.library.commits import KEEP_DAYS, table_names
from pincite.library.guarding import guarded, writing
from pincite.library.store import Library
from pincite.library.tables import one_of, quoted

TABLE = "watches"


class Row(NamedTuple):
    """One thing that is kept: what it is (`kind`), about what (`about`), which (`key`), when, and the rest as JSON."""

    kind: str
    about: str
    key: str
    at: str
    record: str


def rows(library: Library, *kinds: str) -> list[Row]:
    """The rows of these kinds (of all where none is named), oldest first, the last of each (kind, key)."""
    with guarded(library.place):
        if TABLE not in table_names(library.connection):
            return []
        query = library.connection.open_table(TABLE).search()
        found = (query.where(one_of("kind", kinds)) if kinds else query).limit(None).to_list()
    newest = {
        (row["kind"], row["key"]): Row(**{name: row[name] for name in Row._fields}) for row in sorted(found, key=lambda row: row["at"])
    }
    return sorted(newest.values(), key=lambda row: (row.at, row.key))


def append(library: Library, new: Sequence[Row]) -> None:
    """Keep rows, all or none of them; raises LibraryError."""
    if not new:
        return
    if library.read_only:
        raise LibraryError(f"The library {library.place} was opened for reading only.", what_to_do="Open it without read_only.")
    with guarded(library.place):
        if TABLE not in table_names(library.connection):
            import pyarrow as pa  # noqa: PLC0415 - heavy

            with writing(library.place):
                if TABLE not in table_names(library.connection):
                    library.connection.create_table(TABLE, schema=pa.schema([(name, pa.string()) for name in Row._fields]))
        library.connection.open_table(TABLE).add([row._asdict() for row in new])


def drop(library: Library, kind: str, keys: Sequence[str]) -> None:
    """Forget rows that newer ones have taken the place of, and clear what was dropped days ago."""

    if not keys:
        return
    with guarded(library.place):
        table = library.connection.open_table(TABLE)
        table.delete(f"kind = {quoted(kind)} AND {one_of('key', sorted(keys))}")
        table.optimize(cleanup_older_than=timedelta(days=KEEP_DAYS))


def now() -> str:
    """This moment as rows have it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
