"""The job that checks one text: fetch it where it is a page, read it apart, audit it, keep the report.

Cut off at any point and begun again, it gives the same report once: what was fetched or read is not fetched or read again,
the day is the one on which the text was handed in, and the report is written in the transaction that ends the job.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from pydantic import ValidationError

from pincite import pipeline
from pincite.errors import UnreadableError
from pincite.records import Link, ListedReference, Loaded, Mark, Stretch
from pincite.rendering.audits import jsonout
from pincite.rendering.safe import plain
from pincite.web import engine
from pincite.web.audits.models import CheckedText
from pincite.web.configuration import engine_settings
from pincite.web.jobs import apart
from pincite.web.jobs.running import Outcome, Running
from pincite.web.library import uploads

# For one text. A PDF is read by a process within this one that may use 2 GiB.
MEMORY = 3 * 1024**3
CPU_SECONDS = 120
WALL_SECONDS = 180
# The encoder is read seconds after a start; an audit without it would not be the audit of this library.
ENCODER_SECONDS = 60.0

_DAMAGED = "came back damaged from its reader"


def check(running: Running) -> Outcome:
    """Audit the text that the job names; a text that cannot be read is an outcome too, and is not tried again."""
    job = running.job
    found = CheckedText.objects.defer("report").filter(pk=job.payload["text"]).first()
    if found is None:
        return Outcome({"says": "The text was deleted."}, None, lambda: uploads.remove(job.pk))
    running.say("Reading the text")
    try:
        loaded = _loaded(running, found)
    except UnreadableError as error:
        return _unreadable(running, found, str(error))
    library = engine.library()
    engine.wait_for_encoder(ENCODER_SECONDS)
    made = pipeline.audit(
        loaded,
        library=library,
        encoder=engine.encoder() if library.commit.vectors else None,
        today=found.today,
        progress=lambda done, total: running.say("Checking claim by claim", done=done, total=total),
    )
    report = jsonout.render(made)
    return Outcome(
        {"says": f"{made.summary.claims:,} claims checked."},
        lambda: found.finish(made, report=report, at=timezone.now()),
        lambda: uploads.remove(job.pk),
    )


def _unreadable(running: Running, found: CheckedText, why: str) -> Outcome:
    problem = plain(f"{found.url or found.name} {why}").rstrip(".") + "."
    problem = f"{problem[:499]}…" if len(problem) > 500 else problem

    def effects() -> None:
        CheckedText.objects.filter(pk=found.pk).update(problem=problem, finished_at=timezone.now())

    return Outcome({"says": "The text could not be read."}, effects, lambda: uploads.remove(running.job.pk))


def _loaded(running: Running, found: CheckedText) -> Loaded:
    """The text made ready: what an earlier attempt read, else read now in a process of its own; raises UnreadableError."""
    folder = uploads.folder_of(running.job.pk)
    given, read = folder / "0", folder / "0.read"
    url = None
    if found.given == CheckedText.Given.PAGE:
        url = _fetched(found, folder)
    if not read.exists():
        problem = _read(running, found, url, given, read)
        if problem is not None:
            raise UnreadableError(problem)
        running.say("Read the text", further=True)
    try:
        told = json.loads(read.read_bytes())
        if "unreadable" in told:
            raise UnreadableError(str(told["unreadable"]))
        loaded = Loaded.model_validate(told["loaded"])
    except (ValidationError, ValueError, KeyError) as error:
        raise UnreadableError(_DAMAGED) from error
    if not _sound(loaded, given):
        raise UnreadableError(_DAMAGED)
    return loaded


def _fetched(found: CheckedText, folder: Path) -> str:
    """Where the page was found, after redirects; its bytes are in the folder. Raises UnreadableError."""
    where = folder / "0.url"
    if not where.exists():
        if not settings.WEB.fetch_pages or engine_settings().cut_off:
            raise UnreadableError("was not fetched: this site fetches no pages")
        from pincite.auditing.fetching import fetch  # noqa: PLC0415 - only where a page is asked for

        data, address = fetch(found.url)
        _keep(folder / "0", data)
        _keep(where, address.encode())
    return where.read_text()


def _read(running: Running, found: CheckedText, url: str | None, given: Path, read: Path) -> str | None:
    """Why the reader did not come to its end, or None; what it said is in `read` then."""
    asked = {
        "name": found.url or found.name,  # as the command line calls it
        "url": url,
        "path": str(given),
        "seconds": CPU_SECONDS,
        "memory": MEMORY,
        "limits": engine_settings().limits.model_dump(),
    }
    handle, temporary = tempfile.mkstemp(dir=read.parent, suffix=".reading")
    with os.fdopen(handle, "w+b") as output:
        problem = apart.run(
            "pincite.web.audits.parsing",
            asked,
            output=output,
            folder=read.parent,
            cpu_seconds=CPU_SECONDS,
            wall_seconds=WALL_SECONDS,
            check=running.check,
        )
        output.flush()
        os.fsync(output.fileno())
    if problem is None:
        Path(temporary).replace(read)
    return problem


def _keep(file: Path, data: bytes) -> None:
    """Whole or not at all."""
    temporary = file.with_suffix(".new")
    temporary.write_bytes(data)
    temporary.replace(file)


def _sound(loaded: Loaded, given: Path) -> bool:
    """The reading process is believed in nothing that can be checked."""
    length = len(loaded.text)
    return hashlib.sha256(given.read_bytes()).hexdigest() == loaded.sha256 and all(
        0 <= start <= end <= length for start, end in _places(loaded)
    )


def _places(loaded: Loaded) -> Iterator[tuple[int, int]]:
    places: Iterable[Stretch | Mark | ListedReference | Link] = chain(loaded.stretches, loaded.marks, loaded.listed, loaded.links)
    yield from ((one.start, one.end) for one in places)
    for stretch in loaded.stretches:
        yield from stretch.under
    yield from loaded.raised
