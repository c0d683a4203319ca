"""What a text gets wrong by itself: every rule with what it must catch and what it must leave."""

from __future__ import annotations

import datetime

import pytest

from pincite.auditing.arithmetic import findings
from pincite.auditing.loading import load
from pincite.auditing.shares import misfit
from pincite.records import InternalFinding

TODAY = datetime.date(2026, 1, 1)


def found(text: str) -> tuple[InternalFinding, ...]:
    loaded = load(text.encode())
    every = findings(loaded, today=TODAY)
    for one in every:
        assert loaded.text[one.start : one.end].split() == one.text.split()
    return every


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("12 of 45 patients (35.7%) improved.", "12 of 45 is 26.7%, not 35.7%."),
        ("Pain fell in 12/45 (35.7%) of patients.", "12 of 45 is 26.7%, not 35.7%."),
        ("The rate was 35.7% (12 of 45 patients).", "12 of 45 is 26.7%, not 35.7%."),
        ("A success rate of 93.1% (27/33) was seen.", "27 of 33 is 81.8%, not 93.1%."),
        ("Of the 45 patients, 12 (35.7%) improved.", "12 of 45 is 26.7%, not 35.7%."),
        ("In all, 50 of 45 patients improved.", "50 of 45 is more than all of them."),
        ("Results were excellent (40%), good (50%) and poor (30%).", "40 + 50 + 30 = 120%, more than the whole."),
        ("Of all, 40% improved, 50% were unchanged and 30% worsened.", "40 + 50 + 30 = 120%, more than the whole."),
        ("We studied 45 patients (20 men and 30 women).", "20 + 30 = 50, not 45."),
        ("We studied 45 patients (20 men and 20 women).", "20 + 20 = 40, not 45."),
        ("60% improved, 20% were stable and the remaining 10% worsened.", "60 + 20 + 10 = 90%, less than the whole."),
        ("Take it for 6–4 weeks.", "The range runs backwards: 6 is more than 4."),
        ("Use between 20 and 10 mg per day.", "The range runs backwards: 20 is more than 10."),
        ("The risk ratio was 1.5 (95% CI 1.6–2.0).", "The estimate 1.5 lies outside its own interval, 1.6 to 2."),
        ("The odds ratio was 2.5 (95% CI 3.1–2.2).", "The interval runs backwards: 3.1 is more than 2.2."),
        ("Pain fell significantly (p = 0.20).", "Called significant with p = 0.2, above the usual limit of 0.05."),
        ("There was no significant difference (p < 0.001).", "Called not significant with p < 0.001, far below the usual limit of 0.05."),
        ("A trial published in 2031 found no benefit.", "2031 lies in the future: today is 2026-01-01."),
        ("The label was approved on 3 May 2027.", "3 May 2027 lies in the future: today is 2026-01-01."),
    ],
)
def test_wrong_sums_are_found_with_the_sum_that_was_done(text: str, problem: str) -> None:
    assert [one.problem for one in found(text)] == [problem]


@pytest.mark.parametrize(
    "text",
    [
        "12 of 45 patients (26.7%) improved.",
        "12/45 (26%) improved, cut and not rounded.",
        "About 12 of 45 patients (about 27%) improved.",
        "Blood pressure was 120/80 mmHg.",
        "Among 45 patients, 3 (7.1%) of those analysed died.",
        "The rate of fractures was 2.0% (23/1,065) by Kaplan-Meier.",
        "Pain fell in 12 of 45 patients (95% CI 15 to 40).",
        "Adverse events were nausea (60%) and headache (50%).",
        "Obesity was found in 60% of men and 70% of women.",
        "Response was 60% in mild, 70% in moderate and 80% in severe disease.",
        "We studied 45 patients (20 men and 25 women).",
        "We studied 45 patients (20 women, mean age 63 years).",
        "Of 45 patients, 30 had pain and 25 had stiffness.",
        "Taper prednisolone 20-10 mg over weeks.",
        "VAS scores decreased from 7-8 to 1-2.",
        "ODI scores improved from 68.9-77.8% to 28.9-33.3% at 12-month follow-up.",
        "CA 19-9 levels rose at L5-S1.",
        "The change was 106 mL (=1908–1802 mL).",
        "Hydrocodone-acetaminophen 5-325 mg was used.",
        "The risk ratio was 0.85 (95% CI 0.70–1.02).",
        "The mean difference was -2.1 points (95% CI -3.0 to -1.2).",
        "Pain fell by 2.1 points (95% CI -3.0 to -1.2).",
        "The mean was 1.85 +/- 5.7 (95% CI 1.72-1.98).",
        "Use was 45% (95% CI 0.40–0.50).",
        "There was no significant difference (p = 0.20).",
        "The absence of treatment was not a significant factor (p = 0.12).",
        "The difference approached significance (p = 0.07).",
        "Pain fell significantly (p < 0.001).",
        "By 2050, 20% of people will be over 65.",
        "It was predicted that 2030 would bring more cases.",
        "A total of 2050 patients were enrolled.",
        "Paracetamol 1 g four times daily, at most 4 g a day.",
    ],
)
def test_what_may_be_right_is_left_alone(text: str) -> None:
    assert found(text) == ()


