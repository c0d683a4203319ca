"""Every spelling of a word goes to one place; different words do not."""

from __future__ import annotations

import pytest

from pincite.terms import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Baastrup's disease", "Baastrup disease"),
        ("women’s health", "women health"),
        ("Kümmell’s disease", "kummell disease"),
        ("metastases", "metastasis"),
        ("exercises", "exercise"),
        ("diseases", "disease"),
        ("oedema", "edema"),
        ("haemorrhage", "hemorrhage"),
        ("tumours", "tumor"),
        ("behavioural", "behavioral"),
        ("randomised", "randomized"),
        ("β-blockers", "beta blocker"),
        ("vertebrae", "vertebra"),
        ("SSRIs", "SSRI"),
        ("injuries", "injury"),
    ],
)
def test_spellings_of_one_term_are_one(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("AIDS", "aids"), ("CRPS", "CRP"), ("TENS", "tens"), ("stenosis", "steno"), ("hour", "hor"), ("ileus", "ileu")],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)
