"""Sentence spans: exact offsets, clinical abbreviations, citation marks, hostile length."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.text.sentences import LONGEST_SENTENCE, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She was 4 yr. old, wt. 70 kg, given approx. 5 mg.", 1),
        ("Give max. 20 mg at 5 deg. C as in Fig. 2 by Smith et al. for pain.", 1),
        ("Foods, e.g. Apples, i.e. Fruit vs. Meat, cf. Table 2.", 1),
        ("Taken p.o. b.i.d. for 3 wk. by No. 5 of Dr. House.", 1),
        ("It was (see A.1,2) the rule.", 1),
        ("The E. coli count and J. Smith were named.", 1),
        ("The mean was 0.05. Thirty patients left.", 2),
        ("P = 0.05. 3 patients died.", 2),
        ("Deficit of vitamin D. The patients had it.", 2),
        ("Given b.i.d. The pain fell.", 2),
        ("Found by Smith et al. In 2004 they did more.", 2),
        ("First (n = 3. It was small) then large. Next.", 2),
        ("1. Take rest. 2. Use ice.", 2),
    ],
)
def test_full_stops_end_sentences_only_where_they_should(text: str, expected: int) -> None:
    assert len(cut(text)) == expected, cut(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fell. [1,2] It rose.", ["It fell. [1,2]", "It rose."]),
        ("It fell [1]. It rose.", ["It fell [1].", "It rose."]),
        ("Pain fell.1,2 It rose.", ["Pain fell.1,2", "It rose."]),
        ("It rose. (B) is next.", ["It rose.", "(B) is next."]),
    ],
)
def test_citation_marks_stay_with_the_sentence_before(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_every_line_is_a_sentence_of_its_own() -> None:
    assert cut("Use:\n- rest\n- ice\n\nThen walk. Then run.") == ["Use:", "- rest", "- ice", "Then walk.", "Then run."]


def test_emoji_and_greek_do_not_shift_offsets() -> None:
    assert cut("Δ𝒳 rose 😀. α fell.") == ["Δ𝒳 rose 😀.", "α fell."]


@given(st.text(alphabet="ab .,;()[]12\n\tA é😀", max_size=300))
def test_spans_are_ordered_trimmed_and_cover_all_but_blanks(text: str) -> None:
    spans = sentences(text)
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start
    for start, end in spans:
        assert text[start:end] == text[start:end].strip() != ""


@pytest.mark.parametrize("unit", ["a ", "a", "foo (bar. ", "Fig. ", "( ", "1. ", "x. [1]", "A."])
def test_a_megabyte_of_anything_takes_seconds_and_is_cut_short(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    before = time.process_time()
    spans = sentences(text)
    assert time.process_time() - before < 10
    assert max(end - start for start, end in spans) <= LONGEST_SENTENCE
