"""Runs as a program: a text is handed in, the worker that checks it is killed at named points, and what is left in the end, as JSON.

In a PINCITE_HOME of its own, whose library PINCITE_LIBRARY may name. Each worker is a process of its own, forked from this one,
which never opens the library: its threads would not survive.
"""

from __future__ import annotations

import datetime
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

from sample import TEXT

LEASE = datetime.timedelta(seconds=0.6)
LONG = 120.0  # seconds until a worker is given up


def points() -> list[tuple[Any, str, bool]]:
    """(where, name of a function, before or after its work)."""
    from pincite.auditing import auditing
    from pincite.web.audits import models, working
    from pincite.web.jobs import leasing
    from pincite.web.library import uploads

    return [
        (working, "_read", True),
        (working, "_read", False),
        (auditing, "_judge", False),  # in the midst of the claims
        (leasing.Claim, "finish", True),  # all is found out, nothing is kept
        (models.CheckedText, "finish", False),  # within the transaction that ends the job
        (uploads, "remove", True),  # the job is done, the text still lies there
    ]


def main() -> None:
    """Hand in, kill, let one worker finish, print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "pincite.web.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from pincite.web.audits import actions
    from pincite.web.audits.models import CheckedText
    from pincite.web.jobs import leasing
    from pincite.web.jobs.models import Job
    from pincite.web.library import uploads

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    for name in ("lance_namespace", "numpy", "pyarrow.compute", "pincite.pipeline", "pincite.auditing.auditing", "pincite.web.engine"):
        import_module(name)
    leasing.MOST_ATTEMPTS = 1000  # that a text which kills its worker is given up is another test's matter
    from django.contrib.auth.models import AnonymousUser

    actions.start(actions.Handed(CheckedText.Given.FILE, "leaflet.md", uploads.pasted(TEXT, name="leaflet.md")), by=AnonymousUser())
    died = [one_worker(place) for place in points()]
    if died[-1] != "by itself":
        died.append(one_worker(None))
    text, job = CheckedText.objects.get(), Job.objects.get(kind="audit")
    uploads.sweep()
    print(
        json.dumps(
            {
                "died": died,
                "state": [text.state, job.state],
                "report": text.report,
                "job": job.report,
                "texts": CheckedText.objects.count(),
                "uploads": sorted(entry.name for entry in uploads.folder_of(job.pk).parent.iterdir()),
            }
        )
    )


def one_worker(place: tuple[Any, str, bool] | None) -> str:
    """Start a worker, which kills itself at that place or ends when nothing is left to do; how it ended."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            if place is not None:
                deadly(*place)
            from pincite.web.jobs import worker

            until = time.monotonic() + LONG
            while time.monotonic() < until and unfinished():
                worker.run_once(lease=LEASE)
                time.sleep(0.05)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return f"at {place[1]}" if place is not None and os.WIFSIGNALED(status) else "by itself"


def unfinished() -> bool:
    from pincite.web.jobs.models import Job

    return Job.objects.filter(kind="audit").exclude(state=Job.State.DONE).exists()


def deadly(where: Any, name: str, before: bool) -> None:
    """The function kills its own process, before or after its work."""
    work: Callable[..., Any] = getattr(where, name)

    def replaced(*args: Any, **kwargs: Any) -> Any:
        if not before:
            work(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(where, name, replaced)


if __name__ == "__main__":
    sys.exit(main())
