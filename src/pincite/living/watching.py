"""Watched questions: asked again when the library has moved, and how the new answer differs from the one before.

`run` is given the way to ask, so that the command line and the web application watch alike. A run that is killed goes
on with the next: each question's answer and its difference are kept in one step, under a key made of both answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from pincite.errors import NotFoundError, PinciteError, QuestionError
from pincite.library import beside
from pincite.library.beside import Row
from pincite.library.store import Library
from pincite.records import Answer, LeftOut, Piece, Reference, Watch, WatchChange
from pincite.verification.verify import all_statements

Audience = Literal["clinician", "patient"]
Ask = Callable[[str, Audience], Answer]
_Quoted = tuple[str, str]  # which work, which words

MOST_WATCHES = 500  # each costs about a second after a change of the library
_ADDED, _REMOVED, _ANSWERED, _CHANGED = "added", "removed", "answered", "changed"


def watches(library: Library) -> list[Watch]:
    """The questions that are watched, in the order in which they were added."""
    rows = beside.rows(library, _ADDED, _REMOVED, _ANSWERED)
    removed = {row.about: row.at for row in rows if row.kind == _REMOVED}
    answered = {row.about: row for row in rows if row.kind == _ANSWERED}  # oldest first: the newest stays
    found = []
    for row in rows:
        if row.kind == _ADDED and removed.get(row.about, "") < row.at:
            watch = Watch.model_validate_json(row.record)
            last = answered.get(row.about)
            if last is not None:
                watch = watch.model_copy(update={"asked": last.at, "answer": Answer.model_validate_json(last.record)})
            found.append(watch)
    return found


def add(question: str, *, library: Library, ask: Ask, audience: Audience = "clinician") -> Watch:
    """Watch a question from now on, beginning with its answer of today; the same one again is the same watch. Raises QuestionError."""
    name = hashlib.sha256(f"{audience}\n{' '.join(question.split()).casefold()}".encode()).hexdigest()[:10]
    held = watches(library)
    if known := next((one for one in held if one.id == name), None):
        return known
    if len(held) >= MOST_WATCHES:
        raise QuestionError(f"{MOST_WATCHES} questions are watched already.", what_to_do="Remove one first: pincite watch remove ID.")
    answer = ask(question, audience)
    at = beside.now()
    watch = Watch(id=name, question=" ".join(question.split()), audience=audience, added=at)
    beside.append(library, [Row(_ADDED, name, f"{name} {at}", at, watch.model_dump_json()), _answered(name, answer, at=beside.now())])
    return watch.model_copy(update={"asked": at, "answer": answer})


def remove(name: str, *, library: Library) -> Watch:
    """Watch a question no longer; raises NotFoundError."""
    watch = next((one for one in watches(library) if one.id == name), None)
    if watch is None:
        raise NotFoundError(f"No watched question has the id {name!r}.", what_to_do="See `pincite watch list`.")
    at = beside.now()
    beside.append(library, [Row(_REMOVED, name, f"{name} {at}", at, "")])
    return watch


def run(
    library: Library, *, ask: Ask, failed: Callable[[Watch, PinciteError], None] | None = None
) -> Iterator[tuple[Watch, WatchChange | None]]:
    """Ask again what was answered from another version of the library; each with its difference, None where there is none.

    A question that cannot be asked (any more) is told to `failed`, or raised where nobody listens.
    """
    version = library.state().version
    kept = {row.about: row.key for row in beside.rows(library, _ANSWERED)}
    stale: list[str] = []
    try:
        for watch in watches(library):
            if watch.answer is not None and watch.answer.library.version == version:
                continue
            try:
                answer = ask(watch.question, watch.audience)
            except PinciteError as error:
                if failed is None:
                    raise
                failed(watch, error)
                continue
            change = difference(watch, answer, at=beside.now(), library=library)
            rows = [_answered(watch.id, answer, at=beside.now())]
            if change is not None:
                rows.append(Row(_CHANGED, watch.id, change.key, change.at, change.model_dump_json()))
            beside.append(library, rows)
            if (old := kept.get(watch.id)) and old != rows[0].key:
                stale.append(old)
            yield watch.model_copy(update={"asked": rows[0].at, "answer": answer}), change
    finally:
        beside.drop(library, _ANSWERED, stale)


def changed(library: Library) -> list[WatchChange]:
    """Every difference that was found, oldest first; those of questions that are no longer watched stay."""
    return [WatchChange.model_validate_json(row.record) for row in beside.rows(library, _CHANGED)]


def difference(watch: Watch, new: Answer, *, at: str, library: Library) -> WatchChange | None:
    """How the new answer differs from the watch's last in what it quotes, where it leads and where sources disagree; None if nowhere."""
    old = watch.answer
    if old is None:
        return None
    before, after = _pieces(old), _pieces(new)
    came = [_piece(key, after[key], new) for key in after if key not in before]
    went = [_lost(key, before[key], old, new, library) for key in before if key not in after]
    led, leads = _leading(old), _leading(new)
    about_before, about_after = ({conflict.about for conflict in answer.conflicts} for answer in (old, new))
    began = tuple(sorted(about_after - about_before))
    ended = tuple(sorted(about_before - about_after))
    line_changed = set(led) != set(leads)
    if not (came or went or line_changed or began or ended or old.answered != new.answered):
        return None
    told = f"{watch.id}\n{old.library.version}\n{new.library.version}\n{sorted(before)}\n{sorted(after)}"
    return WatchChange(
        key=hashlib.sha256(told.encode()).hexdigest()[:32],
        watch=watch.id,
        question=watch.question,
        audience=watch.audience,
        at=at,
        library_before=old.library.version,
        library_after=new.library.version,
        answered_before=old.answered,
        answered_after=new.answered,
        bottom_line_before=tuple(statement.text for statement in old.bottom_line),
        bottom_line_after=tuple(statement.text for statement in new.bottom_line),
        bottom_line_changed=line_changed,
        new=tuple(came),
        lost=tuple(went),
        disagreements_new=began,
        disagreements_ended=ended,
        says=_says(old, new, came, went, line_changed=line_changed, began=began, ended=ended),
    )


