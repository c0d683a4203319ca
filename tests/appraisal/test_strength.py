"""Strength and certainty as printed: what must be caught, and what only looks like a grade."""

from __future__ import annotations

import pytest

from pincite.appraisal.strength import strength_of

PRINTED = [
    (
        "We suggest bracing (conditional recommendation, low-certainty evidence).",
        "conditional recommendation",
        "low-certainty evidence",
    ),
    ("We recommend antibiotics within 1 h (1B).", "1B", None),
    ("Bracing is suggested, Grade 2C.", "Grade 2C", None),
    ("We suggest denosumab (2|⊕⊕◯◯).", "2|⊕⊕◯◯", "⊕⊕◯◯"),
    ("Strength of Recommendation: Moderate ★★★☆", "Moderate ★★★☆", None),
    ("Grade: strong recommendation, moderate-quality evidence", "strong recommendation", "moderate-quality evidence"),
    ("Offer NSAIDs to people with sciatica.", "Offer", None),
    ("1.2.3 Do not routinely offer opioids for back pain.", "Do not routinely offer", None),
    ("Consider acupuncture for chronic pain.", "Consider", None),
    ("The USPSTF recommends screening in women (B recommendation).", "B recommendation", None),
    ("Grade D: do not screen.", "Grade D", None),
    ("I statement: the balance of benefits and harms cannot be determined.", "I statement", None),
    ("Surgery is reasonable (Class IIa, Level of Evidence: B-R).", "Class IIa", "Level of Evidence: B-R"),
    ("COR 2a; LOE C-LD", "COR 2a", "LOE C-LD"),
    ("Anticoagulation is recommended (Class I, Level A).", "Class I", "Level A"),
    ("Exercise is effective. Grade A, Level 1++", "Grade A", "Level 1++"),
    ("Grade of Recommendation: I (Insufficient Evidence)", "Grade of Recommendation: I (Insufficient Evidence)", None),
    ("I (Insufficient)", "I (Insufficient)", None),
    ("Vancomycin should be used (A-II).", "A-II", None),
    ("We recommend vancomycin (strong, moderate).", "strong", "moderate"),
    ("CT without contrast is usually not appropriate.", "usually not appropriate", None),
    ("ACR rating: MRI may be appropriate.", "may be appropriate", None),
    ("There was moderate-certainty evidence from five trials.", None, "moderate-certainty evidence"),
    ("High- to moderate-quality evidence shows little benefit.", None, "High- to moderate-quality evidence"),
    ("We recommend exercise.", "We recommend", None),
    ("The panel suggests physical therapy over opioids.", "The panel suggests", None),
    ("ACP recommends against opioids.", "recommends against", None),
    ("Medical management is strongly recommended.", "strongly recommended", None),
]
NOT_PRINTED = [
    "Class II obesity was common.",
    "Patients with obesity (class II) should lose weight.",
    "He was in NYHA class III and should rest.",
    "A grade 3 tumour was removed.",
    "Grade I spondylolisthesis was seen.",
    "ASIA grade B injury should be operated on.",
    "There was a strong association with age.",
    "She had a weak grip and moderate pain.",
    "Disc height was lost at level L4-5.",
    "Low back pain is common.",
    "Consider that pain varies between people.",
    "We consider that the results apply to women.",
    "Strong opioids should be avoided.",
    "Refer to a level 3 trauma centre.",
    "We suggest that this mechanism explains the pain.",
    "We recommend that future studies include women.",
    "For future research we recommend larger networks.",
    "MRI suggests osteonecrosis in both hips.",
    "No strong recommendation can be made.",
    "A lower dose may be appropriate in older adults.",
    "Hazard ratios and 95% confidence intervals (CI) should be used with care.",
    "Consider the benefits and risks before prescribing.",
]


@pytest.mark.parametrize(("sentence", "strength", "certainty"), PRINTED)
def test_a_printed_grade_is_given_in_its_own_words(sentence: str, strength: str | None, certainty: str | None) -> None:
    assert strength_of(sentence) == (strength, certainty)


@pytest.mark.parametrize(("sentence", "strength", "certainty"), PRINTED)
def test_every_value_stands_verbatim_in_the_sentence(sentence: str, strength: str | None, certainty: str | None) -> None:
    assert all(value in sentence for value in strength_of(sentence) if value)


@pytest.mark.parametrize("sentence", NOT_PRINTED)
def test_what_only_looks_like_a_grade_is_none(sentence: str) -> None:
    assert strength_of(sentence) == (None, None)


def test_two_recommendations_in_one_sentence_keep_both_grades() -> None:
    both = strength_of("We recommend X (strong recommendation) and suggest Y (conditional recommendation).")
    assert both.strength == "strong recommendation; conditional recommendation"
