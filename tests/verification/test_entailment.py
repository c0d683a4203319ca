"""The optional entailment model: off unless named, silent unless measured, and able to lower a verdict only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, pre_tokenizers

from pincite.errors import PinciteError
from pincite.evaluation.claims_bed import Case, in_scored_half
from pincite.evaluation.entailment import calibrate
from pincite.verification import comparing, entailment
from pincite.verification.claims import Support
from pincite.verification.comparing import compare

SOURCE = "Calcitonin reduced pain at 4 weeks in adults with vertebral fracture."
TRUE = "Calcitonin lowered pain at 4 weeks in adults with vertebral fracture."
UNLIKED = "In addition, calcitonin lowered pain at 4 weeks in adults with vertebral fracture."  # true, but the model below does not like "addition"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that finds every text entailed but one with the word "addition" in it."""
    words = {"[UNK]": 0, "addition": 1}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()  # type: ignore[assignment]
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["ids"], ["seen"], keepdims=0),
        helper.make_node("Mul", ["seen", "minus"], ["less"]),
        helper.make_node("Add", ["less", "three"], ["sum"]),
        helper.make_node("Reshape", ["sum", "shape"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 1])],
        [
            helper.make_tensor("minus", TensorProto.FLOAT, [], [-6.0]),
            helper.make_tensor("three", TensorProto.FLOAT, [], [3.0]),
            helper.make_tensor("shape", TensorProto.INT64, [2], [1, 1]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(tmp_path / "model.onnx"))
    return tmp_path


def calibrated(folder: Path, *, sha256: str | None = None) -> None:
    measured = sha256 or hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    (folder / "calibration.json").write_text(json.dumps({"model_sha256": measured, "entails": None, "threshold": 0.5}))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    comparing._checks.cache_clear()
    yield
    comparing._checks.cache_clear()


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """The model named in the settings and known as a scorer, whatever is installed."""
    monkeypatch.setenv("PINCITE_ENTAILMENT", str(folder))
    load_all = comparing.registry.load_all
    monkeypatch.setattr(
        comparing.registry, "load_all", lambda kind: {"entailment": entailment.scorer} if kind == "scorers" else load_all(kind)
    )
    return folder


def said(text: str) -> tuple[str, str]:
    verdict = compare(text, [Support(SOURCE)])
    return verdict.label, next((check.says for check in verdict.checks if check.name == "entailment"), "")


def test_no_model_is_asked_by_default() -> None:
    assert entailment.scorer() is None
    assert said(TRUE) == ("supported", "")


def test_a_measured_model_may_lower_a_verdict(scored: Path) -> None:
    calibrated(scored)
    assert said(TRUE)[0] == "supported"
    label, says = said(UNLIKED)
    assert label == "partly"
    assert "do not entail" in says


def test_it_never_raises_a_verdict(scored: Path) -> None:
    wrong = "Calcitonin raised pain at 9 weeks in adults with vertebral fracture."
    before = compare(wrong, [Support(SOURCE)]).label
    calibrated(scored)
    comparing._checks.cache_clear()
    assert "find" in said(wrong)[1]
    assert said(wrong)[0] == before == "contradicted"


@pytest.mark.parametrize("why", ["no calibration", "another model", "torn calibration", "torn model"])
def test_one_that_was_not_measured_says_so_and_changes_nothing(why: str, scored: Path) -> None:
    if why == "another model":
        calibrated(scored, sha256="0" * 64)
    elif why == "torn calibration":
        (scored / "calibration.json").write_text("[]")
    elif why == "torn model":
        calibrated(scored)
        (scored / "model.onnx").write_bytes(b"torn")
    label, says = said(UNLIKED)
    assert label == "supported"
    assert says.startswith("The entailment model")


def test_calibration_chooses_on_one_half_and_measures_on_the_other(folder: Path) -> None:
    model = entailment.CrossEncoder(folder)
    names = [f"d{number}" for number in range(20)]
    true = [Case("people", True, TRUE, (Support(SOURCE),), name) for name in names]
    planted = [Case("fact added", False, UNLIKED, (Support(SOURCE),), name) for name in names]
    found = calibrate(model, [*true, *planted], entails=None)
    assert found["model_sha256"] == model.sha256
    measured = found["measured"]
    assert isinstance(measured, dict)
    assert (measured["true_lowered"], measured["planted_that_stood_caught"]) == (0.0, 1.0)


def test_a_model_that_lowers_what_is_true_is_not_put_to_use(folder: Path) -> None:
    model = entailment.CrossEncoder(folder)
    cases = [
        Case("x", True, UNLIKED if in_scored_half(name) else TRUE, (Support(SOURCE),), name)
        for name in (f"d{number}" for number in range(20))
    ]
    with pytest.raises(PinciteError, match="not put to use"):
        calibrate(model, cases, entails=None)
