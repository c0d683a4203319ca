"""Commits: one appended row says which versions of all tables belong together, and that row is the only commit point.

Readers look at the versions of the newest row. A writer that finds a table ahead of it was interrupted before its
commit:
the table goes back to the version that the row names, so no reader ever sees half a document.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pincite.errors import LibraryBusyError, LibraryError
from pincite.library.tables import SCHEMA, TABLES, schemas

# Versions older than this are cleared away. A reader that has held one snapshot for longer must open the library again.
KEEP_DAYS = 1


class Commit(BaseModel):
    """The state of a library at one moment."""

    model_config = ConfigDict(frozen=True)

    number: int
    versions: dict[str, int]
    time: str
    documents: int = 0
    passages: int = 0
    stems: int = 0  # in all passages together: the average length for BM25
    content: str = "0" * 64  # sum of the hashes of all held documents, the same in whatever order they came
    newest: str | None = None
    encoder: str | None = None  # which encoder made the vectors
    dimension: int = 384
    vectors: int = 0
    listed: str | None = None  # date of the newest whole list of notices; held documents that were looked up before are covered by it
    starter: bool = False  # the shipped records are all in, or were not wanted

    @property
    def version(self) -> str:
        """The library's name in answers: equal content gives an equal name."""
        # The date is shown in answers, so it is part of what their library is named by.
        dated = int(hashlib.sha256(self.listed.encode()).hexdigest(), 16) if self.listed else 0
        content = f"{(int(self.content, 16) + dated) % 2**256:064x}"
        return f"{self.documents}-{content[-12:]}"


def newest_commit(connection: Any, place: str) -> Commit | None:
    """The last commit of a library, None where there is none.

    Raises LibraryError for one that a newer Pincite wrote.
    """
    if "commits" not in table_names(connection):
        return None
    rows = connection.open_table("commits").search().limit(None).to_list()
    if not rows:
        return None
    last = max(rows, key=lambda row: row["number"])
    if last["schema"] > SCHEMA:
        raise LibraryError(
            f"The library {place} was written by a newer Pincite (format {last['schema']}, this one knows {SCHEMA}).",
            what_to_do="Upgrade Pincite, or name another library with --library.",
        )
    try:
        return Commit.model_validate_json(last["record"])
    except ValidationError as error:
        raise LibraryError(
            f"The newest commit of the library {place} cannot be understood ({error.errors()[0]['msg']}).",
            what_to_do="Restore the library from a backup, or name another with --library.",
        ) from error


def append_commit(connection: Any, commit: Commit, place: str) -> None:
    """Make `commit` the newest; raises LibraryBusyError when another writer has committed since its predecessor."""
    held = newest_commit(connection, place)
    if held is not None and held.number >= commit.number:
        raise LibraryBusyError(f"Another process has written to the library {place}.", what_to_do="Run the same command again.")
    row = {"number": commit.number, "schema": SCHEMA, "record": commit.model_dump_json()}
    connection.open_table("commits").add([row])


def create_tables(connection: Any, *, dimension: int) -> dict[str, int]:
    """Make all tables anew, empty, and return their versions; only where nothing was ever committed."""
    wanted = schemas(dimension)
    left = table_names(connection)
    for name in (*TABLES, "commits"):
        if name in left:
            connection.drop_table(name)
        connection.create_table(name, schema=wanted[name])
    return {name: connection.open_table(name).version for name in TABLES}


def roll_back(connection: Any, commit: Commit) -> dict[str, Any]:
    """All tables, open for writing, at the content that `commit` names."""
    tables = {name: connection.open_table(name) for name in TABLES}
    for name, table in tables.items():
        if table.version != commit.versions[name]:
            table.checkout(commit.versions[name])
            table.restore()
    return tables


def table_names(connection: Any) -> set[str]:
    """Names of the tables that exist."""
    listed = connection.list_tables()
    return set(getattr(listed, "tables", listed))
