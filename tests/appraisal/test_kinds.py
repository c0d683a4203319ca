"""Kinds of statement: section and words decide; boilerplate never passes for a finding."""

from __future__ import annotations

import pytest

from pincite.appraisal.kinds import is_aim, is_boilerplate, kind_of

KINDS = [
    ("Vertebroplasty did not reduce pain at 3 months (P=0.37).", "results", "rct", "finding"),
    ("Pain fell more with fusion (P<0.001) in patients randomised to it.", "results", "rct", "finding"),
    ("Offer exercise to people with back pain.", "recommendation", "guideline", "recommendation"),
    ("We recommend against routine imaging.", "body", "guideline", "recommendation"),
    ("Patients were randomised to fusion or decompression alone.", "abstract", "rct", "method"),
    ("We searched PubMed and Embase from inception.", "abstract", "systematic-review", "method"),
    ("Data were analysed with SPSS version 20.", "methods", "rct", "method"),
    ("The aim of this study was to compare two drugs.", "background", "rct", "method"),
    ("We hypothesised that fusion would help.", "background", "rct", "method"),
    ("Further research is needed.", "conclusion", "rct", "method"),
    ("The primary outcome was pain at one year.", "abstract", "rct", "method"),
    ("Previous studies have reported conflicting rates of fusion.", "background", "rct", "background"),
    ("Adverse events were rare.", "results", "rct", "safety"),
    ("Sensitivity was 90% and specificity 80%.", "results", "diagnostic-study", "diagnosis"),
    ("The prevalence of osteoporosis was 12%.", "results", "cross-sectional", "epidemiology"),
    ("Osteoporosis is defined as a T-score of -2.5 or lower.", "body", "narrative-review", "definition"),
    ("The recommended dose is 50 mg twice daily.", "dosing", "drug-label", "dosing"),
    ("Monitor serum calcium during treatment.", "dosing", "drug-label", "monitoring"),
    ("Seizures have been reported.", "warning", "drug-label", "safety"),
    ("Tramadol is contraindicated in children.", "warning", "drug-label", "contraindication"),
    ("Monitor patients closely for respiratory depression.", "boxed-warning", "drug-label", "boxed-warning"),
    ("Warfarin levels may rise.", "interaction", "drug-label", "interaction"),
    ("Tramadol is indicated for pain.", "indication", "drug-label", "indication"),
]


@pytest.mark.parametrize(("sentence", "section", "design", "kind"), KINDS)
def test_a_sentence_has_its_kind(sentence: str, section: str, design: str, kind: str) -> None:
    assert kind_of(sentence, section, design) == kind  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "aim"),
    [
        ("To determine whether exercise reduces pain.", True),
        ("This study aimed to compare two braces.", True),
        ("Treatment aims to relieve pain.", False),
        ("Bracing reduced pain.", False),
    ],
)
def test_an_aim_is_told_from_a_result(sentence: str, aim: bool) -> None:
    assert is_aim(sentence) is aim


@pytest.mark.parametrize(
    ("sentence", "boilerplate"),
    [
        ("All patients gave written informed consent.", True),
        ("The study was funded by a grant from the national institute.", True),
        ("A sample size of 120 was required for 80% power.", True),
        ("P < 0.05 was considered significant.", True),
        ("The trial was registered at ISRCTN12345678.", True),
        ("Patients randomised to surgery had significantly less pain (P=0.01).", False),
        ("Kyphoplasty improved quality of life.", False),
    ],
)
def test_boilerplate_is_told_from_a_statement(sentence: str, boilerplate: bool) -> None:
    assert is_boilerplate(sentence) is boilerplate
