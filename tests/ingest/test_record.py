"""Summary records: the starter library, and what their writers are told."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from pincite.ingest.reading import read, read_bytes
from pincite.ingest.record import SummaryRecord, checked, cleaned, raw
from pincite.ingest.unpacking import Source
from pincite.records import Reading, Unread

GOOD = """id: nass-2020
tier: guideline
design: guideline
title: Low back pain
year: 2020
seen_at: [a library]
label_revision: 08/2024
statements:
- {kind: recommendation, text: Rest is not advised., direction: against, strength: Grade A, locator: Section 2}
"""


def starter() -> Path:
    return Path(str(files("pincite") / "data" / "starter"))


def test_every_starter_record_is_read_and_every_figure_stands_in_its_statement() -> None:
    names: set[str] = set()
    for path in sorted(starter().iterdir()):
        for values in cleaned(raw(Source(path.name, path.read_bytes()))):
            record = checked(values)
            assert record.id == path.stem
            names.add(record.id)
            for statement in record.statements:
                assert all(figure in statement.text for figure in statement.figures), (path.name, statement.id)
    assert len(names) == len(list(starter().iterdir()))
    readings = [item for item in read([starter()]) if isinstance(item, Reading)]
    assert {reading.document.id for reading in readings} == names
    for reading in readings:
        assert reading.document.extent == "record"
        assert all(passage.annotation for passage in reading.passages[1:])


def test_a_statement_becomes_one_passage_with_its_annotation() -> None:
    (reading,) = read_bytes("x.yaml", GOOD.encode())
    assert isinstance(reading, Reading)
    passage = reading.passages[1]
    assert (passage.text, passage.kind, passage.section) == ("Rest is not advised.", "statement", "Section 2")
    assert passage.annotation is not None
    assert (passage.annotation.kind, passage.annotation.direction, passage.annotation.strength) == (
        "recommendation",
        "against",
        "Grade A",
    )
    assert reading.document.date == "2024-08"


@pytest.mark.parametrize(
    ("field", "url"),
    [
        ("doi: 10.1000/a", "https://doi.org/10.1000/a"),
        ("pmid: 123", "https://pubmed.ncbi.nlm.nih.gov/123/"),
        ("pmcid: PMC9", "https://pmc.ncbi.nlm.nih.gov/articles/PMC9/"),
        ("url: https://example.org", "https://example.org"),
        ("n: 5", None),
    ],
)
def test_the_best_link_is_chosen(field: str, url: str | None) -> None:
    (reading,) = read_bytes("x.yaml", f"{GOOD}{field}\n".encode())
    assert isinstance(reading, Reading)
    assert reading.document.url == url


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("tier: guideline", "tier: blog", "tier should be 'guideline'"),
        ("title: Low back pain", "titel: Low back pain", "title is missing; titel is no field"),
        ("year: 2020", "year: soon", "year should be a valid integer"),
        ("strength: Grade A", "strength: No", "statements.1.strength must be text: put it in quotes"),
        ("locator: Section 2", "where: here", "statements.1.locator is missing"),
        ("direction: against", "direction: maybe", "statements.1.direction should be"),
        ("id: nass-2020", "id: a b#c", "id"),
        ("year: 2020", "tier: label", "has 'tier' twice"),
        ("year: 2020", "notes: &a x\npopulation: *a", "alias"),
    ],
)
def test_a_wrong_field_is_named(old: str, new: str, says: str) -> None:
    (unread,) = read_bytes("mine.yaml", GOOD.replace(old, new).encode())
    assert isinstance(unread, Unread)
    assert says in unread.reason


def test_one_bad_record_among_several_does_not_hide_the_others() -> None:
    text = "---\n".join([GOOD, GOOD.replace("nass-2020", "b").replace("tier: guideline", "tier: x"), GOOD.replace("nass-2020", "c")])
    items = list(read_bytes("x.yaml", text.encode()))
    assert [type(item).__name__ for item in items] == ["Reading", "Unread", "Reading"]


def test_the_shipped_json_schema_is_that_of_the_reader() -> None:
    shipped = json.loads((files("pincite") / "data" / "record.schema.json").read_text("utf-8"))
    assert shipped == SummaryRecord.model_json_schema()
