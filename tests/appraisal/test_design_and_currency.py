"""Level and order of designs; what must be said of a document's age and status."""

from __future__ import annotations

from typing import get_args

import pytest

from pincite.appraisal.currency import status_note, usable
from pincite.appraisal.design import design_words, level_of, rank
from pincite.records import Design, Header, Relation


@pytest.mark.parametrize(
    ("design", "title", "n", "level"),
    [
        ("meta-analysis", "Vertebroplasty: a meta-analysis of randomised trials", None, 1),
        ("systematic-review", "Prevalence of back pain: a systematic review", None, 3),
        ("rct", "Fusion or decompression", 247, 2),
        ("rct", "Exercise after fracture: a pilot trial", 120, 3),
        ("rct", "Fusion or decompression", 20, 3),
        ("cohort", "Mortality in claims", 100_000, 3),
        ("case-series", "Injection", 17, 4),
        ("case-report", "A dancer", 1, 5),
        ("animal", "Discs of rats", 20, 5),
        ("guideline", "Back pain", None, 0),
        ("drug-label", "Tramadol", None, 0),
    ],
)
def test_level_follows_design_and_what_the_title_tells(design: Design, title: str, n: int | None, level: int) -> None:
    assert level_of(design, title=title, extent="abstract", n=n) == level


def test_every_design_has_words_and_a_level() -> None:
    for design in get_args(Design):
        assert design_words(design)
        assert 0 <= level_of(design, title="", extent="abstract", n=None) <= 5


def test_guidelines_come_before_labels_before_trials_before_case_reports() -> None:
    order = [
        rank("guideline", "guideline"),
        rank("drug-label", "label"),
        rank("rct", "research"),
        rank("case-report", "research"),
    ]
    assert order == sorted(order)
    assert len(set(order)) == 4


def header(**facts: object) -> Header:
    return Header(**{"tier": "research", "extent": "abstract", "title": "T", "year": 2020, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        ({"status": "retracted"}, "retracted"),
        ({"status": "concern"}, "expression of concern"),
        ({"relations": (Relation(kind="retracted-by", target="pmid:1"),)}, "retracted"),
        ({"relations": (Relation(kind="corrected-by", target="pmid:1"),)}, "corrected after publication"),
        ({"relations": (Relation(kind="retracts", target="pmid:1"),)}, None),
        ({"year": 2009}, "published 15 years ago"),
        ({"year": 2016, "tier": "guideline"}, "published 8 years ago"),
        ({"year": 2016}, None),
        ({"year": None}, "undated"),
        ({"year": 2020, "retired": "a copy"}, "retired from this library"),
        ({"year": 2009, "status": "superseded"}, "superseded by a newer version; published 15 years ago"),
    ],
)
def test_status_and_age_are_said(facts: dict[str, object], note: str | None) -> None:
    assert status_note(header(**facts), today_year=2024) == note


def test_age_is_not_guessed_without_a_year_to_compare_with() -> None:
    assert status_note(header(year=1990), today_year=None) is None


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        ({}, True),
        ({"status": "concern"}, True),
        ({"status": "retracted"}, False),
        ({"relations": (Relation(kind="retracted-by", target="pmid:1"),)}, False),
        ({"design": "retraction-notice"}, False),
        ({"design": "protocol"}, False),
        ({"tier": "guideline", "status": "superseded"}, False),
        ({"status": "superseded"}, True),
        ({"retired": "replaced by our own protocol"}, False),
    ],
)
def test_only_usable_documents_answer(facts: dict[str, object], may: bool) -> None:
    assert usable(header(**facts)) is may
