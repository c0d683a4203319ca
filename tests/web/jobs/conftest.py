"""A job's row and a kind of work that tests can steer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pincite.web.jobs import leasing, work
from pincite.web.jobs.models import Job
from pincite.web.jobs.running import Outcome, Running


@pytest.fixture
def doing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Running], Outcome]], None]:
    """Say what a job of the kind "test" does."""

    def do(function: Callable[[Running], Outcome]) -> None:
        monkeypatch.setitem(work.KINDS, "test", function)

    return do


@pytest.fixture
def waiting(db: Any) -> Job:
    """A job of the kind "test" that waits."""
    return leasing.enqueue("test", key="test:1")
