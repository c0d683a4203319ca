"""Turns what the storage raises into a `LibraryError` that names the thing and the way out, and lets one process write
at a time.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pincite.errors import LibraryBusyError, LibraryError

_ANOTHER = "Name a folder with --library or PINCITE_HOME."
LOCK_FILE = "writer.lock"
_POLL_SECONDS = 0.05
# Where in its own source the storage met the error: of no use to anybody who holds a library.
_SOURCE_PLACE = re.compile(r",?\s*\S+\.rs:\d+(?::\d+)?")
_FILE = re.compile(r"[\w./:-]+\.(?:lance|manifest|txn|idx|arrow|lock)\b")


@contextmanager
def guarded(place: str) -> Iterator[None]:
    """Run storage calls on the library at `place`; raises LibraryError for what a user can mend, in words."""
    try:
        yield
    except LibraryError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise explained(error, place) from error


def explained(error: Exception, place: str) -> LibraryError:
    """The LibraryError for a storage error: full disk, folder not writable, torn or missing file."""
    said = str(error)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in said or "os error 28" in said or "quota exceeded" in said.lower():
        return LibraryError(
            f"The disk is full: the library {place} could not be written.",
            what_to_do="Free some space and run the same command again; everything reported as added is kept.",
        )
    if number in (errno.EACCES, errno.EROFS, errno.EPERM) or any(
        sign in said for sign in ("Permission denied", "Read-only file system", "os error 13", "os error 30")
    ):
        if not _readable(place):
            return LibraryError(
                f"The library {place} may not be read by this user.",
                what_to_do="Change the folder's permissions or name another with --library.",
            )
        return LibraryError(
            f"The library {place} may not be written by this user.",
            what_to_do="Change the folder's permissions or name another with --library; reading it still works.",
        )
    if isinstance(error, FileExistsError | NotADirectoryError):
        return LibraryError(f"{place} is no folder, so no library can be there.", what_to_do=_ANOTHER)
    if isinstance(error, UnicodeEncodeError):
        return LibraryError(f"The name {place} is not valid UTF-8, so no library can be there.", what_to_do=_ANOTHER)
    if "No object store provider" in said:
        return LibraryError(f"{place} is an address of a kind that is not supported.", what_to_do=_ANOTHER)
    named = torn_file(error)
    return LibraryError(
        f"The library {place} cannot be read{f': {named} is damaged or missing' if named else ''} ({_short(said)}).",
        what_to_do="Restore the file from a backup, or remove the library folder and add the sources again.",
        document=named or None,
    )


def _readable(place: str) -> bool:
    """Whether this user may look into the library's folder and its tables, where they are on this machine."""
    folder = Path(place)
    try:
        return all(os.access(one, os.R_OK | os.X_OK) for one in (folder, *folder.iterdir()) if one.is_dir())
    except FileNotFoundError:
        return True
    except OSError:
        return False


def torn_file(error: Exception) -> str:
    """The data file that a storage error names, or ""."""
    found = _FILE.findall(str(error))
    return str(found[-1]) if found else ""


def _short(text: str) -> str:
    return " ".join(_SOURCE_PLACE.sub("", text).split())[:300]


@contextmanager
def writing(place: str, *, wait: float = 5.0) -> Iterator[None]:
    """Hold the only right to write to the library at `place`; raises LibraryBusyError after `wait` seconds.

    The system frees the lock when its process ends, however it ends. Object storage has no such lock: there the commit
    itself is refused when another writer came first.
    """
    if "://" in place:
        yield
        return
    import fcntl  # noqa: PLC0415 - absent on some systems; only writers need it

    with guarded(place):
        handle = os.open(Path(place) / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise LibraryBusyError(
                        f"Another process is adding to the library {place}.",
                        what_to_do="Wait until it has finished and run the same command again; nothing was changed.",
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(handle)
