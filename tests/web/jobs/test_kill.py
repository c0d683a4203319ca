"""A worker killed at any moment loses nothing and does nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from killing import DOCUMENTS, FILES, JOBS

KILLS = 16


def test_a_worker_killed_again_and_again_adds_every_document_once_and_reports_every_job_once(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
    environment |= {"PINCITE_HOME": str(tmp_path), "PINCITE_ENCODER": "none"}
    command = [sys.executable, str(Path(__file__).with_name("killing.py")), "20261121", str(KILLS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    left = json.loads(done.stdout.splitlines()[-1])
    expected = sorted(f"doc-{job}-{file}-{number}" for job in range(JOBS) for file in range(FILES) for number in range(DOCUMENTS))
    killed = [how for how in left["died"] if how not in ("asked to end", "by itself")]
    assert len(killed) >= 15, left["died"]
    assert len({how for how in killed if how != "at random"}) >= 3, left["died"]
    assert left["problems"] == []
    assert left["documents"] == expected
    assert left["states"] == ["done"] * JOBS
    assert left["added"] == [{"added": FILES * DOCUMENTS}] * JOBS  # also where a killed attempt had added them already
    assert left["listed"] == expected
    assert left["audited"] == left["jobs"]
    assert left["trail"] is None
    assert left["uploads"] == ["incoming"]
