"""Planted errors through the whole audit: a sample of the scored half, held against the floors of evaluation/audit.toml."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from pincite import ingest
from pincite.evaluation.audit_bed import Outcome, chosen_cases, outcomes, report
from pincite.evaluation.holding import filled
from pincite.records import Reading
from tests.conftest import REPOSITORY

FLOORS = tomllib.loads((REPOSITORY / "evaluation" / "audit.toml").read_text(encoding="utf-8"))
_STANDS = ("quoted", "supported")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    with as_file(files("pincite") / "data" / "starter") as folder:
        readings = [one for one in ingest.read([Path(folder)]) if isinstance(one, Reading)]
    library = filled(tmp_path_factory.mktemp("bed") / "library", readings, encoder=None)
    wanted = {"copied", "people", "synonyms", *FLOORS["contradicted"]}
    cases = [case for case in chosen_cases(readings, half="scored", most=FLOORS["cases"], each=None) if case.kind in wanted]
    return outcomes(library, cases, titles={one.document.id: one.document.title for one in readings}, encoder=None)


def by_kind(made: list[Outcome]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in made:
        found[one.case.kind].append(one.label)
    return found


def test_what_is_copied_from_a_record_is_borne_out(made: list[Outcome]) -> None:
    labels = by_kind(made)["copied"]
    assert sum(label in _STANDS for label in labels) / len(labels) >= FLOORS["copied"]


@pytest.mark.parametrize("kind", sorted(FLOORS["contradicted"]))
def test_a_planted_error_is_called_a_contradiction(made: list[Outcome], kind: str) -> None:
    labels = by_kind(made)[kind]
    assert labels.count("contradicted") / len(labels) >= FLOORS["contradicted"][kind], labels


def test_hardly_any_planted_error_is_borne_out(made: list[Outcome]) -> None:
    planted = [one.label for one in made if not one.case.true]
    assert sum(label in _STANDS for label in planted) / len(planted) <= FLOORS["let through"]


def test_no_true_sentence_of_the_sample_is_contradicted(made: list[Outcome]) -> None:
    true = [one for one in made if one.case.true]
    wrong = [one for one in true if one.label == "contradicted"]
    assert len(wrong) / len(true) <= FLOORS["wrongly contradicted"], [one.case.text for one in wrong]


def test_the_report_gives_precision_and_recall(made: list[Outcome]) -> None:
    lines = report(made)
    assert any(line.startswith("contradicted: precision") for line in lines)
    assert any(line.startswith("supported: precision") for line in lines)
