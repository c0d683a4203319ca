"""Drafts become documents with exact offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.errors import UnreadableError
from pincite.ingest.building import LONGEST, build
from pincite.records import Annotation, Block, Draft, Header, Reading


def draft(*blocks: Block, title: str = "A title") -> Draft:
    return Draft(header=Header(tier="research", extent="abstract", title=title), blocks=blocks)


def check(reading: Reading) -> None:
    text = reading.document.text
    for passage in reading.passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.sentences
        for start, end in passage.sentences:
            assert passage.start <= start < end <= passage.end
    assert [passage.ordinal for passage in reading.passages] == list(range(len(reading.passages)))


@given(st.lists(st.text(max_size=400), min_size=1, max_size=6), st.text(max_size=60))
def test_every_passage_is_its_stretch_of_the_text(texts: list[str], title: str) -> None:
    blocks = [Block(text=text, section=f"S{index % 2}") for index, text in enumerate(texts)]
    try:
        reading = build(draft(*blocks, title=title), source="a file")
    except UnreadableError:
        return
    check(reading)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    reading = build(draft(Block(text="This sentence has six words here. " * 100)), source="x")
    check(reading)
    assert all(len(passage.text) <= LONGEST for passage in reading.passages)
    assert all(passage.text.endswith(".") for passage in reading.passages[1:])


def test_short_neighbours_of_one_section_are_joined_but_statements_are_not() -> None:
    note = Annotation(kind="finding")
    joined = build(draft(Block(text="One.", section="A"), Block(text="Two.", section="A")), source="x")
    apart = build(
        draft(Block(text="One.", section="A", annotation=note), Block(text="Two.", section="A", annotation=note)),
        source="x",
    )
    assert [len(reading.passages) for reading in (joined, apart)] == [2, 3]


def test_control_characters_and_zero_width_ones_do_not_reach_the_text() -> None:
    reading = build(draft(Block(text="Pa\u200bin\x00 fell.\u202e It\u00a0rose.")), source="x")
    assert reading.passages[1].text == "Pain fell. It rose."


def test_a_draft_without_text_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="no text"):
        build(draft(Block(text=" \u200b ")), source="x")
