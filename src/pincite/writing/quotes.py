"""A verified answer → the numbered quotes that a model may use, each with all that is needed to check a sentence against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pincite.library.store import Library
from pincite.records import Answer, Citation, Reference, Statement
from pincite.verification.claims import Support

# A small model on two cores reads about 100 tokens a second: 16 quotes are 20 seconds. The page has up to 25 statements, best first.
MOST_QUOTES = 16

Key = tuple[str, int, int]


class Numbered(NamedTuple):
    """A quote by its number: the statement of the extractive answer that shows it, its source, and what it bears out."""

    number: int
    statement: Statement
    reference: Reference
    support: Support

    @property
    def citation(self) -> Citation:
        """Where the words stand."""
        return self.statement.citations[0]

    @property
    def key(self) -> Key:
        """Document and place of the words."""
        return key_of(self.citation)


def key_of(citation: Citation) -> Key:
    """Document and place of a quote: the same words cited twice have one key."""
    return citation.document_id, citation.quote.start, citation.quote.end


def keys_of(statements: Iterable[Statement]) -> set[Key]:
    """The keys of all quotes of some statements."""
    return {key_of(citation) for statement in statements for citation in statement.citations}


def supports_of(citations: Sequence[Citation], library: Library) -> list[Support]:
    """For each citation its quote with passage, document header, annotation and abbreviations, as the checks read them."""
    names = list(dict.fromkeys(citation.document_id for citation in citations))
    headers, documents = library.headers(names), library.documents_by_id(names)
    passages = {passage.id: passage for name in names for passage in library.passages(name)}
    found = []
    for citation in citations:
        quote, passage = citation.quote, passages.get(citation.passage_id)
        document = documents.get(citation.document_id)
        found.append(
            Support(
                exact=quote.exact,
                around=passage.text if passage else f"{quote.prefix}{quote.exact}{quote.suffix}",
                header=headers[citation.document_id].header if citation.document_id in headers else None,
                annotation=passage.annotation if passage else None,
                document_id=citation.document_id,
                abbreviations=document.abbreviations if document else (),
            )
        )
    return found


def numbered(answer: Answer, library: Library) -> tuple[Numbered, ...]:
    """The direct quotes that the answer shows, numbered from 1: bottom line, disagreements, sections; what is only indirect is not offered."""
    shown = [
        *answer.bottom_line,
        *(statement for conflict in answer.conflicts for side in conflict.sides for statement in side),
        *(statement for section in answer.sections for statement in section.statements),
    ]
    chosen: dict[Key, Statement] = {}
    for statement in shown:
        if statement.directness == "direct" and statement.citations:
            chosen.setdefault(key_of(statement.citations[0]), statement)
    kept = list(chosen.values())[:MOST_QUOTES]
    references = {reference.number: reference for reference in answer.references}
    supports = supports_of([statement.citations[0] for statement in kept], library)
    return tuple(
        Numbered(number, statement, references[statement.citations[0].reference], support)
        for number, (statement, support) in enumerate(zip(kept, supports, strict=True), start=1)
    )
