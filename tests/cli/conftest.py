"""A small library of two records, made once through the command line, and ways to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pincite.cli.commands import pincite

RECORD = """\
id: {name}
tier: {tier}
design: {design}
title: "{title}"
authors: [Kentaro Okada, Seiji Ohtori]
venue: "Asian Spine Journal 8(3):260-266"
year: 2014
pmid: "{pmid}"
seen_at: ["https://example.org/{name}"]
conditions: ["Baastrup's disease"]
interventions: [interspinous injection]
population: "17 patients"
n: 17
statements:
- id: s1
  kind: {kind}
  text: "{text}"
  direction: {direction}
  locator: Abstract
"""
CASES = RECORD.format(
    name="okada-2014",
    tier="research",
    design="case-series",
    title="Interspinous injections for Baastrup's disease — a café series",
    pmid="24967044",
    kind="finding",
    text="In 17 patients with Baastrup's disease, pain decreased after an interspinous injection of steroid.",
    direction="decrease",
)
GUIDELINE = RECORD.format(
    name="guideline-2014",
    tier="guideline",
    design="guideline",
    title="Management of Baastrup's disease",
    pmid="11111111",
    kind="recommendation",
    text="Offer exercise to adults with Baastrup's disease before an interspinous injection.",
    direction="for",
)

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    (folder / "okada.yaml").write_text(CASES, encoding="utf-8")
    (folder / "guideline.yaml").write_text(GUIDELINE, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, records: Path) -> Path:
    """A library of two records, for reading only."""
    folder = tmp_path_factory.mktemp("libraries") / "small"
    environment = {"PINCITE_ENCODER": "none", "PINCITE_HOME": str(folder.parent)}
    for arguments in (["library", "--empty"], ["add", str(records)]):
        result = CliRunner().invoke(pincite, [*arguments, "--library", str(folder)], env=environment)
        assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, words only; an error is raised, as the last door (`running.run`) would see it."""
    monkeypatch.setenv("PINCITE_ENCODER", "none")

    def invoke(*arguments: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(pincite, list(arguments), input=stdin, catch_exceptions=True)

    return invoke


@pytest.fixture
def process() -> Process:
    """Run a command as a process of its own, as people do."""

    def spawn(*arguments: str | bytes, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        told = {**os.environ, "PINCITE_ENCODER": "none", **(environment or {})}
        command = [sys.executable, "-m", "pincite.cli", *arguments]
        return subprocess.run(command, capture_output=True, env=told, timeout=120, check=False)

    return spawn
