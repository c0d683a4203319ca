"""One claim → the stored sentences that could decide it: from the sources it cites first, then from the whole library.

After `claims`, before `judging`. A sentence is a candidate by its words; whether it bears the claim out is judged later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pincite import terms
from pincite.answering.quoting import cite
from pincite.appraisal.currency import usable
from pincite.auditing.relating import Nearness, Told, nearness
from pincite.library.store import Library
from pincite.records import Citation, Filters, Header, Passage
from pincite.retrieval.searching import search
from pincite.verification.claims import Support, claim_of
from pincite.verification.matching import cover
from pincite.verification.wording import words_of

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder

# Passages that a search returns for one claim; the deciding sentence was among the first eight for 97 of 100 claims copied from records.
SEARCHED = 12
# Sentences compared with the claim in full; more cost time and brought in other topics.
COMPARED = 8
# Sentences read of one cited document: enough for a long paper's abstract, results and conclusions.
READ_OF_CITED = 1500
# Labels of one drug that are read whole: those of one substance say the same.
LABELS_READ = 3
# Sentences of those found that are read in full: the ones with most words in common, and the first of the ranking, which may use other words.
READ_IN_FULL, RANKED_FIRST = 14, 4
# Below this share of the claim's weight in one sentence, the sentence is about something else.
SHARES = 0.3
# What the headings above a claim weigh beside its own words in the order of candidates.
TOPIC_WEIGHS = 0.5


class Candidate(NamedTuple):
    """A stored sentence that might decide a claim, and how much of the claim's wording stands in it (0 to 1)."""

    support: Support
    passage: Passage
    start: int
    end: int
    share: float
    cited: bool  # in a source that the claim itself cites
    near: Nearness = Nearness(0.0, 0, 0, "unknown")

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
        self._labels: dict[str, tuple[str, ...]] = {}

    def cited(self, claim: Told, above: tuple[str, ...], document_ids: Iterable[str]) -> list[Candidate]:
        """The sentences of the cited documents nearest to the claim, best first."""
        found = [one for name in dict.fromkeys(document_ids) for one in self._sentences_of(name)]
        return _best(claim, above, found)

    def anywhere(self, claim: Told, above: tuple[str, ...]) -> list[Candidate]:
        """The sentences of the library nearest to the claim, best first; retracted and superseded sources are not evidence.

        Asked with the headings and without them: what is said of another condition is found by the words alone.
        """
        found: dict[tuple[str, int], Candidate] = {}
        queries = {f"{claim.text} {claim.context}": None, claim.whole: self.encoder} if claim.context else {claim.whole: self.encoder}
        for query, encoder in queries.items():
            for one in search(self.library, query, limit=SEARCHED, encoder=encoder):
                if not usable(one.header) or one.passage.kind == "title":
                    continue
                for start, end in one.passage.sentences:
                    exact = one.passage.text[start - one.passage.start : end - one.passage.start]
                    support = Support(exact, one.passage.text, one.header, one.passage.annotation, one.document_id)
                    found.setdefault((one.passage.id, start), Candidate(support, one.passage, start, end, 0.0, cited=False))
        return _best(claim, above, list(found.values()))

    def labels(self, drug: str) -> Iterator[Candidate]:
        """All sentences of the labels of one drug, named by its concept; nothing where the library holds none."""
        if drug not in self._labels:
            name = terms.concept(drug).label
            found = search(self.library, f"{name} dosage contraindications warnings", filters=Filters(tiers=("label",)), limit=SEARCHED)
            names = dict.fromkeys(one.document_id for one in found if usable(one.header) and drug in _subject(one.header))
            self._labels[drug] = tuple(names)[:LABELS_READ]
        for document_id in self._labels[drug]:
            yield from self._sentences_of(document_id)

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


def _subject(header: Header) -> frozenset[str]:
    """The drug that a label is of; a combination is another drug."""
    named = [header.drug] if header.drug else header.interventions[:1] or [header.title]
    return frozenset(name for part in named for one in claim_of(part).mentions if one.kind == "drug" for name in one.concepts)


def _best(claim: Told, above: tuple[str, ...], candidates: Sequence[Candidate]) -> list[Candidate]:
    read = claim_of(claim.text, context=claim.context)
    lead = claim_of(f"{claim.context} {claim.text}")
    shared = []
    for one in _likely(claim, candidates):
        share = cover(read, [one.support]).share
        if share >= SHARES:
            # Of sentences that hold the claim equally well, the one that also speaks of what stands above it.
            shared.append((share + TOPIC_WEIGHS * cover(lead, [one.support]).share, one._replace(share=share)))
    shared.sort(key=lambda pair: (-pair[0], pair[1].passage.id, pair[1].start))
    return [one._replace(near=nearness(claim, one.support, above=above)) for _, one in shared[:COMPARED]]


def _likely(claim: Told, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with most words of the claim, and the first few as the search ranked them: reading a sentence in full costs a hundred times as much."""
    if len(candidates) <= READ_IN_FULL:
        return list(candidates)
    own = {one.root for one in words_of(claim.whole) if not one.light}
    topic = {one.root for one in words_of(claim.context) if not one.light} - own
    scored = []
    for place, one in enumerate(candidates):
        held = {word.root for word in words_of(one.support.exact)}
        scored.append((-len(own & held) - TOPIC_WEIGHS * len(topic & held), place))
    kept = {place for _, place in sorted(scored)[:READ_IN_FULL]} | set(range(RANKED_FIRST))
    return [one for place, one in enumerate(candidates) if place in kept]
