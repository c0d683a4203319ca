"""Plainer words for patients and for editors: easier to read, the same numbers, borne out by the quotes, or as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pincite.errors import ModelAnswerError, ModelSilentError
from pincite.library.store import Library
from pincite.pipeline import ask, written
from pincite.records import Answer, Statement
from pincite.verification.claims import Support
from pincite.writing.plain import EASIER_BY, judge_wording
from pincite.writing.rechecking import recheck
from pincite.writing.simpler import simpler
from tests.writing.conftest import QUESTION, Scripted, saying

QUOTE = (
    "In an uncontrolled series of 55 patients with Baastrup's disease, fluoroscopy-guided interspinous infiltration lowered mean pain on a "
    "numeric scale from 8.18 to 0.62."
)
EASY = "This was an uncontrolled series of 55 people with Baastrup's disease. Infiltration lowered mean pain from 8.18 to 0.62."


@pytest.fixture(scope="module")
def patients(library: Library) -> Answer:
    return ask(QUESTION, library=library, audience="patient")


def halved(data: dict[str, Any]) -> str:
    """Every sentence split in two at its first comma, as a model that keeps to the words would do; one with another number."""
    said = []
    for one in data["sentences"]:
        first, _, rest = one["words"].partition(", ")
        if rest and first.startswith("In "):
            said.append((f"This is about {first[3:]}. {rest[0].upper()}{rest[1:]}", [one["number"]]))
        elif any(sign.isdigit() for sign in one["words"]):
            said.append(("It helped 99 people.", [one["number"]]))
    return saying(*said)


def shown(answer: Answer) -> list[Statement]:
    return [*answer.bottom_line, *(one for section in answer.sections for one in section.statements)]


def test_only_easier_sentences_with_the_same_numbers_are_shown(library: Library, patients: Answer) -> None:
    answer = written(patients, library=library, model=Scripted(halved))
    assert answer.written is not None
    assert answer.written.use == "plain"
    assert answer.written.rejected
    assert "It helped 99 people." not in {one.text for one in shown(answer)}
    for old, new in zip(shown(patients), shown(answer), strict=True):
        assert new.citations == old.citations
        assert new.verdict.label in ("quoted", "supported")
        if new.text != old.text:
            assert new.clinician_text == (old.clinician_text or old.text)
    assert not [row.why for row in recheck(answer, library) if row.why]
    for name in ("tiers", "conflicts", "gaps", "warnings", "left_out", "indirect", "references", "explained"):
        assert getattr(answer, name) == getattr(patients, name)


def test_an_easier_sentence_is_taken_with_the_sources_words_beside_it(library: Library, patients: Answer) -> None:
    long = next(one for one in shown(patients) if (one.clinician_text or one.text).startswith("In an uncontrolled series of 55"))
    words = long.clinician_text or long.text

    def says(data: dict[str, Any]) -> str:
        found = [one["number"] for one in data["sentences"] if one["words"] == words]
        plain = words.replace(
            "In an uncontrolled series of 55 patients with Baastrup's disease, fluoroscopy",
            "This was an uncontrolled series of 55 people with Baastrup's disease. Fluoroscopy",
        )
        return saying(*[(plain, [number]) for number in found])

    answer = written(patients, library=library, model=Scripted(says))
    assert answer.written is not None
    assert answer.written.accepted == 1, answer.written
    new = next(one for one in shown(answer) if one.text.startswith("This was an uncontrolled"))
    assert new.clinician_text == words
    assert answer.composer == "model:scripted"
    assert answer.reading_grade is not None
    assert patients.reading_grade is not None
    assert (answer.reading_grade.sentences_flesch_kincaid or 0) < (patients.reading_grade.sentences_flesch_kincaid or 0)


@pytest.mark.parametrize("reply", ["nonsense", ModelSilentError("Too slow."), saying(("Harder.", [99]))])
def test_a_model_that_fails_leaves_the_patients_page_as_it_was(reply: Any, library: Library, patients: Answer) -> None:
    answer = written(patients, library=library, model=Scripted(reply))
    assert answer.model_copy(update={"written": None}) == patients


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        (EASY, True),
        (EASY.replace("lowered", "raised"), False),
        (EASY.replace("55 people", "55 children"), False),
        (EASY + " It is safe.", False),
    ],
)
def test_simpler_words_stand_only_on_the_quote(text: str, stands: bool) -> None:
    assert judge_wording(text, [Support(QUOTE)]).stands is stands


def test_the_table_of_plain_words_may_stand_for_the_quotes_words() -> None:
    quote = Support("Adverse events were rare in 40 patients with hypertension.")
    assert judge_wording("Side effects were rare in 40 people with high blood pressure.", [quote]).stands


def test_the_best_of_several_proposals_is_shown_to_the_editor() -> None:
    model = Scripted(saying(("Pain fell.", [1]), (EASY, [1]), (EASY.replace("8.18", "9.18"), [1])))
    found = simpler(QUOTE, [Support(QUOTE)], model=model)
    assert found.judged.stands
    assert found.text in (EASY, "Pain fell.")
    assert found.grade_after < found.grade_before - EASIER_BY
    assert json.loads(model.asked[0][1]["content"])["sentence"] == QUOTE


def test_a_proposal_that_does_not_stand_is_shown_with_why() -> None:
    found = simpler(QUOTE, [Support(QUOTE)], model=Scripted(saying(("Infiltration cured 55 people.", [1]))))
    assert not found.judged.stands
    assert found.judged.why


def test_no_proposal_is_an_error_with_a_sentence() -> None:
    with pytest.raises(ModelAnswerError, match="nothing that could be read"):
        simpler(QUOTE, [Support(QUOTE)], model=Scripted("no"))
