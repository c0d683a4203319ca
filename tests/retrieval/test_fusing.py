"""Fusing two scores is plain arithmetic with a fixed order."""

from __future__ import annotations

import pytest

from pincite.retrieval.fusing import fuse


@pytest.mark.parametrize(
    ("lexical", "cosine", "expected"),
    [
        ({}, {}, []),
        ({"b": 2.0, "a": 2.0}, {}, [("a", 1.0), ("b", 1.0)]),
        ({"a": 4.0, "b": 0.0}, {"a": 0.0, "b": 1.0}, [("b", 0.6), ("a", 0.4)]),
        ({"a": 1.0}, {"a": -0.5}, [("a", 0.4)]),
        ({"a": 1.0, "b": 1.0}, {"a": 0.5}, [("a", 0.7), ("b", 0.7)]),
        ({"b": 1.0, "a": 1.0 + 1e-12}, {}, [("a", 1.0), ("b", 1.0)]),
    ],
)
def test_scores_are_shares_of_both(lexical: dict[str, float], cosine: dict[str, float], expected: list[tuple[str, float]]) -> None:
    assert fuse(lexical, cosine) == expected
