"""Mistyped terms are corrected; ordinary words and right terms never are."""

from __future__ import annotations

import time

import pytest

from pincite.terms import correct


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Bastrup", "baastrup"),
        ("naproxin", "naproxen"),
        ("osteoporisis", "osteoporosis"),
        ("sciatca", "sciatica"),
        ("hypertenson", "hypertension"),
        ("asprin", "aspirin"),
        ("ibuprofin", "ibuprofen"),
        ("pnuemonia", "pneumonia"),
        ("vertebroplasti", "vertebroplasty"),
        ("migrane", "migraine"),  # migrant is as near
        ("metforman", "metformin"),
    ],
)
def test_a_mistyped_term_is_corrected(typed: str, meant: str) -> None:
    assert correct(typed) == meant


RIGHT = """what treated spine working elderly should before questions naproxen Baastrup oedema colour doctors injections
abc x12345 qqqqqqqq T2DM tumours haemorrhage colleagues"""


@pytest.mark.parametrize("word", RIGHT.split())
def test_a_right_word_is_left_alone(word: str) -> None:
    assert correct(word) is None


def test_a_known_word_is_left_alone() -> None:
    assert correct("Bastrup", known={"bastrup"}) is None


def test_correction_is_quick() -> None:
    correct("warmup")
    start = time.process_time()
    correct("xylofenak")
    assert time.process_time() - start < 0.5  # 60 ms on the machine it was measured on; the rest is for a busy one
