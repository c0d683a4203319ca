"""A worker killed at any moment of a check: the text is checked once, and its report is that of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from pincite.cli.commands import pincite
from pincite.web.configuration import engine_settings
from tests.web.audits.sample import TEXT


def test_a_check_whose_worker_is_killed_again_and_again_gives_one_report(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
    environment |= {"PINCITE_HOME": str(tmp_path), "PINCITE_LIBRARY": engine_settings().library, "PINCITE_ENCODER": "none"}
    command = [sys.executable, str(Path(__file__).with_name("killing_texts.py"))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    left = json.loads(done.stdout.splitlines()[-1])
    assert left["died"][:-1] == ["at _read", "at _read", "at _judge", "at finish", "at finish", "at remove"][: len(left["died"]) - 1]
    assert len(left["died"]) >= 6, done.stderr[-3000:]
    assert left["state"] == ["done", "done"]
    assert left["texts"] == 1
    assert left["uploads"] == ["incoming"]
    file = tmp_path / "leaflet.md"
    file.write_text(TEXT)
    told = CliRunner().invoke(pincite, ["audit", str(file), "--format", "json"])
    assert left["report"].encode() == told.stdout_bytes
