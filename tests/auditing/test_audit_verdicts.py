"""Whole audits on the starter library: each verdict where it must come, and where it must not."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from pincite import pipeline
from pincite.auditing.loading import load
from pincite.library.starter import open_library
from pincite.library.store import Library
from pincite.records import Audit, AuditClaim

TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The starter records, by words alone."""
    return open_library(tmp_path_factory.mktemp("starter") / "library")


def audited(library: Library, text: str, *, name: str = "page.md") -> Audit:
    return pipeline.audit(load(text.encode(), name=name), library=library, today=TODAY)


def claim(audit: Audit, words: str) -> AuditClaim:
    return next(one for one in audit.claims if words in one.text)


def failed(one: AuditClaim) -> set[str]:
    return {check.name for check in one.verdict.checks if check.outcome == "fail"}


# --- against the label of the drug -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "check"),
    [
        ("The maximum daily dose of ibuprofen is 6400 mg.", "dose"),
        ("Take ibuprofen 800 mg every 2 hours.", "dose"),
        ("Adults may take acetaminophen, up to 10 g per day.", "dose"),
        ("Ibuprofen can be taken safely in the last three months of pregnancy.", "direction"),
        ("Naproxen is safe after coronary artery bypass graft surgery.", "direction"),
        ("Tramadol can be used in children younger than 12 years.", "direction"),
    ],
)
def test_what_the_label_rules_out_is_contradicted_with_its_words(library: Library, sentence: str, check: str) -> None:
    one = claim(audited(library, f"# Painkillers\n\n- {sentence}\n"), sentence[:20])
    assert (one.verdict.label, one.severity) == ("contradicted", "high")
    told = next(each for each in one.verdict.checks if each.name == check)
    assert told.outcome == "fail"
    assert told.found is not None
    assert told.found in one.evidence[0].quote.exact
    assert told.expected is not None
    assert told.expected.split()[0] in one.text
    assert one.suggestion == one.evidence[0].quote.exact


@pytest.mark.parametrize(
    "sentence",
    [
        "Ibuprofen up to 2400 mg daily may be used.",  # below the maximum
        "Ibuprofen is safe in the first trimester.",  # the label warns from 20 weeks: another time
        "Naproxen is not safe after coronary artery bypass graft surgery.",
        "Tramadol can be used in adults.",
        "Gabapentin 300 mg three times daily.",
        "Nobody should take ibuprofen for more than 10 days.",  # "more than 10" is no amount
    ],
)
def test_what_the_label_allows_or_says_nothing_of_is_not_contradicted(library: Library, sentence: str) -> None:
    assert claim(audited(library, f"# Painkillers\n\n- {sentence}\n"), sentence[:15]).verdict.label != "contradicted"


# --- about the same thing? -------------------------------------------------------------------------------------------


def test_right_words_of_another_disease_are_named_as_such(library: Library) -> None:
    page = """# Management of lumbar disc degeneration

## Indications for percutaneous vertebral augmentation

Percutaneous vertebral augmentation is usually appropriate with deformity, worsening symptoms or pulmonary dysfunction.
"""
    one = claim(audited(library, page), "usually appropriate")
    assert one.verdict.label == "partly"
    told = next(each for each in one.verdict.checks if each.name == "condition" and each.outcome == "fail")
    assert "other condition" in told.says
    assert "fracture" in (told.found or "")


def test_the_same_words_under_their_own_disease_are_borne_out(library: Library) -> None:
    page = """# Osteoporotic vertebral compression fractures

ACR rates percutaneous vertebral augmentation usually appropriate for an osteoporotic compression fracture without red flags.
"""
    assert "condition" not in failed(audited(library, page).claims[0])


def test_a_word_of_a_list_stands_only_with_its_lead_in(library: Library) -> None:
    page = """# Baastrup's disease

Imaging findings of contact of neighbouring spinous processes include:

- Bursitis
- Haemangioma

Regular follow-up is essential to monitor:

- Sclerosis
"""
    audit = audited(library, page)
    assert claim(audit, "Bursitis").verdict.label == "supported"
    assert claim(audit, "Haemangioma").verdict.label in ("not-found", "uncited")
    assert claim(audit, "Sclerosis").verdict.label in ("not-found", "uncited")


def test_a_salt_that_does_not_exist_is_found_and_the_class_beside_it_is_not(library: Library) -> None:
    page = """# Baastrup's disease

## Fluoroscopically guided interspinous injection

- One interspinous injection of a corticosteroid (e.g. 20 mg triamcinolone {}) with local anaesthetic
"""
    wrong = claim(audited(library, page.format("acetate")), "corticosteroid")
    assert "intervention" in failed(wrong)
    assert any("triamcinolone acetate" in check.says for check in wrong.verdict.checks)
    right = claim(audited(library, page.format("")), "corticosteroid")
    assert "intervention" not in failed(right)


