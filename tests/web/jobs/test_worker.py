"""What a worker does with a job that works, fails, stops, or is nobody's; and what it looks after by itself."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from pincite.errors import LibraryBusyError, PinciteError
from pincite.web.jobs import duties, work
from pincite.web.jobs.leasing import MOST_ATTEMPTS, enqueue
from pincite.web.jobs.models import Job, Seen
from pincite.web.jobs.running import Outcome, Running
from pincite.web.jobs.worker import run_forever, run_once

State = Job.State
Doing = Callable[[Callable[[Running], Outcome]], None]


def again(job: Job) -> Job:
    """The pause before the next attempt is over."""
    Job.objects.filter(pk=job.pk).update(not_before=None)
    assert run_once() is not None
    job.refresh_from_db()
    return job


def test_a_job_is_done_with_its_report_and_effects(waiting: Job, doing: Doing) -> None:
    after: list[str] = []

    def function(running: Running) -> Outcome:
        running.say("half way", done=1, total=2)
        return Outcome({"says": "done"}, lambda: Seen.objects.create(name="effect", value="1") and None, lambda: after.append("x"))

    doing(function)
    assert run_once() is not None
    assert run_once() is None
    waiting.refresh_from_db()
    assert (waiting.state, waiting.report, waiting.done, waiting.total) == (State.DONE, {"says": "done"}, 1, 2)
    assert Seen.objects.get(name="effect").value == "1"
    assert after == ["x"]


def test_a_failing_job_rests_longer_each_time_and_fails_for_good_with_the_reason(waiting: Job, doing: Doing) -> None:
    def function(running: Running) -> Outcome:
        raise PinciteError("The disk is full.", what_to_do="Free some space.")

    doing(function)
    pauses = []
    for _ in range(MOST_ATTEMPTS - 1):
        now = timezone.now()
        job = again(waiting)
        assert job.state == State.QUEUED
        assert "The disk is full." in job.says
        pauses.append(job.not_before - now)
    assert pauses == sorted(pauses)
    assert pauses[0] > datetime.timedelta(seconds=1)
    job = again(waiting)
    assert (job.state, job.report) == (State.FAILED, {"failed": "The disk is full. Free some space."})


def test_an_unexpected_error_is_told_without_its_inside(waiting: Job, doing: Doing) -> None:
    def function(running: Running) -> Outcome:
        raise ValueError("password=hunter2")

    doing(function)
    for _ in range(MOST_ATTEMPTS):
        job = again(waiting)
    assert job.state == State.FAILED
    assert "ValueError" in job.report["failed"]
    assert "hunter2" not in job.report["failed"]


def test_attempts_that_got_further_are_not_counted_against_a_job(waiting: Job, doing: Doing) -> None:
    def function(running: Running) -> Outcome:
        running.say("one more file is safe", done=1, total=9, further=True)
        raise PinciteError("cut off")

    doing(function)
    for _ in range(MOST_ATTEMPTS + 2):
        job = again(waiting)
    assert job.state == State.QUEUED


def test_a_library_in_use_costs_no_attempt(waiting: Job, doing: Doing) -> None:
    def function(running: Running) -> Outcome:
        raise LibraryBusyError("Another process is adding.")

    doing(function)
    for _ in range(MOST_ATTEMPTS + 2):
        job = again(waiting)
    assert (job.state, job.attempts) == (State.QUEUED, 0)
    assert "Another process" in job.says


def test_a_worker_that_is_told_to_end_puts_its_job_back(waiting: Job, doing: Doing) -> None:
    stop = threading.Event()

    def function(running: Running) -> Outcome:
        stop.set()
        running.say("on and on")
        raise AssertionError("not reached")

    doing(function)
    run_once(stop=stop)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.not_before) == (State.QUEUED, 0, None)


def test_a_job_cancelled_while_it_runs_stays_cancelled(waiting: Job, doing: Doing) -> None:
    def function(running: Running) -> Outcome:
        Job.objects.filter(pk=running.job.pk).update(state=State.CANCELLED)
        running.say("on and on")
        raise AssertionError("not reached")

    doing(function)
    run_once()
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED


def test_work_of_a_kind_that_nobody_knows_fails(db: Any) -> None:
    job = enqueue("from the future", key="x")
    for _ in range(MOST_ATTEMPTS):
        job = again(job)
    assert job.state == State.FAILED
    assert "from the future" in job.report["failed"]


def test_a_worker_ends_when_it_is_told_to(db: Any) -> None:
    stop = threading.Event()
    stop.set()
    run_forever(stop)


def test_what_is_due_is_asked_for_once(db: Any) -> None:
    kinds = sorted(job.kind for job in duties.look())
    assert kinds == ["encode", "purge", "recheck-articles", "review-dates"]
    assert duties.look() == []


def test_articles_are_compared_again_only_when_the_library_is_another(db: Any) -> None:
    Job.objects.all().delete()
    enqueue("recheck-articles", key="now")
    while run_once() is not None:
        pass
    assert Job.objects.get(key="now").state == State.DONE
    assert "recheck-articles" not in [job.kind for job in duties.look()]
    Seen.objects.filter(name=work.ARTICLES_SEEN).update(value="another library")
    assert "recheck-articles" in [job.kind for job in duties.look()]


def test_vectors_wait_until_documents_are_added(db: Any) -> None:
    enqueue("ingest", key="files", payload={"files": []})
    assert "encode" not in [job.kind for job in duties.look()]


def test_old_jobs_of_the_system_are_purged_and_those_of_people_kept(people: dict[str, Any]) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=work.KEEP_DAYS + 1)
    for key, by in (("system", None), ("dave", people["dave"])):
        job = enqueue("test", key=key, by=by)
        Job.objects.filter(pk=job.pk).update(state=State.DONE, finished_at=long_ago)
    enqueue("purge", key="purge")
    while run_once() is not None:
        pass
    assert sorted(Job.objects.filter(kind="test").values_list("key", flat=True)) == ["dave"]
    assert Job.objects.get(key="purge").state == State.DONE


@pytest.mark.parametrize("kind", sorted(work.KINDS))
def test_every_kind_has_a_title(kind: str) -> None:
    assert work.TITLES[kind]
