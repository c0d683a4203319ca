"""Study designs from publication types, titles and abstracts."""

from __future__ import annotations

import pytest

from pincite.terms.designs import classify_design, tier_of


@pytest.mark.parametrize(
    ("types", "title", "abstract", "expected"),
    [
        (["Randomized Controlled Trial"], "Drug for pain", "", "rct"),
        ([], "Rest for sciatica: a randomised trial", "", "rct"),
        ([], "Drug for pain", "Patients were randomly assigned to two groups.", "rct"),
        ([], "Drug for pain: study protocol for a randomised trial", "", "protocol"),
        ([], "Mendelian randomization of height", "", "cohort"),
        ([], "Rest for pain: systematic review and meta-analysis of randomised trials", "", "meta-analysis"),
        ([], "Rest for pain: a systematic review", "", "systematic-review"),
        (["Practice Guideline"], "Care of pain", "", "guideline"),
        ([], "Clinical practice guideline for low back pain", "", "guideline"),
        ([], "Adherence to guidelines for low back pain: a survey", "", "cross-sectional"),
        ([], "Effect of a guideline for back pain: a cluster randomised trial", "", "rct"),
        ([], "Vertebral augmentation: a position statement", "", "consensus"),
        ([], "ACR Appropriateness Criteria low back pain", "", "appropriateness-criteria"),
        ([], "Retraction: Drug for pain", "", "retraction-notice"),
        (["Retraction of Publication"], "Drug for pain", "", "retraction-notice"),
        ([], "Kissing spine in a boxer: a case report", "", "case-report"),
        ([], "Hip fracture: a case-control study", "", "case-control"),
        ([], "Zoledronate in ovariectomised rats", "", "animal"),
        ([], "Rat bite fever in patients", "", "unknown"),
        ([], "Cost-effectiveness of surgery", "", "economic"),
        (["Review"], "Back pain", "", "narrative-review"),
        (["Editorial"], "Back pain", "", "editorial"),
        (["Journal Article"], "Back pain", "", "unknown"),
    ],
)
def test_the_design_is_recognised(types: list[str], title: str, abstract: str, expected: str) -> None:
    assert classify_design(publication_types=types, title=title, abstract=abstract) == expected


def test_guidance_answers_as_a_guideline_and_a_trial_as_research() -> None:
    assert (tier_of("consensus"), tier_of("rct"), tier_of("patient-information")) == (
        "guideline",
        "research",
        "patient",
    )
