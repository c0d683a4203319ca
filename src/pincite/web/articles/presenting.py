"""An article's text as its public page prints it: the answer page's own parts, with the editor's notes in their places.

Order and words come from `rendering.layout` through `reading.presenting`; here only the notes are put in, and the text
is turned into plain words for patients or given its glossary for students.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pincite.answering.plain import in_plain_words
from pincite.records import Answer
from pincite.records import Review as AnswerReview
from pincite.rendering import layout
from pincite.rendering.safe import plain
from pincite.web.articles.publication import Standing
from pincite.web.editorial import content
from pincite.web.editorial.content import Content, Note
from pincite.web.editorial.models import Alert, Article
from pincite.web.editorial.source_changes import QUOTES_APART
from pincite.web.engine import Asked
from pincite.web.reading.asking import READERS, Reader
from pincite.web.reading.presenting import Badge, Said, Shown, Told, answer_context

_ELSEWHERE = ("references", "follow-ups", "about")  # parts of the layout that `answer_context` gives apart from the others
CHANGED = Badge("source changed since", "alert")


@dataclass(frozen=True)
class EditorsNote(Told):
    """An editor's own words, shown in a frame of their own."""

    by: str = ""


def text_of(article: Article, standing: Standing, *, reader: Reader, alerts: Sequence[Alert] = ()) -> dict[str, Any]:
    """What the page prints of the revision that the public sees; statements that an alert touches are marked."""
    assert article.shown is not None
    held = Content.model_validate(article.shown.content)
    approved = reviewed(held.answer, article, standing)
    answer = for_reader(approved, reader)
    context = answer_context(answer, Asked(approved.question), reader=reader, back=article.get_absolute_url(), kept=True)
    laid_out = [part for part in layout.page(answer).parts if part.kind not in _ELSEWHERE]
    notes = _by_part(held.notes)
    homes = {id(one): name for name, _, statements in content.parts(answer) for one in statements[-1:] if name in notes}
    touched = {(alert.document_id, quote) for alert in alerts for quote in alert.old_quote.split(QUOTES_APART)}
    context["parts"] = [_completed(part, shown, homes, notes, touched) for part, shown in zip(laid_out, context["parts"], strict=True)]
    numbers = {reference.document_id: reference.number for reference in answer.references}
    context["alerts"] = [(alert, numbers.get(alert.document_id)) for alert in alerts]
    context["left_notes"] = [_shown(note) for waiting in notes.values() for note in waiting]
    # Of a patient's answer the clinician's wording was never approved as a page, so there is nothing to switch to.
    context["readers"] = READERS if held.answer.audience == "clinician" else ()
    context["adapted"] = reader == "patient" and held.answer.audience == "clinician"
    return context


def reviewed(answer: Answer, article: Article, standing: Standing) -> Answer:
    """The answer with what the editors decided about it, as every form of it prints in “About this answer”."""
    revision = article.shown
    assert revision is not None
    named = {"article": article.slug, "revision": str(revision.number)}
    if standing is not Standing.APPROVED or article.approved_at is None:
        return answer.model_copy(update={"reviewed": AnswerReview(state="human review pending", **named)})
    by = article.approved_by.shown_name if article.approved_by else None
    told = AnswerReview(state="approved", by=by, on=article.approved_at.date().isoformat(), **named)
    return answer.model_copy(update={"reviewed": told})


def for_reader(answer: Answer, reader: Reader) -> Answer:
    """The same text in plain words for patients, with its terms explained below for students."""
    if answer.audience == "patient":
        return answer
    if reader == "patient":
        return in_plain_words(answer)
    if reader == "student":
        return answer.model_copy(update={"explained": in_plain_words(answer).explained})
    return answer


def with_notes(held: Content) -> Answer:
    """The answer for a file, where notes have no frame: each stands under its section, or among the lines before the text."""
    answer, notes = held.answer, _by_part(held.notes)
    sections = list(answer.sections)
    for position, section in enumerate(sections):
        if waiting := notes.pop(f"section-{position}", []):
            said = " ".join([*([section.note] if section.note else []), *(_in_words(note) for note in waiting)])
            sections[position] = section.model_copy(update={"note": said})
    headings = {name: heading for name, heading, _ in content.parts(answer)}
    before = [f"{_in_words(note)} ({headings.get(part, 'elsewhere')})" for part, waiting in notes.items() for note in waiting]
    return answer.model_copy(update={"sections": tuple(sections), "warnings": (*answer.warnings, *before)})


def _in_words(note: Note) -> str:
    by = f" by {plain(note.by)}" if note.by else ""
    return f"Editor’s note{by}, without a source: {plain(note.text)}"


def _by_part(notes: Iterable[Note]) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {}
    for note in notes:
        found.setdefault(note.part, []).append(note)
    return found


def _shown(note: Note) -> EditorsNote:
    return EditorsNote(text=note.text, tone="note", bullet=False, by=plain(note.by))


def _completed(
    part: layout.Part, shown: Shown, homes: dict[int, str], notes: dict[str, list[Note]], touched: set[tuple[str, str]]
) -> Shown:
    """The part with each note after the last statement of the part that it belongs to (notes placed are taken out of `notes`), and
    with a badge on every statement that quotes words of `touched`, (document, quote)."""

    def items() -> Iterator[Said | Told]:
        for item, printed in zip((one for one in part.items if not isinstance(one, layout.Entry)), shown.items, strict=True):
            if not isinstance(item, layout.Sentence) or not isinstance(printed, Said):
                yield printed
                continue
            changed = any((one.document_id, one.quote.exact) in touched for one in item.statement.citations)
            yield replace(printed, badges=(CHANGED, *printed.badges)) if changed else printed
            yield from (_shown(note) for note in notes.pop(homes.get(id(item.statement), ""), ()))

    held = tuple(items())
    smaller = tuple(_completed(one, other, homes, notes, touched) for one, other in zip(part.parts, shown.parts, strict=True))
    return replace(shown, items=held, parts=smaller)
