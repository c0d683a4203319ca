"""ask(): a question and a library in, a verified answer out. audit(): a foreign text in, verdicts out. One screen each.

written(): a verified answer and a language model in, the same answer in checked sentences out. Never called unless somebody asked for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pincite.answering.composing import compose
from pincite.answering.plain import in_plain_words
from pincite.appraisal.appraising import appraise
from pincite.library.store import Library
from pincite.records import Answer, Audit, Filters, Loaded, Statement
from pincite.retrieval.searching import search_tiers
from pincite.retrieval.understanding import understand
from pincite.verification.verify import verify

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator

    from pincite.library.encoder import Encoder
    from pincite.models.chat import Model

# Passages of each tier that a search hands on; appraisal stops reading when it has read enough sentences of a tier.
READ_PER_TIER = 90
# Passages of each tier on the next wider condition, for the part that is kept apart as indirect.
READ_WIDER = 8
# Each search scales its scores to its own best: a passage that only the wider question found never ranks with those found for the question.
WIDER_COUNTS = 0.4


def ask(
    question: str,
    *,
    library: Library,
    encoder: Encoder | None = None,
    audience: Literal["clinician", "patient"] = "clinician",
    filters: Filters | None = None,
    follow: Answer | None = None,
    everything: bool = False,
) -> Answer:
    """The answer to one question from one library; every quote in it was checked against the stored text.

    Raises QuestionError for a question that cannot be asked and LibraryError for a library that cannot be read. Without an
    `encoder`, or where it did not make the library's vectors, the search is by words alone.
    """
    state = library.state()
    asked = understand(
        question,
        follow=follow,
        frequency=library.document_frequency,
        passages=state.passages,
        library_terms=library.terms,
        known_words=library.words,
    )
    by_tier = search_tiers(library, asked.query, expansions=asked.expansions, filters=filters, limit=READ_PER_TIER, encoder=encoder)
    held = {one.passage.id: one for found in by_tier.values() for one in found}
    if asked.wider_query:
        wider = search_tiers(library, asked.wider_query, filters=filters, limit=READ_WIDER, encoder=encoder)
        aside = (one.model_copy(update={"score": one.score * WIDER_COUNTS}) for found in wider.values() for one in found)
        held = {one.passage.id: one for one in aside} | held
    scored = sorted(held.values(), key=lambda one: (-one.score, one.passage.id))
    evidence, left_out = appraise(asked, scored)
    answer = compose(asked, scored=scored, evidence=evidence, left_out=left_out, library=state, everything=everything)
    if audience == "patient":
        answer = in_plain_words(answer)
    return verify(answer, library.documents_by_id).answer


def audit(
    loaded: Loaded,
    *,
    library: Library,
    encoder: Encoder | None = None,
    today: datetime.date,
    progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """What one library bears out of a loaded text, claim by claim; the same text and library give the same audit.

    Raises LibraryError for a library that cannot be read. `today` dates what the text calls the future.
    """
    from pincite.auditing.auditing import audit as audit_text  # noqa: PLC0415 - asking does not need it

    return audit_text(loaded, library=library, encoder=encoder, today=today, progress=progress)


def written(answer: Answer, *, library: Library, model: Model) -> Answer:
    """`answer`, which `ask` gave for this library, with what the model wrote and the checks let stand.

    For clinicians a bottom line across sources, for patients plainer words. Raises nothing of the model's: where it fails, the
    extractive answer comes back, and `Answer.written` says why.
    """
    *_, last = writing(answer, library=library, model=model)
    assert isinstance(last, Answer)
    return last


def writing(answer: Answer, *, library: Library, model: Model) -> Iterator[Statement | Answer]:
    """As `written`, while it is being written: each checked sentence as soon as it stands, and last the whole answer."""
    from pincite.writing import bottom_line, plain  # noqa: PLC0415 - asking without a model does not need it

    if answer.audience == "patient":
        yield plain.plainer(answer, library=library, model=model)
    else:
        yield from bottom_line.written(answer, library=library, model=model)


def in_full(question: str, *, follow: Answer, model: Model) -> str | None:
    """A follow-up question in full, as the model puts it and the thread bears it out; None where it does not."""
    from pincite.writing.following import stand_alone  # noqa: PLC0415 - asking without a model does not need it

    return stand_alone(question, follow=follow, model=model)
