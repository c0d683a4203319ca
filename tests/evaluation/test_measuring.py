from __future__ import annotations

import sys

import pytest

from pincite.errors import PinciteError
from pincite.evaluation.measuring import auroc, percentile, rank_measures, rouge, snippet_overlap
from pincite.evaluation.sets import Gold
from pincite.records import Citation, Quote


def cite(document: str, start: int, end: int) -> Citation:
    quote = Quote(exact="x" * (end - start), prefix="", suffix="", start=start, end=end)
    return Citation(reference=1, document_id=document, passage_id=f"{document}#0", section="", quote=quote)


def test_the_right_passage_first_is_perfect_and_second_is_not() -> None:
    assert rank_measures({"q": ["a", "b"]}, relevant={"q": ["a"]}) == pytest.approx((1.0, 1.0, 1.0))
    assert rank_measures({"q": ["b", "a"]}, relevant={"q": ["a"]}) == pytest.approx((0.6309, 1.0, 0.5), abs=1e-4)


def test_a_question_that_finds_nothing_counts_as_zero() -> None:
    assert rank_measures({"q": ["a"], "p": []}, relevant={"q": ["a"], "p": ["b"]}).mrr == pytest.approx(0.5)


def test_without_the_extra_the_error_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(PinciteError, match=r"pip install pincite\[eval\]"):
        rank_measures({}, relevant={})


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ([cite("a", 0, 10)], (1.0, 1.0, 1.0)),
        ([cite("a", 5, 15)], (0.5, 0.5, 0.5)),
        ([cite("a", 0, 5), cite("a", 0, 5)], (1.0, 0.5, 2 / 3)),  # said twice is not more
        ([cite("b", 0, 10)], (0.0, 0.0, 0.0)),  # the same place of another document
        ([], (0.0, 0.0, 0.0)),
    ],
)
def test_overlap_counts_characters_of_the_same_document(cited: list[Citation], expected: tuple[float, float, float]) -> None:
    assert snippet_overlap(cited, gold=[Gold(document_id="a", start=0, end=10)]) == pytest.approx(expected)


def test_rouge_takes_the_reference_that_fits_best() -> None:
    assert rouge("rest does not help", references=["unlike", "Rest does not help."]) == {
        "rouge1": 1.0,
        "rouge2": 1.0,
        "rougeL": 1.0,
    }
    assert rouge("", references=["rest"]) == {"rouge1": 0.0, "rouge2": 0.0, "rougeL": 0.0}


def test_rouge_l_minds_the_order_of_words() -> None:
    found = rouge("c b a", references=["a b c"])
    assert found["rouge1"] == 1.0
    assert found["rougeL"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(("good", "bad", "area"), [([1.0], [0.0], 1.0), ([0.0], [1.0], 0.0), ([0.5], [0.5], 0.5), ([], [0.1], 0.5)])
def test_auroc_of_small_cases(good: list[float], bad: list[float], area: float) -> None:
    assert auroc(good, bad) == area


def test_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([float(at) for at in range(1, 101)], 0.95) == 95.0
    assert percentile([3.0], 0.5) == 3.0
