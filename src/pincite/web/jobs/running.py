"""What a job's function is given: the job, a way to say how far it is, and to keep what a restarted attempt goes on from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from pincite.web.jobs.leasing import Claim

_SAY_SECONDS = 0.3  # the page asks every second; a row in the database need not be written more often than it is read


class StoppedError(Exception):
    """The worker was told to end: the job is put back and taken up by the next one."""


class Outcome(NamedTuple):
    """What a job's function returns: its report, and what else changes in this database when it counts as done."""

    report: dict[str, Any]
    effects: Callable[[], None] | None = None
    afterwards: Callable[[], None] | None = None  # outside the database, harmless when it never runs


class Running:
    """A claimed job at work."""

    def __init__(self, claim: Claim, stop: threading.Event) -> None:
        self.claim = claim
        self.job = claim.job
        self._stop = stop
        self._said = 0.0

    def check(self) -> None:
        """Raises StoppedError when the worker is to end, LeaseLostError when the job is another's."""
        if self._stop.is_set():
            raise StoppedError
        if self.claim.lost.is_set():
            self.claim.update()

    def say(self, says: str, *, done: int | None = None, total: int | None = None, further: bool = False) -> None:
        """Tell the job's page how far it is; `further`: this much is safe, so earlier failed attempts no longer count."""
        self.check()
        now = time.monotonic()
        if now - self._said < _SAY_SECONDS and not further:
            return
        self._said = now
        changes: dict[str, Any] = {"says": says[:500]}
        if done is not None:
            changes |= {"done": done, "total": total}
        if further:
            changes["attempts"] = 1
        self.claim.update(**changes)

    def keep(self, report: dict[str, Any]) -> None:
        """Write down what a later attempt must not find out anew; it is part of the report in the end."""
        self.check()
        self.claim.update(report=report, attempts=1)
