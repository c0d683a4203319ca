"""The job that takes uploaded files into the library: parse each apart, decide once what they will be, add, report.

Cut off at any point and begun again, it leaves the same library and one report: a file that was parsed is not parsed
again, what becomes of each document is written down before the first of them is added, and adding what is held changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pincite.library.catalogue import Catalogue, Change, restored
from pincite.library.starter import open_library
from pincite.library.store import Library
from pincite.library.writing import AddReport
from pincite.records import Reading
from pincite.rendering.safe import plain
from pincite.web.configuration import engine_settings
from pincite.web.editorial import audit_trail
from pincite.web.jobs import apart
from pincite.web.jobs.running import Outcome, Running
from pincite.web.library import uploads

# For one uploaded file. A PDF is read by a process within this one that may use 2 GiB; archives are opened in memory.
MEMORY = 3 * 1024**3
CPU_SECONDS = 180
WALL_SECONDS = 300
# A document of a report's list is a line on a page: more than this are counted, not listed.
MOST_LISTED = 300
_LONGEST_REASON = 500

OUTCOMES = ("added", "updated", "replaced", "merged", "unchanged", "skipped")


def ingest(running: Running) -> Outcome:
    """Parse, plan, add; the report names every file and what became of it."""
    job = running.job
    folder = uploads.folder_of(job.pk)
    files = job.payload["files"]
    for number, file in enumerate(files):
        running.say(f"Reading {file['name']}", done=number, total=len(files))
        if not _read(folder, number).exists():
            _parse(running, folder, number, file["name"])
            running.say(f"Read {file['name']}", done=number + 1, total=len(files), further=True)
    library = open_library(engine_settings().library)
    if not (job.report or {}).get("files"):
        running.keep({"files": _planned(library, folder, files)})
    safe = 0

    def committed(report: AddReport, _: tuple[str, ...]) -> None:
        nonlocal safe
        new = report.added + report.updated + report.replaced + report.merged
        running.say(f"{new:,} documents are in the library", done=len(files), total=len(files), further=new > safe)
        safe = new

    running.say("Adding to the library", done=len(files), total=len(files))
    library.add((reading for number in range(len(files)) for reading in _readings(_read(folder, number))), progress=committed)
    listed = job.report["files"]
    counts = Counter[str]()
    for file in listed:
        counts.update(file["counts"])
    state = library.state()
    report = {
        "files": listed,
        "counts": dict(counts),
        "refused": sum(any(not item["skipped"] for item in file["unread"]) for file in listed),
        "library": state.version,
        "documents": state.documents,
        "passages": state.passages,
    }

    def effects() -> None:
        added = [one["id"] for file in listed for one in file["documents"] if one["outcome"] in ("added", "replaced", "updated", "merged")]
        detail = {"counts": report["counts"], "documents": added[:MOST_LISTED], "library": state.version}
        audit_trail.append(actor=job.created_by, action="add-documents", subject=f"job:{job.pk}", detail=detail)

    return Outcome(report, effects, lambda: uploads.remove(job.pk))


def _read(folder: Path, number: int) -> Path:
    return folder / f"{number}.read"


def _parse(running: Running, folder: Path, number: int, name: str) -> None:
    """One file, in a process of its own that may fail in any way; its lines, or why it was refused, end in `N.read`."""
    asked = {
        "name": uploads.reading_name(name),
        "shown": name,
        "path": str(folder / str(number)),
        "seconds": CPU_SECONDS,
        "memory": MEMORY,
        "limits": engine_settings().limits.model_dump(),
    }
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".reading")
    with os.fdopen(handle, "w+b") as lines:
        problem = apart.run(
            "pincite.web.jobs.parsing",
            asked,
            output=lines,
            folder=folder,
            cpu_seconds=CPU_SECONDS,
            wall_seconds=WALL_SECONDS,
            check=running.check,
        )
        if problem is not None:
            _tell_refused(lines, name, problem)
        lines.flush()
        os.fsync(lines.fileno())
    Path(temporary).replace(_read(folder, number))


def _tell_refused(lines: Any, name: str, problem: str) -> None:
    """After the last whole line: what was read before the process broke is kept."""
    lines.seek(0)
    whole = lines.read().rpartition(b"\n")[0]
    lines.seek(len(whole) + 1 if whole else 0)
    lines.truncate()
    lines.write(json.dumps({"unread": {"name": name, "reason": problem, "skipped": False}}).encode() + b"\n")


def _lines(file: Path) -> Iterator[Reading | dict[str, Any]]:
    """Readings, and as dictionaries what could not be read."""
    with file.open("rb") as lines:
        for line in lines:
            value = json.loads(line)
            if "unread" in value:
                yield value["unread"]
            elif "reading" in value:
                try:
                    reading = Reading.model_validate(value["reading"])
                except ValidationError:
                    yield {"name": "A document in it", "reason": "came back damaged from its reader", "skipped": False}
                    continue
                yield (
                    reading
                    if _sound(reading)
                    else {"name": reading.document.id, "reason": "came back damaged from its reader", "skipped": False}
                )


def _readings(file: Path) -> Iterator[Reading]:
    return (item for item in _lines(file) if isinstance(item, Reading))


def _sound(reading: Reading) -> bool:
    """What every document of ours is; the parsing process is believed in nothing that can be checked."""
    document = reading.document
    return (
        hashlib.sha256(document.text.encode("utf-8", "replace")).hexdigest() == document.text_sha256
        and bool(reading.passages)
        and all(
            passage.document_id == document.id
            and passage.id == f"{document.id}#{passage.ordinal}"
            and document.text[passage.start : passage.end] == passage.text
            and all(passage.start <= start < end <= passage.end for start, end in passage.sentences)
            for passage in reading.passages
        )
    )


def _planned(library: Library, folder: Path, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What becomes of every document, by the library's own rules on a copy of its catalogue."""
    library = library.refresh()
    catalogue = Catalogue(restored(json.loads(row["entry"])) for row in library.rows("documents", columns=["entry"]))
    change = Change()
    planned = []
    for number, file in enumerate(files):
        documents: list[dict[str, Any]] = []
        unread: list[dict[str, Any]] = []
        counts = Counter[str]()
        for item in _lines(_read(folder, number)):
            if not isinstance(item, Reading):
                unread.append({**item, "name": plain(item["name"]), "reason": plain(item["reason"])[:_LONGEST_REASON]})
                continue
            before = dict(change.outcomes)
            catalogue.offer(item, change)
            outcome = next(name for name, count in change.outcomes.items() if count != before.get(name, 0))
            counts[outcome] += 1
            document = item.document
            entry = catalogue.entries.get(document.id)
            documents.append(
                {
                    "id": document.id,
                    "title": plain(document.title)[:300],
                    "outcome": outcome,
                    "held": entry is not None,
                    "flags": [plain(flag)[:200] for flag in document.flags[:3]],
                    "retired": bool(entry and entry.retired),
                }
            )
        planned.append(
            {
                "name": file["name"],
                "bytes": file["bytes"],
                "counts": dict(counts),
                "read": len(documents),
                "documents": documents[:MOST_LISTED],
                "unread": unread[:MOST_LISTED],
                "not_read": len(unread),
            }
        )
    return planned
