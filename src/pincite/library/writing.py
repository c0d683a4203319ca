"""The writer: takes readings in batches, each one commit; holds the lock while it lives.

A batch changes several tables; none of it counts until its row in `commits` is appended (see `commits.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from pincite.errors import EncoderError, LibraryError
from pincite.library import changes as held_changes
from pincite.library.catalogue import Catalogue, Change, Entry, fold_identity, restored
from pincite.library.commits import Commit, append_commit, create_tables, newest_commit, roll_back, table_names
from pincite.library.guarding import guarded, writing
from pincite.library.index import finish, tidy_words
from pincite.library.tables import (
    DIMENSION,
    document_row,
    one_of,
    passage_rows,
    schemas,
    shared_columns,
    term_rows,
    word_counts,
)
from pincite.records import Notice, Reading

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder
    from pincite.library.store import Library

# Passages in one commit: a commit costs about 0.1 s, an interruption costs the work of one batch.
BATCH_PASSAGES = 2000
BATCH_DOCUMENTS = 1000
_DELETE_AT_ONCE = 500  # ids in one SQL condition
_ENCODE_AT_ONCE = 512  # passages encoded between two commits: some seconds of work


class AddReport(BaseModel):
    """What became of the readings that were offered; also what `progress` is told after each commit."""

    model_config = ConfigDict(frozen=True)

    added: int = 0
    updated: int = 0  # same text, other bibliographic facts or passages
    replaced: int = 0
    merged: int = 0
    unchanged: int = 0
    skipped: int = 0  # an older version of a label that is held
    passages: int = 0  # held now
    documents: int = 0  # held now


Progress = Callable[[AddReport, tuple[str, ...]], None]  # totals so far, ids of the readings that this commit made safe


def create_library(connection: Any, place: str) -> Commit:
    """Make the tables and the first, empty commit; harmless where another process has just done so."""
    if "://" not in place:
        with guarded(place):
            Path(place).mkdir(parents=True, exist_ok=True)
    with writing(place), guarded(place):
        held = newest_commit(connection, place)
        if held is not None:
            return held
        commit = Commit(number=0, versions=create_tables(connection, dimension=DIMENSION), time=_now())
        append_commit(connection, commit, place)
    return commit


class Writer:
    """The one writer of a library, for the length of a `with` block."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.place = library.place
        self._held = ExitStack()

    def __enter__(self) -> Writer:
        if self.library.read_only:
            raise LibraryError(f"The library {self.place} was opened for reading only.", what_to_do="Open it without read_only.")
        with ExitStack() as stack:
            stack.enter_context(writing(self.place))
            with guarded(self.place):
                commit = newest_commit(self.library.connection, self.place)
                if commit is None:
                    raise LibraryError(f"The library {self.place} is gone.", what_to_do="Open it again.")
                self.commit = commit
                self.tables = roll_back(self.library.connection, commit)
                self.changes = held_changes.open_table(self.library.connection, commit, table_names(self.library.connection))
                self.library.move_to(commit)
                rows = self.tables["documents"].search().select(["entry"]).limit(None).to_list()
            self.catalogue = Catalogue(restored(json.loads(row["entry"])) for row in rows)
            self._held = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def add(self, readings: Iterable[Reading], *, progress: Progress | None = None) -> AddReport:
        """Take in readings, one commit for each batch, then bring the indexes up to date."""
        totals: Counter[str] = Counter()
        batch: list[Reading] = []
        size = 0
        for reading in readings:
            batch.append(reading)
            size += len(reading.passages)
            if size >= BATCH_PASSAGES or len(batch) >= BATCH_DOCUMENTS:
                self._add_batch(batch, totals, progress)
                batch, size = [], 0
        if batch:
            self._add_batch(batch, totals, progress)
        if set(totals) - {"unchanged", "skipped"}:
            self.finish()
        return self._report(totals)

    def remove(self, identifiers: Iterable[str]) -> tuple[str, ...]:
        """Forget documents in one commit; the ids that were held."""
        change = Change()
        gone = tuple(name for name in identifiers if self.catalogue.remove(name, change))
        if gone:
            with guarded(self.place):
                held_changes.forget(self.changes, gone, self.place)
                self._apply(change, {}, forget=True)
            self.finish()
        return gone

    def retire(self, identifiers: Iterable[str], *, why: str | None) -> tuple[str, ...]:
        """Keep documents and answer from them no more (`why` None: answer from them again); the ids that this changes."""
        change = Change()
        changed = tuple(name for name in identifiers if self.catalogue.retire(name, why, change))
        if changed:
            with guarded(self.place):
                self._apply(change, {})
            self.finish()
        return changed

    def mark(self, identifiers: Iterable[str], **marks: Any) -> tuple[str, ...]:
        """Set or take away a librarian's marks (`precedence`, `stands`); the ids that this changes."""
        change = Change()
        changed = tuple(name for name in identifiers if self.catalogue.mark(name, change, **marks))
        if changed:
            with guarded(self.place):
                self._apply(change, {})
            self.finish()
        return changed

    def look_up(self, found: Mapping[str, Sequence[Notice]], *, by: str, on: str, asked: Iterable[str] | None = None) -> tuple[str, ...]:
        """Note what a list of notices says, one commit for each thousand documents; the ids whose status changed."""
        before = dict(self.catalogue.entries)
        change = Change()
        folded: dict[str, list[Notice]] = {}
        for name, notices in found.items():
            folded.setdefault(fold_identity(name), []).extend(notices)
        self.catalogue.look_up(folded, change, by=by, on=on, asked=asked)
        touched = sorted(change.touched)
        for start in range(0, len(touched), BATCH_DOCUMENTS):
            with guarded(self.place):
                self._apply(Change(touched=set(touched[start : start + BATCH_DOCUMENTS])), {})
        if asked is None and on > (self.commit.listed or ""):
            with guarded(self.place):
                self._commit(listed=on)
        if touched:
            self.finish()
        entries = self.catalogue.entries
        return tuple(name for name in touched if self.catalogue.status(entries[name]) != self.catalogue.status(before[name]))

    def encode_missing(self, encoder: Encoder, *, progress: Callable[[int, int], None] | None = None) -> int:
        """Make missing vectors, one commit for each few hundred; how many were made."""
        if self.commit.encoder not in (None, encoder.name) and self.commit.vectors:
            raise EncoderError(
                f"The vectors of {self.place} were made by {self.commit.encoder}, not by {encoder.name}.",
                what_to_do="Use that encoder, or add the sources to a new library.",
            )
        with guarded(self.place):
            if not self.commit.vectors and encoder.dimension != self.commit.dimension:
                wanted = schemas(encoder.dimension)["vectors"]
                self.tables["vectors"] = self.library.connection.create_table("vectors", schema=wanted, mode="overwrite")
            done = {row["id"] for row in self.tables["vectors"].search().select(["id"]).limit(None).to_list()}
            columns = ["id", "document_id", "tier", "design", "year", "text"]
            rows = self.tables["passages"].search().select(columns).limit(None).to_list()
            missing = sorted((row for row in rows if row["id"] not in done), key=lambda row: row["id"])
            for start in range(0, len(missing), _ENCODE_AT_ONCE):
                part = missing[start : start + _ENCODE_AT_ONCE]
                vectors = encoder.encode([row.pop("text") for row in part])
                self.tables["vectors"].add([{**row, "vector": vector} for row, vector in zip(part, vectors, strict=True)])
                self._commit(vectors=self.commit.vectors + len(part), encoder=encoder.name, dimension=encoder.dimension)
                if progress is not None:
                    progress(len(done) + start + len(part), len(rows))
        if missing:
            self.finish()
        return len(missing)

    def mark_starter(self) -> None:
        """Note that the shipped records are in, or not wanted."""
        with guarded(self.place):
            self._commit(starter=True)

    def finish(self) -> None:
        """Bring indexes up to date, clear old versions; a killed `finish` leaves the last commit as it was."""
        with guarded(self.place):
            tidy_words(self.tables["words"])
            finish(self.tables | {held_changes.TABLE: self.changes}, self._commit)

    def _add_batch(self, batch: list[Reading], totals: Counter[str], progress: Progress | None) -> None:
        change = Change()
        fresh: dict[str, Reading] = {}
        for reading in batch:
            if self.catalogue.offer(reading, change):
                fresh[reading.document.id] = reading
        if change.touched or change.gone:
            with guarded(self.place):
                self._apply(change, fresh)
        totals.update(change.outcomes)
        if progress is not None:
            progress(self._report(totals), tuple(reading.document.id for reading in batch))

    def _apply(self, change: Change, fresh: dict[str, Reading], *, forget: bool = False) -> None:
        entries = self.catalogue.entries
        written = sorted(change.written)
        touched = sorted((change.touched - change.written) & set(entries))
        documents = [document_row(fresh[name], entries[name], **self._standing(entries[name])) for name in written]
        kept = [] if not touched else self._rows("documents", "id", touched)
        kept = [{**row, **shared_columns(entries[row["id"]], **self._standing(entries[row["id"]]))} for row in kept]
        old = self._rows("passages", "document_id", [*written, *sorted(change.gone)])
        passages = [row for name in written for row in passage_rows(fresh[name])]
        counts = word_counts(passages)
        counts.subtract(word_counts(old))
        removed = self._rows("documents", "id", [*written, *touched, *sorted(change.gone)])
        self._delete("documents", "id", [row["id"] for row in removed])
        replaced = sorted({row["document_id"] for row in old})
        for name in ("passages", "terms", "vectors"):
            self._delete(name, "document_id", replaced)
        self._append("documents", [*documents, *kept])
        self._append("passages", passages)
        self._append("terms", [row for name in written for row in term_rows(fresh[name].document)])
        told = held_changes.rows_of(
            removed,
            [*documents, *kept],
            old,
            number=self.commit.number + 1,
            at=_now(),
            successors={name: self.catalogue.holder(name) for name in change.gone},
            forget=forget,
        )
        if told:
            self.changes.add(told)
        self._append("words", [{"word": w, "kind": k, "count": n} for (w, k), n in sorted(counts.items()) if n and k != "total"])
        self._commit(
            documents=len(entries),
            passages=self.commit.passages + len(passages) - len(old),
            stems=self.commit.stems + counts[("", "total")],
            content=content_after(self.commit.content, removed=removed, added=[*documents, *kept]),
            newest=max((entry.newest for entry in entries.values()), default="") or None,
            vectors=self.tables["vectors"].count_rows(),
        )

    def _standing(self, entry: Entry) -> dict[str, Any]:
        return {"status": self.catalogue.status(entry), "superseded_by": self.catalogue.superseded_by(entry)}

    def _rows(self, table: str, column: str, values: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for start in range(0, len(values), _DELETE_AT_ONCE):
            where = one_of(column, values[start : start + _DELETE_AT_ONCE])
            found += self.tables[table].search().where(where).limit(None).to_list()
        return found

    def _delete(self, table: str, column: str, values: list[str]) -> None:
        for start in range(0, len(values), _DELETE_AT_ONCE):
            self.tables[table].delete(one_of(column, values[start : start + _DELETE_AT_ONCE]))

    def _append(self, table: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.tables[table].add(rows)

    def _commit(self, **changed: Any) -> None:
        versions = {name: table.version for name, table in self.tables.items()} | {held_changes.TABLE: self.changes.version}
        told = {"number": self.commit.number + 1, "versions": versions, "time": _now(), **changed}
        commit = self.commit.model_copy(update=told)
        append_commit(self.library.connection, commit, self.place)
        self.commit = commit
        self.library.move_to(commit)

    def _report(self, totals: Counter[str]) -> AddReport:
        return AddReport(**totals, passages=self.commit.passages, documents=self.commit.documents)


def content_after(content: str, *, removed: list[dict[str, Any]], added: list[dict[str, Any]]) -> str:
    """The content hash when document rows come and go: a sum, so the order does not matter."""
    total = int(content, 16) - sum(map(_row_hash, removed)) + sum(map(_row_hash, added))
    return f"{total % 2**256:064x}"


def _row_hash(row: dict[str, Any]) -> int:
    return int(hashlib.sha256(f"{row['entry']}\n{row['status']}".encode()).hexdigest(), 16)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
