"""Who works on which job, so that a process killed at any moment loses nothing and does nothing twice.

A worker claims a job by one UPDATE … RETURNING, keeps its lease alive from a thread, and ends the job in the transaction
that holds the job's effects on this database. That transaction checks that the lease is still the worker's own: whoever
lost it writes nothing. A lease that ran out may be claimed by anybody.
"""

from __future__ import annotations

import datetime
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from pincite.web.accounts.models import User
from pincite.web.jobs.models import Job

State = Job.State

# Long enough that a machine under load renews in time, short enough that a killed worker's job is taken up soon.
LEASE = datetime.timedelta(seconds=30)
MOST_ATTEMPTS = 5  # of which none got any further
# Pause before the next attempt: 2, 4, 8, 16 seconds; what was wrong for a moment is mostly right again by then.
_PAUSE = datetime.timedelta(seconds=2)
_KILLED = "The process that worked on it ended, or stood still, {} times without getting any further."

_log = logging.getLogger(__name__)


class LeaseLostError(Exception):
    """The job is no longer this worker's: its lease ran out, or somebody cancelled the job."""


class Claim:
    """A job that is this worker's for the length of its lease."""

    def __init__(self, job: Job, lease: datetime.timedelta) -> None:
        self.job = job
        self.lease = lease
        self.lost = threading.Event()

    def mine(self) -> Any:
        """The job's row as long as it is ours, as a query to update."""
        return Job.objects.filter(pk=self.job.pk, state=State.RUNNING, leased_by=self.job.leased_by)

    def update(self, **changes: Any) -> None:
        """Change the row; raises LeaseLostError when it is not ours any more."""
        self._write(changes)
        self._remember(changes)

    def _write(self, changes: dict[str, Any]) -> None:
        if self.lost.is_set() or not self.mine().update(**changes):
            self.lost.set()
            raise LeaseLostError(str(self.job.pk))

    def _remember(self, changes: dict[str, Any]) -> None:
        for name, value in changes.items():
            setattr(self.job, name, value)

    def renew(self) -> None:
        """Another whole lease from now on; raises LeaseLostError."""
        self.update(leased_until=timezone.now() + self.lease)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease from a thread while the block runs."""
        done = threading.Event()

        def renew() -> None:
            try:
                while not done.wait(self.lease.total_seconds() / 3):
                    try:
                        self.renew()
                    except OperationalError as error:  # a busy database: the lease lasts for two more tries
                        _log.warning("The lease of job %s was not renewed: %s", self.job.pk, error)
            except LeaseLostError:
                pass
            finally:
                connection.close()

        thread = threading.Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def finish(self, report: dict[str, Any], *, effects: Callable[[], None] | None = None) -> None:
        """Done: state, report and effects in one transaction, or, when the lease is lost, none of them."""
        changes = {"state": State.DONE, "report": report, "finished_at": timezone.now(), "leased_by": "", "leased_until": None, "says": ""}
        with transaction.atomic():
            self._write(changes)
            if effects is not None:
                effects()
        self._remember(changes)  # not before it is written: effects that fail take everything back

    def release(self, *, after: datetime.timedelta | None = None, says: str = "") -> None:
        """Put back what was not this job's fault: the worker ends, or another process holds the library. Costs no attempt."""
        later = timezone.now() + after if after else None
        self.update(
            state=State.QUEUED, attempts=max(0, self.job.attempts - 1), leased_by="", leased_until=None, not_before=later, says=says[:500]
        )

    def fail(self, reason: str) -> None:
        """It went wrong: once more after a pause, or, at the last attempt, failed for good with the reason."""
        if self.job.attempts >= MOST_ATTEMPTS:
            report = {**(self.job.report or {}), "failed": reason}
            self.update(state=State.FAILED, report=report, finished_at=timezone.now(), leased_by="", leased_until=None, says="")
            return
        pause = _PAUSE * 2 ** (self.job.attempts - 1)
        self.update(
            state=State.QUEUED, leased_by="", leased_until=None, not_before=timezone.now() + pause, says=f"Once more soon: {reason}"[:500]
        )


def enqueue(kind: str, *, key: str, payload: dict[str, Any] | None = None, by: User | None = None, pk: uuid.UUID | None = None) -> Job:
    """The job of that key, made when there is none yet."""
    made = {"kind": kind, "payload": payload or {}, "created_by": by} | ({"id": pk} if pk else {})
    job, _ = Job.objects.get_or_create(key=key, defaults=made)
    return job


def claim(*, lease: datetime.timedelta = LEASE, pk: uuid.UUID | None = None, kind: str = "") -> Claim | None:
    """The oldest job that waits or whose lease ran out, now this worker's; None when there is none.

    Only that job where `pk` names one, only of that kind where `kind` does.
    """
    now = timezone.now()
    _give_up(now)
    name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    moment = connection.ops.adapt_datetimefield_value
    # PostgreSQL's workers step over rows that another is just claiming; SQLite has one writer at a time. The inner query is compared
    # by =, which runs it once: under IN, PostgreSQL may choose to run it for every job, and each run locks, and claims, another one.
    only = ("AND id = %s " if pk else "") + ("AND kind = %s " if kind else "")
    named = ([Job._meta.pk.get_db_prep_value(pk, connection)] if pk else []) + ([kind] if kind else [])
    skip = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE jobs_job SET state = 'running', leased_by = %s, leased_until = %s, attempts = attempts + 1
            WHERE id = (
                SELECT id FROM jobs_job
                WHERE ((state = 'queued' AND (not_before IS NULL OR not_before <= %s)) OR (state = 'running' AND leased_until < %s)) {only}
                ORDER BY created_at, id LIMIT 1 {skip}
            ) RETURNING id""",
            [name, moment(now + lease), moment(now), moment(now), *named],
        )
        row = cursor.fetchone()
    return None if row is None else Claim(Job.objects.get(pk=Job._meta.pk.to_python(row[0])), lease)


def cancel(job: Job) -> bool:
    """Stop a job that waits or runs; what it has done so far stays. False when it has ended."""
    running = Job.objects.filter(pk=job.pk, state__in=(State.QUEUED, State.RUNNING))
    return bool(running.update(state=State.CANCELLED, finished_at=timezone.now(), leased_by="", leased_until=None, says=""))


def _give_up(now: datetime.datetime) -> None:
    """Jobs that killed their worker at every attempt are failed, so that they do not do so for ever."""
    stuck = Q(state=State.RUNNING, leased_until__lt=now, attempts__gte=MOST_ATTEMPTS)
    for job in Job.objects.filter(stuck):
        report = {**(job.report or {}), "failed": _KILLED.format(job.attempts)}
        Job.objects.filter(stuck, pk=job.pk).update(
            state=State.FAILED, report=report, finished_at=now, leased_by="", leased_until=None, says=""
        )
