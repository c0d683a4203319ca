"""A document at a place: the words, what stands around them, what the document is. For the tool `get_source` and the resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pincite.answering.quoting import reference_of
from pincite.errors import NotFoundError, QuestionError
from pincite.mcp.results import Source
from pincite.rendering import wording
from pincite.rendering.safe import inert, plain

if TYPE_CHECKING:
    from pincite.library.store import Library
    from pincite.records import Document, Reference

# Code points. A quote with two pages of text around it; more is what the document's resource is for.
MOST_QUOTED, MOST_AROUND = 5_000, 4_000
# Of one document as a resource: some 60 printed pages, about what a model can be shown.
MOST_SHOWN = 100_000


def source(library: Library, *, document_id: str, passage_id: str | None, start: int | None, end: int | None, around: int) -> Source:
    """The words from `start` to `end`, or of a passage, else the beginning; `around` code points on each side.

    Raises NotFoundError for a document or passage that is not held, QuestionError for a place that is not in the text.
    """
    document = library.document(document_id)
    passages = library.passages(document.id)
    if passage_id is not None:
        passage = next((one for one in passages if one.id == passage_id), None)
        if passage is None:
            raise NotFoundError(f"{document.id} has no passage {passage_id!r}.", what_to_do="Search for its words.", document=document.id)
        start, end = passage.start, passage.end
    elif start is None and end is None:
        start, end = 0, min(passages[0].end if passages else len(document.text), MOST_QUOTED)
    if start is None or end is None or not 0 <= start < end <= len(document.text):
        raise QuestionError(
            f"The text of {document.id} has {len(document.text):,} characters; {start} to {end} is no stretch of it.",
            what_to_do="Take start and end from a citation's quote or a search result.",
            document=document.id,
        )
    if end - start > MOST_QUOTED:
        raise QuestionError(f"At most {MOST_QUOTED:,} characters are shown at once.", what_to_do="Ask for a part.", document=document.id)
    within = [one for one in passages if one.start < end and start < one.end]
    text = inert(document.text)
    return Source(
        reference=_reference(document),
        section=plain(within[0].section) if within else "",
        page=within[0].page if within else None,
        start=start,
        end=end,
        before=text[max(0, start - around) : start],
        exact=text[start:end],
        after=text[end : end + around],
        passage_ids=tuple(one.id for one in within),
        retired=plain(document.retired) if document.retired else None,
        flags=tuple(plain(flag) for flag in document.flags),
    )


def in_words(found: Source) -> str:
    """The source as text: what it is, then the words between marks."""
    where = "; ".join(part for part in (found.section, f"page {found.page}" if found.page else "") if part)
    lines = [*_about(found.reference), *([f"Where: {where}"] if where else [])]
    if found.retired:
        lines.append(f"Retired from this library: {found.retired}")
    lines += [f"Flagged: {flag}" for flag in found.flags]
    before, exact, after = (re.sub("[⟦⟧]", "|", text) for text in (found.before, found.exact, found.after))  # the marks are ours alone
    return "\n".join(lines) + f"\n\n{before}⟦{exact}⟧{after}\n"


def whole(library: Library, identifier: str) -> str:
    """A document's text by sections, at most MOST_SHOWN characters of it; raises NotFoundError."""
    document = library.document(identifier)
    lines = _about(_reference(document))
    held, section = 0, ""
    for passage in library.passages(document.id):
        if passage.section != section:
            section = passage.section
            lines += ["", f"## {plain(section)}"]
        text = inert(passage.text)
        held += len(text)
        if held > MOST_SHOWN:
            lines += ["", f"(The text goes on; it has {len(document.text):,} characters. Use get_source for other parts.)"]
            break
        lines += ["", text]
    return "\n".join(lines) + "\n"


def _reference(document: Document) -> Reference:
    return reference_of(document.id, document, number=1, text_sha256=document.text_sha256, flagged=bool(document.flags))


def _about(reference: Reference) -> list[str]:
    facts = [
        wording.TIERS[reference.tier],
        wording.DESIGNS[reference.design],
        wording.STATUSES[reference.status],
        wording.held_of(reference),
    ]
    links = ", ".join(dict.fromkeys(address or name for name, address in wording.links_of(reference)))
    return [
        f"# {plain(reference.title)}",
        *([line] if (line := wording.source_line(reference)) else []),
        f"{reference.document_id}: {'; '.join(dict.fromkeys(facts))}",
        *([links] if links else []),
    ]
