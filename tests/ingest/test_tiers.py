"""What kind of document a page is, by its cues."""

from __future__ import annotations

import pytest

from pincite.ingest.tiers import decide_tier


@pytest.mark.parametrize(
    ("title", "organization", "start", "headings", "tier", "design"),
    [
        ("Low back pain: clinical guideline", "NICE", "", ["Recommendations"], "guideline", "guideline"),
        (
            "ACR Appropriateness Criteria: Low Back Pain",
            "American College of Radiology",
            "",
            [],
            "guideline",
            "appropriateness-criteria",
        ),
        (
            "Screening for osteoporosis",
            "USPSTF",
            "The USPSTF recommends screening.",
            ["Recommendation"],
            "guideline",
            "guideline",
        ),
        (
            "Sore joints",
            None,
            "We recommend against using opioids. Strong recommendation.",
            [],
            "guideline",
            "guideline",
        ),
        (
            "IBUPROFEN tablet",
            None,
            "HIGHLIGHTS OF PRESCRIBING INFORMATION",
            ["Indications and Usage", "Contraindications"],
            "label",
            "drug-label",
        ),
        (
            "Sciatica",
            "MedlinePlus",
            "Sciatica is pain in the leg.",
            ["What is sciatica?"],
            "patient",
            "patient-information",
        ),
        (
            "Gout",
            None,
            "If you have gout, talk to your doctor.",
            ["What is gout?", "What causes gout?"],
            "patient",
            "patient-information",
        ),
        ("Rest for back pain: a randomised trial", None, "Abstract", ["Methods", "Results"], "research", "rct"),
        (
            "Adherence to clinical practice guidelines: a cohort study",
            None,
            "Abstract",
            ["Methods", "Results"],
            "research",
            "cohort",
        ),
        ("A walk in the park", None, "It was a fine day.", ["Morning"], "research", None),
    ],
)
def test_the_tier_of_a_page(title: str, organization: str | None, start: str, headings: list[str], tier: str, design: str | None) -> None:
    assert decide_tier(title=title, organization=organization, text_start=start, headings=headings) == (tier, design)
