"""The commands as other programs rely on them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from click.testing import Result

from pincite.cli.commands import COMMANDS
from pincite.cli.options import TIERS
from pincite.errors import PinciteError
from pincite.records import Answer, Tier

Run = Callable[..., Result]


def failure(result: Result) -> str:
    """The line that would stand on stderr."""
    assert isinstance(result.exception, PinciteError), result.output
    return str(result.exception)


@pytest.fixture
def answer_file(run: Run, library: Path, tmp_path: Path) -> Path:
    result = run("ask", "What is the treatment for Baastrup's disease?", "--format", "json", "--library", str(library))
    assert result.exit_code == 0, result.output
    path = tmp_path / "answer.json"
    path.write_text(result.stdout, encoding="utf-8")
    return path


def test_the_tiers_offered_are_the_tiers_of_the_records() -> None:
    assert get_args(Tier) == TIERS


def test_every_command_has_help(run: Run) -> None:
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert result.stdout.startswith("Usage: ")


def test_ask_prints_an_answer_whose_quotes_stand_in_the_shown_text(run: Run, library: Path, answer_file: Path) -> None:
    answer = Answer.model_validate_json(answer_file.read_text(encoding="utf-8"))
    assert answer.schema_ == "pincite.answer/1"
    assert answer.references
    for reference in answer.references:
        text = run("show", reference.document_id, "--text", "--library", str(library)).stdout_bytes.decode()
        assert hashlib.sha256(text.encode()).hexdigest() == reference.text_sha256
        for statement in answer.bottom_line:
            for citation in statement.citations:
                if citation.document_id == reference.document_id:
                    assert text[citation.quote.start : citation.quote.end] == citation.quote.exact


@pytest.mark.parametrize(("form", "sign"), [("text", "[1]"), ("md", "[[1]](#ref-1)"), ("html", '<a class="citation" href="#ref-1"')])
def test_ask_prints_in_each_format(run: Run, library: Path, form: str, sign: str) -> None:
    result = run("ask", "treatment for Baastrup's disease", "--format", form, "--library", str(library))
    assert result.exit_code == 0
    assert sign in result.stdout


def test_a_question_may_come_from_standard_input_or_in_several_words(run: Run, library: Path) -> None:
    options = ("--format", "json", "--library", str(library))
    piped = run("ask", "-", *options, stdin="treatment for Baastrup's disease?\n")
    typed = run("ask", "treatment", "for", "Baastrup's", "disease?", *options)
    assert piped.exit_code == typed.exit_code == 0
    assert piped.stdout == typed.stdout


def test_a_question_that_the_library_cannot_answer_exits_0_and_says_so(run: Run, library: Path) -> None:
    result = run("ask", "What is the dose of amoxicillin for otitis media?", "--format", "json", "--library", str(library))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["answered"] is False


def test_a_question_may_follow_an_answer(run: Run, library: Path, answer_file: Path) -> None:
    result = run("ask", "and in athletes?", "--follow", str(answer_file), "--format", "json", "--library", str(library))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("question", ["", "   ", "x" * 100_000])
def test_a_question_that_cannot_be_asked_is_one_line(run: Run, library: Path, question: str) -> None:
    assert failure(run("ask", "--library", str(library), "--", question))


def test_search_ranks_passages_with_scores(run: Run, library: Path) -> None:
    result = run("search", "interspinous injection", "--limit", "1", "--format", "json", "--library", str(library))
    found = json.loads(result.stdout)
    assert found["schema"] == "pincite.search/1"
    assert [one["rank"] for one in found["results"]] == [1]
    assert found["results"][0]["score"] > 0
    assert "interspinous" in run("search", "interspinous", "injection", "--library", str(library)).stdout


def test_list_filters_by_tier(run: Run, library: Path) -> None:
    held = json.loads(run("list", "--tier", "guideline", "--format", "json", "--library", str(library)).stdout)
    assert [one["id"] for one in held] == ["guideline-2014"]
    assert "okada-2014" in run("list", "--library", str(library)).stdout


def test_show_text_adds_nothing(run: Run, library: Path) -> None:
    shown = json.loads(run("show", "okada-2014", "--format", "json", "--library", str(library)).stdout)
    assert run("show", "okada-2014", "--text", "--library", str(library)).stdout_bytes == shown["text"].encode()
    assert all(shown["text"][one["start"] : one["end"]] == one["text"] for one in shown["passages"])


def test_show_of_an_unknown_document_is_one_line(run: Run, library: Path) -> None:
    assert "no-such" in failure(run("show", "no-such", "--library", str(library)))


def test_add_keeps_what_can_be_read_and_reports_the_rest(run: Run, tmp_path: Path, records: Path) -> None:
    place = str(tmp_path / "library")
    run("library", "--empty", "--library", place)
    good, broken = records / "okada.yaml", tmp_path / "broken.xml"
    broken.write_text("<PubmedArticleSet><PubmedArticle>", encoding="utf-8")
    sources = (str(good), str(broken), "https://example.org/page", str(tmp_path / "absent"))
    result = run("add", *sources, "--format", "json", "--library", place)
    assert failure(result).startswith("3 sources could not be read")
    report = json.loads(result.stdout)
    assert report["added"] == 1
    assert {Path(one["name"]).name for one in report["unread"]} == {"broken.xml", "page", "absent"}
    assert len(json.loads(run("list", "--format", "json", "--library", place).stdout)) == 1
    again = run("add", str(good), "--library", place)
    assert again.exit_code == 0
    assert "1 unchanged" in again.stdout


def test_an_address_is_not_fetched_when_the_network_is_turned_off(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = str(tmp_path / "library")
    run("library", "--empty", "--library", place)
    monkeypatch.setenv("PINCITE_OFFLINE", "1")
    assert "turned off by PINCITE_OFFLINE" in failure(run("add", "https://example.org/a.pdf", "--library", place))


def test_an_address_is_fetched_because_it_was_given_and_a_private_one_never(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "library")
    run("library", "--empty", "--library", place)
    page = b"<html><body><main><h1>Care after a sprain</h1><p>Rest for two days is advised. Ibuprofen 400 mg relieved pain.</p></main></body></html>"
    with monkeypatch.context() as patched:
        patched.setattr("pincite.auditing.fetching.fetch", lambda url, **_: (page, url))
        assert "1 added" in run("add", "https://example.org/sprain", "--library", place).stdout
    assert "private or reserved" in failure(run("add", "http://127.0.0.1/a.pdf", "--library", place))


def test_remove_takes_documents_out_or_nothing_at_all(run: Run, tmp_path: Path, records: Path) -> None:
    place = str(tmp_path / "library")
    run("library", "--empty", "--library", place)
    run("add", str(records), "--library", place)
    assert "no-such" in failure(run("remove", "okada-2014", "no-such", "--yes", "--library", place))
    assert json.loads(run("stats", "--format", "json", "--library", place).stdout)["library"]["documents"] == 2
    assert run("remove", "okada-2014", "--yes", "--library", place).stdout == "Removed 1: okada-2014.\n"
    assert json.loads(run("stats", "--format", "json", "--library", place).stdout)["library"]["documents"] == 1


def test_verify_and_stats_say_what_is_held(run: Run, library: Path) -> None:
    verified = json.loads(run("verify", "--format", "json", "--library", str(library)).stdout)
    assert verified["clean"] is True
    assert verified["documents"] == 2
    stats = json.loads(run("stats", "--format", "json", "--library", str(library)).stdout)
    assert stats["tier"] == {"guideline": 1, "research": 1}
    assert "nothing is wrong" in run("verify", "--library", str(library)).stdout


def test_check_finds_a_quote_that_no_longer_stands(run: Run, library: Path, answer_file: Path) -> None:
    assert run("check", str(answer_file), "--library", str(library)).exit_code == 0
    stored = json.loads(answer_file.read_text(encoding="utf-8"))
    stored["bottom_line"][0]["citations"][0]["quote"]["start"] += 1
    result = run("check", "-", "--format", "json", "--library", str(library), stdin=json.dumps(stored))
    assert "no longer stand" in failure(result)
    assert json.loads(result.stdout)["summary"]["failed"] >= 1


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("ris", b"TY  - "),
        ("bibtex", b"@"),
        ("csl", b"["),
        ("md", b"# "),
        ("html", b"<article"),
        ("docx", b"PK"),
        ("json", b"{"),
        ("fhir", b"{"),
    ],
)
def test_export_writes_each_format(run: Run, answer_file: Path, tmp_path: Path, name: str, sign: bytes) -> None:
    out = tmp_path / "out"
    assert run("export", str(answer_file), "--to", name, "--out", str(out)).exit_code == 0
    assert out.read_bytes().startswith(sign)
    assert run("export", str(answer_file), "--to", name).stdout_bytes == out.read_bytes()


def test_an_unknown_writer_is_answered_with_the_known_ones(run: Run, answer_file: Path) -> None:
    assert "bibtex, csl, docx" in failure(run("export", str(answer_file), "--to", "pptx"))


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b'{"schema": "pincite.answer/2"}', b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_answer_is_one_line(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    assert "holds no pincite.answer/1" in failure(run("export", str(path), "--to", "md"))


def test_an_out_file_that_cannot_be_written_is_one_line(run: Run, answer_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "absent" / "out.md"
    assert "cannot be written" in failure(run("export", str(answer_file), "--to", "md", "--out", str(out)))


def test_retire_keeps_a_document_out_of_answers_until_it_is_undone(run: Run, tmp_path: Path, records: Path) -> None:
    place = str(tmp_path / "library")
    run("library", "--empty", "--library", place)
    run("add", str(records), "--library", place)
    assert "reason" in failure(run("retire", "okada-2014", "--library", place))
    assert "no-such" in failure(run("retire", "okada-2014", "no-such", "--why", "x", "--library", place))
    assert run("retire", "okada-2014", "--why", "our own protocol", "--library", place).stdout == "Retired 1: okada-2014.\n"
    assert "retired: our own protocol" in run("show", "okada-2014", "--library", place).stdout
    assert ", retired" in run("list", "--library", place).stdout
    assert json.loads(run("stats", "--format", "json", "--library", place).stdout)["retired"] == 1
    assert run("verify", "--library", place).exit_code == 0
    assert run("retire", "okada-2014", "--undo", "--library", place).stdout == "Restored 1: okada-2014.\n"
    assert run("retire", "okada-2014", "--undo", "--library", place).stdout == "Nothing to change.\n"
