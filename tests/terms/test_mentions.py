"""Recognising terms in text: what each rule must catch, and what it must leave alone."""

from __future__ import annotations

import time

import pytest

from pincite.terms import Mention, ambiguous, concept, find, meanings


def labels(text: str) -> list[str]:
    return [mention.label for mention in find(text)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("What is the treatment for Baastrup's disease?", "Baastrup's disease"),
        ("kissing spine syndrome", "Baastrup's disease"),
        ("lumbar interspinous bursitis", "Baastrup's disease"),
        ("osteoporotic vertebral fractures", "osteoporotic vertebral compression fracture"),
        ("avascular necrosis of the hip", "osteonecrosis of the femoral head"),
        ("bone infarct", "osteonecrosis"),
        ("disc-space narrowing", "intervertebral disc degeneration"),
        ("heart attack", "myocardial infarction"),
        ("high blood pressure", "hypertension"),
        ("sugar diabetes", "diabetes mellitus"),
        ("bladder infection", "urinary tract infection"),
        ("piles", "hemorrhoids"),
        ("the flu", "influenza"),
        ("acid reflux", "gastroesophageal reflux disease"),
        ("shingles", "shingles"),
        ("kidney stones", "kidney stones"),
        ("asthma", "asthma"),
        ("copd", "chronic obstructive pulmonary disease"),
        ("Type II diabetes", "type 2 diabetes mellitus"),
        ("pre-eclampsia", "preeclampsia"),
        ("psoriasis", "psoriasis"),
        ("hepatitis C", "hepatitis C"),
        ("Crohns disease", "Crohn's disease"),
        ("Eliquis", "apixaban"),
        ("paracetamol", "acetaminophen"),
        ("naproxen sodium", "naproxen"),
        ("beta-blockers", "beta blockers"),
        ("β-blocker", "beta blockers"),
        ("CBT", "cognitive behavioral therapy"),
        ("physical therapy", "physiotherapy"),
        ("MRI", "MRI"),
        ("Oswestry Disability Index", "Oswestry Disability Index"),
        ("pregnant women", "pregnant women"),
        ("Sprague-Dawley rats", "rats"),
    ],
)
def test_term_is_found_under_its_concept(text: str, label: str) -> None:
    assert label in labels(text)


@pytest.mark.parametrize(
    "text",
    [
        "all of the patients were read the rest in tens of words",
        "add a cap to the dish and pad it",
        "as it can be, was at the lead for focus and impact",
        "The disease and its treatment, a condition of the patient",
        "on the other hand, left and right",
    ],
)
def test_ordinary_words_are_no_terms(text: str) -> None:
    assert find(text) == []


def test_a_mention_gives_offsets_into_the_text_as_written() -> None:
    text = "Für Kümmell’s disease, β-blockers do nothing."
    first, second = find(text)
    assert (text[first.start : first.end], text[second.start : second.end]) == ("Kümmell’s disease", "β-blockers")
    assert first.text == "Kümmell’s disease"


def test_a_term_does_not_run_across_a_comma_or_a_stop() -> None:
    assert labels("hypertension, pulmonary embolism") == ["hypertension", "pulmonary embolism"]
    assert "back pain" not in labels("She walked back. Pain grew.")


def test_an_inverted_heading_alone_is_one_term() -> None:
    assert labels("Diabetes Mellitus, Type 2") == ["type 2 diabetes mellitus"]


@pytest.mark.parametrize(
    ("text", "label", "modifiers"),
    [
        ("severe chronic sciatica", "sciatica", ("severe", "chronic")),
        ("percutaneous vertebral augmentation", "vertebral augmentation", ()),
        (
            "acute osteoporotic vertebral compression fracture",
            "osteoporotic vertebral compression fracture",
            ("acute",),
        ),
        ("amiodarone-induced hypothyroidism", "hypothyroidism", ("amiodarone-induced",)),
    ],
)
def test_modifiers_are_kept_beside_their_head(text: str, label: str, modifiers: tuple[str, ...]) -> None:
    (mention,) = find(text)
    assert (mention.label, mention.modifiers, mention.text) == (label, modifiers, text)


def test_a_modifier_of_something_measured_is_not_taken() -> None:
    assert [m.modifiers for m in find("early death")] == [()]


def test_a_drug_that_causes_is_not_a_treatment() -> None:
    assert [m.kind for m in find("steroid-induced osteonecrosis")] == ["condition"]


# --- abbreviations ------------------------------------------------------------


def test_the_meaning_that_a_document_defines_comes_first() -> None:
    (mention,) = find("LSSs are rare", abbreviations=[("LSS", "Laurin-Sandrow syndrome")])
    assert "Laurin" in concept(mention.concept).label or "Sandrow" in mention.label
    assert labels("LSS is common") == ["lumbar spinal stenosis"]


def test_a_defined_short_form_of_something_unknown_is_no_mention() -> None:
    assert find("VCF was high", abbreviations=[("VCF", "velocity of ciliary fields")]) == []


@pytest.mark.parametrize("short", ["MS", "RA", "AS", "PE", "CP", "AF", "SCD", "CAT", "AD", "ALL"])
def test_an_ambiguous_short_form_is_never_chosen_in_silence(short: str) -> None:
    question = f"What is the best treatment of {short}?"
    assert find(question) == []
    assert len(ambiguous(question)[short]) > 1


def test_another_term_of_the_text_decides() -> None:
    assert "sickle cell disease" in labels("osteonecrosis in SCD")
    assert ambiguous("osteonecrosis in SCD") == {}
    assert "sickle cell disease" not in labels("SCD and ventricular arrhythmia")


def test_pregnancy_alone_does_not_decide_what_pe_means() -> None:
    assert "PE" in ambiguous("PE in pregnancy")


def test_short_forms_that_are_words_need_their_case() -> None:
    assert labels("TENS for pain")[0] == "transcutaneous electrical nerve stimulation"
    assert labels("tens of thousands") == []
    assert "pulmonary embolism" not in labels("pe lesson")


# --- kinds and categories ------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "category"),
    [
        ("heat", "self-care"),
        ("yoga", "exercise"),
        ("CBT", "psychological"),
        ("NSAIDs", "medicine"),
        ("epidural steroid injection", "injection"),
        ("kyphoplasty", "procedure"),
        ("radiofrequency ablation", "procedure"),
        ("lumbar fusion", "surgery"),
        ("hip replacement", "surgery"),
        ("back brace", "device"),
        ("radiotherapy", "radiotherapy"),
        ("CT scan", "diagnostic"),
        ("placebo", "comparator"),
        ("usual care", "comparator"),
        ("referral", "service"),
        ("CPAP", "device"),
        ("vaccination", "medicine"),
        ("CABG", "surgery"),
        ("haemodialysis", "procedure"),
    ],
)
def test_an_intervention_has_its_step_of_care(term: str, category: str) -> None:
    (mention,) = find(term)
    assert mention.category == category


def test_a_condition_has_no_step_of_care() -> None:
    assert meanings("asthma")[0].category is None


def test_reading_is_fast_enough_for_every_candidate_sentence() -> None:
    text = "Patients with chronic low back pain were given naproxen or placebo after an epidural injection. " * 200
    find(text[:2000])
    start = time.process_time()
    found: list[Mention] = find(text)
    words_a_second = len(text.split()) / (time.process_time() - start)
    assert len(found) == 800
    assert words_a_second > 50_000
