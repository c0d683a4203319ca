"""A passage that an editor chose → a statement that quotes it, with its reference."""

from __future__ import annotations

from pincite.answering.quoting import FLAGGED, cite, reference_of
from pincite.appraisal.appraising import said_of
from pincite.appraisal.currency import usable
from pincite.errors import NotFoundError
from pincite.records import Reference, Statement, Verdict
from pincite.web import engine
from pincite.web.editorial.content import EditError


def quoted(document_id: str, *, start: int, end: int) -> tuple[Statement, Reference]:
    """The sentence from `start` to `end` (code points of the stored text); raises NotFoundError, EditError."""
    library = engine.library()
    document = library.document(document_id)
    if not usable(document):
        raise EditError(f"{document.title} cannot be cited: it is retracted, superseded or holds no results.")
    for passage in library.passages(document.id):
        if passage.start <= start < end <= passage.end:
            break
    else:
        raise NotFoundError("These words do not stand in one passage of that source.", document=document_id)
    if passage.kind == "title":
        raise EditError("A title says nothing that could be cited.", what_to_do="Choose a sentence of the text.")
    text = document.text[start:end]
    said = said_of(text, passage=passage, header=document)
    notes = (
        [f"as summarised from: {(passage.annotation.locator or passage.section).replace('; ', ', ')}"]  # notes are parted by "; "
        if document.extent == "record" and passage.annotation
        else []
    )
    if document.flags:
        notes.append(FLAGGED)
    statement = Statement(
        text=text,
        kind=said.kind,
        citations=(cite(passage, start=start, end=end, reference=1),),
        direction=said.direction,
        strength=said.strength,
        certainty=said.certainty,
        population=document.population,
        note="; ".join(notes) or None,
        verdict=Verdict(label="quoted", score=1.0),
    )
    return statement, reference_of(document.id, document, number=1, text_sha256=document.text_sha256, flagged=bool(document.flags))
