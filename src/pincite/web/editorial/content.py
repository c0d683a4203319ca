"""The text of an article: the whole answer plus the editor's notes, and the changes that an editor can make to it.

Pure functions on frozen values: no database, no library. Every change gives a new `Content`; a statement is named by
`key_of`, which stays the same when it is moved or reworded, so that comments keep their place over revisions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import Field

from pincite.errors import NotFoundError, PinciteError
from pincite.records import Answer, Record, Reference, Statement, Verdict

STANDING = ("quoted", "supported")  # verdicts that an approved statement may have


class EditError(PinciteError):
    """A change to a draft that cannot be made."""


class Note(Record):
    """An editor's own words, without a citation: shown apart from what is cited, never as part of it."""

    id: str
    part: str  # the part that it stands in, as `parts` names them
    text: str = Field(min_length=1, max_length=4000)
    by: str = ""


class Content(Record):
    """What a revision holds."""

    answer: Answer
    notes: tuple[Note, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form in which it is stored."""
        return self.model_dump(mode="json", by_alias=True)

    def sha256(self) -> str:
        """The hash of the canonical JSON: what an approval names."""
        text = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Placed(NamedTuple):
    """A statement with its key and the part that it stands in."""

    key: str
    part: str
    heading: str
    statement: Statement


def key_of(part: str, statement: Statement) -> str:
    """The name of a statement in its part: 12 hex digits of what it cites. Neither place nor wording changes it."""
    cited = [f"{citation.document_id} {citation.quote.start} {citation.quote.end}" for citation in statement.citations]
    return hashlib.sha256("\n".join([part, *cited]).encode()).hexdigest()[:12]


def parts(answer: Answer) -> Iterator[tuple[str, str, tuple[Statement, ...]]]:
    """(name, heading, statements) of every part that holds statements, in page order."""
    yield "bottom-line", "Bottom line", answer.bottom_line
    for position, section in enumerate(answer.sections):
        yield f"section-{position}", section.heading, section.statements
    for position, conflict in enumerate(answer.conflicts):
        for side, statements in enumerate(conflict.sides):
            yield f"conflict-{position}-{side}", f"{conflict.about}, side {chr(65 + side)}", statements
    yield "indirect", "Only indirect evidence", answer.indirect


def placed(content: Content) -> Iterator[Placed]:
    """Every statement with its key, in page order."""
    for part, heading, statements in parts(content.answer):
        for statement in statements:
            yield Placed(key_of(part, statement), part, heading, statement)


def find(content: Content, key: str) -> Placed:
    """The statement of that key; raises NotFoundError."""
    for one in placed(content):
        if one.key == key:
            return one
    raise NotFoundError("This statement is no longer in the draft.", what_to_do="Reload the page to see the newest revision.")


def failing(content: Content) -> list[Placed]:
    """The statements whose own check did not come out as quoted or supported."""
    return [one for one in placed(content) if one.statement.verdict.label not in STANDING]


def move(content: Content, key: str, *, steps: int) -> Content:
    """The statement `steps` places further down (negative: up) within its part; at the end it stays there."""
    one = find(content, key)

    def moved(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        kept = [statement for statement in statements if statement is not one.statement]
        to = max(0, min(len(kept), statements.index(one.statement) + steps))
        return (*kept[:to], one.statement, *kept[to:])

    return _changed(content, one.part, moved)


def remove(content: Content, key: str) -> Content:
    """Without the statement; references that nothing cites any more go with it."""
    one = find(content, key)
    return _changed(content, one.part, lambda statements: tuple(statement for statement in statements if statement is not one.statement))


def reword(content: Content, key: str, *, text: str, verdict: Verdict) -> Content:
    """The statement in other words, with the verdict that its quotes give those words."""
    one = find(content, key)
    text = " ".join(text.split())
    if not text:
        raise EditError("A statement cannot be empty.", what_to_do="Remove it instead.")
    new = one.statement.model_copy(update={"text": text, "verdict": verdict, "clinician_text": None})
    return _changed(
        content, one.part, lambda statements: tuple(new if statement is one.statement else statement for statement in statements)
    )


def add(content: Content, part: str, *, statement: Statement, reference: Reference) -> Content:
    """`statement` at the end of `part`, citing `reference` (whose number is set here)."""
    _known(content.answer, part)
    held = {known.document_id: known for known in content.answer.references}
    if reference.document_id not in held:
        number = max((known.number for known in content.answer.references), default=0) + 1
        held[reference.document_id] = reference.model_copy(update={"number": number})
    number = held[reference.document_id].number
    cited = tuple(citation.model_copy(update={"reference": number}) for citation in statement.citations)
    statement = statement.model_copy(update={"citations": cited})
    for name, _, statements in parts(content.answer):
        if name == part and any(key_of(part, known) == key_of(part, statement) for known in statements):
            raise EditError("This part quotes that sentence already.")
    content = content.model_copy(update={"answer": content.answer.model_copy(update={"references": tuple(held.values())})})
    return _changed(content, part, lambda statements: (*statements, statement))


def add_note(content: Content, part: str, *, text: str, by: str) -> Content:
    """An editor's note at the end of `part`."""
    _known(content.answer, part)
    text = text.strip()
    if not text:
        raise EditError("A note cannot be empty.")
    name = hashlib.sha256(f"{part}\n{text}\n{len(content.notes)}".encode()).hexdigest()[:12]
    return content.model_copy(update={"notes": (*content.notes, Note(id=name, part=part, text=text, by=by))})


def remove_note(content: Content, identifier: str) -> Content:
    """Without that note; raises NotFoundError."""
    kept = tuple(note for note in content.notes if note.id != identifier)
    if len(kept) == len(content.notes):
        raise NotFoundError("This note is no longer in the draft.")
    return content.model_copy(update={"notes": kept})


def _known(answer: Answer, part: str) -> None:
    if part not in {name for name, _, _ in parts(answer)}:
        raise NotFoundError(f"There is no part {part!r} in this draft.", what_to_do="Reload the page to see the newest revision.")


def _changed(content: Content, part: str, change: Callable[[tuple[Statement, ...]], tuple[Statement, ...]]) -> Content:
    answer = content.answer
    kind, *places = part.split("-")
    update: dict[str, Any]
    if part == "bottom-line":
        update = {"bottom_line": change(answer.bottom_line)}
    elif part == "indirect":
        update = {"indirect": change(answer.indirect)}
    elif kind == "section":
        sections = list(answer.sections)
        section = sections[int(places[0])]
        sections[int(places[0])] = section.model_copy(update={"statements": change(section.statements)})
        update = {"sections": tuple(sections)}
    else:
        position, side = map(int, places)
        conflicts = list(answer.conflicts)
        sides = list(conflicts[position].sides)
        sides[side] = change(sides[side])
        if not sides[side]:
            raise EditError("A disagreement needs a statement on each side.", what_to_do="Reword it, or keep both.")
        conflicts[position] = conflicts[position].model_copy(update={"sides": tuple(sides)})
        update = {"conflicts": tuple(conflicts)}
    return content.model_copy(update={"answer": _renumbered(answer.model_copy(update=update))})


def _renumbered(answer: Answer) -> Answer:
    """References numbered from 1 in the order of first citation; those that nothing cites are gone."""
    order: dict[int, int] = {}
    for _, _, statements in parts(answer):
        for statement in statements:
            for citation in statement.citations:
                order.setdefault(citation.reference, len(order) + 1)

    def cited(statements: Sequence[Statement]) -> tuple[Statement, ...]:
        return tuple(
            statement.model_copy(
                update={
                    "citations": tuple(
                        citation.model_copy(update={"reference": order[citation.reference]}) for citation in statement.citations
                    )
                }
            )
            for statement in statements
        )

    held = {reference.number: reference for reference in answer.references}
    return answer.model_copy(
        update={
            "bottom_line": cited(answer.bottom_line),
            "sections": tuple(section.model_copy(update={"statements": cited(section.statements)}) for section in answer.sections),
            "conflicts": tuple(
                conflict.model_copy(update={"sides": tuple(cited(side) for side in conflict.sides)}) for conflict in answer.conflicts
            ),
            "indirect": cited(answer.indirect),
            "references": tuple(held[old].model_copy(update={"number": new}) for old, new in order.items()),
        }
    )
