"""Answers of the starter library, end to end: what must be said, what never may, whatever the wording of the question."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pincite.library.starter import open_library
from pincite.library.store import Library
from pincite.pipeline import ask
from pincite.records import Answer, Filters, Statement
from pincite.verification.verify import all_statements, recheck


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The starter records, indexed by words alone: what is tested here must hold without vectors too."""
    return open_library(tmp_path_factory.mktemp("starter") / "library")


QUESTIONS = [
    "What is the treatment for Baastrup's disease?",
    "kissing spine what to do",
    "management of lumbar degenerative change with narrowed disc spaces",
    "treatment of bone infarcts with a lumbar compression fracture",
    "vertebroplasty or kyphoplasty for osteoporotic fracture?",
    "naproxen maximum daily dose",
    "is epidural steroid approved for spinal stenosis?",
    "how is kissing spine diagnosed?",
    "gabapentin for sciatica",
    "warnings for celecoxib",
    "what is the prognosis of lumbar disc herniation?",
    "how common is disc degeneration in people without pain?",
    "denosumab and vertebral fractures after stopping",
]


def answered(library: Library, question: str, **more: object) -> Answer:
    return ask(question, library=library, **more)  # type: ignore[arg-type]


def shown(answer: Answer) -> list[Statement]:
    """What stands on the page as an answer: not the part kept apart as indirect."""
    return [*answer.bottom_line, *(statement for section in answer.sections for statement in section.statements)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_stands_to_the_code_point(library: Library, question: str) -> None:
    answer = answered(library, question)
    assert answer.answered
    rows = recheck(answer, library.documents_by_id)
    assert rows
    assert all(row.check.outcome == "pass" for row in rows)
    for statement in all_statements(answer):
        for citation in statement.citations:
            text = library.document(citation.document_id).text
            assert text[citation.quote.start : citation.quote.end] == citation.quote.exact


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_page_is_readable_and_says_nothing_twice(library: Library, question: str) -> None:
    answer = answered(library, question)
    texts = [statement.text for statement in shown(answer)]
    assert 1 <= len(answer.bottom_line) <= 3
    assert len(texts) <= 25
    assert not [text for text, count in Counter(texts).items() if count > 1]
    assert set(answer.tiers) == {"guideline", "label", "research"}
    assert all(tier.note or tier.answered for tier in answer.tiers.values())
    numbers = [reference.number for reference in answer.references]
    assert numbers == list(range(1, len(numbers) + 1))
    cited = {citation.reference for statement in all_statements(answer) for citation in statement.citations}
    assert cited == set(numbers)


def test_baastrup_is_never_answered_with_fracture_recommendations(library: Library) -> None:
    answer = answered(library, QUESTIONS[0])
    for statement in shown(answer):
        assert "baastrup" in library.document(statement.citations[0].document_id).text.lower()
    assert not answer.tiers["guideline"].answered
    assert not answer.tiers["label"].answered
    assert answer.tiers["research"].answered
    assert all(statement.indirect_because for statement in answer.indirect)
    assert not any("fracture" in statement.text.lower() for statement in answer.indirect)


@pytest.mark.parametrize(
    "question",
    [
        "management of lumbar degenerative change with narrowed disc spaces",
        "What is the recommended management for a patient with lumbar spine degenerative changes and narrowing of intervertebral spaces?",
        "treatment of degenerative disc disease",
    ],
)
def test_degeneration_never_gets_vertebral_augmentation(library: Library, question: str) -> None:
    answer = answered(library, question)
    assert answer.answered
    for statement in [*shown(answer), *answer.indirect]:
        recommends = statement.direction == "for" or (statement.kind == "recommendation" and statement.direction != "against")
        assert not (recommends and re.search(r"vertebroplasty|kyphoplasty|augmentation", statement.text, re.IGNORECASE)), statement.text


def test_both_conditions_of_a_question_lead(library: Library) -> None:
    answer = answered(library, "treatment of bone infarcts with a lumbar compression fracture")
    lead = " ".join(statement.text.lower() for statement in answer.bottom_line)
    assert re.search(r"necrosis|infarct", lead)
    assert "fracture" in lead


def test_the_dispute_over_vertebroplasty_shows_both_sides(library: Library) -> None:
    answer = answered(library, "vertebroplasty or kyphoplasty for osteoporotic fracture?")
    dispute = next(conflict for conflict in answer.conflicts if "vertebroplasty" in conflict.about)
    sides = [{s.citations[0].document_id for s in side} for side in dispute.sides]
    assert len(sides) == 2
    assert not sides[0] & sides[1]
    assert any("AAOS recommends against vertebroplasty" in s.text for side in dispute.sides for s in side)
    lead = {statement.direction for statement in answer.bottom_line}
    assert lead - {"for"}, "a bottom line never shows one side only"


def test_a_maximum_dose_comes_from_the_label_with_its_boxed_warning(library: Library) -> None:
    answer = answered(library, "naproxen maximum daily dose")
    assert re.search(r"1500 mg/day|not above 1250 mg", answer.bottom_line[0].text)
    assert {library.document(s.citations[0].document_id).tier for s in answer.bottom_line} == {"label"}
    assert any(statement.kind == "boxed-warning" for statement in shown(answer))


def test_an_approval_is_answered_by_the_regulator(library: Library) -> None:
    answer = answered(library, "is epidural steroid approved for spinal stenosis?")
    assert "has not approved corticosteroids for this use" in answer.bottom_line[0].text


def test_a_class_recommendation_answers_for_its_member(library: Library) -> None:
    answer = answered(library, "gabapentin for sciatica")
    assert "gabapentinoids" in answer.bottom_line[0].text
    assert answer.bottom_line[0].strength == "Do not offer"


@pytest.mark.parametrize(
    "typed", ["Bastrup disease treatment", "kissing spine what to do", "Baastrups disease therapy", "treatment of interspinous bursitis"]
)
def test_other_words_for_a_condition_reach_the_same_evidence(library: Library, typed: str) -> None:
    answer = answered(library, typed)
    assert any("Baastrup" in statement.text for statement in answer.bottom_line)


def test_a_safety_answer_begins_with_the_condition_asked(library: Library) -> None:
    first = answered(library, "Is it safe to take NSAIDs with chronic kidney disease?").bottom_line[0].text
    assert re.search(r"renal|kidney", first)
    assert "boxed warning" in answered(library, "warnings for celecoxib").bottom_line[0].text.lower()


def test_what_nothing_compares_is_said_and_what_is_compared_is_not(library: Library) -> None:
    never = answered(library, "Duloxetine versus placebo for chronic low back pain")
    assert never.gaps[0] == "No source in this library compares duloxetine directly with placebo."
    assert not any(statement.kind == "contraindication" for statement in never.bottom_line)
    compared = answered(library, "vertebroplasty or kyphoplasty for osteoporotic fracture?")
    assert not any("compares" in gap for gap in compared.gaps)


def test_a_warning_of_another_drug_does_not_answer_what_to_do_after_a_failure(library: Library) -> None:
    first = answered(library, "How is ankylosing spondylitis treated?")
    second = answered(library, "and if the first biologic fails?", follow=first)
    assert not any(statement.kind in ("contraindication", "boxed-warning") for statement in second.bottom_line)


def test_a_complication_that_a_trial_counted_is_not_answered_by_it(library: Library) -> None:
    assert not answered(library, "What is the best treatment for pneumonia in adults?").answered


def test_a_follow_up_inherits_the_condition(library: Library) -> None:
    first = answered(library, QUESTIONS[0])
    second = answered(library, "and if injections fail?", follow=first)
    assert second.understood.conditions == first.understood.conditions
    assert second.understood.follow_up_of == first.question
    assert any("injection fails" in statement.text or "failed" in statement.text for statement in shown(second))
    third = answered(library, "what about surgery?", follow=first)
    assert third.understood.conditions == first.understood.conditions
    assert all(
        re.search(r"surg|excision|resect|operat|decompress|osteotom", statement.text, re.IGNORECASE) for statement in third.bottom_line
    )


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "how do I prune roses in winter",
        "best pasta recipe",
        "who won the world cup in 1998",
        "flibber wobbet zang",
        "treatment of African trypanosomiasis",
        "how is celiac disease diagnosed?",
        "maximum dose of amiodarone",
    ],
)
def test_what_the_library_does_not_hold_is_refused(library: Library, question: str) -> None:
    answer = answered(library, question)
    assert not answer.answered
    assert not answer.bottom_line
    assert not answer.sections
    assert answer.gaps[0] == "Nothing in this library answers this."
    assert not any(tier.answered for tier in answer.tiers.values())


