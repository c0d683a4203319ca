"""`pincite audit`: one text or many, in every form, stopped and gone on with, and what each ending is worth to a script."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pincite import pipeline
from pincite.cli.auditing import report_name
from pincite.records import Audit
from tests.cli.conftest import Process, Run

TRUE = "In 17 patients with Baastrup's disease, pain decreased after an interspinous injection of steroid."
WRONG = "In 17 patients with Baastrup's disease, pain increased after an interspinous injection of steroid."
COLUMNS = "name\tclaims\tquoted\tsupported\tpartly\tcontradicted\tnot-found\tuncited"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of three texts, with what does not belong to them."""
    folder = tmp_path / "texts"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config.txt").write_text(TRUE)
    for name, text in (("a true.txt", TRUE), ("b-wrong.md", WRONG), ("c.html", f"<html><body><p>{TRUE}</p></body></html>")):
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [(TRUE, "contradicted", 0), (WRONG, "contradicted", 1), (WRONG, "uncited", 0), (TRUE, "uncited", 0)],
)
def test_fail_on_ends_with_1_only_for_claims_of_that_kind(run: Run, library: Path, text: str, fail_on: str, code: int) -> None:
    result = run("audit", "-", "--library", str(library), "--fail-on", fail_on, stdin=text)
    assert result.exit_code == code, result.output


def test_fail_on_is_1_for_a_script_and_not_the_code_of_a_closed_pipe(process: Process, library: Path, texts: Path) -> None:
    result = process("audit", str(texts / "b-wrong.md"), "--library", str(library), "--fail-on", "contradicted", "--format", "lines")
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith(b"b-wrong.md:1:1: error contradicted ")
    assert result.stderr == b""


@pytest.mark.parametrize("form", ["text", "md", "html", "json", "csv", "lines"])
def test_a_report_is_the_same_bytes_on_stdout_and_in_a_file(run: Run, library: Path, texts: Path, tmp_path: Path, form: str) -> None:
    shown = run("audit", str(texts / "b-wrong.md"), "--library", str(library), "--format", form, "--all")
    run("audit", str(texts / "b-wrong.md"), "--library", str(library), "--format", form, "--out", str(tmp_path / "report"))
    kept = (tmp_path / "report").read_bytes()
    assert kept
    if form != "text":  # the terminal's own is as wide as the window
        assert kept == shown.stdout_bytes


def test_json_reads_back_and_its_offsets_hold(run: Run, library: Path) -> None:
    audit = Audit.model_validate_json(run("audit", "-", "--library", str(library), "--format", "json", stdin=WRONG).stdout)
    assert audit.source.name == "standard input"
    assert [audit.text[claim.start : claim.end] for claim in audit.claims] == [WRONG]
    assert audit.claims[0].verdict.label == "contradicted"
    assert audit.claims[0].suggestion == TRUE


def test_several_texts_make_one_table(run: Run, library: Path, texts: Path) -> None:
    result = run("audit", str(texts), "--library", str(library))
    rows = result.stdout.splitlines()
    assert rows[0] == COLUMNS
    assert [Path(row.split("\t")[0]).name for row in rows[1:]] == ["a true.txt", "b-wrong.md", "c.html"]
    assert rows[2].split("\t")[1:] == ["1", "0", "0", "0", "1", "0", "0"]
    assert run("audit", str(texts), "--library", str(library), "--format", "md").stdout.startswith("| name | claims | quoted |")


@pytest.mark.parametrize("form", ["json", "csv", "lines"])
def test_the_claims_of_several_texts_can_be_piped_on(run: Run, library: Path, texts: Path, form: str) -> None:
    out = run("audit", str(texts), "--library", str(library), "--format", form).stdout
    if form == "json":
        assert [Audit.model_validate_json(line).source.name for line in out.splitlines()] == ["a true.txt", "b-wrong.md", "c.html"]
    elif form == "csv":
        rows = list(csv.DictReader(out.removeprefix("\ufeff").splitlines()))
        assert [(row["name"], row["outcome"]) for row in rows] == [
            ("a true.txt", "quoted"),
            ("b-wrong.md", "contradicted"),
            ("c.html", "quoted"),
        ]
    else:
        assert [line.split(": ")[0] for line in out.splitlines()] == [f"{texts}/b-wrong.md:1:1"]


def test_html_of_several_texts_needs_a_folder(run: Run, library: Path, texts: Path) -> None:
    assert run("audit", str(texts), "--library", str(library), "--format", "html").exit_code == 2


