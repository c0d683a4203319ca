"""Subscriptions on the web: who may, what is shown, run as a job, what the audit trail says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pincite.feeds.subscriptions import Subscriptions
from pincite.library.store import Library
from pincite.web import configuration
from pincite.web.editorial.models import AuditRow
from pincite.web.jobs import duties, worker
from pincite.web.jobs.models import Job
from tests.feeds.standin import StandIn

stamina = pytest.importorskip("stamina", reason="feeds need the extra `feeds`")


@pytest.fixture
def standin(own_library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The home's settings file names the stand-in for every source."""
    server = StandIn()
    home = own_library.parent
    mirrors = "".join(f'{name} = "{url}"\n' for name, url in server.settings(home).feed_base_urls.items())
    (home / "pincite.toml").write_text(f'encoder = "none"\n[feed_base_urls]\n{mirrors}')
    monkeypatch.setattr("pincite.network.pacing.Pace.wait", lambda *_: None)
    configuration.engine_settings.cache_clear()
    with stamina.set_testing(True, attempts=20, cap=True):
        yield server
    server.close()


@pytest.fixture
def dave(client: Client, people: dict[str, Any], standin: StandIn) -> Client:
    client.force_login(people["dave"])
    return client


def held() -> Subscriptions:
    return Subscriptions(configuration.engine_settings())


def subscribe(client: Client, source: str = "openfda", query: str = "naproxen", **more: str) -> Any:
    return client.post("/library/feeds/", {"source": source, "query": query, "every_days": "7", **more})


def actions_written() -> list[str]:
    return list(AuditRow.objects.order_by("sequence").values_list("action", flat=True))


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "erin", "frank", None])
def test_only_librarians_see_or_change_subscriptions(client: Client, people: dict[str, Any], standin: StandIn, who: str | None) -> None:
    expected = 403
    if who:
        client.force_login(people[who])
    else:
        expected = 302
    assert client.get("/library/feeds/").status_code == expected
    assert client.get("/library/feeds/remove?feed=x").status_code == expected
    assert client.post("/library/feeds/run", {}).status_code == 403
    assert subscribe(client).status_code == expected
    assert held().all() == []


def test_a_subscription_is_made_run_as_a_job_and_removed(dave: Client, standin: StandIn, own_library: Path) -> None:
    assert subscribe(dave).status_code == 303
    (one,) = held().all()
    page = dave.get("/library/feeds/").content.decode()
    assert "naproxen" in page
    assert "never" in page
    answered = dave.post("/library/feeds/run", {"feed": one.id})
    assert answered.status_code == 303
    assert worker.run_once() is not None
    job = Job.objects.get(kind="feed")
    assert (job.state, job.report["feeds"][0]["added"]) == ("done", 3)
    assert "3 added" in dave.get(answered["Location"]).content.decode()
    page = dave.get("/library/feeds/").content.decode()
    assert "3 added" in page
    assert len(Library.open(own_library).documents_by_id([f"setid:{label['setid']}" for label in standin.labels])) == 3
    assert "Remove this subscription?" in dave.get(f"/library/feeds/remove?feed={one.id}").content.decode()
    assert held().all() != []
    assert dave.post("/library/feeds/remove", {"feed": one.id}).status_code == 303
    assert held().all() == []
    assert actions_written() == ["subscribe", "update-feeds", "feeds-updated", "unsubscribe"]


def test_an_error_of_a_source_is_shown_and_the_next_source_still_runs(dave: Client, standin: StandIn) -> None:
    subscribe(dave)
    subscribe(dave, "dailymed", "testoproxen")
    standin.fail("label.json", "500", times=1000)
    dave.post("/library/feeds/run", {})
    worker.run_once()
    job = Job.objects.get(kind="feed")
    assert job.state == "done"
    assert [bool(one["error"]) for one in job.report["feeds"]] == [True, False]
    page = dave.get("/library/feeds/").content.decode()
    assert "answered 500" in page
    assert "due now" in page


def test_asking_twice_makes_one_job(dave: Client) -> None:
    subscribe(dave)
    (one,) = held().all()
    first, second = (dave.post("/library/feeds/run", {"feed": one.id})["Location"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("source", "query"),
    [("retractions", "/etc/passwd"), ("pages", "file:///etc/passwd"), ("pubmed-bulk", "/var"), ("openfda", "  "), ("nosuch", "x")],
)
def test_nothing_on_the_server_can_be_named(dave: Client, source: str, query: str) -> None:
    assert subscribe(dave, source, query).status_code == 400
    assert held().all() == []


def test_what_people_typed_is_shown_as_text(dave: Client) -> None:
    subscribe(dave, "pubmed", "<script>alert(1)</script>")
    page = dave.get("/library/feeds/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_page_says_when_the_network_is_turned_off_and_so_does_the_job(
    dave: Client, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINCITE_OFFLINE", "1")
    configuration.engine_settings.cache_clear()
    subscribe(dave)
    assert "The network is turned off" in dave.get("/library/feeds/").content.decode()
    dave.post("/library/feeds/run", {})
    worker.run_once()
    assert "turned off" in Job.objects.get(kind="feed").report["feeds"][0]["error"]
    assert "turned off" in dave.get("/library/feeds/").content.decode()
    assert standin.hits == []


def test_subscriptions_run_by_themselves_only_where_the_settings_say_so(dave: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribe(dave)
    duties.look()
    assert not Job.objects.filter(kind="feed").exists()
    monkeypatch.setenv("PINCITE_OFFLINE", "0")
    configuration.engine_settings.cache_clear()
    duties.look()
    duties.look()
    assert Job.objects.filter(kind="feed").count() == 1


def test_a_job_waits_while_another_process_updates_the_feeds(dave: Client) -> None:
    subscribe(dave)
    dave.post("/library/feeds/run", {})
    with held().held():
        worker.run_once()
    job = Job.objects.get(kind="feed")
    assert (job.state, job.attempts) == ("queued", 0)