def test_an_emergency_comes_first_even_unanswered(library: Library) -> None:
    answer = answered(library, "back pain and numbness between my legs, what exercise helps?")
    assert answer.warnings[0].startswith("Seek care now")


@pytest.mark.parametrize("question", QUESTIONS[:9])
def test_patients_get_the_same_facts_in_plain_words(library: Library, question: str) -> None:
    clinician, patient = answered(library, question), answered(library, question, audience="patient")
    pairs = list(zip(all_statements(clinician), all_statements(patient), strict=True))
    for one, other in pairs:
        assert one.citations == other.citations
        assert (other.clinician_text or other.text) == one.text
        if re.search(r"\d\s?mg\b", one.text):
            assert "as prescribed" in (other.note or "")
    assert patient.reading_grade is not None
    assert patient.reading_grade.flesch_kincaid <= 8.5


def test_the_same_question_gives_the_same_bytes(library: Library) -> None:
    first, second = (answered(library, QUESTIONS[4]).model_dump_json(by_alias=True) for _ in range(2))
    assert first == second


def test_tiers_can_be_left_out(library: Library) -> None:
    answer = answered(library, QUESTIONS[4], filters=Filters(tiers=("research",)))
    assert {reference.tier for reference in answer.references} == {"research"}
    assert not answer.tiers["guideline"].answered


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    answer = answered(Library.open(tmp_path / "empty"), QUESTIONS[0])
    assert not answer.answered