def test_one_dose_in_two_units_is_a_slip() -> None:
    text = "Injections\n\nTriamcinolone 20 mg was injected.\n\nThe usual dose of triamcinolone is 20 g.\n\nTriamcinolone 20 mg is common."
    assert [(one.kind, one.text) for one in found(text)] == [("unit", "20 g")]
    assert found("Pills\n\nParacetamol 500 mg is common.\n\nParacetamol 0.5 g is the same.\n\nIbuprofen 500 g is another drug.") == ()


TABLE = """<html><body><h1>Doses</h1><p>{sentence}</p><table><tr><th>Drug</th><th>Dose (mg)</th><th>Treated (n = 45)</th></tr>
<tr><td>Naproxen</td><td>500</td><td>12 (26.7%)</td></tr><tr><td>Ibuprofen</td><td>400</td><td>9 (20%)</td></tr>
<tr><td>Diclofenac</td><td>50</td><td>15 (33.3%)</td></tr><tr><td>Etodolac</td><td>300</td><td>{cell}</td></tr></table></body></html>"""


def test_sentence_against_table_and_share_against_its_column() -> None:
    assert found(TABLE.format(sentence="The dose of naproxen is 500 mg.", cell="9 (20%)")) == ()
    bad = found(TABLE.format(sentence="The dose of naproxen is 250 mg.", cell="9 (35.7%)"))
    assert [one.problem for one in bad] == [
        "The text says 250 mg. The table gives 500 mg for Naproxen, Dose (mg).",
        "9 of 45 is 20%, not 35.7%.",
    ]


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ((("Men", 20), ("Women", 30), ("Total", 45)), ["20 + 30 = 50, not 45."]),
        ((("Men", 20), ("Women", 25), ("Total", 45)), []),
        ((("Men", 20), ("Women", 25), ("Old", 40), ("Young", 5), ("Total", 45)), []),
        ((("Any adverse event", 20), ("Nausea", 15), ("Total", 22)), []),
    ],
)
def test_totals_of_tables(rows: tuple[tuple[str, int], ...], problems: list[str]) -> None:
    body = "".join(f"<tr><td>{name}</td><td>{count}</td></tr>" for name, count in rows)
    assert [
        one.problem
        for one in found(f"<html><body><h1>People</h1><table><tr><th>Group</th><th>Number</th></tr>{body}</table></body></html>")
    ] == problems


def test_references_from_the_future_are_found() -> None:
    text = "Gout\n\nIt helps [1].\n\nReferences\n\n1. Smith J. A title of some length here. Spine 2033.\n2. Lee K. Another title of some length. BMJ 2027."
    assert [one.kind for one in found(text)] == ["date"]


@pytest.mark.parametrize(
    ("percent", "fits"), [("26.7", True), ("26.6", True), ("27", True), ("26", True), ("28", False), ("26.8", False), ("35.7", False)]
)
def test_shares_may_be_rounded_or_cut(percent: str, fits: bool) -> None:
    assert (misfit(12, 45, percent) is None) is fits
