"""A copy of a library at one commit, made while others go on writing.

The storage never changes a data file once it is written; a table's state is named by a manifest. So the copy takes the
manifests up to the commit's versions and every data file that is there, and drops what came later: a reader of the copy
sees exactly the commit.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from pincite.errors import LibraryError
from pincite.library import beside
from pincite.library.commits import Commit, table_names
from pincite.library.guarding import LOCK_FILE, guarded
from pincite.library.store import Library

# 20 digits: 2**64 - 1 - version; fewer: the version itself.
_MANIFEST = re.compile(r"(\d+)\.manifest")
_HINT = "latest_version_hint.json"  # says which manifest is the newest, and is made again by the next writer
_ATTEMPTS = 5
FEEDS_FILE = "feeds.json"  # what the library is subscribed to; small, and replaced whole by whoever changes it


def copy_library(place: str, to: Path) -> Commit:
    """Copy the local library at `place` into the new folder `to` and return the commit that was copied.

    Files are linked where both lie on one file system. Raises LibraryError.
    """
    for _ in range(_ATTEMPTS):
        library = Library.open(place, create=False, read_only=True)
        with guarded(place):
            commits = library.connection.open_table("commits")
            versions = {**library.commit.versions, "commits": commits.version}
            if beside.TABLE in table_names(library.connection):  # no part of commits: as it is now
                versions[beside.TABLE] = library.connection.open_table(beside.TABLE).version
        try:
            with guarded(place):
                for table, version in versions.items():
                    _copy_table(Path(place) / f"{table}.lance", to / f"{table}.lance", version=version)
        except FileNotFoundError:  # old versions were cleared away just now
            shutil.rmtree(to, ignore_errors=True)
            continue
        if (Path(place) / FEEDS_FILE).is_file():
            shutil.copyfile(Path(place) / FEEDS_FILE, to / FEEDS_FILE)
        copied = Library.open(to, create=False, read_only=True)
        return copied.commit
    raise LibraryError(f"The library {place} changes too fast to be copied.", what_to_do="Try again in a moment.")


def _copy_table(source: Path, to: Path, *, version: int) -> None:
    """Manifests first: what they name is there already, and stays while it is copied."""
    files = [file for file in source.rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda file: file.parent.name != "_versions"):
        if file.name in {_HINT, LOCK_FILE} or _later(file, version):
            continue
        target = to / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except FileNotFoundError:
            raise
        except OSError:  # another file system
            shutil.copyfile(file, target)


def _later(file: Path, version: int) -> bool:
    found = _MANIFEST.fullmatch(file.name)
    if found is None:
        return False
    number = int(found[1])
    return (2**64 - 1 - number if len(found[1]) == 20 else number) > version
