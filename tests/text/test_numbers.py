"""Figures: what is pulled out of a sentence, what is left alone, and when two figures state one quantity."""

from __future__ import annotations

import time

import pytest

from pincite.text.numbers import Figure, figures, same_quantity


def only(text: str) -> Figure:
    (figure,) = figures(text)
    return figure


@pytest.mark.parametrize(
    ("text", "values", "unit", "comparator"),
    [
        ("Give 500 mg.", (500,), "mg", "="),
        ("Give 1,250 mg per day.", (1250,), "mg/day", "="),
        ("Take 0.5 g daily.", (0.5,), "g/day", "="),
        ("Give 20 µg/day.", (20,), "mcg/day", "="),
        ("Give 20 micrograms.", (20,), "mcg", "="),
        ("It was 0·75%.", (0.75,), "%", "="),
        ("for 4–6 weeks", (4, 6), "week", "="),
        ("for 4 to 6 weeks", (4, 6), "week", "="),
        ("between 4 and 6 weeks", (4, 6), "week", "="),
        ("5 to 10 mg/kg/day", (5, 10), "mg/kg/day", "="),
        ("5 mg to 1 g", (0.005, 1), "g", "="),
        ("up to 6 weeks", (6,), "week", "<="),
        ("at least 3 months", (3,), "month", ">="),
        ("not to exceed 4 g", (4,), "g", "<="),
        ("eGFR < 30 mL/min/1.73 m2", (30,), "mL/minute/1.73 m2", "<"),
        ("≥ 65 years", (65,), "year", ">="),
        ("aged 65 years or older", (65,), "year", ">="),
        ("people over 65 years", (65,), "year", ">"),
        ("improved over 12 weeks", (12,), "week", "="),  # how long it lasted, no comparison
        ("a 4-week course", (4,), "week", "="),
        ("at week 12", (12,), "week", "="),
        ("twenty-five patients", (25,), "person", "="),
        ("1250 participants", (1250,), "person", "="),
        ("10 000 patients", (10000,), "person", "="),
        ("1.2 million people", (1.2e6,), "person", "="),
        ("150 × 10⁹/L", (1.5e11,), "/L", "="),
        ("12 per 100 person-years", (12,), "/100 PY", "="),
        ("25 mm Hg", (25,), "mmHg", "="),
        ("about −1.2 points", (-1.2,), "point", "~"),
    ],
)
def test_an_amount_with_its_unit_and_comparator(text: str, values: tuple[float, ...], unit: str, comparator: str) -> None:
    figure = only(text)
    assert (figure.values, figure.unit, figure.comparator) == (pytest.approx(values), unit, comparator)
    assert text[figure.start : figure.end] == figure.text


@pytest.mark.parametrize(
    ("text", "kind", "values", "label"),
    [
        ("OR 1.44", "measure", (1.44,), "OR"),
        ("adjusted odds ratio of 2.1", "measure", (2.1,), "OR"),
        ("hazard ratio (HR) 0·75", "measure", (0.75,), "HR"),
        ("RR=1.2", "measure", (1.2,), "RR"),
        ("I2 = 45%", "measure", (45,), "I2"),
        ("(95% CI 1.4 to 4.3)", "interval", (1.4, 4.3), "95% CI"),
        ("[95% CI, 0.60–0.93]", "interval", (0.6, 0.93), "95% CI"),
        ("95% confidence interval [CI] -2.3, -0.1", "interval", (-2.3, -0.1), "95% CI"),
        ("p = 0.03", "p-value", (0.03,), "p"),
        ("P<.001", "p-value", (0.001,), "p"),
        ("12/45", "fraction", (12, 45), None),
        ("8 of 44 patients", "fraction", (8, 44), None),
        ("1 in 10 people", "fraction", (1, 10), None),
        ("120/80 mmHg", "pair", (120, 80), None),
        ("5/325 mg", "pair", (5, 325), None),
        ("twice daily", "frequency", (2,), None),
        ("3 times a week", "frequency", (3,), None),
        ("every 8 hours", "frequency", (8,), None),
        ("fell from 6.8 to 3.2", "change", (6.8, 3.2), None),
        ("in 2015", "year", (2015,), None),
        ("grade 3", "rank", (3,), "grade"),
    ],
)
def test_the_kind_of_a_figure(text: str, kind: str, values: tuple[float, ...], label: str | None) -> None:
    figure = only(text)
    assert (figure.kind, figure.values, figure.label) == (kind, values, label)


