"""One worker at a time holds a job, and only the holder can end it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from pincite.web.jobs import leasing
from pincite.web.jobs.leasing import MOST_ATTEMPTS, LeaseLostError, claim, enqueue
from pincite.web.jobs.models import Job

State = Job.State
NO_TIME = datetime.timedelta(seconds=-1)  # a lease that has run out already


def test_asking_twice_for_the_same_work_gives_one_job(db: Any) -> None:
    assert enqueue("test", key="a", payload={"x": 1}) == enqueue("test", key="a", payload={"x": 2})
    assert Job.objects.get().payload == {"x": 1}


def test_two_workers_never_hold_one_job(waiting: Job) -> None:
    first = claim()
    assert first is not None
    assert first.job.pk == waiting.pk
    assert (first.job.state, first.job.attempts) == (State.RUNNING, 1)
    assert claim() is None


def test_one_claim_takes_one_job_however_many_wait(db: Any) -> None:
    for number in range(60):
        enqueue("test", key=str(number))
    assert claim() is not None
    assert Job.objects.filter(state=State.RUNNING).count() == 1


def test_the_oldest_job_comes_first_and_one_that_rests_comes_later(db: Any) -> None:
    resting = enqueue("test", key="resting")
    Job.objects.filter(pk=resting.pk).update(not_before=timezone.now() + datetime.timedelta(hours=1))
    older, newer = enqueue("test", key="older"), enqueue("test", key="newer")
    claimed = [claim(), claim(), claim()]
    assert [one.job.pk if one else None for one in claimed] == [older.pk, newer.pk, None]


def test_a_lease_that_ran_out_is_claimed_again_and_its_former_holder_can_write_nothing(waiting: Job) -> None:
    first = claim(lease=NO_TIME)
    second = claim()
    assert first is not None
    assert second is not None
    assert second.job.attempts == 2
    for attempt in (lambda: first.finish({"says": "late"}), first.renew, first.release, lambda: first.fail("late")):
        with pytest.raises(LeaseLostError):
            attempt()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.report) == (State.RUNNING, None)
    second.finish({"says": "done"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.report, waiting.leased_by) == (State.DONE, {"says": "done"}, "")


def test_effects_count_only_together_with_the_end_of_the_job(waiting: Job) -> None:
    claimed = claim()
    assert claimed is not None

    def effects() -> None:
        enqueue("test", key="effect")
        raise ValueError("something broke")

    with pytest.raises(ValueError, match="broke"):
        claimed.finish({}, effects=effects)
    assert not Job.objects.filter(key="effect").exists()
    waiting.refresh_from_db()
    assert waiting.state == State.RUNNING


def test_effects_of_a_worker_that_lost_its_lease_are_not_made(waiting: Job) -> None:
    first = claim(lease=NO_TIME)
    assert first is not None
    assert claim() is not None
    with pytest.raises(LeaseLostError):
        first.finish({}, effects=lambda: enqueue("test", key="effect"))  # type: ignore[arg-type, return-value]
    assert not Job.objects.filter(key="effect").exists()


def test_renewing_gives_a_whole_lease_from_now(waiting: Job) -> None:
    claimed = claim(lease=datetime.timedelta(seconds=5))
    assert claimed is not None
    before = claimed.job.leased_until
    claimed.renew()
    waiting.refresh_from_db()
    assert waiting.leased_until > before


def test_a_job_that_kills_its_worker_every_time_is_given_up_with_the_reason(waiting: Job) -> None:
    for attempt in range(1, MOST_ATTEMPTS + 1):
        claimed = claim(lease=NO_TIME)
        assert claimed is not None
        assert claimed.job.attempts == attempt
    assert claim() is None
    waiting.refresh_from_db()
    assert waiting.state == State.FAILED
    assert f"{MOST_ATTEMPTS} times" in waiting.report["failed"]
    assert waiting.finished_at is not None


def test_what_is_put_back_costs_no_attempt(waiting: Job) -> None:
    claimed = claim()
    assert claimed is not None
    claimed.release()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (State.QUEUED, 0)


def test_a_cancelled_job_is_lost_to_its_worker(waiting: Job) -> None:
    claimed = claim()
    assert claimed is not None
    assert leasing.cancel(waiting)
    with pytest.raises(LeaseLostError):
        claimed.finish({})
    assert not leasing.cancel(waiting)
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time; its workers are tried in test_kill")
def test_many_workers_at_once_share_the_jobs_without_overlap() -> None:
    from concurrent.futures import ThreadPoolExecutor

    made = {enqueue("test", key=str(number)).pk for number in range(40)}

    def work(_: int) -> list[Any]:
        found = []
        while (claimed := claim()) is not None:
            found.append(claimed.job.pk)
        connection.close()
        return found

    with ThreadPoolExecutor(8) as pool:
        taken = [pk for part in pool.map(work, range(8)) for pk in part]
    assert len(taken) == len(made)
    assert set(taken) == made
