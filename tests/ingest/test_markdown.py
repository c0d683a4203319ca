"""Markdown: structure, what is stripped, and front matter that says what a document is."""

from __future__ import annotations

from contextlib import suppress

import pytest

from pincite.errors import UnreadableError
from pincite.ingest.markdown import reader
from pincite.ingest.reading import Source
from pincite.records import Draft

TEXT = """---
tier: guideline
design: consensus
title: Local protocol
organization: Hospital X
year: 2024
conditions: [low back pain, sciatica]
---
# Local protocol

Give **ibuprofen** [as here](http://example.org/secret). <!-- comment --> <span hidden>hidden span</span> ~~struck out~~

## Dosing

- one
- two
  - three

| Drug | Dose |
|---|---|
| Ibuprofen | 400 mg |

```
stored as text
```
<div><p>html text</p><script>bad()</script><p style="display:none">unseen</p></div>
"""


def draft(text: str, name: str = "protocol.md") -> Draft:
    (only,) = reader.drafts(Source(name, text.encode()))
    assert isinstance(only, Draft)
    return only


def test_structure_becomes_sections_items_and_rows() -> None:
    found = draft(TEXT)
    assert [(block.text.strip(), block.section, block.kind) for block in found.blocks] == [
        ("Give ibuprofen as here.", "", "body"),
        ("one", "Dosing", "dosing"),
        ("two", "Dosing", "dosing"),
        ("three", "Dosing", "dosing"),
        ("Drug: Ibuprofen; Dose: 400 mg", "Dosing", "table"),
        ("stored as text", "Dosing", "dosing"),
        ("html text", "Dosing", "dosing"),
    ]


def test_front_matter_wins_over_guesses() -> None:
    header = draft(TEXT).header
    assert (header.tier, header.design, header.organization, header.year) == (
        "guideline",
        "consensus",
        "Hospital X",
        2024,
    )
    assert header.conditions == ("low back pain", "sciatica")
    assert header.notes is None


@pytest.mark.parametrize(
    ("front", "named"),
    [
        ("tire: guideline", "tire"),
        ("tier: opinion", "tier"),
        ("design: trial", "design"),
        ("year: soon", "year"),
        ("title: [a", "YAML"),
        ("title: &a x\nvenue: *a", "aliases"),
        ("conditions: 5", "conditions"),
    ],
)
def test_a_wrong_field_is_named(front: str, named: str) -> None:
    with pytest.raises(UnreadableError, match=named):
        draft(f"---\n{front}\n---\n\nText.\n")


def test_rules_around_text_are_no_front_matter() -> None:
    assert [block.text for block in draft("---\njust a line\n---\n\nText.\n").blocks][-1] == "Text."


def test_a_document_that_says_nothing_of_itself_is_marked_so() -> None:
    header = draft("# Notes\n\nSome words.\n").header
    assert (header.tier, header.design, header.notes) == ("research", "unknown", "type of document not stated")


@pytest.mark.parametrize(
    "text",
    [
        ">" * 20_000 + " x",
        "[" * 20_000 + "x",
        "- " * 5_000 + "x",
        "*a " * 20_000,
        "`" * 20_000 + "x",
        "<div>" * 5_000 + "x",
    ],
)
def test_hostile_nesting_ends(text: str) -> None:
    assert draft(f"Words first.\n\n{text}\n").blocks


def test_cut_and_spoilt_texts_give_a_draft_or_a_named_refusal(spoilt: object) -> None:
    for data in spoilt(TEXT.encode(), 150):  # type: ignore[operator]
        with suppress(UnreadableError):
            list(reader.drafts(Source("x.md", data)))