def test_what_is_true_but_not_in_the_source_cited_is_misattributed(library: Library) -> None:
    page = """# Low back pain

NICE advises considering oral NSAIDs for low back pain, at the lowest effective dose for the shortest possible time. [1]

## References

1. Filippiadis DK, Mazioti A, Argentos S. Baastrup's disease (kissing spines syndrome): a pictorial review. Insights into Imaging. 2015;6:123-128.
"""
    audit = audited(library, page)
    assert audit.references[0].resolved == "filippiadis-2015-baastrup-pictorial-review"
    one = claim(audit, "NICE advises")
    assert one.verdict.label == "partly"
    assert "misattributed" in failed(one)


def test_a_quotation_that_the_source_does_not_print_is_found(library: Library) -> None:
    page = """# Low back pain

NICE says: “Opioids should always be offered first for chronic low back pain.”
"""
    one = claim(audited(library, page), "Opioids")
    assert one.verdict.label in ("contradicted", "partly")
    assert "quotation" in failed(one)


def test_two_studies_may_report_two_numbers(library: Library) -> None:
    page = """# Baastrup's disease

Baastrup's disease was found in 12% of 900 people who had a CT scan of the abdomen.
"""
    assert audited(library, page).claims[0].verdict.label != "contradicted"


# --- what is no medical claim ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "# How to grow roses\n\nWater the roses twice a week. Black spot is a fungal disease of roses; remove infected leaves and burn them.\n\n"
        "## Pests\n\nAphids weaken young shoots. Treat heavy infestation with soap solution, 20 ml per litre, every 7 days.\n",
        "# House prices\n\nThe market has been in depression for 3 years. Prices fell by 12% after the shock. Banks offered relief to lenders.\n",
        "# Bread\n\nKnead the dough for 10 minutes and leave it to rest for an hour. Bake at 220 °C until the crust is brown.\n",
    ],
)
def test_a_page_on_something_else_has_no_medical_claims(library: Library, page: str) -> None:
    audit = audited(library, page)
    assert audit.claims == ()
    assert audit.says == "No medical claims were found in this text."


# --- real pages ------------------------------------------------------------------------------------------------------


def test_the_true_errors_of_a_machine_written_page_are_found(library: Library, seeds: Path) -> None:
    audit = audited(library, (seeds / "answer-lumbar-degenerative.txt").read_text(encoding="utf-8"), name="page.txt")
    for words in ("followed by percutaneous vertebral augmentation", "thoracolumbosacral orthosis", "equally effective in reducing pain"):
        one = claim(audit, words)
        assert one.verdict.label == "partly", words
        assert "condition" in failed(one), words  # recommended for vertebral fractures, not for degenerative change
    assert not [one.text for one in audit.claims if one.verdict.label == "contradicted"]
    assert sum("not in the reference list" in (one.problem or "") for one in audit.references) == 2


def test_what_a_machine_written_page_has_from_its_sources_is_borne_out(library: Library, seeds: Path) -> None:
    audit = audited(library, (seeds / "answer-baastrup-treatment.txt").read_text(encoding="utf-8"), name="page.txt")
    for words in ("35.7% of reported cases", "Dynamic flexion-extension radiographs", "Cystic lesions", "Excision of the bursa"):
        assert claim(audit, words).verdict.label in ("supported", "quoted"), words
    for words in ("7-8 to 1-2", "68.9-77.8%", "from 1 to 4 mm"):
        assert claim(audit, words).verdict.label in ("not-found", "uncited"), words
    assert "intervention" in failed(claim(audit, "triamcinolone acetate"))
    assert not [one.text for one in audit.claims if one.verdict.label == "contradicted"]


# --- rules that are never broken -------------------------------------------------------------------------------------


def test_every_quote_stands_in_the_library_and_every_suggestion_is_one(library: Library, seeds: Path) -> None:
    for page in sorted(seeds.glob("*.txt")):
        audit = audited(library, page.read_text(encoding="utf-8"), name="page.txt")
        for one in audit.claims:
            assert audit.text[one.start : one.end]
            for citation in one.evidence:
                quote = citation.quote
                assert library.document(citation.document_id).text[quote.start : quote.end] == quote.exact
            assert one.suggestion is None or one.suggestion in {citation.quote.exact for citation in one.evidence}
            if one.verdict.label == "contradicted":
                assert any(check.outcome == "fail" and check.found and check.expected for check in one.verdict.checks)


def test_the_same_text_and_library_give_the_same_bytes(library: Library) -> None:
    page = "# Pain\n\nIbuprofen up to 2400 mg daily may be used. The maximum daily dose of ibuprofen is 6400 mg.\n"
    assert audited(library, page).model_dump_json() == audited(library, page).model_dump_json()


def test_a_claim_keeps_what_it_names_and_what_is_set_aside_is_said(library: Library) -> None:
    page = """# Baastrup's disease

## Interspinous injection

Up to 20 mg may reduce pain more than before in adults. Talk to your doctor first. Is it safe? The weather was fine that day.
"""
    audit = audited(library, page)
    parts = claim(audit, "20 mg").parts
    assert parts.conditions  # pain, of its own words
    assert any("injection" in name for name in parts.interventions)  # inherited from its heading
    assert parts.figures == ("20 mg",)
    assert parts.comparator
    assert parts.populations == ("adults",)
    assert {one.kind for one in audit.set_aside} >= {"advice", "question"}
    assert all(audit.text[one.start : one.end].strip() for one in audit.set_aside)
