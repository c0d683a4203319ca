"""What a sentence is about: named, inherited from its source, wider, another form, another population, or something else."""

from __future__ import annotations

import pytest

from pincite.appraisal.directness import about
from pincite.records import Header
from pincite.retrieval.understanding import understand
from tests.evidence import source, titled

LABEL = Header(tier="label", design="drug-label", extent="label", title="Naproxen tablets", drug="naproxen", status="current")

DIRECT = [
    ("treatment of asthma", "Inhaled budesonide reduced asthma exacerbations by 40%.", titled("A trial")),
    ("treatment of asthma", "Budesonide reduced exacerbations by 40%.", titled("Budesonide in mild asthma")),
    ("pneumonia after vertebral fracture", "Pneumonia was common after vertebral fracture.", titled("Outcomes of vertebral fracture")),
    ("duloxetine or placebo for asthma", "Duloxetine did not help in asthma.", titled("A trial in asthma")),
    ("treatment of breast cancer", "Trastuzumab prolonged survival in cancer of the breast.", titled("Trastuzumab in breast cancer")),
    ("kissing spine treatment", "Injections relieved Baastrup's disease for 3 months.", titled("A series")),
    ("naproxen dose", "The usual dose is 250 mg twice daily.", LABEL),
    (
        "gabapentin for sciatica",
        "NICE advises not offering gabapentinoids for sciatica.",
        titled("Sciatica", tier="guideline", design="guideline"),
    ),
    ("naproxen in kidney failure", "Use is not recommended in severe renal impairment.", LABEL),
]


@pytest.mark.parametrize(("question", "sentence", "header"), DIRECT)
def test_a_sentence_on_what_was_asked_is_direct(question: str, sentence: str, header: Header) -> None:
    judged = about(understand(question), sentence, source(sentence, header=header))
    assert judged is not None
    assert judged.directness == "direct", judged.because


INDIRECT = [
    ("treatment of Baastrup's disease", "NICE advises considering NSAIDs for low back pain.", titled("Low back pain"), "low back pain"),
    (
        "treatment of chronic low back pain",
        "For acute low back pain a muscle relaxant may be used.",
        titled("Acute and chronic low back pain"),
        "acute low back pain",
    ),
    (
        "gabapentin for sciatica",
        "Pregabalin, a gabapentinoid, did not lower leg pain in sciatica.",
        titled("Trial in sciatica"),
        "not gabapentin by name",
    ),
    ("treatment of asthma in pregnancy", "Inhaled budesonide reduced asthma exacerbations.", titled("Budesonide in asthma"), "pregnancy"),
    (
        "treatment of osteoarthritis",
        "In rats with osteoarthritis the drug reduced cartilage loss.",
        titled("Osteoarthritis in rats"),
        "animals",
    ),
    (
        "treatment of pneumonia",
        "The non-operated cohort with vertebral fracture had more pneumonia than those treated with kyphoplasty.",
        titled("Kyphoplasty for vertebral fracture"),
        "vertebral fracture, not pneumonia",
    ),
]


@pytest.mark.parametrize(("question", "sentence", "header", "why"), INDIRECT)
def test_a_wider_one_another_form_or_population_is_only_indirect(question: str, sentence: str, header: Header, why: str) -> None:
    judged = about(understand(question), sentence, source(sentence, header=header))
    if judged is not None:  # a class sentence may also be judged to be about something else altogether
        assert judged.directness == "indirect"
        assert why in (judged.because or "")


ELSEWHERE = [
    (
        "treatment of Baastrup's disease",
        "Vertebroplasty relieved pain of osteoporotic vertebral fracture.",
        titled("Vertebroplasty for vertebral fracture"),
    ),
    (
        "treatment of disc degeneration",
        "Kyphoplasty is recommended for vertebral compression fracture.",
        titled("Vertebral compression fracture", tier="guideline"),
    ),
    (
        "kyphoplasty for vertebral fracture",
        "Kyphoplasty is investigational for all uses other than vertebral fracture.",
        titled("Policy", tier="guideline"),
    ),
    ("naproxen in kidney failure", "Rhabdomyolysis with acute kidney failure was reported with atorvastatin.", titled("Atorvastatin")),
    (
        "acupuncture for low back pain",
        "WHO advises against traction in low back pain.",
        titled("Acupuncture, traction and exercise for low back pain", tier="guideline"),
    ),
    (
        "duloxetine versus placebo for low back pain",
        "Gabapentin was no better than placebo in low back pain.",
        titled("Gabapentin for low back pain"),
    ),
    ("role of the ZCCHC17 gene", "The BRCA1 gene has a role in DNA repair.", titled("BRCA1")),
]


@pytest.mark.parametrize(("question", "sentence", "header"), ELSEWHERE)
def test_a_sentence_on_something_else_is_no_evidence(question: str, sentence: str, header: Header) -> None:
    assert about(understand(question), sentence, source(sentence, header=header)) is None


def test_a_shared_noun_names_both_conditions() -> None:
    sentence = "Societies endorse vertebroplasty in osteoporotic and neoplastic vertebral fractures."
    judged = about(understand("vertebroplasty for osteoporotic vertebral fracture"), sentence, source(sentence))
    assert judged is not None
    assert judged.directness == "direct"


def test_a_steroid_named_as_the_cause_is_not_the_treatment() -> None:
    sentence = "Steroid-induced osteonecrosis was treated with alendronate."
    judged = about(understand("treatment of osteonecrosis"), sentence, source(sentence))
    assert judged is not None
    assert len(judged.interventions) == 1


def test_a_label_section_on_children_is_not_for_everybody() -> None:
    sentence = "The maximum recommended dose is 20 mg/day."
    header = Header(
        tier="label", design="drug-label", extent="label", title="Lipitor (atorvastatin)", drug="atorvastatin", status="current"
    )
    held = source(sentence, header=header, section="2.2 Pediatric Patients", kind="dosing")
    judged = about(understand("atorvastatin maximum dose"), sentence, held)
    assert judged is not None
    assert "children" in (judged.because or "")
    asked = about(understand("atorvastatin maximum dose in children"), sentence, held)
    assert asked is not None
    assert asked.directness == "direct"
