"""mark, events, watch and check on the command line, end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pincite.cli.commands import pincite
from pincite.library.starter import create_empty
from pincite.library.store import Library
from tests.living.labels import MAXIMUM, USES, label

DOSE = "What is the maximum dose of naproxen?"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PINCITE_ENCODER", "none")
    create_empty(tmp_path / "library").add([label()])
    return str(tmp_path / "library")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(pincite, list(arguments))


def test_a_watched_dose_that_changed_is_shown_with_both_answers(place: str, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text(run("ask", DOSE, "--format", "json", "--library", place).stdout)
    added = run("watch", "add", DOSE, "--library", place)
    assert (added.exit_code, DOSE in added.stdout) == (0, True)
    assert "up to date" in run("watch", "list", "--library", place).stdout
    assert run("check", str(answer), "--library", place).exit_code == 0

    Library.open(place).add([label(version=2, date="20260301", most="1,000 mg")])
    assert "to be asked again" in run("watch", "list", "--library", place).stdout
    shown = run("events", "--library", place, "--answer", str(answer)).stdout
    for most in ("1,500 mg", "1,000 mg"):
        assert MAXIMUM.format(most=most) in shown
    found = json.loads(run("watch", "run", "--format", "json", "--library", place).stdout)
    assert found["summary"] == {"asked": 1, "changed": 1, "failed": 0}
    assert found["changes"][0]["bottom_line_changed"]
    assert "0 asked again" in run("watch", "run", "--library", place).stdout
    feed = tmp_path / "feed.json"
    assert run("watch", "digest", "--to", "json", str(feed), "--library", place).exit_code == 0
    assert len(json.loads(feed.read_text())["items"]) == 2

    checked = run("check", str(answer), "--library", place)
    assert checked.exit_code == 1
    assert f"The source now reads: “{MAXIMUM.format(most='1,000 mg')}”" in checked.stdout
    listed = json.loads(run("watch", "list", "--format", "json", "--library", place).stdout)["watches"]
    assert run("watch", "remove", listed[0]["id"], "--library", place).exit_code == 0
    assert "No question is watched" in run("watch", "list", "--library", place).stdout


def test_a_mark_is_set_shown_and_taken_away(place: str) -> None:
    name = label().document.id
    assert run("mark", name, "--local", "--library", place).stdout == f"Marked 1: {name}.\n"
    assert "local guidance" in run("show", name, "--library", place).stdout
    assert run("mark", name, "--local", "--library", place).stdout == "Nothing to change.\n"
    assert run("mark", name, "--none", "--library", place).exit_code == 0
    assert "local guidance" not in run("show", name, "--library", place).stdout
    assert run("mark", name, "--library", place).exit_code == 2
    assert run("mark", "nothing", "--local", "--library", place).exit_code == 1
    kinds = [event["kinds"] for event in json.loads(run("events", "--format", "json", "--library", place).stdout)["events"]]
    assert kinds == [["precedence"], ["precedence"]]


def test_check_saves_the_answer_with_its_quotes_found_again(place: str, tmp_path: Path) -> None:
    answer, again = tmp_path / "answer.json", tmp_path / "again.json"
    answer.write_text(run("ask", DOSE, "--format", "json", "--library", place).stdout)
    Library.open(place).add([label(version=2, date="20260301", uses=f"Take note of what follows. {USES}")])
    moved = run("check", str(answer), "--library", place, "--save", str(again))
    assert "at another place" in moved.stdout
    assert moved.exit_code == 0
    assert "at another place" not in run("check", str(again), "--library", place).stdout
