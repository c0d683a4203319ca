"""`ask --model`, `models check` and `check` of a written answer, through a model server on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.models import scripted
from tests.models.scripted import saying, serving

QUESTION = "What is the treatment for Baastrup's disease?"
CLOSE = "In Baastrup's disease, pain decreased after an interspinous injection of steroid."


def good(handler: scripted.Handler) -> None:
    quotes = json.loads(handler.server.asked[-1]["messages"][1]["content"])["quotes"]
    number = next(one["number"] for one in quotes if "pain decreased" in one["words"])
    handler.events([saying((CLOSE, [number]), ("Gabapentin 300 mg cures it.", [number]))])


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> object:
    def on(server: scripted.Server) -> None:
        monkeypatch.setenv("PINCITE_MODEL_URL", server.url)
        monkeypatch.setenv("PINCITE_MODEL", "scripted")

    return on


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_ask_with_a_model_says_so_in_every_form(form: str, run: Run, library: Path, configured: object) -> None:
    with serving(good) as server:
        configured(server)  # type: ignore[operator]
        result = run("ask", QUESTION, "--model", "default", "--library", str(library), "--format", form)
    assert result.exit_code == 0, result.stderr
    shown = " ".join(result.stdout.replace("&#x27;", "'").split())
    assert "pain decreased after an interspinous injection of steroid" in shown
    assert "written by scripted, every sentence checked against its quotes; 3 rejected" in shown
    assert "Gabapentin" not in shown
    assert "leave this computer" not in result.stderr


def test_a_written_answer_is_checked_again_without_a_model(run: Run, library: Path, configured: object, tmp_path: Path) -> None:
    with serving(good) as server:
        configured(server)  # type: ignore[operator]
        stored = run("ask", QUESTION, "--model", "scripted", "--library", str(library), "--format", "json").stdout
    file = tmp_path / "answer.json"
    file.write_text(stored)
    answer = json.loads(stored)
    assert answer["composer"] == "model:scripted"
    assert answer["written"]["parameters"]["temperature"] == 0
    assert answer["written"]["rejected"][0]["text"] == "Gabapentin 300 mg cures it."
    checked = run("check", str(file), "--library", str(library))
    assert checked.exit_code == 0, checked.stderr
    assert "1 of 1 sentences of model:scripted stand on their quotes." in checked.stdout
    file.write_text(stored.replace(CLOSE, CLOSE.replace("decreased", "increased")))
    tampered = run("check", str(file), "--library", str(library), "--format", "json")
    assert tampered.exit_code == 1
    assert json.loads(tampered.stdout)["written"][0]["stands"] is False


def test_a_model_that_is_absent_costs_only_its_line(run: Run, library: Path, configured: object) -> None:
    with serving("x") as server:
        configured(server)  # type: ignore[operator]
    result = run("ask", QUESTION, "--model", "default", "--library", str(library))
    assert result.exit_code == 0
    assert "In the sources' own words: No model server answers at" in " ".join(result.stdout.split())
    assert "pain decreased" in result.stdout


def test_no_model_is_configured_by_default(run: Run, library: Path) -> None:
    result = run("ask", QUESTION, "--model", "x", "--library", str(library))
    assert result.exit_code == 1
    assert "No language model is configured" in str(result.exception)


def test_a_model_elsewhere_is_warned_of_before_it_is_asked(run: Run, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_MODEL_URL", "https://127.0.0.1.invalid/v1")
    monkeypatch.setenv("PINCITE_MODEL_SECONDS", "0.2")
    result = run("ask", QUESTION, "--model", "x", "--library", str(library))
    assert result.exit_code == 0
    assert "Questions leave this computer" in result.stderr


def test_a_follow_up_is_read_as_the_thread_bears_it_out(run: Run, library: Path, configured: object, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(run("ask", QUESTION, "--library", str(library), "--format", "json").stdout)
    in_full = "What is the treatment for Baastrup's disease if injections fail?"
    with serving(json.dumps({"text": in_full, "quotes": []}), good) as server:
        configured(server)  # type: ignore[operator]
        result = run(
            "ask", "and if injections fail?", "--follow", str(first), "--model", "default", "--library", str(library), "--format", "json"
        )
    answer = json.loads(result.stdout)
    assert answer["question"] == "and if injections fail?"
    assert answer["written"]["read_as"] == in_full


def test_models_check_says_what_works(run: Run, configured: object) -> None:
    with serving('{"ready": true}') as server:
        configured(server)  # type: ignore[operator]
        result = run("models", "check")
        assert result.exit_code == 0
        assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == ["works"] * 4
    with serving(scripted.is_a_web_page) as server:
        configured(server)  # type: ignore[operator]
        failed = run("models", "check")
    assert failed.exit_code == 1
    assert "FAILS  plain reply" in failed.stdout
