"""The starter library: the shipped summary records, taken in on first use,
so that a fresh install answers with no network.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from pincite import ingest
from pincite.library.store import Library
from pincite.library.writing import Progress, Writer
from pincite.records import Reading


def open_library(path: str | Path, *, progress: Progress | None = None) -> Library:
    """The library at `path`, made from the shipped records when there is none yet.

    A first use that was cut off goes on.
    """
    library = Library.open(path)
    if library.commit.starter or (library.commit.documents and not _begun(library)):
        return library
    with as_file(files("pincite") / "data" / "starter") as folder:
        readings = [one for one in ingest.read([folder]) if isinstance(one, Reading)]
    with Writer(library) as writer:
        if not writer.commit.starter:  # another process may have been faster
            writer.add(readings, progress=progress)
            writer.mark_starter()
    return library


def create_empty(path: str | Path) -> Library:
    """The library at `path` without the shipped records, now and later."""
    library = Library.open(path)
    if not library.commit.starter:
        with Writer(library) as writer:
            writer.mark_starter()
    return library


def _begun(library: Library) -> bool:
    """Only shipped records are held: the first use was cut off before its end."""
    shipped = {Path(entry.name).stem for entry in (files("pincite") / "data" / "starter").iterdir()}
    return all(held.id in shipped for held in library.documents())
