"""One claim → the stored sentences that could decide it: from the sources it cites first, then from the whole library.

After `claims`, before `judging`. A sentence is a candidate by its words; whether it bears the claim out is judged later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pincite.answering.quoting import cite
from pincite.appraisal.currency import usable
from pincite.library.store import Library
from pincite.records import Citation, Header, Passage
from pincite.retrieval.searching import search
from pincite.text.sentences import sentences
from pincite.verification.claims import Support, claim_of
from pincite.verification.matching import cover

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder

# Passages that a search returns for one claim; the deciding sentence was among the first eight for 97 of 100 claims copied from records.
SEARCHED = 12
# Sentences compared with the claim in full; more cost time and brought in other topics.
COMPARED = 8
# Sentences read of one cited document: enough for a long paper's abstract, results and conclusions.
READ_OF_CITED = 1500
# Below this share of the claim's weight in one sentence, the sentence is about something else.
SHARES = 0.3


class Candidate(NamedTuple):
    """A stored sentence that might decide a claim, and how much of the claim's wording stands in it (0 to 1)."""

    support: Support
    passage: Passage
    start: int
    end: int
    share: float
    cited: bool  # in a source that the claim itself cites

    @property
    def header(self) -> Header:
        """The document's header."""
        assert self.support.header is not None
        return self.support.header

    def citation(self, number: int = 0) -> Citation:
        """The sentence as a citation with its quote."""
        return cite(self.passage, start=self.start, end=self.end, reference=number)


class Finder:
    """Finds candidates in one library; what it reads of cited documents it keeps for the next claim."""

    def __init__(self, library: Library, *, encoder: Encoder | None = None) -> None:
        self.library = library
        self.encoder = encoder
        self._documents: dict[str, list[Candidate]] = {}

    def cited(self, text: str, context: str, document_ids: Iterable[str]) -> list[Candidate]:
        """The sentences of the cited documents nearest to the claim, best first."""
        found = [one for name in dict.fromkeys(document_ids) for one in self._sentences_of(name)]
        return _best(text, context, found)

    def anywhere(self, text: str, context: str) -> list[Candidate]:
        """The sentences of the library nearest to the claim, best first; retracted and superseded sources are not evidence."""
        scored = search(self.library, f"{text} {context}", limit=SEARCHED, encoder=self.encoder)
        found = []
        for one in scored:
            if not usable(one.header) or one.passage.kind == "title":
                continue
            for start, end in one.passage.sentences:
                exact = one.passage.text[start - one.passage.start : end - one.passage.start]
                support = Support(exact, one.passage.text, one.header, one.passage.annotation, one.document_id)
                found.append(Candidate(support, one.passage, start, end, 0.0, cited=False))
        return _best(text, context, found)

    def _sentences_of(self, document_id: str) -> list[Candidate]:
        if document_id not in self._documents:
            held = self.library.headers([document_id])
            found = []
            for passage in self.library.passages(document_id) if document_id in held else ():
                if passage.kind == "title":
                    continue
                for start, end in passage.sentences:
                    exact = passage.text[start - passage.start : end - passage.start]
                    support = Support(exact, passage.text, held[document_id].header, passage.annotation, document_id)
                    found.append(Candidate(support, passage, start, end, 0.0, cited=True))
            self._documents[document_id] = found[:READ_OF_CITED]
        return self._documents[document_id]


def _best(text: str, context: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    claim = claim_of(text, context=context)
    shared = []
    for one in candidates:
        share = cover(claim, [one.support]).share
        if share >= SHARES:
            shared.append(one._replace(share=share))
    shared.sort(key=lambda one: (-one.share, one.passage.id, one.start))
    return shared[:COMPARED]


def first_sentence(text: str) -> str:
    """The first sentence of a longer text, for a context that must stay short."""
    return next((text[start:end] for start, end in sentences(text)), text)
