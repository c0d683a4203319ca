"""Every quote is checked to the code point before anyone sees it; what fails is dropped and counted."""

from __future__ import annotations

import hashlib

import pytest

from pincite.records import Answer, Citation, Document, LibraryState, Quote, Statement, Understood, Verdict
from pincite.verification.verify import check_quote, recheck, verify

TEXT = "Naproxen α starts at 250 mg.\n\nIt is taken twice daily."
EXACT = "Naproxen α starts at 250 mg."


def document(text: str = TEXT, **more: object) -> Document:
    fields = {
        "tier": "label",
        "extent": "label",
        "title": "Naproxen",
        "id": "d",
        "source": "d.xml",
        "text": text,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    return Document(**(fields | more))  # type: ignore[arg-type]


def citation(**changes: object) -> Citation:
    quote = {"exact": EXACT, "prefix": "", "suffix": "\n\nIt is", "start": 0, "end": len(EXACT)} | changes
    return Citation(reference=1, document_id="d", passage_id="d#0", section="Dose", quote=Quote(**quote))  # type: ignore[arg-type]


def answer(*citations: Citation) -> Answer:
    statements = tuple(
        Statement(text=one.quote.exact, kind="dosing", citations=(one,), verdict=Verdict(label="quoted")) for one in citations
    )
    return Answer(
        question="naproxen dose",
        understood=Understood(intent="dosing"),
        library=LibraryState(version="1", documents=1, passages=1),
        answered=True,
        bottom_line=statements,
    )


def test_a_true_quote_passes() -> None:
    assert check_quote(citation(), document()).outcome == "pass"


@pytest.mark.parametrize(
    "changes",
    [
        {"exact": "Naproxen α starts at 500 mg."},
        {"start": 1},
        {"end": 5},
        {"start": 900, "end": 930},
        {"exact": ""},
        {"prefix": "not "},
        {"suffix": " never"},
    ],
)
def test_a_quote_that_is_off_by_anything_fails(changes: dict[str, object]) -> None:
    assert check_quote(citation(**changes), document()).outcome == "fail"


def test_a_failing_statement_is_dropped_and_counted() -> None:
    checked = verify(answer(citation(), citation(exact="Naproxen α starts at 500 mg.")), lambda _: {"d": document()})
    assert [statement.text for statement in checked.answer.bottom_line] == [EXACT]
    assert checked.dropped == 1
    assert any(warning.startswith("1 statement left out") for warning in checked.answer.warnings)


def test_a_quote_from_a_retracted_document_fails() -> None:
    assert verify(answer(citation()), lambda _: {"d": document(status="retracted")}).answer.bottom_line == ()


def test_a_stored_answer_says_which_quotes_moved_or_went() -> None:
    moved = document("Box. " + TEXT)
    says = [
        recheck(answer(citation()), lambda _, held=held: held)[0].check.says for held in ({"d": moved}, {"d": document("Other words.")}, {})
    ]  # type: ignore[misc]
    assert "elsewhere" in says[0]
    assert "do not stand" in says[1]
    assert "no longer" in says[2]
