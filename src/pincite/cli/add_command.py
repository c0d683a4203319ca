"""`pincite add`: takes files, folders and archives into the library and reports what was read, what was skipped, and why."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

import click

from pincite.cli.options import format_option, library_option
from pincite.errors import UnreadableError

if TYPE_CHECKING:
    from pincite.library.writing import AddReport
    from pincite.records import Reading, Unread
    from pincite.settings import Settings

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_OUTCOMES = ("added", "updated", "replaced", "merged", "unchanged", "skipped")
_FETCH_SECONDS = 120.0
_NAMED_AT_MOST = 20  # ids that the report lists; `pincite list` has them all


@click.command("add")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--no-vectors", is_flag=True, help="Do not encode now; `pincite encode` does it later.")
@format_option("text", "json")
@library_option
def command(paths: tuple[str, ...], no_vectors: bool, form: str, place: str | None) -> None:
    """Add each PATH: a file, a folder, an archive, an address, or "-" for standard input. What can be read is kept if something else cannot."""
    from pincite.cli.opening import encode_missing, open_library, patiently, settings_of
    from pincite.cli.output import emit, emit_json

    settings = settings_of(place)
    library = open_library(settings)
    offered = _Offered(settings)
    try:
        readings = offered.readings(paths)
        report = patiently(lambda: library.add(readings, progress=offered.committed), progress=offered.progress)
    finally:
        offered.progress.done()
    if not no_vectors:
        encode_missing(library, settings)
    if form == "json":
        unread = [item.model_dump(mode="json") for item in offered.unread]
        emit_json(
            {
                "schema": "pincite.add/1",
                **report.model_dump(),
                "documents_read": offered.names,
                "flagged": offered.flagged,
                "unread": unread,
            }
        )
    else:
        emit("".join(f"{line}\n" for line in _shown(report, offered)))
    failed = [item for item in offered.unread if not item.skipped]
    if failed:
        one = len(failed) == 1
        first = f"{failed[0].name} {failed[0].reason}"
        raise UnreadableError(
            f"{first}." if one else f"{len(failed)} sources could not be read, the first: {first}.",
            what_to_do="The rest is kept." if offered.names else "Nothing was added.",
        )


class _Offered:
    """What the sources yielded, counted on its way into the library."""

    def __init__(self, settings: Settings) -> None:
        from pincite.cli.output import Progress

        self.settings = settings
        self.progress = Progress()
        self.names: list[str] = []
        self.flagged: dict[str, tuple[str, ...]] = {}  # document id → what its text tries
        self.unread: list[Unread] = []

    def readings(self, paths: tuple[str, ...]) -> Iterator[Reading]:
        """Readings one by one; what could not be read is put aside."""
        from pincite.ingest import read
        from pincite.records import Unread

        files = [path for path in paths if not _ADDRESS.match(path)]
        fetched = (item for path in paths if _ADDRESS.match(path) for item in self._fetched(path))
        for item in chain(fetched, read(files, stdin=sys.stdin.buffer, settings=self.settings, progress=self._begun)):
            if isinstance(item, Unread):
                self.unread.append(item)
            else:
                self.names.append(item.document.id)
                if item.document.flags:
                    self.flagged[item.document.id] = item.document.flags
                yield item

    def _fetched(self, address: str) -> Iterator[Reading | Unread]:
        """What is at an address that was given; it is fetched because it was given."""
        from pincite.auditing.fetching import fetch
        from pincite.ingest import read_bytes
        from pincite.records import Unread

        if self.settings.cut_off:
            yield Unread(name=address, reason="is an address, and the network is turned off by PINCITE_OFFLINE")
            return
        self.progress.say(f"Fetching {address}")
        try:
            data, found = fetch(address, timeout=_FETCH_SECONDS, max_bytes=self.settings.limits.max_file_bytes)
        except UnreadableError as error:
            yield Unread(name=address, reason=error.what_happened)
            return
        yield from read_bytes(found, data, settings=self.settings)

    def committed(self, report: AddReport, names: tuple[str, ...]) -> None:
        """Told by the library after each batch that is safe."""
        self.progress.say(
            f"{len(self.names):,} read, safe in the library: {report.documents:,} documents; last {names[-1] if names else ''}"
        )

    def _begun(self, count: int, name: str) -> None:
        self.progress.say(f"Source {count:,}: {name}; {len(self.names):,} documents read")


def _shown(report: AddReport, offered: _Offered) -> Iterator[str]:
    from pincite.rendering.safe import plain

    for item in offered.unread:
        yield f"{'skipped' if item.skipped else 'NOT READ'}: {plain(item.name)} {plain(item.reason)}"
    for name in offered.names[:_NAMED_AT_MOST]:
        yield f"read: {plain(name)}"
    if len(offered.names) > _NAMED_AT_MOST:
        yield f"… and {len(offered.names) - _NAMED_AT_MOST:,} more"
    for name, flags in islice(offered.flagged.items(), _NAMED_AT_MOST):
        yield f"FLAGGED: {plain(name)} holds text that tries to instruct its reader; it is never part of an answer: {plain(flags[0])}"
    if len(offered.flagged) > _NAMED_AT_MOST:
        yield f"… and {len(offered.flagged) - _NAMED_AT_MOST:,} more flagged"
    counts = ", ".join(f"{getattr(report, name):,} {name}" for name in _OUTCOMES if getattr(report, name))
    failed = sum(not item.skipped for item in offered.unread)
    parts = [
        counts or "nothing new",
        f"{failed:,} not read" if failed else "",
        f"{len(offered.unread) - failed:,} files skipped" if len(offered.unread) > failed else "",
        f"{len(offered.flagged):,} flagged" if offered.flagged else "",
    ]
    yield f"{'; '.join(part for part in parts if part)}. The library holds {report.documents:,} documents, {report.passages:,} passages."
