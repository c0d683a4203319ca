"""Plain text: paragraphs, headings by looks, encodings."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from pincite.errors import UnreadableError
from pincite.ingest.lines import heading_level
from pincite.ingest.plain import reader
from pincite.ingest.reading import Source
from pincite.records import Draft

TEXT = """SPINAL STENOSIS: A REVIEW

Abstract

Background: Pain is common. Methods: We searched. Results: It fell by
10%. Conclusions: Good.

1. Introduction

Text of the introduc-
tion with long-term care and a long-
term aim.

- item one
- item two

REFERENCES
1. Smith J. Pain. 2010.
"""


def draft(data: bytes, name: str = "review.txt") -> Draft:
    (only,) = reader.drafts(Source(name, data))
    assert isinstance(only, Draft)
    return only


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "utf-16-le"])
def test_paragraphs_sections_and_references(encoding: str) -> None:
    found = draft(TEXT.encode(encoding))
    assert found.header.title == "SPINAL STENOSIS: A REVIEW"
    assert [(block.section, block.text) for block in found.blocks] == [
        ("Abstract", "Background: Pain is common. Methods: We searched. Results: It fell by 10%. Conclusions: Good."),
        ("1. Introduction", "Text of the introduction with long-term care and a long-term aim."),
        ("1. Introduction", "item one"),
        ("1. Introduction", "item two"),
    ]
    assert [one.text for one in found.cited] == ["Smith J. Pain. 2010."]


def test_windows_letters_are_read() -> None:
    assert draft("Ménière – 5 µg daily.".encode("cp1252")).blocks[0].text == "Ménière – 5 µg daily."


@pytest.mark.parametrize(
    ("line", "alone", "level"),
    [
        ("MATERIALS AND METHODS", False, 1),
        ("2.1 Dosing in adults", True, 2),
        ("Methods", True, 1),
        ("Pain fell in both groups.", True, None),
        ("the rest of a sentence", True, None),
        ("12 of 40", True, None),
    ],
)
def test_headings_by_their_looks(line: str, alone: bool, level: int | None) -> None:
    assert heading_level(line, alone=alone) == level


@pytest.mark.parametrize("data", [bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n" + b"\0\1\2\3" * 900])
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="binary"):
        draft(data)


def test_front_matter_works_in_text_too() -> None:
    assert draft(b"---\ntier: patient\nyear: 2020\n---\nDrink water.\n").header.tier == "patient"


def test_cut_and_spoilt_texts_give_a_draft_or_a_named_refusal(spoilt: object) -> None:
    for data in spoilt(TEXT.encode(), 150):  # type: ignore[operator]
        with suppress(UnreadableError):
            list(reader.drafts(Source("x.txt", data)))


def test_a_long_run_of_broken_words_is_joined_in_linear_time() -> None:
    began = time.process_time()
    assert draft(b"ab-\n" * 50_000).blocks
    assert draft(b"Some words here.\n\nMethods\n\nmore words.\n" * 20_000).blocks
    assert time.process_time() - began < 10
