"""Headings and their kinds."""

from __future__ import annotations

import pytest

from pincite.ingest.sections import nested_kind, section_kind


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Materials and Methods", "methods"),
        ("2.1. Statistical analysis", "methods"),
        ("CONCLUSIONS:", "conclusion"),
        ("Results and discussion", "results"),
        ("IV. Discussion", "discussion"),
        ("What is already known on this topic", "background"),
        ("Competing interests", "other"),
        ("Adverse events", "adverse"),
        ("Boxed Warning", "boxed-warning"),
        ("Recommendations", "recommendation"),
        ("Aims", "objective"),
        ("Pain", "body"),
        ("Used equipment", "body"),
        ("Resultant force", "body"),
    ],
)
def test_a_heading_tells_the_kind_of_its_section(heading: str, kind: str) -> None:
    assert section_kind(heading) == kind


def test_the_innermost_heading_that_may_decides() -> None:
    assert nested_kind(("Results", "Pain")) == "results"
    assert nested_kind(("Discussion", "Conclusion")) == "conclusion"
    assert nested_kind(("Methods", "Outcomes")) == "methods"
    assert nested_kind(("Lumbar spine",)) == "body"
