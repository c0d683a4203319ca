"""Short forms that a text defines."""

from __future__ import annotations

import pytest

from pincite.text.abbreviations import defined_abbreviations


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("with lumbar spinal stenosis (LSS) and", ("LSS", "lumbar spinal stenosis")),
        ("the visual analogue scale (VAS)", ("VAS", "visual analogue scale")),
        ("randomised controlled trials (RCTs)", ("RCT", "randomised controlled trials")),
        (
            "OVCFs (osteoporotic vertebral compression fractures)",
            ("OVCF", "osteoporotic vertebral compression fractures"),
        ),
        ("confidence interval (CI; 95%)", ("CI", "confidence interval")),
        ("deep-vein thrombosis (DVT)", ("DVT", "deep-vein thrombosis")),
    ],
)
def test_a_defined_short_form_is_found(text: str, pair: tuple[str, str]) -> None:
    assert defined_abbreviations(text) == [pair]


@pytest.mark.parametrize(
    "text",
    [
        "two groups (n = 20)",
        "in the clinic (USA)",
        "the drug (Pfizer Inc)",
        "pain (see Table 2)",
        "grade 2 of 5 scale (GS)",
        "a pain (Pn)",
        "not related words (XYZ)",
        "the LSS group (LSS)",
    ],
)
def test_other_brackets_define_nothing(text: str) -> None:
    assert defined_abbreviations(text) == []


def test_the_first_definition_stays() -> None:
    text = "computed tomography (CT) and, later, connective tissue (CT)"
    assert defined_abbreviations(text) == [("CT", "computed tomography")]
