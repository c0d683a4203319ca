"""Citation marks in every style, and figures that are none."""

from __future__ import annotations

import time

import pytest

from pincite.auditing.loading import load
from pincite.auditing.marks import markers_of

LIST = "\n\nReferences\n\n" + "\n".join(
    f"{n}. Author{n} A. A title of some length, number {n}. Spine {2000 + n};1:2." for n in range(1, 13)
)


def marked(text: str) -> list[tuple[str, tuple[str, ...]]]:
    loaded = load(text.encode())
    return [(loaded.text[mark.start : mark.end].strip(), mark.markers) for mark in loaded.marks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pain fell [1]. It rose [1, 3-5].", [("[1]", ("1",)), ("[1, 3-5]", ("1", "3", "4", "5"))]),
        ("Pain fell.¹ It rose.²⁻⁴", [("¹", ("1",)), ("²⁻⁴", ("2", "3", "4"))]),
        ("Pain fell (1). It rose (2, 4).", [("(1)", ("1",)), ("(2, 4)", ("2", "4"))]),
        ("Pain fell 1. It rose in adults 5, 2.", [("1", ("1",)), ("5, 2", ("5", "2"))]),
        ("Pain fell.1,2 It rose.3", [("1,2", ("1", "2")), ("3", ("3",))]),
        ("Pain fell [^2] and rose【4†source】.", [("[^2]", ("2",)), ("【4†source】", ("4",))]),
        ("Pain fell (Author1 et al., 2001; Author2 2002).", [("(Author1 et al., 2001; Author2 2002)", ("1", "2"))]),
        ("Author3 and colleagues (2003) saw less pain.", [("(2003)", ("3",))]),
        ("Pain fell (Nobody et al., 1999).", [("(Nobody et al., 1999)", ("Nobody 1999",))]),
    ],
)
def test_every_style_of_mark_is_found(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert marked(f"Back pain\n\n{text}{LIST}") == expected


@pytest.mark.parametrize(
    "words",
    [
        "The disc L4-5 was narrow at L5",
        "Vitamin B12 and vitamin B 12 were low",
        "It was seen in COVID-19",
        "The drug was studied in phase 3",
        "Most injuries were grade 2",
        "The score rose from 1 to 4",
        "Scores fell from 7-8 to 1-2",
        "The surface was 20 m² and the χ² was large",
        "The dose was 10⁹ cells",
        "The median was 5 [3–7] points",
        "It was first seen in 2019 (May 2019)",
        "Treat children under 12",
        "The test gave F [1,306]",
        "Pain was better on day 3",
        "Isotope ¹³¹I was given",
        "The diagnosis is common (see Table 2)",
        "The guideline was updated (January 2020)",
    ],
)
def test_figures_and_names_are_no_marks(words: str) -> None:
    """Beside real marks of the bare style, which open the way for others."""
    text = f"Back pain\n\n{words}.\n\nNSAIDs help a little 1.\n\nExercise helps more 2.{LIST}"
    assert [markers for _, markers in marked(text)] == [("1",), ("2",)]


def test_bare_numbers_are_no_marks_where_the_page_has_no_such_habit() -> None:
    assert marked("Gout\n\nThe ward has beds 14\n\nIt was opened with nurses 35\n\nPatients stay in bays 8") == []


def test_numbers_of_a_list_in_running_text_are_no_marks() -> None:
    assert marked("Gout\n\nWe did this. (1) Rest was kept. (2) Ice was given. (3) Drugs were added.") == []


@pytest.mark.parametrize(
    ("printed", "markers"),
    [("1, 3–5", ("1", "3", "4", "5")), ("5, 2", ("5", "2")), ("9-2", ()), ("0", ()), ("1-200", ()), ("3;4", ("3", "4"))],
)
def test_lists_of_numbers_are_written_out(printed: str, markers: tuple[str, ...]) -> None:
    assert markers_of(printed) == markers


def test_ten_thousand_marks_take_linear_time() -> None:
    text = "Gout\n\n" + " ".join(f"Drug lowers pain [{n % 90 + 1}]." for n in range(10_000))
    started = time.process_time()
    assert len(load(text.encode()).marks) == 10_000
    assert time.process_time() - started < 8
