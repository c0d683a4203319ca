"""Floors a little under what the rules reach on the scoring half of the starter records; see `evaluation/appraisal.py`."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "evaluation" / "appraisal.py"


@pytest.fixture(scope="module")
def measures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluation_appraisal", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("measure", "floor"),
    [
        ("direction", 0.53),
        ("direction of advice", 0.65),
        ("no difference or some", 0.86),
        ("polarity", 0.68),
        ("kind", 0.58),
        ("strength printed", 0.96),
    ],
)
def test_agreement_on_unseen_records_stays_above_its_floor(measures: ModuleType, measure: str, floor: float) -> None:
    assert measures.share(measures.MEASURES[measure]("scoring")) >= floor
