"""`pincite feed` from end to end, subscriptions, locks and interrupted runs."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pincite.cli.running import run as pincite
from pincite.errors import LibraryBusyError
from pincite.feeds.subscriptions import Subscriptions
from pincite.library.copying import copy_library
from pincite.library.starter import create_empty
from pincite.library.store import Library
from pincite.settings import Settings
from tests.feeds.standin import FILES, StandIn, citations_xml


@pytest.fixture
def home(standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose settings file names the stand-in, with an empty library."""
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path))
    monkeypatch.setenv("PINCITE_ENCODER", "none")
    settings = standin.settings(tmp_path)
    mirrors = "".join(f'{name} = "{url}"\n' for name, url in settings.feed_base_urls.items())
    (tmp_path / "pincite.toml").write_text(f"[feed_base_urls]\n{mirrors}")
    create_empty(settings.library)
    monkeypatch.setattr("pincite.network.pacing.Pace.wait", lambda *_: None)
    monkeypatch.setattr("pincite.library.writing.Writer.finish", lambda _: None)  # indexes, which only large libraries need
    return tmp_path


def test_a_subscription_is_made_listed_updated_and_removed(home: Path, standin: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    assert pincite(["feed", "pubmed", "back pain", "--since", "2010"]) == 0
    assert "added" in capfd.readouterr().out
    assert pincite(["feed", "list", "--format", "json"]) == 0
    (told,) = json.loads(capfd.readouterr().out)["subscriptions"]
    assert (told["source"], told["query"], told["since"]) == ("pubmed", ["back pain"], 2010)
    assert told["last"]["error"] is None
    assert told["next_run"] > told["last"]["ended"]
    assert pincite(["feed", "update"]) == 0
    assert "nothing new" in capfd.readouterr().out
    standin.hits.clear()
    assert pincite(["feed", "update", "--due"]) == 0
    assert standin.hits == []
    assert pincite(["feed", "remove", told["id"]]) == 0
    assert "stay in the library" in capfd.readouterr().out
    assert pincite(["feed", "list"]) == 0
    assert "No subscriptions" in capfd.readouterr().out


def test_a_dry_run_says_how_much_there_is_and_adds_nothing(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert pincite(["feed", "openfda", "naproxen", "--dry-run"]) == 0
    assert "3 documents are announced" in capfd.readouterr().out
    assert list(Library.open(home / "library").documents()) == []
    assert Subscriptions(Settings(home=home, library=str(home / "library"))).all() == []


def test_an_error_of_a_source_ends_with_exit_1_and_one_line(home: Path, standin: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    standin.fail("label.json", "500", times=1000)
    assert pincite(["feed", "openfda", "naproxen"]) == 1
    error = capfd.readouterr().err.strip().splitlines()
    assert "answered 500" in error[-1]
    assert "goes on from there" in error[-1]


def test_a_failing_source_does_not_stop_the_next(home: Path, standin: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    pincite(["feed", "openfda", "naproxen"])
    pincite(["feed", "pubmed", "back pain"])
    standin.fail("label.json", "500", times=1000)
    capfd.readouterr()
    assert pincite(["feed", "update", "--format", "json"]) == 1
    ran = json.loads(capfd.readouterr().out)["ran"]
    assert [bool(one["last"]["error"]) for one in ran] == [True, False]


@pytest.mark.parametrize("arguments", [["feed", "openfda", "naproxen"], ["feed", "update"], ["feed", "pubmed", "--selftest"]])
def test_nothing_connects_when_the_network_is_turned_off(
    home: Path, standin: StandIn, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    pincite(["feed", "dailymed", "testoproxen"])
    standin.hits.clear()
    monkeypatch.setenv("PINCITE_OFFLINE", "1")
    assert pincite(arguments) == 1
    assert "turned off" in capfd.readouterr().err
    assert standin.hits == []


def test_a_list_in_a_file_needs_neither_network_nor_the_extra(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_OFFLINE", "1")
    monkeypatch.setitem(sys.modules, "httpx2", None)
    monkeypatch.chdir(FILES)
    assert pincite(["feed", "retractions", "retraction_watch.csv"]) == 0
    monkeypatch.chdir(home)
    assert pincite(["feed", "update"]) == 0


def test_subscriptions_are_part_of_a_copy_of_the_library(home: Path, tmp_path: Path) -> None:
    pincite(["feed", "openfda", "naproxen"])
    copy_library(str(home / "library"), tmp_path / "copy")
    assert (tmp_path / "copy" / "feeds.json").read_bytes() == (home / "library" / "feeds.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "url"), [("pubmde", "http://127.0.0.1:1/"), ("pubmed", "ftp://127.0.0.1/"), ("pubmed", "http://a:b@c.org/")]
)
def test_a_mirror_that_cannot_be_one_is_named(home: Path, capfd: pytest.CaptureFixture[str], name: str, url: str) -> None:
    (home / "pincite.toml").write_text(f'[feed_base_urls]\n{name} = "{url}"\n')
    assert pincite(["feed", "pubmed", "back pain"]) == 1
    assert f"feed_base_urls.{name}" in capfd.readouterr().err


def test_a_source_that_needs_a_query_is_not_subscribed_to_without_one(home: Path) -> None:
    assert pincite(["feed", "pubmed"]) == 2
    assert Subscriptions(Settings(home=home, library=str(home / "library"))).all() == []


def test_a_mirror_cannot_be_named_in_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PINCITE_FEED_BASE_URLS", '{"pubmed": "http://10.0.0.1/"}')
    assert pincite(["feed", "list"]) == 1
    assert "PINCITE_FEED_BASE_URLS" in capfd.readouterr().err


@pytest.mark.parametrize(
    "source", ["pubmed", "openfda", "europepmc", "dailymed", "clinicaltrials", "retractions", "crossref", "pubmed-bulk"]
)
def test_every_source_passes_its_own_selftest_against_the_documented_shape(
    home: Path, standin: StandIn, capfd: pytest.CaptureFixture[str], source: str
) -> None:
    standin.crossref = {
        "10.1016/s0140-6736(97)11096-0": [{"type": "retraction", "DOI": "10.5555/n", "updated": {"date-parts": [[2010, 2, 6]]}}]
    }
    standin.files = {"baseline/pubmed26n0001.xml.gz": gzip.compress(citations_xml({1001: standin.citations[1001]}))}
    for one in standin.citations.values():
        one["year"] = 2021
    assert pincite(["feed", source, "--selftest"]) == 0
    assert "as expected" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("source", "where"), [("europepmc", "search"), ("clinicaltrials", "studies"), ("dailymed", "spls.json"), ("openfda", "label.json")]
)
def test_a_selftest_tells_when_a_service_answers_in_another_form(
    home: Path, standin: StandIn, capfd: pytest.CaptureFixture[str], source: str, where: str
) -> None:
    standin.fail(where, "html", times=1000)
    assert pincite(["feed", source, "--selftest"]) == 1
    assert "did not answer" in capfd.readouterr().err


def test_the_starter_topic_subscribes_to_sources_that_are_installed(
    home: Path, standin: StandIn, capfd: pytest.CaptureFixture[str]
) -> None:
    assert pincite(["feed", "topic", "spine", "--no-vectors"]) == 0
    capfd.readouterr()
    pincite(["feed", "list", "--format", "json"])
    sources = {one["source"] for one in json.loads(capfd.readouterr().out)["subscriptions"]}
    assert sources == {"pubmed", "europepmc", "openfda", "clinicaltrials", "retractions"}


def test_two_updates_at_once_do_not_collide(home: Path, standin: StandIn) -> None:
    held = Subscriptions(standin.settings(home))
    with held.held():
        assert pincite(["feed", "update"]) == 1
        with pytest.raises(LibraryBusyError, match="updating the feeds"), Subscriptions(standin.settings(home)).held():
            pass


def test_a_killed_update_goes_on_and_ends_with_the_same_library(
    home: Path, standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 after the second page of three, and once more while what was kept is taken up; `benchmarks/medline_bulk.py` kills at random."""
    code = (
        "import sys; from pincite.feeds import pubmed, running; pubmed.PAGE = 10; running._SOURCES_TOGETHER = 1;"
        "from pincite.cli.running import run; sys.exit(run(['feed', 'pubmed', 'back pain', '--no-vectors']))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ.copy(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(standin.asked("efetch")) < 2 and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (cut_off,) = Subscriptions(standin.settings(home)).all()
    assert cut_off.through is None
    assert pincite(["feed", "update", "--no-vectors"]) == 0
    other = tmp_path / "other"
    create_empty(other)
    assert pincite(["feed", "pubmed", "back pain", "--no-vectors", "--library", str(other)]) == 0
    assert Library.open(home / "library").state() == Library.open(other).state()


def test_a_damaged_subscription_file_is_named(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "library" / "feeds.json").write_text("{")
    assert pincite(["feed", "list"]) == 1
    assert "feeds.json" in capfd.readouterr().err


def test_a_list_of_retractions_takes_articles_out_of_answers(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pincite(["feed", "pubmed", "back pain"])
    assert pincite(["feed", "retractions", str(FILES / "retraction_watch.csv")]) == 0
    capfd.readouterr()
    assert pincite(["ask", "Is injection effective for low back pain?", "--format", "json"]) == 0
    answer = json.loads(capfd.readouterr().out)
    assert "pmid:1001" not in {one["document_id"] for one in answer["references"]}
