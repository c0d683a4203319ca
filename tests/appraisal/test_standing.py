"""Which sentences can be quoted alone, and on what the others lean."""

from __future__ import annotations

import pytest

from pincite.appraisal.standing import standing, stands_alone, why_not

ALONE = [
    "In this study, vertebroplasty reduced pain more than sham.",
    "However, vertebroplasty reduced pain no more than sham did.",
    "Vertebroplasty reduced pain more than sham (Table 3).",
    "Avoid use with MAO inhibitors [see Warnings and Precautions (5.1)].",
    "It is recommended that opioids be avoided in back pain.",
    "Both vertebroplasty and kyphoplasty reduced pain at one year.",
    "Neither pain nor disability changed after steroid injection.",
    "Give tramadol every 12 hours in renal impairment.",
]
NOT_ALONE = [
    ("These patients had less pain at one year.", "begins with a word that points back"),
    ("This treatment is effective in back pain.", "begins with a word that points back"),
    ("They had less pain at one year.", "begins with a word that points back"),
    ("The latter reduced pain at one year.", "begins with a word that points back"),
    ("Figure 2 shows the flow of patients.", "points at a picture or table"),
    ("Baseline characteristics are shown in Table 1.", "points at a picture or table"),
    ("[see Warnings and Precautions (5.1)] for more.", "points at another section"),
    ("Lumbar fusion for the treatment of pain.", "has no verb"),
    ("Overview of events during the open-label phase.", "has no verb"),
    ("RISKS AND BENEFITS OF ALL OPTIONS", "is a heading"),
    ("Does vertebroplasty reduce pain in adults?", "is a question"),
    ("[12,13].", "is too short"),
    ("Pain was reduced (by 3 points in one year.", "has a bracket that does not close"),
    ("Pain was reduced in patients treated with the", "is cut off at its end"),
    ("and pain was reduced by three points.", "is cut off at its beginning"),
    ("The protocol is available at www.example.org for all.", "is an address, not a statement"),
    ("Smith J, Jones K, Brown L, and White M reported this.", "is a list of authors"),
    ("0.5 (0.2) 1.2 (0.4) 3.3 (0.1) 2.2 group", "is a row of a table"),
    (" ".join(["Pain"] * 95) + ".", "is too long"),
    ("", "is empty"),
]


@pytest.mark.parametrize("sentence", ALONE)
def test_a_whole_statement_stands_alone(sentence: str) -> None:
    assert stands_alone(sentence)
    assert why_not(sentence) is None


@pytest.mark.parametrize(("sentence", "reason"), NOT_ALONE)
def test_a_leaning_or_broken_sentence_does_not(sentence: str, reason: str) -> None:
    assert not stands_alone(sentence)
    assert why_not(sentence) == reason


def test_linked_and_unexplained_sentences_rank_lower_but_remain() -> None:
    whole = standing("Vertebroplasty reduced pain more than sham.")
    linked = standing("However, vertebroplasty reduced pain more than sham.")
    grouped = standing("Pain in group A fell from 8 to 3 points.")
    assert whole == 1.0 > linked > grouped > standing("They had less pain at one year.") > 0