def _answered(name: str, answer: Answer, *, at: str) -> Row:
    record = answer.model_dump_json(by_alias=True)
    return Row(_ANSWERED, name, f"{name} {hashlib.sha256(record.encode()).hexdigest()[:32]} {at}", at, record)


def _work(reference: Reference) -> str:
    """The publication, so that another copy or version of it counts as the same source."""
    known = reference.setid or reference.doi or reference.pmid or reference.pmcid
    return known.casefold() if known else reference.document_id


def _pieces(answer: Answer) -> dict[_Quoted, str]:
    """(work, words) → id of the document, of everything that an answer quotes as direct evidence, in page order."""
    works = {reference.document_id: _work(reference) for reference in answer.references}
    aside = len(answer.indirect)
    direct = all_statements(answer)[: -aside or None]
    found: dict[_Quoted, str] = {}
    for statement in direct:
        for citation in statement.citations:
            words = " ".join(citation.quote.exact.split())
            found.setdefault((works.get(citation.document_id, citation.document_id), words), citation.document_id)
    return found


def _leading(answer: Answer) -> list[_Quoted]:
    return list(_pieces(answer.model_copy(update={"sections": (), "conflicts": (), "indirect": ()})))


def _title(document_id: str, answer: Answer) -> str:
    return next((reference.title for reference in answer.references if reference.document_id == document_id), document_id)


def _piece(key: _Quoted, document_id: str, answer: Answer) -> Piece:
    return Piece(text=key[1], document_id=document_id, title=_title(document_id, answer))


def _lost(key: _Quoted, document_id: str, old: Answer, new: Answer, library: Library) -> Piece:
    """A sentence that is quoted no more, with why: left out, gone, reworded, or only less to the point than others now."""
    piece = _piece(key, document_id, old)
    left: LeftOut | None = next((one for one in new.left_out if one.document_id == document_id), None)
    if left is not None:
        return piece.model_copy(update={"why": f"left out: {left.why}"})
    document = library.documents_by_id([document_id]).get(document_id)
    if document is None:
        return piece.model_copy(update={"why": "its source is no longer in the library"})
    if document.retired or document.status == "retracted":
        return piece.model_copy(update={"why": "its source was retired" if document.retired else "its source was retracted"})
    if key[1] not in " ".join(document.text.split()):
        return piece.model_copy(update={"why": "its source says it in other words now, or no more"})
    return piece.model_copy(update={"why": "its source stands; other evidence is shown instead"})


def _says(
    old: Answer,
    new: Answer,
    came: Sequence[Piece],
    went: Sequence[Piece],
    *,
    line_changed: bool,
    began: Sequence[str],
    ended: Sequence[str],
) -> str:
    parts = []
    if old.answered != new.answered:
        parts.append("the question is answered now" if new.answered else "the question is no longer answered")
    if line_changed:
        parts.append("the bottom line changed")
    parts += [f"{len(came)} new statement{'' if len(came) == 1 else 's'}"] if came else []
    parts += [f"{len(went)} statement{'' if len(went) == 1 else 's'} no longer quoted"] if went else []
    parts += [f"sources now disagree on {name}" for name in began]
    parts += [f"sources no longer disagree on {name}" for name in ended]
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."
