"""What became of an article's sources: pure comparison of a revision's citations with the library of now; no database.

`living` turns what is found here into alerts. A quote that moved within its source is no change; a quote that became
part of another sentence is one, because words around it can turn its meaning ("It is no longer true that …").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pincite.errors import NotFoundError
from pincite.library.store import Library
from pincite.records import Citation, Document, Quote, Reference
from pincite.rendering.safe import plain
from pincite.verification.verify import check_quote
from pincite.web.editorial.content import Content, placed
from pincite.web.editorial.models import Alert

Kind: Any = Alert.Kind

# Least likeness (0 to 100, of sorted words) of a sentence that is shown as the new wording. On 674 sentences of the starter library
# a sentence with a changed number has 96 or more and one with words put before it 85 or more; with a third of its words replaced it
# reaches 65 in 99%, with half in 50%. The most alike other sentence of the same record reaches it in 17%: what is shown is the nearest
# sentence, for an editor to judge, and is never told to readers as what the source says now.
ALIKE = 65.0
QUOTES_APART = "\n\n"  # between the old quotes of an alert; a quote is of one passage and holds no empty line
_STATUSES = {
    "retracted": (Kind.RETRACTED, "{title} was retracted."),
    "concern": (Kind.CONCERN, "An expression of concern was published about {title}."),
    "superseded": (Kind.SUPERSEDED, "{title} was superseded by a newer version."),
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
    found: list[Change] = []
    for reference in content.answer.references:
        quotes = list(cited.get(reference.document_id, {}).values())
        if quotes:
            found += _of_source(reference, quotes, held.get(reference.document_id), library)
    return found


def find_again(quote: Quote, document: Document, sentences: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Where the quoted words stand now, in code points: with the same surroundings, else as whole sentences; None when nowhere.

    The nearest to the old place wins among equals.
    """
    text, exact = document.text, quote.exact
    starts, ends = {start for start, _ in sentences}, {end for _, end in sentences}
    places = []
    at = text.find(exact) if exact else -1
    while at >= 0:
        end = at + len(exact)
        # Context is kept within a passage, so that it is empty at a passage's ends and then says nothing.
        before = bool(quote.prefix) and text[:at].endswith(quote.prefix)
        after = bool(quote.suffix) and text[end:].startswith(quote.suffix)
        if (before or at in starts) and (after or end in ends):
            places.append((-(before + after), abs(at - quote.start), at))
        at = text.find(exact, at + 1)
    if not places:
        return None
    start = min(places)[2]
    return start, start + len(exact)


def nearest_sentence(words: str, document: Document, sentences: Sequence[tuple[int, int]]) -> str:
    """The sentence of the document that reads most like `words`; empty where none does."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only when words are gone

    texts = [document.text[start:end] for start, end in sentences]
    best = process.extractOne(words, texts, scorer=fuzz.token_sort_ratio, processor=str.casefold, score_cutoff=ALIKE)
    return str(best[0]) if best else ""


def sentences_of(document_id: str, library: Library) -> list[tuple[int, int]]:
    """The sentences of a document, as offsets into its text."""
    return [sentence for passage in library.passages(document_id) for sentence in passage.sentences]


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
