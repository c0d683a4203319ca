"""Plain words: what may change in a sentence for patients, and what never may."""

from __future__ import annotations

import re

import pytest

from pincite.answering.plain import _rows, plain_words


def test_a_swap_keeps_the_sentence_and_its_capital() -> None:
    assert plain_words("Adverse events occurred in 12% of patients.")[0] == "Side effects occurred in 12% of patients."


def test_a_term_is_explained_at_its_first_use_only() -> None:
    text, explained = plain_words("Vertebroplasty was compared with kyphoplasty; vertebroplasty cost less.")
    assert text.count("bone cement is injected") == 1
    assert set(explained) == {"vertebroplasty", "kyphoplasty"}


def test_a_term_explained_before_is_left_alone() -> None:
    assert plain_words("Kyphoplasty helped.", already=frozenset({"kyphoplasty"})) == ("Kyphoplasty helped.", {})


def test_words_that_explained_one_term_are_not_repeated_for_its_plural() -> None:
    _, first = plain_words("An opioid helped.")
    assert plain_words("Opioids helped.", already=frozenset({"opioid"}), meanings=frozenset(first.values())) == ("Opioids helped.", {})
    assert plain_words("Opioids helped.")[1] == {"opioids": first["opioid"]}


@pytest.mark.parametrize("text", ["The act was renalised.", "Fusion-like images", "He ate a statin-free diet"])
def test_parts_of_other_words_are_not_terms(text: str) -> None:
    assert plain_words(text)[0] == text


@pytest.mark.parametrize(
    "text",
    [
        "Pain fell from 8.18 ± 1.44 to 0.62 ± 0.93 (p < 0.001) after percutaneous infiltration.",
        "Naproxen is contraindicated in severe renal impairment (creatinine clearance <30 mL/min).",
        "In the SF-36 the mean difference was 7.8 (95% CI, 1.5 to 14.1) after decompression.",
    ],
)
def test_numbers_stay_as_they_are(text: str) -> None:
    plain, explained = plain_words(text)
    for meaning in explained.values():
        plain = plain.replace(f" ({meaning})", "")
    assert re.findall(r"\d+(?:\.\d+)?", plain) == re.findall(r"\d+(?:\.\d+)?", text)


def test_no_row_of_the_table_swaps_in_a_number_or_turns_a_sentence_round() -> None:
    turned = {"contraindicated", "conservative", "nonsurgical", "non-?operative"}
    for row in _rows():
        if row.how == "swap":
            assert not re.search(r"\d", row.plain)
            if re.search(r"\b(not|no|without)\b", row.plain):
                assert any(word in row.pattern.pattern for word in turned), row
