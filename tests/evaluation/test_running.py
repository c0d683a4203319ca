"""The whole way on a small set of made-up questions, by words alone; the gate's comparison."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pincite.answering.abstaining import Features
from pincite.errors import PinciteError
from pincite.evaluation import Measure, Report, run
from pincite.evaluation.abstention import Judged, fitted, scores
from pincite.evaluation.gate import compare, main, read_floors, table
from pincite.evaluation.holding import halves
from pincite.evaluation.sets import Asked

TOPICS = {"sciatica": "gabapentin", "asthma": "salbutamol", "migraine": "sumatriptan", "gout": "colchicine"}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PINCITE_ENCODER", "none")
    questions = [
        {
            "id": f"q{at}",
            "body": f"Does {drug} help {condition}?",
            "type": "yesno",
            "ideal_answer": [f"{drug} helps {condition}."],
            "snippets": [
                {
                    "text": f"In this trial, {drug} significantly reduced symptoms of {condition} compared with placebo.",
                    "beginSection": "abstract",
                    "offsetInBeginSection": 0,
                    "document": f"http://www.ncbi.nlm.nih.gov/pubmed/{at}1",
                }
            ],
        }
        for at, (condition, drug) in enumerate(TOPICS.items(), start=1)
    ]
    (tmp_path / "small.json").write_text(json.dumps({"questions": questions}), "utf-8")
    return tmp_path


def test_a_report_measures_retrieval_answers_and_silence(small: Path) -> None:
    report = run("bioasq", small)
    assert (report.questions, report.documents, report.encoder) == (4, 4, None)
    assert report.value("ndcg@10") == pytest.approx(1.0)
    assert report.value("quotes stand") == 1.0
    assert report.value("answered with") == 1.0
    assert report.value("answered without") == 0.0
    assert report.value("abstention auroc") == 1.0
    assert "words alone" in str(report)


def test_questions_that_share_a_document_are_on_one_side() -> None:
    questions = [Asked(id=f"q{at}", text="?", type="yesno", documents=(f"d{at // 2}", f"e{at}")) for at in range(40)]
    first, second = halves(questions)
    assert first
    assert second
    assert first | second == {one.id for one in questions}
    assert all((f"q{at}" in first) == (f"q{at + 1}" in first) for at in range(0, 40, 2))


def test_the_fit_finds_the_feature_that_tells_the_two_apart() -> None:
    rows = [Judged("?", Features(0.9, at / 10, 1.0), 0.5, True) for at in range(10)]
    rows += [Judged("?", Features(0.1, at / 10, 1.0), 0.5, False) for at in range(10)]
    weights = fitted(rows)
    held, removed = scores(rows, weights=weights)
    assert min(held) > 0.5 > max(removed)
    assert abs(weights[2]) < 0.1 * weights[1]


def report_with(value: float | None) -> Report:
    measures = (Measure(name="ndcg@10", value=value, n=1, says=""),)
    return Report(set="bioasq", questions=1, documents=1, passages=1, encoder=None, unasked=0, measures=measures, seconds=0.0)


@pytest.mark.parametrize(("value", "passed"), [(0.8, True), (0.9, True), (0.79, False), (None, False)])
def test_a_figure_below_its_floor_or_missing_fails(value: float | None, passed: bool) -> None:
    compared = compare({"bioasq": report_with(value)}, floors={"bioasq ndcg@10": 0.8, "pubmedqa ndcg@10": 0.9})
    assert [one.passed for one in compared] == [passed]
    assert table(compared).endswith("1 passed, 0 failed" if passed else "0 passed, 1 failed")


def test_floors_of_a_search_that_has_none_are_an_error_and_not_a_pass(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    path.write_text('[words]\n"bioasq ndcg@10" = 0.8\n', "utf-8")
    assert read_floors(path, encoder=None) == {"bioasq ndcg@10": 0.8}
    with pytest.raises(PinciteError, match=r"no table \[encoder\]"):
        read_floors(path, encoder="minilm")


def test_without_corpora_the_gate_says_that_it_was_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert "skipped: bioasq" in capsys.readouterr().out
