"""Checks every statement's quotes against the stored text before anyone sees them; one that fails is dropped and counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pincite.records import Answer, Check, Citation, Conflict, Document, Section, Statement, Verdict


class Verified(NamedTuple):
    """An answer in which every quote stands, and how many statements were dropped to get there."""

    answer: Answer
    dropped: int


def check_quote(citation: Citation, document: Document | None) -> Check:
    """Does the quote stand in the document, to the code point, with its context?"""
    quote = citation.quote
    if document is None:
        return Check(name="quote", outcome="fail", says=f"{citation.document_id} is no longer in this library.", expected=quote.exact)
    text = document.text
    found = text[quote.start : quote.end]
    if found != quote.exact or not quote.exact:
        elsewhere = text.find(quote.exact) if quote.exact else -1
        says = "The words stand elsewhere in the source now." if elsewhere >= 0 else "The words do not stand in the stored source."
        return Check(name="quote", outcome="fail", says=says, found=found, expected=quote.exact)
    before = text[max(0, quote.start - len(quote.prefix)) : quote.start]
    after = text[quote.end : quote.end + len(quote.suffix)]
    if before != quote.prefix or after != quote.suffix:
        return Check(
            name="quote",
            outcome="fail",
            says="The words stand, but their surroundings changed.",
            found=f"{before} … {after}",
            expected=f"{quote.prefix} … {quote.suffix}",
        )
    return Check(name="quote", outcome="pass", says="The exact words stand in the stored source.")


def verify(answer: Answer, documents: Callable[[Sequence[str]], dict[str, Document]]) -> Verified:
    """The answer with a verdict on every statement and without those whose quotes do not stand.

    `documents(ids)` gives the stored documents. A retracted document fails every quote from it.
    """
    held = documents([reference.document_id for reference in answer.references])
    dropped = 0

    def judged(statements: Sequence[Statement]) -> tuple[Statement, ...]:
        nonlocal dropped
        kept = []
        for statement in statements:
            checks = [check_quote(citation, held.get(citation.document_id)) for citation in statement.citations]
            for citation in statement.citations:
                document = held.get(citation.document_id)
                if document is not None and document.status == "retracted":
                    checks.append(Check(name="status", outcome="fail", says=f"{citation.document_id} is retracted."))
            if not checks or any(check.outcome == "fail" for check in checks):
                dropped += 1
                continue
            label = (
                "quoted"
                if statement.clinician_text is None
                and len(statement.citations) == 1
                and statement.text == statement.citations[0].quote.exact
                else "supported"
            )
            kept.append(
                statement.model_copy(update={"verdict": Verdict(label=label, score=1.0, checks=(*checks, *statement.verdict.checks))})
            )
        return tuple(kept)

    bottom_line = judged(answer.bottom_line)
    sections = tuple(
        Section(**{**dict(section), "statements": kept}) for section in answer.sections if (kept := judged(section.statements))
    )
    conflicts = tuple(
        Conflict(about=conflict.about, sides=sides)
        for conflict in answer.conflicts
        if len(sides := tuple(side for side in map(judged, conflict.sides) if side)) > 1
    )
    indirect = judged(answer.indirect)
    warnings = list(answer.warnings)
    if dropped:
        warnings.append(f"{dropped} statement{'s' if dropped > 1 else ''} left out: the quoted words do not stand in the stored source.")
    return Verified(
        answer.model_copy(
            update={
                "bottom_line": bottom_line,
                "sections": sections,
                "conflicts": conflicts,
                "indirect": indirect,
                "warnings": tuple(warnings),
            }
        ),
        dropped,
    )


class Standing(NamedTuple):
    """What `pincite check` reports of one citation of a stored answer."""

    statement: str
    citation: Citation
    check: Check


def recheck(answer: Answer, documents: Callable[[Sequence[str]], dict[str, Document]]) -> list[Standing]:
    """One row for each citation of a stored answer: do its words still stand in this library?"""
    statements = all_statements(answer)
    held = documents(sorted({citation.document_id for statement in statements for citation in statement.citations}))
    return [
        Standing(statement.text, citation, check_quote(citation, held.get(citation.document_id)))
        for statement in statements
        for citation in statement.citations
    ]


def all_statements(answer: Answer) -> list[Statement]:
    """Every statement of an answer, in page order: bottom line, sections, disagreements, indirect evidence."""
    return [
        *answer.bottom_line,
        *(statement for section in answer.sections for statement in section.statements),
        *(statement for conflict in answer.conflicts for side in conflict.sides for statement in side),
        *answer.indirect,
    ]
