"""A reworded sentence is supported, partly borne out, contradicted or not found; nothing that a check raises stops the others."""

from __future__ import annotations

import time

import pytest

from pincite.records import Header
from pincite.verification import comparing
from pincite.verification.claims import claim_of
from pincite.verification.comparing import Support, compare

_SOURCE = "Vertebroplasty did not reduce pain more than a sham procedure at 1 month in adults with osteoporotic vertebral fracture."


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (_SOURCE, "quoted"),
        (_SOURCE.replace(" ", "\u00a0", 1).rstrip("."), "quoted"),
        (
            "At 1 month, vertebroplasty did not reduce pain more than a sham procedure in adults with osteoporotic vertebral fracture.",
            "supported",
        ),
        (
            "Vertebroplasty reduced pain more than a sham procedure at 1 month in adults with osteoporotic vertebral fracture.",
            "contradicted",
        ),
        (
            "Kyphoplasty did not reduce pain more than a sham procedure at 1 month in adults with osteoporotic vertebral fracture.",
            "contradicted",
        ),
        (f"{_SOURCE[:-1]}, and complications were rare.", "partly"),
        ("Bed rest is harmful in acute sciatica.", "not-found"),
        ("", "not-found"),
    ],
)
def test_the_label_says_how_far_the_quote_bears_the_text_out(text: str, label: str) -> None:
    assert compare(text, [Support(_SOURCE)]).label == label


def test_a_contradiction_shows_both_words() -> None:
    verdict = compare(_SOURCE.replace("1 month", "3 months"), [Support(_SOURCE)])
    assert verdict.label == "contradicted"
    numbers = next(check for check in verdict.checks if check.name == "numbers")
    assert (numbers.found, numbers.expected) == ("1 month", "3 months")


def test_a_number_that_is_only_absent_is_no_contradiction() -> None:
    verdict = compare(
        "Vertebroplasty did not reduce pain more than sham at 1 month in 120 adults with vertebral fracture.", [Support(_SOURCE)]
    )
    assert verdict.label == "partly"


def test_two_quotes_bear_out_one_sentence_together() -> None:
    supports = [Support("Calcitonin reduced acute pain at 4 weeks."), Support("Enteric side effects were more frequent with calcitonin.")]
    assert (
        compare("Calcitonin reduced acute pain at 4 weeks, and enteric side effects were more frequent with it.", supports).label
        == "supported"
    )


def test_the_heading_says_what_a_sentence_is_about() -> None:
    supports = [Support("Exercise reduced pain in lumbar spinal stenosis.")]
    assert compare("Exercise reduced pain.", supports, context="Lumbar spinal stenosis").label == "supported"
    assert compare("Exercise reduced pain.", supports, context="Osteoporotic vertebral fracture").label != "supported"


def test_the_document_gives_what_its_sentence_leaves_out() -> None:
    header = Header(tier="research", extent="abstract", title="Calcitonin in acute vertebral fracture", conditions=("vertebral fracture",))
    supports = [Support("Calcitonin reduced pain at 4 weeks.", header=header)]
    assert compare("Calcitonin reduced pain at 4 weeks in vertebral fracture.", supports).label == "supported"
    assert compare("Calcitonin reduced pain at 4 weeks in disc herniation.", supports).label != "supported"


def test_short_forms_may_be_written_out_where_the_document_defines_them() -> None:
    supports = [Support("MPA improved appetite.", abbreviations=(("MPA", "medroxyprogesterone acetate"),))]
    assert compare("Medroxyprogesterone acetate improved appetite.", supports).label == "supported"


def test_a_check_that_raises_abstains_and_keeps_from_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(claim: object, supports: object) -> object:
        raise ValueError("no table")

    known = comparing._checks()
    monkeypatch.setattr(comparing, "_checks", lambda: {**known, "broken": broken})
    verdict = compare("Calcitonin lowered pain.", [Support("Calcitonin reduced pain.")])
    assert verdict.label == "partly"
    assert len(verdict.checks) == len(known) + 1
    assert [(check.outcome, check.says) for check in verdict.checks if check.name == "broken"] == [
        ("abstain", "This check could not be made (ValueError: no table).")
    ]


def test_every_verdict_holds_every_check_with_a_sentence() -> None:
    verdict = compare("Calcitonin lowered pain.", [Support("Calcitonin reduced pain.")])
    assert len({check.name for check in verdict.checks}) == len(verdict.checks) >= 13
    assert all(check.says.endswith((".", "”.")) for check in verdict.checks)


def test_a_claim_reads_figures_populations_and_comparator() -> None:
    claim = claim_of("In children, ibuprofen 10 mg/kg was not better than paracetamol.")
    assert claim.populations == ("children",)
    assert [figure.unit for figure in claim.figures] == ["mg/kg"]
    assert claim.negated
    assert claim.comparator == "paracetamol"


def test_a_pair_takes_milliseconds() -> None:
    supports = [Support(_SOURCE)]
    compare("Nothing of this.", supports)
    texts = [_SOURCE.replace("1 month", f"{number} months") for number in range(2, 32)]
    begun = time.process_time()
    for text in texts:
        compare(text, supports)
    assert (time.process_time() - begun) / len(texts) < 0.05  # 4 ms on the machine of docs/measurements.md
