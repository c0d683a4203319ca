"""Where a source says to go on to the next step of care."""

from __future__ import annotations

import pytest

from pincite.answering.pathway import go_on_point


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Kyphoplasty is accepted after at least 6 weeks of failed conservative treatment.",
            "after at least 6 weeks of failed conservative treatment",
        ),
        ("Radiofrequency ablation follows if injection fails, then surgery.", "if injection fails"),
        ("Biologics are considered in asthma refractory to inhaled corticosteroids.", "refractory to inhaled corticosteroids"),
        ("Surgery after failed conservative treatment includes excision.", "after failed conservative treatment"),
    ],
)
def test_the_point_at_which_to_go_on_is_quoted(text: str, words: str) -> None:
    assert words in (go_on_point(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "Pain fell by 2 points after 6 weeks.",
        "After surgery patients walked within 2 days.",
        "Heart failure was more frequent with rosiglitazone.",
        "The trial was stopped after 24 months of follow-up.",
    ],
)
def test_other_times_are_not_points_at_which_to_go_on(text: str) -> None:
    assert go_on_point(text) is None
