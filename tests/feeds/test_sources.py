"""Every other source, against the stand-in."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest

from pincite.appraisal.currency import usable
from pincite.feeds import europepmc, openfda
from pincite.library.store import Library
from tests.feeds.conftest import Run
from tests.feeds.standin import FILES, SETID, StandIn, citations_xml


def ids(library: Library) -> set[str]:
    return {one.id for one in library.refresh().documents()}


# --- labels --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, "429", "500", "html", "cut"])
def test_openfda_labels_are_followed_from_page_to_page(
    run: Run, library: Library, standin: StandIn, monkeypatch: pytest.MonkeyPatch, fault: str | None
) -> None:
    monkeypatch.setattr(openfda, "_PAGE", 2)
    if fault:
        standin.fail("label.json", fault, times=2)
    done = run("openfda", "naproxen", "unheardofin")
    assert done.last
    assert (done.last.added, done.last.error) == (3, None)
    assert ids(library) == {f"setid:{one['setid']}" for one in standin.labels}


def test_only_the_newest_labels_of_a_drug_are_taken(run: Run, library: Library) -> None:
    run("openfda", "naproxen", most=1)
    assert ids(library) == {f"setid:{SETID.format(3)}"}


def test_a_newer_label_replaces_the_older_one(run: Run, library: Library, standin: StandIn) -> None:
    run("openfda", "naproxen")
    standin.labels[0] |= {"version": 2, "date": "20270101", "dose": 1000}
    done = run("openfda", "naproxen")
    assert done.last
    assert (done.last.read, done.last.replaced) == (1, 1)
    assert "1000 mg" in library.refresh().document(f"setid:{SETID.format(1)}").text


def test_dailymed_fetches_a_label_again_only_when_its_version_changed(run: Run, library: Library, standin: StandIn) -> None:
    assert run("dailymed", "testoproxen").last.added == 3  # type: ignore[union-attr]
    standin.labels[1] |= {"version": 2, "date": "20260101", "dose": 500}
    standin.hits.clear()
    done = run("dailymed", "testoproxen")
    assert len([path for path, _, _ in standin.hits if path.endswith(".xml")]) == 1
    assert done.last
    assert done.last.replaced == 1
    assert "500 mg" in library.refresh().document(f"setid:{SETID.format(2)}").text


def test_a_label_that_dailymed_withdrew_between_list_and_fetch_is_counted(run: Run, library: Library, standin: StandIn) -> None:
    standin.labels[0]["withdrawn"] = True
    done = run("dailymed", "testoproxen")
    assert done.last
    assert (done.last.added, done.last.missing, done.last.error) == (2, 1, None)


# --- full texts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, "503", "truncated", "html"])
def test_europe_pmc_is_followed_until_the_cursor_stays(
    run: Run, library: Library, standin: StandIn, monkeypatch: pytest.MonkeyPatch, fault: str | None
) -> None:
    monkeypatch.setattr(europepmc, "_PAGE", 2)
    if fault:
        standin.fail("fullTextXML", fault)
    done = run("europepmc", "sciatica", since=2018)
    assert done.last
    assert (done.last.added, done.last.error) == (5, None)
    assert ids(library) == {f"pmcid:{name}" for name in standin.articles}
    assert library.refresh().document("pmcid:PMC7001").extent == "full-text"
    assert "OPEN_ACCESS:y" in standin.asked("search")[0]["query"]


def test_pmc_gives_the_newest_version_and_says_what_is_retracted_and_what_may_not_be_reused(
    run: Run, library: Library, standin: StandIn
) -> None:
    standin.articles["PMC7002"] |= {"version": 3, "retracted": True}
    standin.articles["PMC7003"]["open"] = False
    done = run("pmc", "PMC7001", "PMC7002", "PMC7003", "PMC9999")
    assert done.last
    assert (done.last.added, done.last.failed, done.last.flagged) == (2, 0, 1)
    assert any(path == "/store/PMC7002.3/PMC7002.3.xml" for path, _, _ in standin.hits)
    assert library.refresh().document("pmcid:PMC7002").status == "retracted"
    assert library.refresh().document("pmcid:PMC7001").status != "retracted"


def test_pmc_takes_a_search_too(run: Run, library: Library, standin: StandIn) -> None:
    assert run("pmc", "sciatica").last.added == 5  # type: ignore[union-attr]
    assert "open access[filter]" in standin.asked("esearch")[0]["term"]


# --- registrations -------------------------------------------------------------------------------------------------------


def test_registered_trials_are_held_as_such_and_never_used_as_evidence(
    run: Run, library: Library, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.feeds.clinicaltrials._PAGE", 2)
    done = run("clinicaltrials", "baastrup disease")
    assert done.last
    assert (done.last.added, done.last.failed) == (3, 0)
    held = [library.refresh().document(f"nct:NCT0000000{n}") for n in (1, 2, 3)]
    assert not any(usable(one) for one in held)
    assert "recruiting, no results yet: not evidence" in held[0].text
    assert "completed, no results posted: not evidence" in held[1].text
    assert "not read here: not evidence" in held[2].text


# --- notices -------------------------------------------------------------------------------------------------------------


def test_crossref_reads_every_entry_of_updated_by(run: Run, library: Library, standin: StandIn) -> None:
    run("pubmed", "back pain", since=2010)
    standin.crossref = {f"10.5555/test.{pmid}": [] for pmid in standin.citations if pmid != 1015}
    late = {"type": "retraction", "DOI": "10.5555/notice.9", "source": "retraction-watch", "updated": {"date-parts": [[2025, 3, 14]]}}
    standin.crossref["10.5555/test.1012"] = [{"type": "correction", "DOI": "10.5555/c.1", "updated": {"date-parts": [[2020, 1, 1]]}}, late]
    standin.crossref["10.5555/test.1013"] = [{"type": "expression_of_concern", "DOI": "10.5555/e.1", "updated": {"date-parts": [[2024]]}}]
    standin.crossref["10.5555/test.1014"] = [{"type": "new_version", "DOI": "10.5555/v.2"}]
    done = run("crossref")
    assert done.last
    assert done.last.error is None
    library = library.refresh()
    statuses = {pmid: library.document(f"pmid:{pmid}") for pmid in (1011, 1012, 1013, 1014, 1015)}
    assert [one.status for one in statuses.values()][1:3] == ["retracted", "concern"]
    assert {notice.kind for notice in statuses[1012].notices} == {"retraction", "erratum"}
    assert statuses[1011].looked_up is not None
    assert statuses[1015].looked_up is None  # Crossref does not know it: nobody has looked


def test_crossref_asks_no_faster_than_its_headers_allow(run: Run, library: Library, standin: StandIn, client: Any) -> None:
    run("pubmed", "back pain", since=2019)
    standin.crossref = {"10.5555/test.1019": []}
    run("crossref")
    assert client.pace._between["127.0.0.1"] >= 1 / 50


def test_a_list_of_retractions_sets_status_and_keeps_errata_and_concerns_apart(run: Run, library: Library) -> None:
    run("pubmed", "back pain")
    done = run("retractions", str(FILES / "retraction_watch.csv"))
    assert done.last
    assert done.last.error is None
    library = library.refresh()
    held = {pmid: library.document(f"pmid:{pmid}") for pmid in (1001, 1002, 1003, 1004, 1005)}
    assert [one.status == "retracted" for one in held.values()] == [True, False, False, False, False]
    assert held[1002].status == "concern"
    assert [notice.kind for notice in held[1003].notices] == ["erratum"]
    assert held[1001].notices[0].date == "2025-03-14"
    assert held[1001].notices[0].reasons == "Error in Data; Concerns/Issues About Results"
    assert all(one.looked_up for one in held.values())


def test_a_list_from_an_address_is_fetched_again_only_when_it_changed(run: Run, standin: StandIn) -> None:
    run("retractions", f"{standin.url}/rw/list.csv")
    done = run("retractions", f"{standin.url}/rw/list.csv")
    assert done.last
    assert done.last.error is None
    assert "If-None-Match" in {name.title() for name in standin.hits[-1][2]}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a,b\n1,2\n", "no list of Retraction Watch"),
        ((FILES / "retraction_watch.csv").read_bytes()[:-30], "middle of a line"),
        (b"<html>sign in</html>\n", "no list of Retraction Watch"),
        ((FILES / "retraction_watch.csv").read_bytes().split(b"\n")[0] + b"\n", "holds no notice"),
    ],
)
def test_what_is_no_whole_list_is_refused(run: Run, tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "list.csv").write_bytes(data)
    done = run("retractions", str(tmp_path / "list.csv"))
    assert done.last
    assert says in str(done.last.error)


def test_a_list_that_lost_many_rows_is_refused_because_it_would_clear_what_is_retracted(
    run: Run, library: Library, standin: StandIn
) -> None:
    run("pubmed", "back pain")
    address = f"{standin.url}/rw/list.csv"
    run("retractions", address)
    standin.list = b"\n".join(standin.list.splitlines()[:1] + standin.list.splitlines()[2:4]) + b"\n"
    done = run("retractions", address)
    assert done.last
    assert "looks cut off" in str(done.last.error)
    assert library.refresh().document("pmid:1001").status == "retracted"


@pytest.mark.parametrize(
    ("source", "page", "first", "place"), [("europepmc", "cursorMark=mark2", 2, "mark2"), ("clinicaltrials", "pageToken=t2", 2, "t2")]
)
def test_a_place_that_the_service_has_forgotten_does_not_block_the_subscription(
    run: Run, library: Library, standin: StandIn, monkeypatch: pytest.MonkeyPatch, source: str, page: str, first: int, place: str
) -> None:
    monkeypatch.setattr(f"pincite.feeds.{source}._PAGE", 2)
    standin.faults.append([page, "500", 100])
    cut_off = run(source, "sciatica")
    assert cut_off.last
    assert "answered 500" in str(cut_off.last.error)
    assert len(ids(library)) == first
    standin.faults.clear()
    standin.forgotten = {place}
    monkeypatch.setattr(f"pincite.feeds.{source}._PAGE", 50)
    done = run(source, "sciatica")
    assert done.last
    assert done.last.error is None
    assert len(ids(library)) in (3, 5)


def test_pmc_goes_on_below_the_last_number_that_is_in(
    run: Run, library: Library, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.feeds.pmc._TOGETHER", 2)
    standin.faults.append(["PMC7002.1.xml", "500", 100])
    run("pmc", "sciatica")
    assert ids(library) == {"pmcid:PMC7005", "pmcid:PMC7004"}
    standin.faults.clear()
    standin.articles["PMC7009"] = standin.articles["PMC7001"]  # new, before the place to go on from: for the next update
    assert run("pmc", "sciatica").last.added == 3  # type: ignore[union-attr]


def test_an_answer_with_parts_of_another_kind_ends_the_run_and_is_told(run: Run, standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = (200, "application/json", b'{"hitCount": "many", "resultList": {"result": ["x", 7]}}', {})
    monkeypatch.setattr(StandIn, "_epmc", lambda *_: answer)
    done = run("europepmc", "sciatica")
    assert done.last
    assert "not understood" in str(done.last.error)


# --- pages ---------------------------------------------------------------------------------------------------------------


def test_a_page_is_kept_only_where_robots_and_licence_allow(run: Run, library: Library, standin: StandIn) -> None:
    page = (FILES / "guideline.html").read_bytes()
    unlicensed = page.replace(b' rel="license" href="https://creativecommons.org/licenses/by/4.0/"', b"")
    standin.pages = {
        "/robots.txt": (200, "text/plain", b"User-agent: *\nDisallow: /private/\n"),
        "/open.html": (200, "text/html", page),
        "/private/closed.html": (200, "text/html", page),
        "/plain.html": (200, "text/html", unlicensed),
        "/noarchive.html": (200, "text/html", page.replace(b"<head>", b'<head><meta name="robots" content="noarchive">')),
    }
    done = run("pages", *(f"{standin.url}{path}" for path in standin.pages if path != "/robots.txt"))
    assert done.last
    assert (done.last.added, done.last.failed) == (1, 3)
    told = "\n".join(done.last.failures)
    for reason in ("robots.txt of its site forbids it", "states no licence", "forbids archiving"):
        assert reason in told
    assert run("pages", f"{standin.url}/plain.html", licence="permission by letter").last.failed == 0  # type: ignore[union-attr]


def test_a_site_whose_robots_cannot_be_had_is_left_alone(run: Run, standin: StandIn) -> None:
    standin.pages = {"/open.html": (200, "text/html", (FILES / "guideline.html").read_bytes())}
    standin.fail("robots.txt", "500", times=100)
    done = run("pages", f"{standin.url}/open.html")
    assert done.last
    assert (done.last.added, done.last.failed) == (0, 1)


# --- bulk ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bulk(standin: StandIn) -> StandIn:
    held = standin.citations
    revised = {1002: held[1002] | {"finding": "Pain did not differ between groups."}}
    standin.files = {
        "baseline/pubmed26n0001.xml.gz": gzip.compress(citations_xml({pmid: held[pmid] for pmid in (1001, 1002, 1003)})),
        "baseline/pubmed26n0002.xml.gz": gzip.compress(citations_xml({pmid: held[pmid] for pmid in (1004, 1005)})),
        "updatefiles/pubmed26n0003.xml.gz": gzip.compress(citations_xml(revised, deleted=(1003, 9999))),
    }
    return standin


def test_baseline_and_update_files_come_in_order_and_revisions_and_deletions_are_honoured(
    run: Run, library: Library, bulk: StandIn
) -> None:
    done = run("pubmed-bulk")
    assert done.last
    assert (done.last.added, done.last.replaced, done.last.withdrawn, done.last.error) == (5, 1, 1, None)
    library = library.refresh()
    assert "did not differ" in library.document("pmid:1002").text
    assert "PubMed deleted" in str(library.document("pmid:1003").retired)
    assert done.cursor == {"year": 26, "number": 3}


def test_only_new_files_are_fetched_the_next_time(run: Run, library: Library, bulk: StandIn) -> None:
    run("pubmed-bulk")
    bulk.files["updatefiles/pubmed26n0004.xml.gz"] = gzip.compress(citations_xml({1006: bulk.citations[1006]}))
    bulk.hits.clear()
    done = run("pubmed-bulk")
    assert done.last
    assert done.last.added == 1
    assert [path for path, _, _ in bulk.hits if path.endswith(".xml.gz")] == ["/bulk/updatefiles/pubmed26n0004.xml.gz"]


def test_a_new_years_baseline_is_taken_from_its_first_file(run: Run, library: Library, bulk: StandIn) -> None:
    run("pubmed-bulk")
    bulk.files = {"baseline/pubmed27n0001.xml.gz": bulk.files["baseline/pubmed26n0002.xml.gz"]}
    done = run("pubmed-bulk")
    assert done.last
    assert (done.last.unchanged, done.cursor) == (2, {"year": 27, "number": 1})


def test_a_file_with_another_checksum_is_not_taken(run: Run, library: Library, bulk: StandIn) -> None:
    bulk.wrong_sums.add("baseline/pubmed26n0002.xml.gz")
    done = run("pubmed-bulk")
    assert done.last
    assert "another checksum" in str(done.last.error)
    assert ids(library) == {"pmid:1001", "pmid:1002", "pmid:1003"}
    assert done.cursor == {"year": 26, "number": 1}


def test_a_folder_of_files_needs_no_network_and_words_choose_what_is_kept(
    run: Run, library: Library, bulk: StandIn, tmp_path: Path
) -> None:
    for name, data in bulk.files.items():
        place = tmp_path / "mirror" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.with_name(f"{place.name}.md5").write_text(f"MD5({place.name})= {hashlib.md5(data).hexdigest()}\n")
    done = run("pubmed-bulk", str(tmp_path / "mirror"), "trial 1001", "no such words")
    assert done.last
    assert (done.last.read, done.last.added) == (1, 1)
    assert not bulk.hits
