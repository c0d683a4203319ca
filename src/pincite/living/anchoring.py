"""Finds quoted words again in a text that changed: the same words with the same surroundings, or the sentence most like them.

A quote that moved within its source still stands; one that became part of another sentence does not, because words around
it can turn its meaning ("It is no longer true that …").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pincite.library.store import Library
from pincite.records import Document, Passage, Quote

# Least likeness (0 to 100, of sorted words) of a sentence that is shown as the new wording. On 674 sentences of the starter library
# a sentence with a changed number has 96 or more and one with words put before it 85 or more; with a third of its words replaced it
# reaches 65 in 99%, with half in 50%. The most alike other sentence of the same record reaches it in 17%: what is shown is the nearest
# sentence, for an editor to judge, and is never told to readers as what the source says now.
ALIKE = 65.0


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
    return sentences_in(library.passages(document_id))


def sentences_in(passages: Iterable[Passage]) -> list[tuple[int, int]]:
    """The sentences of passages, as offsets into their document's text."""
    return [sentence for passage in passages for sentence in passage.sentences]
