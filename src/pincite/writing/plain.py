"""A patient's answer and a model → the same answer in plainer words: reading grade down, numbers untouched, or as it was.

Each sentence is put into plain words by itself and checked against its own quote; the quote's words may also be read as the table of plain
words has them. What the model does not mend stays as the table left it; the source's words are kept beside every sentence that changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pincite.answering.plain import plain_words
from pincite.errors import ModelError
from pincite.library.store import Library
from pincite.models.chat import Model
from pincite.records import Answer, Rejected, Section, Statement, Verdict, Written
from pincite.text.readability import flesch_kincaid
from pincite.verification.claims import Support
from pincite.writing import prompts
from pincite.writing.judging import Judged, judge, kept_quote_checks
from pincite.writing.parsing import SCHEMA, Proposal, proposals
from pincite.writing.quotes import supports_of

# A small model loses count in longer lists; each list is one call.
SENTENCES_A_CALL = 8
# Flesch-Kincaid grades by which a sentence must get easier, so that a change is worth a reader's trust; half a grade is noise.
EASIER_BY = 0.5
_MOST_REJECTED, _LONGEST_REJECTED = 30, 300
_NUMBER = re.compile(r"\d+(?:[.,·]\d+)*")


class _Original(NamedTuple):
    """A sentence of the patient's page with the source's words and what checks a new one."""

    statement: Statement
    words: str
    supports: tuple[Support, ...]


def plainer(answer: Answer, *, library: Library, model: Model) -> Answer:
    """The patient's answer with the sentences of bottom line and sections that the model put more simply; never raises ModelError."""
    shown = [*answer.bottom_line, *(one for section in answer.sections for one in section.statements)] if answer.answered else []
    found: dict[int, Statement] = {}
    rejected: list[Rejected] = []
    proposed, note = 0, None
    try:
        for first in range(0, len(shown), SENTENCES_A_CALL):
            originals = [_original(one, library) for one in shown[first : first + SENTENCES_A_CALL]]
            for proposal in proposals(model.stream(prompts.plain([_clinical(one) for one in originals]), schema=SCHEMA)):
                proposed += 1
                number = proposal.quotes[0] if len(proposal.quotes) == 1 else -1
                original = originals[number - 1] if 1 <= number <= len(originals) else None
                judged = judge_plain(proposal.text, original) if original else Judged("It names no sentence of the page.")
                if original and judged.stands and judged.verdict:
                    found[id(original.statement)] = _reworded(original, proposal.text, judged.verdict)
                elif len(rejected) < _MOST_REJECTED:
                    rejected.append(Rejected(text=proposal.text[:_LONGEST_REJECTED], why=judged.why, quotes=proposal.quotes[:20]))
    except ModelError as error:
        note = str(error)
    if not shown:
        note = "The model was not asked: nothing here answers the question directly."
    elif not proposed and note is None:
        note = "The model proposed nothing that could be read."
    record = Written(
        use="plain",
        model=model.name,
        on_this_computer=model.local,
        parameters=model.parameters,
        prompt=prompts.PLAIN,
        proposed=proposed,
        accepted=len(found),
        rejected=tuple(rejected),
        replaced=len(rejected),
        note=note,
    )
    if not found:
        return answer.model_copy(update={"written": record})

    def changed(statements: Sequence[Statement]) -> tuple[Statement, ...]:
        return tuple(found.get(id(one), one) for one in statements)

    bottom_line = changed(answer.bottom_line)
    sections = tuple(Section(**{**dict(section), "statements": changed(section.statements)}) for section in answer.sections)
    words = " ".join(one.text for one in (*bottom_line, *(one for section in sections for one in section.statements)))
    grade = answer.reading_grade
    return answer.model_copy(
        update={
            "bottom_line": bottom_line,
            "sections": sections,
            "composer": f"model:{model.name}",
            "written": record,
            "reading_grade": grade.model_copy(update={"sentences_flesch_kincaid": round(flesch_kincaid(words), 1)}) if grade else None,
        }
    )


def _original(statement: Statement, library: Library) -> _Original:
    return _Original(statement, statement.clinician_text or statement.text, tuple(supports_of(statement.citations, library)))


def _clinical(one: _Original) -> Statement:
    return one.statement.model_copy(update={"text": one.words})


def judge_plain(text: str, original: _Original) -> Judged:
    """Whether `text` may stand for a sentence on a patient's page."""
    if sorted(_NUMBER.findall(text)) != sorted(_NUMBER.findall(original.words)):
        return Judged("Its numbers are not those of the sentence.")
    before, after = flesch_kincaid(original.statement.text), flesch_kincaid(text)
    if after > before - EASIER_BY:
        return Judged(f"It is no easier to read (grade {after:.1f}, before {before:.1f}).")
    return judge_wording(text, original.supports)


def judge_wording(text: str, supports: Sequence[Support]) -> Judged:
    """Whether `text` may stand on all these quotes, or on the same in the words of the table of plain words."""
    numbers = tuple(range(1, len(supports) + 1))
    judged = judge(Proposal(text, numbers), dict(zip(numbers, supports, strict=True)))
    if judged.stands:
        return judged
    plain = [one._replace(exact=plain_words(one.exact)[0]) for one in supports]
    if [one.exact for one in plain] == [one.exact for one in supports]:
        return judged
    again = judge(Proposal(text, numbers), dict(zip(numbers, plain, strict=True)))
    return again if again.stands else judged


def _reworded(original: _Original, text: str, verdict: Verdict) -> Statement:
    quoted = kept_quote_checks(original.statement.verdict.checks)
    return original.statement.model_copy(
        update={
            "text": text,
            "clinician_text": original.words,
            "verdict": verdict.model_copy(update={"checks": (*quoted, *verdict.checks)}),
        }
    )
