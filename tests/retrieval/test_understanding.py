"""Questions as people type them, and what is understood of each."""

from __future__ import annotations

import pytest

from pincite.errors import QuestionError
from pincite.retrieval.understanding import cleaned_question, intent_of, understand, urgent_signs

INTENTS = [
    ("What is the treatment for Baastrup's disease?", "treatment"),
    ("kissing spine what to do", "treatment"),
    ("how should acute gout be managed", "treatment"),
    ("gabapentin for sciatica", "treatment"),
    ("naproxen max dose", "dosing"),
    ("what is the maximum daily dose of acetaminophen", "dosing"),
    ("how much ibuprofen can I take", "dosing"),
    ("how is kissing spine diagnosed?", "diagnosis"),
    ("what are the symptoms of lumbar spinal stenosis", "diagnosis"),
    ("what causes asthma", "cause"),
    ("risk factors for osteoporosis", "cause"),
    ("prognosis of sciatica", "prognosis"),
    ("side effects of gabapentin", "safety"),
    ("is tramadol safe in pregnancy", "safety"),
    ("how common is spinal stenosis", "epidemiology"),
    ("prevalence of asthma in adults", "epidemiology"),
    ("how to prevent osteoporotic fractures", "prevention"),
    ("what is osteonecrosis", "definition"),
    ("vertebroplasty or kyphoplasty for osteoporotic fracture?", "comparison"),
    ("naproxen versus ibuprofen for back pain", "comparison"),
    ("is methotrexate approved for psoriasis", "treatment"),
    ("should I use epidural steroid injections for spinal stenosis?", "treatment"),
    ("should I take ibuprofen with warfarin", "safety"),
]


@pytest.mark.parametrize(("text", "intent"), INTENTS)
def test_intent_is_read_from_the_words(text: str, intent: str) -> None:
    assert understand(text).understood.intent == intent


def test_a_maximum_is_an_aspect_of_a_dose_question() -> None:
    assert intent_of("naproxen maximum daily dose") == ("dosing", "maximum")


@pytest.mark.parametrize(
    "text",
    [
        "I have back pain and numbness between my legs",
        "sciatica and I can't pee since this morning",
        "crushing chest pain, what should I take?",
        "my father passed out, what now",
        "I want to kill myself",
        "her face is drooping and speech is slurred",
        "my son swallowed a battery and took too many pills",
    ],
)
def test_signs_of_an_emergency_are_named_first(text: str) -> None:
    assert (urgent_signs(text) or "").startswith("Seek care now")


@pytest.mark.parametrize(
    "text",
    [
        "What is the treatment for Baastrup's disease?",
        "numbness of the little finger after cycling",
        "maximum dose of naproxen",
        "can I walk with sciatica",
        "drug overview for gout",
    ],
)
def test_ordinary_questions_are_not_called_emergencies(text: str) -> None:
    assert urgent_signs(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "\x00\x01\x02",
        "?????",
        "¿Cuál es el tratamiento de la lumbalgia?",
        "Was ist die Behandlung der Arthrose?",
        "腰痛的治疗方法是什么",
        "лечение остеопороза",
        "x" * 10_000_000,
    ],
)
def test_a_question_that_cannot_be_asked_gets_one_line(text: str) -> None:
    with pytest.raises(QuestionError) as error:
        cleaned_question(text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 250


@pytest.mark.parametrize(
    "text",
    [
        "Does TGF-β drive fibrosis in systemic sclerosis?",
        "Ménière's disease treatment",
        "Who discovered Sjögren's syndrome?",
        "die rate after hip fracture",
    ],
)
def test_english_with_foreign_letters_is_english(text: str) -> None:
    assert cleaned_question(text)


def test_control_characters_are_dropped_and_blanks_folded() -> None:
    assert cleaned_question("what\x1b[31m is\u202e  gout?") == "what [31m is gout?"


def test_a_misspelled_word_is_corrected_and_shown() -> None:
    question = understand("Bastrup disease treatment")
    assert question.understood.corrected == {"bastrup": "baastrup"}
    assert question.conditions


def test_a_treatment_that_failed_is_not_what_is_asked_for() -> None:
    question = understand("epidural steroid injection failed for sciatica, what next?")
    assert question.aspect == "failure"
    assert question.failed


@pytest.mark.parametrize("text", ["naproxen in kidney failure", "carvedilol for heart failure", "is morphine safe in respiratory failure"])
def test_the_failure_of_an_organ_is_not_the_failure_of_a_treatment(text: str) -> None:
    question = understand(text)
    assert not question.failed
    assert question.interventions


def test_a_wider_condition_gives_way_to_the_narrower_one() -> None:
    assert understand("low back pain from Baastrup's disease: treatment?").understood.conditions == ("Baastrup's disease",)


def test_a_phrase_turned_round_is_the_same_condition() -> None:
    assert (
        understand("treatment for cancer of the breast").understood.conditions
        == understand("treatment for breast cancer").understood.conditions
    )
