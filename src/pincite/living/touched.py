"""What rests on a changed document: the quotes of a stored answer, found again where they still stand, flagged where not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pincite.library.changes import changes
from pincite.library.store import Library
from pincite.living.anchoring import find_again, nearest_sentence, sentences_in
from pincite.records import Answer, Citation, Document, Event, Passage, Resting, Section, Span, Statement, Touched
from pincite.verification.verify import Standing, all_statements, recheck

# Kinds of events that touch an answer even where every quoted word still stands.
_ALWAYS = frozenset(
    (
        "retracted",
        "concern",
        "gone",
        "retired",
        "superseded",
        "boxed-warning",
        "contraindication",
        "dose",
        "erratum",
        "reinstated",
        "restored",
    )
)


def touched(answer: Answer, event: Event, *, name: str, library: Library) -> Touched | None:
    """What of a stored answer rests on the event's document; None where it cites it nowhere, or nothing that it cites is touched."""
    quotes = resting(answer, library, document_id=event.document_id, now_id=event.now_id)
    if not quotes or (all(one.stands for one in quotes) and not _ALWAYS & set(event.kinds)):
        return None
    return Touched(name=name, question=answer.question, event=event.key, quotes=tuple(quotes))


def resting(answer: Answer, library: Library, *, document_id: str, now_id: str | None) -> list[Resting]:
    """Every quote of one document in a stored answer, once: where it stands in what is held now under `now_id`."""
    cited: dict[tuple[int, int, str], tuple[Statement, Citation]] = {}
    for statement in all_statements(answer):
        for citation in statement.citations:
            if citation.document_id == document_id:
                cited.setdefault((citation.quote.start, citation.quote.end, citation.quote.exact), (statement, citation))
    if not cited:
        return []
    document = library.documents_by_id([now_id]).get(now_id) if now_id else None
    passages = library.passages(document.id) if document else []
    sentences = sentences_in(passages)
    return [_resting(statement.text, citation, document, passages, sentences) for statement, citation in cited.values()]


def rechecked(answer: Answer, library: Library) -> list[tuple[Standing, Resting | None]]:
    """Every citation of a stored answer, and for one that fails its check where its words stand now or what stands in their place.

    In a text that has not changed nothing moved: words that do not stand where the answer says are then no quote of it.
    """
    cited = {reference.document_id: reference.text_sha256 for reference in answer.references}
    return [(row, _now(row, library, sha256=cited.get(row.citation.document_id))) for row in recheck(answer, library.documents_by_id)]


def lost_quotes(answer: Answer, library: Library) -> list[Resting]:
    """The quotes of a stored answer that stand nowhere in their sources any more, each with the sentence most like it now."""
    return list(dict.fromkeys(now for _, now in rechecked(answer, library) if now is not None and not now.stands))


def _now(row: Standing, library: Library, *, sha256: str | None) -> Resting | None:
    if row.check.outcome != "fail":
        return None
    name = row.citation.document_id
    document = library.documents_by_id([name]).get(name) or _successor(name, library)
    passages = library.passages(document.id) if document else []
    found = _resting(row.statement, row.citation, document, passages, sentences_in(passages))
    if document is not None and document.text_sha256 == sha256:
        return found.model_copy(update={"stands": False, "passage_id": None, "at": None})
    return found


def _successor(name: str, library: Library) -> Document | None:
    """The document that one no longer held was merged into, by what the library kept of its changes."""
    gone = [change for change in changes(library, documents=[name]) if change.document_id == name and change.successor]
    names = [gone[-1].successor] if gone and gone[-1].successor else []
    return library.documents_by_id(names).get(names[0]) if names else None


def reanchored(answer: Answer, library: Library) -> Answer:
    """The answer with the offsets of every quote that still stands found again; what stands nowhere is left as it was."""
    documents = library.documents_by_id([reference.document_id for reference in answer.references])
    cited = {reference.document_id: reference.text_sha256 for reference in answer.references}
    documents = {name: document for name, document in documents.items() if document.text_sha256 != cited[name]}  # elsewhere nothing moved
    passages = {name: library.passages(name) for name in documents}

    def moved(citation: Citation) -> Citation:
        document = documents.get(citation.document_id)
        found = find_again(citation.quote, document, sentences_in(passages[document.id])) if document else None
        if document is None or found is None:
            return citation
        passage = next((one for one in passages[document.id] if one.start <= found[0] < one.end), None)
        if passage is None:
            return citation
        # A prefix and a suffix stay within the passage, as when the quote was made.
        before, after = len(citation.quote.prefix), len(citation.quote.suffix)
        quote = citation.quote.model_copy(
            update={
                "start": found[0],
                "end": found[1],
                "prefix": document.text[max(passage.start, found[0] - before) : found[0]],
                "suffix": document.text[found[1] : min(passage.end, found[1] + after)],
            }
        )
        return citation.model_copy(update={"quote": quote, "passage_id": passage.id, "section": passage.section})

    def each(statements: Iterable[Statement]) -> tuple[Statement, ...]:
        return tuple(one.model_copy(update={"citations": tuple(map(moved, one.citations))}) for one in statements)

    return answer.model_copy(
        update={
            "bottom_line": each(answer.bottom_line),
            "sections": tuple(Section(**{**dict(section), "statements": each(section.statements)}) for section in answer.sections),
            "conflicts": tuple(conflict.model_copy(update={"sides": tuple(map(each, conflict.sides))}) for conflict in answer.conflicts),
            "indirect": each(answer.indirect),
        }
    )


def unsound(answer: Answer, library: Library) -> list[tuple[str, str]]:
    """(title, what is wrong) of every source of a stored answer that must not be used to answer any more."""
    held = library.headers(reference.document_id for reference in answer.references)
    found = []
    for reference in answer.references:
        header = held[reference.document_id].header if reference.document_id in held else None
        if header is None:
            continue
        if header.status in ("retracted", "concern", "superseded") and header.status != reference.status:
            words = {"retracted": "was retracted", "concern": "is under an expression of concern", "superseded": "was superseded"}
            found.append((reference.title, words[header.status]))
        if header.retired:
            found.append((reference.title, f"was retired from this library: {header.retired}"))
    return found


def _resting(
    statement: str, citation: Citation, document: Document | None, passages: Sequence[Passage], sentences: Sequence[tuple[int, int]]
) -> Resting:
    quote = citation.quote
    place = find_again(quote, document, sentences) if document else None
    if document is None or place is None:
        near = nearest_sentence(quote.exact, document, sentences) if document else ""
        return Resting(
            statement=statement,
            document_id=citation.document_id,
            old=quote.exact,
            stands=False,
            now_id=document.id if document else None,
            new=near or None,
        )
    passage = next((one for one in passages if one.start <= place[0] < one.end), None)
    return Resting(
        statement=statement,
        document_id=citation.document_id,
        old=quote.exact,
        stands=True,
        now_id=document.id,
        passage_id=passage.id if passage else None,
        at=Span(start=place[0], end=place[1]),
    )