@pytest.mark.parametrize(
    "text",
    [
        "L4-L5 and T12",
        "IL-6, SF-36 and COVID-19",
        "as shown before [12] and [3,4]",
        "see Table 3 and Figure 2",
        "on 12 May 2019 or 2019-05-12",
        "section 1.2.3",
        "NCT01234567",
        "PMID 12345678",
        "doi 10.1001/jama.2015.123 at https://x.org/12",
        "a 5-HT agonist in 3D in the 1990s, the 6th",
        "one of them",
        "two-sided test",
        "daily living",
        "no figures here",
        "",
    ],
)
def test_numbers_that_are_names_are_left_alone(text: str) -> None:
    assert figures(text) == []


def test_a_list_shares_its_unit() -> None:
    assert [(f.values, f.unit) for f in figures("doses of 5, 10 and 20 mg")] == [
        ((5,), "mg"),
        ((10,), "mg"),
        ((20,), "mg"),
    ]
    assert [f.unit for f in figures("at 6 weeks and 20 patients")] == ["week", "person"]


SAME = [
    ("500 mg", "0.5 g"),
    ("250 mcg", "0.25 mg"),
    ("20 µg/day", "0.02 mg daily"),
    ("24 h", "1 day"),
    ("12 months", "1 year"),
    ("2 weeks", "14 days"),
    ("4–6 weeks", "4 to 6 weeks"),
    ("12.4%", "12%"),
    ("12/45", "26.7%"),
    ("1 in 10", "10%"),
    ("every 8 hours", "three times a day"),
    ("38 °C", "100.4 °F"),
    ("OR 1.44", "odds ratio of 1.4"),
    ("1,250 mg", "1250 mg"),
]
OTHER = [
    ("500 mg", "500 mcg"),
    ("2.5 mg", "3 mg"),
    ("140 mg", "0.1 g"),
    ("3 months", "12 weeks"),
    ("4–6 weeks", "6 weeks"),
    ("12%", "13%"),
    ("12/45", "13/45"),
    ("< 5 mg", "> 5 mg"),
    ("5 mg", "5 mg/day"),
    ("OR 1.4", "RR 1.4"),
    ("12 patients", "12 trials"),
    ("5 percentage points", "5%"),
    ("grade 3", "phase 3"),
    ("p = 0.04", "p = 0.4"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_quantity_in_other_words(one: str, other: str) -> None:
    assert same_quantity(only(one), only(other))
    assert same_quantity(only(other), only(one))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_quantity_is_never_the_same(one: str, other: str) -> None:
    assert not same_quantity(only(one), only(other))
    assert not same_quantity(only(other), only(one))


def test_without_rounding_only_exact_conversions_are_the_same() -> None:
    assert not same_quantity(only("12.4%"), only("12%"), rounding=False)
    assert same_quantity(only("500 mg"), only("0.5 g"), rounding=False)


def test_figures_are_found_fast_enough_and_hostile_text_ends() -> None:
    sentence = "In the trial 120 patients received 500 mg twice daily for 4 to 6 weeks, and pain was measured by the staff."
    began = time.process_time()
    for _ in range(1000):
        figures(sentence)
    assert time.process_time() - began < 1.0
    for text in (
        "a" * 100_000,
        "1" * 50_000,
        "1," * 20_000,
        "a-" * 20_000,
        "[" * 20_000 + "1",
        "at least " * 10_000,
        "@" * 50_000,
    ):
        figures(text)
    assert time.process_time() - began < 4.0
