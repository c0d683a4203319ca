"""Whole processes: exit codes, what stands on which stream, and input that people did not mean."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pincite.cli import running
from pincite.cli.commands import pincite
from pincite.errors import LibraryError

Process = Callable[..., subprocess.CompletedProcess[bytes]]


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from pincite.cli.running import run; run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ask" in shown.stdout
    for heavy in ("'pydantic'", "'lancedb'", "'pyarrow'", "'numpy'", "'lxml'", "'docx'", "'yaml'"):
        assert heavy not in shown.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["ask"],
        ["ask", "x", "--tier", "wrong"],
        ["ask", "x", "--since", "soon"],
        ["export", "x"],
        ["add"],
    ],
)
def test_wrong_usage_exits_2_with_nothing_on_stdout(process: Process, arguments: list[str]) -> None:
    ended = process(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == b""
    assert b"Usage: pincite" in ended.stderr


def test_a_problem_is_one_line_on_stderr_and_exits_1(process: Process, tmp_path: Path) -> None:
    ended = process("export", str(tmp_path / "absent.json"), "--to", "md")
    assert ended.returncode == 1
    assert ended.stdout == b""
    assert ended.stderr.startswith(b"pincite: ")
    assert ended.stderr.count(b"\n") == 1


def test_json_stays_alone_on_stdout_and_hostile_arguments_do_not_crash(process: Process, library: Path) -> None:
    question = b"Baastrup \x1b[31m\xff\xfe \xe2\x80\xae treatment"
    ended = process("ask", question, "--format", "json", "--library", str(library), environment={"LC_ALL": "C"})
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(b"{\n")
    assert ended.stdout.endswith(b"}\n")
    shown = process("ask", question, "--library", str(library))
    assert shown.returncode == 0
    assert b"\x1b" not in shown.stdout


def test_a_path_that_is_no_utf_8_is_named_and_does_not_crash(process: Process) -> None:
    ended = process("export", b"/no/\xff\x1b[31m.json", "--to", "md")
    assert ended.returncode == 1
    assert b"\x1b" not in ended.stderr


def test_a_reader_that_goes_away_is_no_error(library: Path) -> None:
    command = [sys.executable, "-m", "pincite.cli", "show", "okada-2014", "--library", str(library)]
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert ended.returncode == running.PIPE_CLOSED
    assert ended.stderr == b""


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (LibraryError("It is torn.", what_to_do="Mend it."), 1, "pincite: It is torn. Mend it.\n"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), 1, "pincite: The disk is full. (/x) Free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 1, "pincite: Permission denied (/x). Name a place"),
        (KeyboardInterrupt(), 130, "pincite: Interrupted.\n"),
        (
            ValueError("odd\x1b[31m"),
            1,
            "pincite: Something went wrong inside Pincite (ValueError: odd�[31m). Set PINCITE_DEBUG=1",
        ),
    ],
)
def test_every_end_is_one_line_and_a_code(
    error: BaseException, code: int, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pincite, "main", fail)
    assert running.run(["version"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1


def test_the_traceback_is_shown_only_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(pincite, "main", fail)
    monkeypatch.setenv("PINCITE_DEBUG", "1")
    running.run(["version"])
    assert "Traceback" in capsys.readouterr().err