def test_an_unreadable_text_does_not_stop_the_others(run: Run, library: Path, texts: Path) -> None:
    (texts / "b-empty.txt").write_bytes(b"")
    (texts / "b-picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    (texts / "b-gone.txt").symlink_to("nowhere")
    result = run("audit", str(texts), "--library", str(library))
    assert result.exit_code == 1
    assert str(result.exception) == "2 of 5 texts could not be read. The others were audited."
    assert len(result.stdout.splitlines()) == 4
    assert f"pincite: {texts}/b-empty.txt is empty." in result.stderr


@pytest.mark.parametrize(
    "name", ["=cmd|x.txt", "-rf.txt", "new\nline\ttab.txt", "emoji 🦴 é.txt", "x" * 200 + ".txt", b"\xff\xfe.txt", "a..txt", "a.b.c"]
)
def test_odd_names_are_audited_shown_and_kept(run: Run, library: Path, tmp_path: Path, name: str | bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"in", os.fsencode(name))
    Path(os.fsdecode(path)).parent.mkdir()
    with open(path, "w") as file:
        file.write(TRUE)
    out = tmp_path / "out"
    result = run("audit", str(tmp_path / "in"), "--library", str(library), "--out", str(out), "--format", "json")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 2
    (report,) = out.glob("*.json")
    assert report.name == report_name(os.fsdecode(path), "json")
    assert report.name.isprintable()
    assert not report.name.startswith(("-", "=", "."))
    assert Audit.model_validate_json(report.read_bytes()).summary.quoted == 1


def test_a_stopped_batch_goes_on_to_the_same_table(
    run: Run, library: Path, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("audit", str(texts), "--library", str(library), "--format", "md", "--out")
    whole = run(*arguments, str(tmp_path / "whole"))
    real, audited = pipeline.audit, []

    def interrupted(loaded: Any, **named: Any) -> Audit:
        audited.append(loaded.name)
        if len(audited) == 2:
            raise KeyboardInterrupt
        return real(loaded, **named)

    monkeypatch.setattr(pipeline, "audit", interrupted)
    stopped = run(*arguments, str(tmp_path / "stopped"))
    assert stopped.exit_code != 0
    assert "1 of 3 texts are done; the same command goes on from there." in stopped.stderr
    assert run(*arguments, str(tmp_path / "stopped")).stdout == whole.stdout
    assert audited == ["a true.txt", "b-wrong.md", "b-wrong.md", "c.html"], "what was done is not done again"
    assert {path.name: path.read_bytes() for path in (tmp_path / "stopped").glob("*.md")} == {
        path.name: path.read_bytes() for path in (tmp_path / "whole").glob("*.md")
    }


def test_a_kill_while_the_index_is_written_costs_one_audit_only(run: Run, library: Path, texts: Path, tmp_path: Path) -> None:
    arguments = ("audit", str(texts), "--library", str(library), "--format", "json", "--out", str(tmp_path / "out"))
    whole = run(*arguments).stdout
    index = tmp_path / "out" / "index.jsonl"
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(lines[0] + lines[1][:40])
    assert run(*arguments).stdout == whole
    kept = [json.loads(line) for line in index.read_text().splitlines() if line.endswith("}")]
    assert len(kept) == 3
    before = index.read_bytes()
    assert run(*arguments).stdout == whole
    assert index.read_bytes() == before


def test_a_changed_text_or_a_lost_report_is_audited_again(run: Run, library: Path, texts: Path, tmp_path: Path) -> None:
    arguments = ("audit", str(texts), "--library", str(library), "--format", "lines", "--out", str(tmp_path / "out"))
    run(*arguments)
    (texts / "a true.txt").write_text(WRONG)
    lost = tmp_path / "out" / report_name(str(texts / "c.html"), "lines")
    lost.unlink()
    rows = run(*arguments).stdout.splitlines()
    assert rows[1].split("\t")[5] == "1"
    assert lost.is_file()


def test_reports_in_the_folder_itself_are_not_audited(run: Run, library: Path, texts: Path) -> None:
    arguments = ("audit", str(texts), "--library", str(library), "--format", "md", "--out", str(texts / "reports"))
    assert run(*arguments).stdout == run(*arguments).stdout
    index = list(csv.reader((texts / "reports" / "index.csv").read_text("utf-8-sig").splitlines()))
    assert len(index) == 4
    assert index[0][-1] == "report"


def test_a_folder_with_one_text_is_a_batch_too(run: Run, library: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text(TRUE)
    assert run("audit", str(tmp_path / "one"), "--library", str(library)).stdout.startswith(COLUMNS)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/page", "https://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data"]
)
def test_a_private_address_is_refused_by_name(run: Run, library: Path, address: str) -> None:
    result = run("audit", address, "--library", str(library))
    assert result.exit_code == 1
    assert str(result.exception).startswith(address)
    assert "private or reserved address" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.txt",), "nowhere.txt cannot be read: No such file or directory."),
        (("{texts}/.git",), None),
        (("{texts}", "--out", "{texts}/a true.txt"), "is no folder that reports can be written to."),
        (("{texts}/a true.txt", "--out", "{texts}/no/such/report.md"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(run: Run, library: Path, texts: Path, arguments: tuple[str, ...], says: str | None) -> None:
    result = run("audit", *(one.format(texts=texts) for one in arguments), "--library", str(library))
    if says is not None:
        assert result.exit_code == 1
        assert says in str(result.exception)
