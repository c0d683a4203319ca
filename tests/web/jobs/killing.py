"""Runs as a program: jobs that add documents, a worker that is killed again and again, and what is left in the end, as JSON.

`killing.py SEED KILLS` in a PINCITE_HOME of its own. Each worker is a process of its own, forked from this one so that
libraries are imported once; it is killed with SIGKILL at a random moment, or kills itself at a named point that a random
moment seldom hits.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

JOBS, FILES, DOCUMENTS = 5, 2, 3
LEASE = datetime.timedelta(seconds=0.6)
SHORT, LONG = 0.6, 20.0  # seconds until a random moment at the latest; until a named point is no longer waited for


def points() -> list[tuple[Any, str, bool]]:
    """(where, name of a function, before or after its work)."""
    from pincite.library import writing
    from pincite.web.editorial import audit_trail
    from pincite.web.jobs import leasing, running
    from pincite.web.library import ingesting, uploads

    return [
        (ingesting, "_parse", False),
        (running.Running, "keep", False),
        (writing.Writer, "_commit", True),  # tables are changed, the commit is not there
        (writing.Writer, "_commit", False),
        (leasing.Claim, "finish", True),  # all is added, nothing is told
        (audit_trail, "append", False),  # within the transaction that ends the job
        (uploads, "remove", True),  # the job is done, its files still lie there
    ]


def main(seed: int, kills: int) -> None:
    begun = time.monotonic()
    os.environ["DJANGO_SETTINGS_MODULE"] = "pincite.web.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from pincite.library import starter
    from pincite.web.configuration import engine_settings
    from pincite.web.jobs import leasing
    from pincite.web.jobs.models import Job

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    # In a process of its own: this one must not open the library, whose threads do not survive a fork. What else has to be
    # imported is imported here, once for all workers.
    for name in ("lance_namespace", "numpy", "pyarrow.compute", "pincite.library.writing", "pincite.web.editorial.living"):
        import_module(name)
    apart(lambda: starter.create_empty(engine_settings().library))
    leasing.MOST_ATTEMPTS = 1000  # that a job which kills its worker is given up is another test's matter
    make_jobs()
    connections.close_all()
    chance = random.Random(seed)
    sys.stderr.write(f"ready after {time.monotonic() - begun:.1f} s\n")
    places = points()
    died = []
    while Job.objects.filter(kind="ingest").exclude(state=Job.State.DONE).exists():
        connections.close_all()
        if len(died) >= kills:
            died.append(one_worker(None, 60.0, until_done=True))
            continue
        place = places[len(died) // 2 % len(places)] if len(died) % 2 else None
        died.append(one_worker(place, chance.uniform(0.02, SHORT) if place is None else LONG))
    sys.stderr.write(f"{time.monotonic() - begun:.1f} s: {died}\n")
    print(json.dumps(left(died)))


def apart(work: Callable[[], Any]) -> None:
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    os.waitpid(pid, 0)


def make_jobs() -> None:
    from pincite.web.accounts.models import User
    from pincite.web.library import actions, uploads

    dave = User.objects.create_user("dave", password="x", is_superuser=True)
    for job in range(JOBS):
        files = []
        for file in range(FILES):
            records = [
                f"- id: doc-{job}-{file}-{number}\n  tier: research\n  design: cohort\n  title: Study {job} {file} {number}\n  seen_at: [https://example.org/{job}{file}{number}]\n"
                f"  statements:\n    - {{kind: finding, text: 'Pain fell by {number} points in study {job}{file}.', locator: Abstract}}\n"
                for number in range(DOCUMENTS)
            ]
            files.append(uploads.pasted("".join(records), name=f"records-{job}-{file}.yaml"))
        actions.add(files, by=dave)


def one_worker(place: tuple[Any, str, bool] | None, seconds: float, *, until_done: bool = False) -> str:
    """Start a worker and end it; how it died."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            if place is not None:
                deadly(*place)
            from pincite.web.jobs import worker

            worker.POLL_SECONDS = 0.1
            worker.run_forever(lease=LEASE)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    from django.db import connections

    from pincite.web.jobs.models import Job

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return f"at {place[1]}" if place else "by itself"
        if until_done:
            done = not Job.objects.filter(kind="ingest").exclude(state=Job.State.DONE).exists()
            connections.close_all()
            if done:
                os.kill(pid, signal.SIGTERM)
                os.waitpid(pid, 0)
                return "asked to end"
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "at random"


def deadly(where: Any, name: str, before: bool) -> None:
    """The function kills its own process, before or after its work."""
    work: Callable[..., Any] = getattr(where, name)

    def replaced(*args: Any, **kwargs: Any) -> Any:
        if before:
            os.kill(os.getpid(), signal.SIGKILL)
        work(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(where, name, replaced)


def left(died: list[str]) -> dict[str, Any]:
    from pincite.library.store import Library
    from pincite.web.configuration import engine_settings
    from pincite.web.editorial import audit_trail
    from pincite.web.editorial.models import AuditRow
    from pincite.web.jobs.models import Job
    from pincite.web.library import uploads

    uploads.sweep()
    library = Library.open(engine_settings().library, read_only=True)
    jobs = Job.objects.filter(kind="ingest")
    folder = uploads.folder_of(jobs[0].pk).parent
    return {
        "died": died,
        "documents": sorted(one.id for one in library.documents()),
        "problems": library.verify().problems,
        "states": [job.state for job in jobs],
        "added": [job.report["counts"] for job in jobs],
        "listed": sorted(one["id"] for job in jobs for file in job.report["files"] for one in file["documents"]),
        "audited": sorted(AuditRow.objects.filter(action="add-documents").values_list("subject", flat=True)),
        "jobs": sorted(f"job:{job.pk}" for job in jobs),
        "trail": audit_trail.verify().broken,
        "uploads": sorted(entry.name for entry in folder.iterdir()),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
