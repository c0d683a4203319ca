"""PubMed by E-utilities, against the stand-in."""

from __future__ import annotations

import pytest

from pincite.feeds import entrez, pubmed
from pincite.library.store import Library
from tests.feeds.conftest import Run
from tests.feeds.standin import StandIn


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubmed, "PAGE", 4)
    monkeypatch.setattr(entrez, "MOST_OF_ONE_SEARCH", 10)


def ids(library: Library) -> set[str]:
    return {one.id for one in library.refresh().documents()}


def test_a_search_with_more_records_than_pubmed_gives_is_split_by_date_and_fetched_page_by_page(
    run: Run, library: Library, standin: StandIn
) -> None:
    done = run("pubmed", "back pain")
    assert done.last
    assert (done.last.total, done.last.read, done.last.added, done.last.failed, done.last.error) == (25, 25, 25, 0, None)
    assert ids(library) == {f"pmid:{pmid}" for pmid in standin.citations}
    assert all(int(query["retmax"]) <= 4 for query in standin.asked("efetch"))
    assert done.cursor == {}
    assert done.through is not None


def test_since_bounds_the_year_of_publication(run: Run, library: Library, standin: StandIn) -> None:
    run("pubmed", "back pain", since=2015)
    assert ids(library) == {f"pmid:{pmid}" for pmid, one in standin.citations.items() if one["year"] >= 2015}


@pytest.mark.parametrize("fault", ["429", "500", "503", "html", "truncated", "cut", "drip"])
def test_a_fault_that_passes_costs_nothing(run: Run, library: Library, standin: StandIn, fault: str, client: object) -> None:
    client.attempt_seconds = 0.3  # type: ignore[attr-defined]
    standin.fail("efetch", fault, times=2)
    standin.fail("esearch", fault if fault not in ("truncated",) else "500")
    done = run("pubmed", "back pain", since=2015)
    assert done.last
    assert done.last.error is None
    assert len(ids(library)) == done.last.added == sum(one["year"] >= 2015 for one in standin.citations.values())


def test_a_redirect_into_the_private_net_ends_the_run_and_is_told(run: Run, standin: StandIn) -> None:
    standin.fail("efetch", "inward")
    done = run("pubmed", "back pain")
    assert done.last
    assert done.last.error is not None
    assert "private or reserved" in done.last.error
    assert done.through is None


def test_a_run_that_was_cut_off_goes_on_where_it_ended(
    run: Run, library: Library, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.feeds.running._SOURCES_TOGETHER", 1)
    standin.faults.append(["retstart=4", "500", 100])
    first = run("pubmed", "back pain")
    assert first.last
    assert "answered 500" in str(first.last.error)
    held = len(ids(library))
    assert 0 < held < 25
    standin.faults.clear()
    standin.hits.clear()
    second = run("pubmed", "back pain")
    assert second.last
    assert second.last.error is None
    assert ids(library) == {f"pmid:{pmid}" for pmid in standin.citations}
    assert second.last.added == 25 - held
    assert second.last.unchanged == 0
    # What was fetched before the cut is as old as the first run.
    assert second.through is not None
    assert second.through <= first.last.started


def test_a_search_that_the_server_has_forgotten_is_made_again(run: Run, library: Library, standin: StandIn) -> None:
    standin.expire = 3
    done = run("pubmed", "back pain")
    assert done.last
    assert done.last.error is None
    assert len(ids(library)) == 25


def test_deleted_and_merged_records_are_counted_and_the_rest_is_kept(run: Run, library: Library, standin: StandIn) -> None:
    standin.undelivered = {1003}
    standin.merged = {1007: 1008}
    done = run("pubmed", "back pain")
    assert done.last
    assert done.last.missing == 1
    assert ids(library) == {f"pmid:{pmid}" for pmid in standin.citations if pmid not in (1003, 1007)}


def test_an_update_asks_only_for_what_changed_and_replaces_what_was_revised(run: Run, library: Library, standin: StandIn) -> None:
    run("pubmed", "back pain")
    standin.citations[1004] |= {"finding": "Pain did not differ.", "changed": "2027/01/01"}
    standin.hits.clear()
    done = run("pubmed", "back pain")
    assert done.last
    assert (done.last.read, done.last.replaced) == (1, 1)
    assert {query["datetype"] for query in standin.asked("esearch")} == {"mdat"}
    assert "Pain did not differ." in library.refresh().document("pmid:1004").text


def test_a_source_whose_clock_is_behind_is_asked_from_its_own_time(run: Run, standin: StandIn) -> None:
    standin.date = "Thu, 01 Jan 2026 10:00:00 GMT"
    run("pubmed", "back pain")
    standin.hits.clear()
    done = run("pubmed", "back pain")
    assert standin.asked("esearch")[0]["mindate"] == "2025/12/29"
    assert done.through is not None
    assert done.through.year == 2026


def test_the_user_agent_names_pincite_and_a_contact_and_the_key_is_sent_but_never_shown(standin: StandIn, run: Run) -> None:
    run("pubmed", "back pain", since=2019)
    agent = standin.hits[0][2]["User-Agent"]
    assert agent.startswith("Pincite/")
    assert standin.asked("esearch")[0]["tool"] == "pincite"
