"""`Library`: everything that was ingested, to be read at one version, and the doors for changing it.

After ingest, before retrieval. A library stays at the commit that it was opened at until `refresh`, so that one answer
comes from one state. Writing (`add`, `remove`, `encode_missing`) is in `writing.py`, checking every row in
`verifying.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from pincite.errors import LibraryError, NotFoundError
from pincite.library.catalogue import fold_identity
from pincite.library.commits import Commit, newest_commit
from pincite.library.guarding import guarded
from pincite.library.tables import (
    HEADER_COLUMNS,
    abbreviations_from,
    document_from,
    flags_from,
    header_from,
    one_of,
    passage_from,
    quoted,
    term_key,
)
from pincite.library.words import stems
from pincite.records import Document, Filters, Header, LibraryState, Notice, Passage, Precedence, Reading

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder
    from pincite.library.verifying import VerifyReport
    from pincite.library.writing import AddReport, Progress


class Held(BaseModel):
    """A document without its text, as `list` and search results show it."""

    model_config = ConfigDict(frozen=True)

    id: str
    header: Header
    text_sha256: str
    source: str
    abbreviations: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()


class Library:
    """A library at one commit."""

    def __init__(self, place: str, connection: Any, commit: Commit, *, read_only: bool) -> None:
        self.place = place
        self.connection = connection
        self.commit = commit
        self.read_only = read_only
        self._tables: dict[str, Any] = {}
        self._headers: dict[str, Held] = {}
        self._counts: dict[str, int] = {}  # stem → passages, for this commit: one question asks for the same stems several times
        self.cache: dict[str, Any] = {}  # what retrieval keeps for this commit, such as the matrix of vectors

    @staticmethod
    def open(path: str | Path, *, create: bool = True, read_only: bool = False) -> Library:
        """The library at `path` (a folder or s3://…), made when absent; raises LibraryError with the way out."""
        import lancedb  # noqa: PLC0415 - takes a second

        place = str(path)
        missing = "://" not in place and not Path(place).is_dir()
        if missing and (read_only or not create):
            raise _absent(place)
        with guarded(place):
            connection = lancedb.connect(place)
            commit = None if missing else newest_commit(connection, place)
            if commit is None:
                if read_only or not create:
                    raise _absent(place)
                from pincite.library.writing import create_library  # noqa: PLC0415 - only where there is none yet

                commit = create_library(connection, place)
        return Library(place, connection, commit, read_only=read_only)

    def refresh(self) -> Library:
        """The same library at its newest commit; this very object when nothing has changed."""
        with guarded(self.place):
            commit = newest_commit(self.connection, self.place)
        if commit is None or commit.number == self.commit.number:
            return self
        return Library(self.place, self.connection, commit, read_only=self.read_only)

    def state(self) -> LibraryState:
        """Version, counts and newest publication date. Equal content gives an equal version."""
        held = self.commit
        return LibraryState(version=held.version, documents=held.documents, passages=held.passages, newest=held.newest)

    # --- reading -----------------------------------------------------------------------------------------------------

    def table(self, name: str) -> Any:
        """The Lance table `name` at this library's commit."""
        if name not in self._tables:
            with guarded(self.place):
                table = self.connection.open_table(name)
                table.checkout(self.commit.versions[name])
            self._tables[name] = table
        return self._tables[name]

    def rows(self, name: str, *, where: str | None = None, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows of a table as dictionaries, all of them unless an SQL condition is given."""
        query = self.table(name).search()
        if where is not None:
            query = query.where(where)
        if columns is not None:
            query = query.select(list(columns))
        with guarded(self.place):
            found: list[dict[str, Any]] = query.limit(None).to_list()
        return found

    def document(self, identifier: str) -> Document:
        """The document of that id, or that carries that identifier (`pmid:…`) or was merged; raises NotFoundError."""
        found = self.rows("documents", where=f"id = {quoted(identifier)}") or self._by_identity(identifier)
        if not found:
            raise NotFoundError(f"The library holds no document {identifier!r}.", what_to_do="See `pincite list`.", document=identifier)
        return document_from(found[0], listed=self.commit.listed)

    def _by_identity(self, identifier: str) -> list[dict[str, Any]]:
        if ":" not in identifier:
            return []
        found = self.rows("documents", where=f"array_has(keys, {quoted(fold_identity(identifier))})")
        return sorted(found, key=lambda row: (header_from(row).extent == "record", row["id"]))

    def documents_by_id(self, identifiers: Sequence[str]) -> dict[str, Document]:
        """The documents held under these very ids; an id that is not held is left out."""
        wanted = sorted(set(identifiers))
        found = self.rows("documents", where=one_of("id", wanted)) if wanted else []
        return {row["id"]: document_from(row, listed=self.commit.listed) for row in found}

    def passage(self, identifier: str) -> Passage:
        """The passage of that id; raises NotFoundError."""
        found = self.rows("passages", where=f"id = {quoted(identifier)}")
        if not found:
            raise NotFoundError(f"The library holds no passage {identifier!r}.", document=identifier.rpartition("#")[0])
        return passage_from(found[0])

    def passages(self, document_id: str) -> list[Passage]:
        """All passages of a document in their order; empty when it is not held."""
        found = self.rows("passages", where=f"document_id = {quoted(document_id)}")
        return [passage_from(row) for row in sorted(found, key=lambda row: row["ordinal"])]

    def documents(self, filters: Filters | None = None) -> Iterator[Held]:
        """Everything that is held and passes the filters, without texts, by id."""
        found = self.rows("documents", where=condition(filters or Filters()), columns=HEADER_COLUMNS)
        yield from (_held(row, listed=self.commit.listed) for row in sorted(found, key=lambda row: row["id"]))

    def headers(self, identifiers: Iterable[str]) -> dict[str, Held]:
        """Documents without texts, by id; an id that is not held is left out."""
        wanted = dict.fromkeys(identifiers)
        missing = [name for name in wanted if name not in self._headers]
        if missing:
            for row in self.rows("documents", where=one_of("id", missing), columns=HEADER_COLUMNS):
                self._headers[row["id"]] = _held(row, listed=self.commit.listed)
        return {name: self._headers[name] for name in wanted if name in self._headers}

    def related(self, document_id: str) -> tuple[str, ...]:
        """Other held documents of the same publication: a summary record and the document that it summarises."""
        mine = self.rows("documents", where=f"id = {quoted(document_id)}", columns=["keys"])
        if not mine or not mine[0]["keys"]:
            return ()
        keys = ", ".join(quoted(key) for key in mine[0]["keys"])
        found = self.rows("documents", where=f"array_has_any(keys, [{keys}])", columns=["id"])
        return tuple(sorted(row["id"] for row in found if row["id"] != document_id))

    # --- words -------------------------------------------------------------------------------------------------------

    def document_frequency(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages each word stands, in any inflection and spelling; a function word gives 0."""
        found = {word: stems(word) for word in words}
        counts = self.stem_counts(sorted({one for each in found.values() for one in each}))
        return {word: min((counts[one] for one in each), default=0) for word, each in found.items()}

    def stem_counts(self, wanted: Sequence[str]) -> dict[str, int]:
        """In how many passages each stem stands."""
        missing = sorted(word for word in set(wanted) if word not in self._counts)
        fresh = dict.fromkeys(missing, 0)
        where = f"kind = 'stem' AND {one_of('word', missing)}"
        for row in self.rows("words", where=where, columns=["word", "count"]) if missing else ():
            fresh[row["word"]] += row["count"]
        self._counts.update(fresh)
        return {word: self._counts[word] for word in wanted}

    def words(self) -> frozenset[str]:
        """All words that the held texts use, lower-case, for correcting a question's spelling."""
        return self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        totals: dict[str, int] = {}
        for row in self.rows("words", where="kind = 'word'", columns=["word", "count"]):
            totals[row["word"]] = totals.get(row["word"], 0) + row["count"]
        return frozenset(word for word, count in totals.items() if count > 0)

    def terms(self, phrases: Sequence[str]) -> dict[str, str]:
        """Phrase as given → what the held documents say it is: an abbreviation's long form, or the name they print.

        The meaning that most documents give wins, then the first in the alphabet.
        """
        keys = {phrase: term_key(phrase) for phrase in phrases}
        votes: dict[str, dict[tuple[bool, str], int]] = {}
        for row in self.rows("terms", where=one_of("key", sorted({key for key in keys.values() if key}))):
            meaning = (row["kind"] == "abbreviation", row["means"] if row["kind"] == "abbreviation" else row["name"])
            votes.setdefault(row["key"], {}).setdefault(meaning, 0)
            votes[row["key"]][meaning] += 1
        best = {key: min(found, key=lambda each: (not each[0], -found[each], each[1]))[1] for key, found in votes.items()}
        return {phrase: best[key] for phrase, key in keys.items() if key in best and best[key].lower() != phrase.lower()}

    # --- changing ----------------------------------------------------------------------------------------------------

    def add(self, readings: Iterable[Reading], *, progress: Progress | None = None) -> AddReport:
        """Take in readings, batch by batch; what `progress` was told of is safe. Raises LibraryError."""
        from pincite.library.writing import Writer  # noqa: PLC0415 - readers do not need it

        with Writer(self) as writer:
            return writer.add(readings, progress=progress)

    def remove(self, identifiers: Iterable[str]) -> tuple[str, ...]:
        """Forget documents and return the ids that were held; raises LibraryError, LibraryBusyError."""
        from pincite.library.writing import Writer  # noqa: PLC0415

        with Writer(self) as writer:
            return writer.remove(identifiers)

    def retire(self, identifiers: Iterable[str], *, why: str) -> tuple[str, ...]:
        """Keep documents readable but answer from them no more; returns the ids that this changes. Raises LibraryError, NotFoundError.

        A retired document stays retired when its text, another version or another form of it is added, until `restore`.
        """
        return self._retired(identifiers, why=" ".join(why.split()) or "no reason given")

    def restore(self, identifiers: Iterable[str]) -> tuple[str, ...]:
        """Answer from retired documents again; returns the ids that this changes. Raises LibraryError, NotFoundError."""
        return self._retired(identifiers, why=None)

    def _retired(self, identifiers: Iterable[str], *, why: str | None) -> tuple[str, ...]:
        from pincite.library.writing import Writer  # noqa: PLC0415

        with Writer(self) as writer:
            return writer.retire([self.document(name).id for name in dict.fromkeys(identifiers)], why=why)

    def mark(self, identifiers: Iterable[str], *, precedence: Precedence | None = None) -> tuple[str, ...]:
        """Let documents lead their tier ("local" before "preferred"; None: no longer); the ids that this changes. Raises LibraryError, NotFoundError."""
        return self._marked(identifiers, precedence=precedence)

    def stand(self, identifiers: Iterable[str], *, stands: bool = True) -> tuple[str, ...]:
        """Answer from guidelines although a newer one is held (`stands=False`: no longer); the ids that this changes. Raises LibraryError, NotFoundError."""
        return self._marked(identifiers, stands=stands)

    def _marked(self, identifiers: Iterable[str], **marks: Any) -> tuple[str, ...]:
        from pincite.library.writing import Writer  # noqa: PLC0415

        with Writer(self) as writer:
            return writer.mark([self.document(name).id for name in dict.fromkeys(identifiers)], **marks)

    def look_up(self, found: Mapping[str, Sequence[Notice]], *, by: str, on: str, asked: Iterable[str] | None = None) -> tuple[str, ...]:
        """Note what the list `by` says on the day `on` (ISO 8601); the ids whose status changed. Raises LibraryError.

        `found`: `pmid:…`, `doi:…` or `pmcid:…` → notices. Every held publication that was `asked` about, or with None (a whole list) every one with
        an identifier, counts as looked up, and what the same list said before is replaced by what it says now.
        """
        from pincite.library.writing import Writer  # noqa: PLC0415

        with Writer(self) as writer:
            return writer.look_up(found, by=by, on=on, asked=asked)

    def encode_missing(self, encoder: Encoder, *, progress: Callable[[int, int], None] | None = None) -> int:
        """Make the vectors that are missing, resumable; returns how many. Raises EncoderError, LibraryError."""
        from pincite.library.writing import Writer  # noqa: PLC0415

        with Writer(self) as writer:
            return writer.encode_missing(encoder, progress=progress)

    def verify(self) -> VerifyReport:
        """Read every row and check it against its document."""
        from pincite.library.verifying import verify  # noqa: PLC0415

        return verify(self)

    def move_to(self, commit: Commit) -> None:
        """Look at another commit from now on; for the writer that made it."""
        self.commit = commit
        self._tables.clear()
        self._headers.clear()
        self._counts.clear()
        self.cache.clear()
        self.__dict__.pop("_words", None)


def _absent(place: str) -> LibraryError:
    way_out = "Add something with `pincite add`, or name another with --library."
    return LibraryError(f"There is no library at {place}.", what_to_do=way_out)


def condition(filters: Filters) -> str | None:
    """The filters as an SQL condition on the columns that documents, passages and vectors share; None for no filter."""
    parts = []
    if filters.tiers:
        parts.append(one_of("tier", filters.tiers))
    if filters.since is not None:
        parts.append(f"(year IS NULL OR year >= {int(filters.since)})")
    if filters.designs:
        parts.append(one_of("design", filters.designs))
    return " AND ".join(parts) or None


def _held(row: dict[str, Any], *, listed: str | None) -> Held:
    return Held(
        id=row["id"],
        header=header_from(row, listed=listed),
        text_sha256=row["text_sha256"],
        source=row["source"],
        abbreviations=abbreviations_from(row),
        flags=flags_from(row),
    )
