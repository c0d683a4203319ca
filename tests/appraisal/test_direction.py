"""Direction and benefit: each rule with a sentence that it must catch and one that it must not."""

from __future__ import annotations

import pytest

from pincite.appraisal.direction import benefit_of, direction_of

DIRECTIONS = [
    ("AAOS recommends against vertebroplasty.", "against"),
    ("Opioids should not be used for acute back pain.", "against"),
    ("Do not offer traction for sciatica.", "against"),
    ("Ibuprofen is contraindicated after bypass surgery.", "against"),
    ("The panel advises clinicians to avoid bed rest.", "against"),
    ("AAOS could not recommend for or against a brace.", "neutral"),
    ("There is insufficient evidence to recommend fusion.", "neutral"),
    ("Kyphoplasty is an option for intact patients.", "for"),
    ("Exercise should be offered to all patients.", "for"),
    ("Alendronate is indicated for osteoporosis.", "for"),
    ("In a patient without known cancer, MRI is recommended.", "for"),
    ("MRI is recommended in people with a contraindication to CT.", "for"),
    ("Vertebroplasty did not reduce pain at three months.", "no-difference"),
    ("Pain did not differ between fusion and decompression.", "no-difference"),
    ("There was no statistically significant difference in disability.", "no-difference"),
    ("The spacer was not superior to decompression.", "no-difference"),
    ("No brace was non-inferior to a rigid brace.", "no-difference"),
    ("Survival was similar in both arms.", "no-difference"),
    ("The drug failed to improve function.", "no-difference"),
    (
        "Mortality was lower with surgery than with care alone (HR 0.90; 95% CI 0.70 to 1.15; P = 0.40).",
        "no-difference",
    ),
    ("Training was more frequent in one arm, but the difference was not significant.", "no-difference"),
    ("Alendronate reduced vertebral fractures.", "decrease"),
    ("Mortality fell after 2010.", "decrease"),
    ("Adverse events were more frequent with pregabalin.", "increase"),
    ("Prior fracture raised the odds of another one.", "increase"),
    ("In people without symptoms disc bulge rose from 30% to 84%.", "increase"),
    ("Surgery not only reduced pain.", "decrease"),
    ("The trial enrolled adults with sciatica.", None),
    ("Pain was 3.7 in one arm (P = 0.45).", None),
]
BENEFITS = [
    ("Vertebroplasty reduced pain more than sham.", "benefit"),
    ("Function improved after surgery.", "benefit"),
    ("Mortality was lower with treatment.", "benefit"),
    ("Survival increased with surgery.", "benefit"),
    ("Adverse events were more frequent with pregabalin.", "harm"),
    ("Smoking increased mortality.", "harm"),
    ("Function worsened after bed rest.", "harm"),
    ("Vertebroplasty did not reduce pain.", "no-effect"),
    ("Survival did not differ between the arms.", "no-effect"),
    ("The trial enrolled adults with sciatica.", None),
]


@pytest.mark.parametrize(("sentence", "direction"), DIRECTIONS)
def test_a_sentence_points_its_way(sentence: str, direction: str | None) -> None:
    assert direction_of(sentence) == direction


@pytest.mark.parametrize(("sentence", "benefit"), BENEFITS)
def test_what_a_result_means_for_the_patient(sentence: str, benefit: str | None) -> None:
    assert benefit_of(sentence) == benefit
