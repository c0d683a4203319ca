"""What became of an article's sources: pure comparison of a revision's citations with the library of now; no database.

`living` turns what is found here into alerts. A quote that moved within its source is no change; a quote that became
part of another sentence is one, because words around it can turn its meaning ("It is no longer true that …").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pincite.errors import NotFoundError
from pincite.library.store import Library
from pincite.living.anchoring import find_again, nearest_sentence, sentences_of
from pincite.living.events import events
from pincite.records import Citation, Document, Event, Quote, Reference
from pincite.rendering.safe import plain
from pincite.verification.verify import check_quote
from pincite.web.editorial.content import Content, placed
from pincite.web.editorial.models import Alert

Kind: Any = Alert.Kind

MOST_SHOWN = 5  # sentences of an event in one alert
QUOTES_APART = "\n\n"  # between the old quotes of an alert; a quote is of one passage and holds no empty line
_STATUSES = {
    "retracted": (Kind.RETRACTED, "{title} was retracted."),
    "concern": (Kind.CONCERN, "An expression of concern was published about {title}."),
    "superseded": (Kind.SUPERSEDED, "{title} was superseded by a newer version."),
}
# What is told of a source although every quoted word may still stand in it.
_EVENTS = {
    "dose": (Kind.DOSE, "The doses in {title} changed."),
    "boxed-warning": (Kind.BOXED_WARNING, "The boxed warning of {title} changed."),
    "contraindication": (Kind.CONTRAINDICATION, "The contraindications of {title} changed."),
    "erratum": (Kind.CORRECTED, "A correction of {title} was published."),
}


class Change(NamedTuple):
    """One thing that happened to one source, as an alert tells it."""

    kind: str
    document_id: str
    title: str
    statement: str  # the key of the statement that it touches, empty for several
    old_quote: str
    new_quote: str
    says: str
    told_by: str  # what makes this change another one than the last: version, wording

    def fingerprint(self) -> str:
        """Equal for the same change, however often and by whichever process it is found."""
        fields = [self.kind, self.document_id, self.told_by]
        return hashlib.sha256("\n".join(fields).encode()).hexdigest()


class _Cited(NamedTuple):
    key: str
    citation: Citation


def changes(content: Content, library: Library) -> list[Change]:
    """Everything that happened to the cited sources since this text was made, in the order of its references."""
    cited: dict[str, dict[Quote, _Cited]] = {}
    for one in placed(content):
        for citation in one.statement.citations:
            cited.setdefault(citation.document_id, {}).setdefault(citation.quote, _Cited(one.key, citation))
    held = library.documents_by_id(list(cited))
    happened = events(library, documents=cited) if cited else []
    found: list[Change] = []
    for reference in content.answer.references:
        quotes = list(cited.get(reference.document_id, {}).values())
        if quotes:
            found += _of_source(reference, quotes, held.get(reference.document_id), library)
            found += _of_events(reference, [event for event in happened if event.document_id == reference.document_id])
    return found


def _of_events(reference: Reference, happened: Sequence[Event]) -> Iterator[Change]:
    """What happened to the source since the very text and version that were cited, told once for each event and kind."""
    for event in _since(reference, happened):
        for name, (kind, says) in _EVENTS.items():
            if name in event.kinds:
                sentences = [one for one in event.sentences if one.kind == ("dosing" if name == "dose" else name)]
                yield Change(
                    kind=kind,
                    document_id=reference.document_id,
                    title=plain(reference.title),
                    statement="",
                    old_quote=QUOTES_APART.join(one.old for one in sentences[:MOST_SHOWN] if one.old),
                    new_quote=QUOTES_APART.join(one.new for one in sentences[:MOST_SHOWN] if one.new),
                    says=says.format(title=named(reference)),
                    told_by=event.key,
                )


def _since(reference: Reference, happened: Sequence[Event]) -> Iterable[Event]:
    """The events after the last one that led to the cited text and version; all of them where none did."""
    for place in range(len(happened) - 1, -1, -1):
        event = happened[place]
        version = next((field.new for field in event.fields if field.name == "version"), reference.version)
        if event.new_sha256 == reference.text_sha256 and version == reference.version and event.old_sha256 != event.new_sha256:
            return happened[place + 1 :]
    return happened


def _of_source(reference: Reference, quotes: list[_Cited], document: Document | None, library: Library) -> Iterator[Change]:
    title = named(reference)

    def change(kind: str, says: str, *, of: Sequence[_Cited] = quotes, new: str = "", told_by: str = "") -> Change:
        return Change(
            kind=kind,
            document_id=reference.document_id,
            title=plain(reference.title),
            statement=of[0].key if len({one.key for one in of}) == 1 else "",
            old_quote=QUOTES_APART.join(one.citation.quote.exact for one in of),
            new_quote=new,
            says=says,
            told_by=told_by,
        )

    if document is None:
        document = _successor(reference, library)
        if document is None:
            yield change(Kind.GONE, f"{title} is no longer in the library.")
            return
    if document.retired:
        yield change(Kind.RETIRED, f"{title} was retired from the library: {plain(document.retired).rstrip('.')}.")
    if document.status != reference.status and document.status in _STATUSES:
        kind, says = _STATUSES[document.status]
        yield change(kind, says.format(title=title))

    version = _new_version(reference, document)
    same = document.id == reference.document_id and document.text_sha256 == reference.text_sha256
    if same and not version and all(check_quote(one.citation, document).outcome == "pass" for one in quotes):
        return
    sentences = sentences_of(document.id, library)
    lost = [one for one in quotes if find_again(one.citation.quote, document, sentences) is None]
    kind = Kind.REPLACED if version else Kind.CHANGED
    happened = f"{title} was replaced by {version}" if version else f"The text of {title} changed"
    if version and not lost:
        says = "the quoted words still stand in it" if len(quotes) == 1 else "all quoted words still stand in it"
        yield change(kind, f"{happened}; {says}.", told_by=version)
    for one in lost:
        new = nearest_sentence(one.citation.quote.exact, document, sentences)
        told_by = "\n".join([version, one.citation.quote.exact, new])
        yield change(kind, f"{happened}; a quoted sentence no longer stands in it.", of=[one], new=new, told_by=told_by)


def named(reference: Reference) -> str:
    """A source as a sentence names it: its title in quotation marks, with the year where known."""
    year = f" ({reference.year})" if reference.year else ""
    return f"“{plain(reference.title).rstrip('.')}”{year}"


def _successor(reference: Reference, library: Library) -> Document | None:
    """The document that took the place of one no longer held: the same publication under another id, in the same form."""
    for scheme in ("setid", "doi", "pmid", "pmcid"):
        if value := getattr(reference, scheme):
            try:
                found = library.document(f"{scheme}:{value}")
            except NotFoundError:
                continue
            if (found.extent == "record") == (reference.extent == "record"):
                return found
    return None


def _new_version(reference: Reference, document: Document) -> str:
    """How the document is another one than the one cited, in words; empty when it is the same."""
    changed = document.version and document.version != reference.version
    redated = document.date and reference.date and document.date != reference.date
    if changed or redated:
        version = f"version {plain(document.version)}" if changed and document.version else "another version"
        return f"{version} of {plain(document.date)}" if document.date else version
    return "" if document.id == reference.document_id else "another copy of the same publication"
