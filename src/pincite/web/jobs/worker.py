"""The worker: claims one job after the other and works it off; in between it looks after what is due by itself.

`serve` runs one as a process of its own. Several may run beside each other, on one machine or on several.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import signal
import threading
import time
import uuid

from django.db import DatabaseError, close_old_connections, connection

from pincite.errors import LibraryBusyError, LibraryError, PinciteError
from pincite.web.jobs import duties
from pincite.web.jobs.leasing import LEASE, Claim, LeaseLostError, claim
from pincite.web.jobs.models import Job
from pincite.web.jobs.running import Running, StoppedError
from pincite.web.jobs.work import KINDS
from pincite.web.library import uploads

POLL_SECONDS = 1.0
DUTY_SECONDS = 2.0
_BUSY_PAUSE = datetime.timedelta(seconds=3)
_NICE = 10  # readers go first
_ENDING_SECONDS = 5.0  # until a text that is being checked has been put back

_log = logging.getLogger(__name__)


def run_forever(stop: threading.Event | None = None, *, lease: datetime.timedelta = LEASE) -> None:
    """Work until `stop` is set; without one this process is the worker's own, and SIGTERM or SIGINT ends it in order."""
    beside: threading.Thread | None = None
    if stop is None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        with contextlib.suppress(AttributeError, OSError):
            os.nice(_NICE)
        beside = threading.Thread(target=_check_texts, args=(stop, lease), name="texts", daemon=True)
        beside.start()
    looked = -DUTY_SECONDS
    tidied = False
    while not stop.is_set():
        try:
            if not tidied:  # what a killed worker left behind
                uploads.sweep()
                tidied = True
            if time.monotonic() - looked >= DUTY_SECONDS:
                _look()
                looked = time.monotonic()
            worked = run_once(stop=stop, lease=lease)
        except DatabaseError as error:  # busy, restarting, or not reachable: the next turn tries again
            _log.warning("The worker waits for the database: %s", error)
            worked = None
        close_old_connections()
        if worked is None:
            stop.wait(POLL_SECONDS)
    if beside is not None:
        beside.join(_ENDING_SECONDS)


def _check_texts(stop: threading.Event, lease: datetime.timedelta) -> None:
    """Texts that people wait for are checked beside the long work: adding documents or making vectors can take an hour."""
    while not stop.is_set():
        worked = None
        try:
            if Job.objects.filter(kind="audit", state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists():
                worked = run_once(stop=stop, lease=lease, kind="audit")
        except DatabaseError as error:
            _log.warning("The worker waits for the database: %s", error)
        close_old_connections()
        if worked is None:
            stop.wait(POLL_SECONDS)
    connection.close()


def run_once(
    *, stop: threading.Event | None = None, lease: datetime.timedelta = LEASE, pk: uuid.UUID | None = None, kind: str = ""
) -> Job | None:
    """Claim one job (the one named, or one of that kind) and work it off; the job, or None when none is waiting."""
    claimed = claim(lease=lease, pk=pk, kind=kind)
    if claimed is None:
        return None
    with claimed.kept():
        _work(claimed, stop or threading.Event())
    return claimed.job


def _work(claimed: Claim, stop: threading.Event) -> None:
    job = claimed.job
    try:
        try:
            if job.kind not in KINDS:
                raise PinciteError(f"This version of Pincite knows no work called {job.kind!r}.")
            outcome = KINDS[job.kind](Running(claimed, stop))
            claimed.finish(outcome.report, effects=outcome.effects)
            if outcome.afterwards is not None:
                outcome.afterwards()
        except StoppedError:
            claimed.release()
        except LibraryBusyError:
            claimed.release(after=_BUSY_PAUSE, says="Another process is changing the library; this waits until it has finished.")
        except (LeaseLostError, DatabaseError):
            raise
        except PinciteError as error:
            _log.warning("Job %s (%s), attempt %s: %s", job.pk, job.kind, job.attempts, error)
            claimed.fail(str(error))
        except Exception as error:
            _log.exception("Job %s (%s), attempt %s", job.pk, job.kind, job.attempts)
            claimed.fail(f"Something unexpected went wrong ({type(error).__name__}); the log of this server says more.")
    except LeaseLostError:
        _log.warning("Job %s (%s) is no longer this worker's.", job.pk, job.kind)


def _look() -> None:
    try:
        duties.look()
    except LibraryError as error:
        _log.warning("The library cannot be looked at: %s", error)
