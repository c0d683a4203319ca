"""Files, folders, archives and streams → `Reading` or `Unread`: the one door through which sources enter.

Readers are found by entry point and asked what they accept; what comes out of them is laid out by `building.build`.
What cannot be read yields an `Unread` with a reason that completes "FILE …"; nothing is written to disk.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pincite import registry
from pincite.errors import UnreadableError
from pincite.ingest.building import build
from pincite.ingest.unpacking import Source, Unpacker, hidden
from pincite.records import Draft, Reading, Unread
from pincite.settings import Limits, Settings

__all__ = ["Progress", "Reader", "Source", "read", "read_bytes"]

Progress = Callable[[int, str], None]  # sources begun so far, name of the one that is read now


class Reader(Protocol):
    """What a module registered under `pincite.readers` offers."""

    name: str

    def accepts(self, source: Source) -> int:
        """0 (no) to 100 (certainly), by first bytes and name; the highest wins, ties go by name."""

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """The documents of `source`; raises UnreadableError when it is malformed as a whole."""


def read(
    paths: Iterable[Path | str],
    *,
    stdin: BinaryIO | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Iterator[Reading | Unread]:
    """Everything in `paths`, in order: files, folders (recursive, sorted, no hidden ones), archives, "-" for stdin."""
    unpacker = Unpacker(settings.limits if settings else Limits())
    begun = 0
    for item in _found(paths, stdin=stdin, unpacker=unpacker):
        if isinstance(item, Unread):
            yield item
            continue
        begun += 1
        if progress:
            progress(begun, item.name)
        yield from _read_source(item)


def read_bytes(name: str, data: bytes, *, settings: Settings | None = None) -> Iterator[Reading | Unread]:
    """What `data` holds; `name` is shown to people and helps to tell the format; archives are opened."""
    unpacker = Unpacker(settings.limits if settings else Limits())
    for item in unpacker.open_bytes(name, data):
        if isinstance(item, Unread):
            yield item
        else:
            yield from _read_source(item)


def _found(paths: Iterable[Path | str], *, stdin: BinaryIO | None, unpacker: Unpacker) -> Iterator[Source | Unread]:
    for path in paths:
        if str(path) == "-":
            yield from unpacker.open_stream("standard input", stdin or sys.stdin.buffer)
            continue
        place = Path(path)
        try:
            if place.is_dir():
                files, closed = _files(place)
                yield from closed
                if not files and not closed:
                    yield Unread(name=str(path), reason="is a folder with no files to read", skipped=True)
            elif place.is_file():
                files = [place]
            elif place.exists():
                yield Unread(name=str(path), reason="is no ordinary file")
                continue
            else:
                yield Unread(name=str(path), reason="does not exist")
                continue
        except (OSError, ValueError) as error:
            yield Unread(name=str(path), reason=_system(error))
            continue
        for file in files:
            try:
                yield from unpacker.open_file(file)
            except OSError as error:
                yield Unread(name=str(file), reason=_system(error))


def _files(folder: Path) -> tuple[list[Path], list[Unread]]:
    """All ordinary files below `folder`, sorted, and the folders and files that may not be looked at.

    Hidden files and folders, and links to folders, are left out.
    """
    found: list[Path] = []
    closed: list[Unread] = []

    pending = [folder]
    while pending:
        place = pending.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if hidden(entry.name):
                        continue
                    if entry.is_dir():
                        if not entry.is_symlink():
                            pending.append(Path(entry.path))
                    elif entry.is_file():
                        found.append(Path(entry.path))
        except OSError as error:
            closed.append(Unread(name=str(error.filename or place), reason=_system(error)))
    return sorted(found), closed


@cache
def _readers() -> tuple[Reader, ...]:
    return tuple(cast(Reader, reader) for reader in registry.load_all("readers").values())


def _read_source(source: Source) -> Iterator[Reading | Unread]:
    """Readings of one source by the reader that accepts it best; every failure becomes an Unread."""
    if not source.data.strip():
        yield Unread(name=source.name, reason="is empty")
        return
    best = max(_readers(), key=lambda reader: _accepts(reader, source), default=None)
    if best is None or _accepts(best, source) <= 0:
        known = ", ".join(registry.names("readers"))
        yield Unread(name=source.name, reason=f"is of a kind that is not read; known kinds: {known}", skipped=True)
        return
    drafts = None
    try:
        drafts = best.drafts(source)
        for draft in drafts:
            if isinstance(draft, Unread):
                yield draft
                continue
            try:
                reading = build(draft, source=source.name)
            except UnreadableError as error:
                yield Unread(name=_entry(source, draft), reason=_one_line(str(error)))
                continue
            yield reading
    except Exception as error:  # a reader meets every kind of damage; the rest of the batch must go on
        yield Unread(name=source.name, reason=_reason(error, best.name))


def _accepts(reader: Reader, source: Source) -> int:
    try:
        return reader.accepts(source)
    except Exception:  # a reader that stumbles over the first bytes does not accept them
        return 0


def _entry(source: Source, draft: Draft) -> str:
    title = _one_line(draft.header.title)[:80]
    return f"{source.name} ({title})" if title else source.name


def _reason(error: BaseException, reader: str) -> str:
    """A line that completes "FILE …" for whatever went wrong inside a reader."""
    if isinstance(error, UnreadableError):
        return _one_line(str(error))
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    if isinstance(error, MemoryError):
        return "needs more memory than there is"
    if isinstance(error, UnicodeDecodeError):
        return f"is not valid {error.encoding} text (byte {error.start})"
    if isinstance(error, OSError):
        return _system(error)
    detail = _one_line(str(error))[:200]
    return f"could not be read as {reader} ({type(error).__name__}{': ' + detail if detail else ''})"


def _system(error: BaseException) -> str:
    if isinstance(error, PermissionError):
        return "may not be read: permission denied"
    if isinstance(error, OSError) and error.strerror:
        return f"could not be opened: {error.strerror}"
    return f"could not be opened: {_one_line(str(error))}"


def _one_line(text: str) -> str:
    return " ".join(text.split()).removesuffix(".")
