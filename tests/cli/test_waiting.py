"""Two processes that write to one library: the second waits, says so, and goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pincite.cli import opening
from pincite.cli.output import Progress
from pincite.errors import LibraryBusyError
from pincite.library.guarding import writing
from pincite.library.store import Library


def test_a_command_waits_for_another_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "library"
    Library.open(place)
    note = tmp_path / "note.md"
    note.write_text("# Sciatica\n\nIn this trial walking reduced the pain of sciatica in adults.\n", encoding="utf-8")
    monkeypatch.setenv("PINCITE_ENCODER", "none")
    held, done = threading.Event(), threading.Event()

    def other() -> None:
        with writing(str(place)):
            held.set()
            done.wait(60)

    writer = threading.Thread(target=other)
    writer.start()
    held.wait(60)
    command = subprocess.Popen(
        [sys.executable, "-m", "pincite.cli", "add", str(note), "--library", str(place)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with pytest.raises(subprocess.TimeoutExpired):
        command.wait(8)  # longer than one try
    done.set()
    writer.join()
    said, errors = command.communicate(timeout=60)
    assert command.returncode == 0, errors
    assert b"1 added" in said


def test_patience_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PATIENCE_SECONDS", 0.0)

    def busy() -> int:
        raise LibraryBusyError("Another process is adding.", what_to_do="Wait.")

    with pytest.raises(LibraryBusyError):
        opening.patiently(busy, progress=Progress())
