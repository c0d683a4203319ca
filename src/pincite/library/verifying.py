"""Reads every row of a library and checks it against its document: damage shows only when it is read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from pincite.errors import LibraryError
from pincite.library import changes
from pincite.library.guarding import guarded
from pincite.library.tables import TABLES, document_from, passage_from
from pincite.library.writing import content_after

if TYPE_CHECKING:
    from pincite.library.store import Library

_END = b"LANC"


class VerifyReport(BaseModel):
    """What was read, and every problem with the document or file that has it."""

    model_config = ConfigDict(frozen=True)

    documents: int
    passages: int
    vectors: int
    problems: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def verify(library: Library) -> VerifyReport:
    """Every document, passage, vector and look-up row read and compared; problems are returned, never raised."""
    problems: list[str] = []
    read = {name: _read(library, name, problems) for name in (*TABLES, *({changes.TABLE} & library.commit.versions.keys()))}
    if problems:  # what a table that cannot be read would have shown of the others is no problem of theirs
        counts = {name: len(read[name] or ()) for name in ("documents", "passages", "vectors")}
        return VerifyReport(**counts, problems=tuple(problems))
    rows = {name: found or [] for name, found in read.items()}
    texts, content = _documents(rows["documents"], problems)
    passages = _passages(rows["passages"], texts, problems)
    for name in ("terms", "vectors"):
        orphans = {row["document_id"] for row in rows[name]} - set(texts)
        problems += [f"{name}: rows of {one}, which is not held" for one in sorted(orphans)]
    commit = library.commit
    for name, held, told in (
        ("documents", len(rows["documents"]), commit.documents),
        ("passages", len(rows["passages"]), commit.passages),
        ("vectors", len(rows["vectors"]), commit.vectors),
    ):
        if held != told:
            problems.append(f"{name}: {held} rows are readable, {told} were committed")
    if content != commit.content:
        problems.append("documents: their content differs from what was committed")
    problems += [f"{one}: has no passages" for one in sorted(texts.keys() - passages)]
    return VerifyReport(
        documents=len(rows["documents"]),
        passages=len(rows["passages"]),
        vectors=len(rows["vectors"]),
        problems=tuple(problems),
    )


def _read(library: Library, name: str, problems: list[str]) -> list[dict[str, Any]] | None:
    """The rows of a table; None, and the file at fault among `problems`, where they cannot be read."""
    try:
        table = library.table(name)
        with guarded(library.place):
            for index in table.list_indices():
                table.prewarm_index(index.name)
        return library.rows(name)
    except LibraryError as error:
        named = error.document or ", ".join(_cut_short(library.place, name))
        problems.append(f"{name}: {named} is damaged or missing" if named else f"{name}: {error.what_happened.removesuffix('.')}")
        return None


def _cut_short(place: str, table: str) -> list[str]:
    """Files of a table that lack the end mark that every Lance file has; the storage does not name them."""
    cut = []
    for file in sorted(Path(place, f"{table}.lance").rglob("*.lance")):
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - len(_END)))
            if opened.read() != _END:
                cut.append(str(file))
    return cut


def _documents(rows: list[dict[str, Any]], problems: list[str]) -> tuple[dict[str, str], str]:
    texts: dict[str, str] = {}
    for row in rows:
        name = row["id"]
        if name in texts:
            problems.append(f"{name}: is held twice")
        texts[name] = row["text"]
        if hashlib.sha256(row["text"].encode()).hexdigest() != row["text_sha256"]:
            problems.append(f"{name}: its text differs from its hash")
        try:
            document_from(row)
        except ValueError as error:
            problems.append(f"{name}: its row cannot be read ({error})")
    return texts, content_after("0", removed=[], added=rows)


def _passages(rows: list[dict[str, Any]], texts: dict[str, str], problems: list[str]) -> set[str]:
    """The documents that have passages."""
    seen: set[str] = set()
    for row in rows:
        name = row["id"]
        if name in seen:
            problems.append(f"{name}: is held twice")
        seen.add(name)
        text = texts.get(row["document_id"])
        if text is None:
            problems.append(f"{name}: its document {row['document_id']} is not held")
            continue
        try:
            passage = passage_from(row)
        except ValueError as error:
            problems.append(f"{name}: its row cannot be read ({error})")
            continue
        if text[passage.start : passage.end] != passage.text:
            problems.append(f"{name}: its text does not stand at {passage.start} to {passage.end}")
        if any(not passage.start <= start < end <= passage.end for start, end in passage.sentences):
            problems.append(f"{name}: a sentence lies outside it")
    return {row["document_id"] for row in rows}
