"""May this text stand? Every quote against the library of today, and every reworded statement against its quotes."""

from __future__ import annotations

from typing import NamedTuple

from pincite.records import Statement, Verdict
from pincite.verification.verify import check_quote
from pincite.web import engine
from pincite.web.editorial.content import STANDING, Content, Placed, placed


class Problem(NamedTuple):
    """One statement that may not stand, and why in a sentence."""

    placed: Placed
    says: str


def judge(statement: Statement, text: str, *, context: str) -> Verdict:
    """What the statement's own quotes say of `text`; `context` is the question that the statement answers."""
    from pincite.verification.comparing import Support, compare  # noqa: PLC0415 - loads the vocabulary, only for an edit

    library = engine.library()
    held = library.headers(citation.document_id for citation in statement.citations)
    supports = []
    for citation in statement.citations:
        passages = {passage.id: passage for passage in library.passages(citation.document_id)}
        passage = passages.get(citation.passage_id)
        supports.append(
            Support(
                exact=citation.quote.exact,
                around=passage.text if passage else f"{citation.quote.prefix}{citation.quote.exact}{citation.quote.suffix}",
                header=held[citation.document_id].header if citation.document_id in held else None,
                annotation=passage.annotation if passage else None,
                document_id=citation.document_id,
            )
        )
    return compare(text, supports, context=context)


def problems(content: Content) -> list[Problem]:
    """Everything that stops an approval: quotes that do not stand today, retracted sources, words that the quotes do not bear out."""
    found = []
    documents = engine.library().documents_by_id([reference.document_id for reference in content.answer.references])
    for one in placed(content):
        if not one.statement.citations:
            found.append(Problem(one, "It cites nothing."))
            continue
        if one.statement.verdict.label not in STANDING:
            reasons = [check.says for check in one.statement.verdict.checks if check.outcome == "fail"]
            found.append(Problem(one, " ".join(reasons) or "Its quotes do not bear out these words."))
            continue
        for citation in one.statement.citations:
            document = documents.get(citation.document_id)
            check = check_quote(citation, document)
            if check.outcome != "pass":
                found.append(Problem(one, check.says))
            elif document is not None and document.status == "retracted":
                found.append(Problem(one, f"Its source has been retracted: {document.title}."))
            elif document is not None and document.retired:
                found.append(Problem(one, f"Its source has been retired from this library: {document.title}."))
    return found
