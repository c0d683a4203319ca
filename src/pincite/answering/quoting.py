"""Evidence → statements with quotes and numbered references, in the order in which the page shows them."""

from __future__ import annotations

from pincite.records import Citation, Evidence, Header, Passage, Quote, Reference, Statement, Verdict

# Code points of context kept on each side of a quote, as in the W3C annotation model's examples: enough to find a moved quote again.
CONTEXT = 32
FLAGGED = "quoted from a source that was flagged: it holds text that tries to steer its reader"


class Numbering:
    """Gives each cited document its number at first citation and keeps the references in that order."""

    def __init__(self) -> None:
        self._references: dict[str, Reference] = {}

    def statement(self, evidence: Evidence, *, note: str | None = None) -> Statement:
        """One sentence of evidence as a statement that quotes it word for word."""
        passage, header = evidence.source.passage, evidence.source.header
        citation = cite(passage, start=evidence.start, end=evidence.end, reference=self._number(evidence))
        notes = (
            [f"as summarised from: {(passage.annotation.locator or passage.section).replace('; ', ', ')}"]  # notes are parted by "; "
            if header.extent == "record" and passage.annotation
            else []
        )
        if evidence.source.flags:
            notes.append(FLAGGED)
        if note:
            notes.append(note)
        return Statement(
            text=evidence.text,
            kind=evidence.kind,
            citations=(citation,),
            direction=evidence.direction,
            strength=evidence.strength,
            certainty=evidence.certainty,
            directness=evidence.directness,
            indirect_because=evidence.because,
            population=header.population,
            note="; ".join(notes) or None,
            verdict=Verdict(label="quoted"),
        )

    def references(self) -> tuple[Reference, ...]:
        """All references cited so far, by number."""
        return tuple(self._references.values())

    def _number(self, evidence: Evidence) -> int:
        name, header = evidence.source.document_id, evidence.source.header
        if name not in self._references:
            number = len(self._references) + 1
            self._references[name] = reference_of(
                name, header, number=number, text_sha256=evidence.source.text_sha256, flagged=bool(evidence.source.flags)
            )
        return self._references[name].number


def cite(passage: Passage, *, start: int, end: int, reference: int) -> Citation:
    """The citation of a stretch of a passage; `start` and `end` are offsets into the document's text."""
    first, last = start - passage.start, end - passage.start
    quote = Quote(
        exact=passage.text[first:last],
        prefix=passage.text[max(0, first - CONTEXT) : first],
        suffix=passage.text[last : last + CONTEXT],
        start=start,
        end=end,
    )
    return Citation(reference=reference, document_id=passage.document_id, passage_id=passage.id, section=passage.section, quote=quote)


def reference_of(name: str, header: Header, *, number: int, text_sha256: str, flagged: bool) -> Reference:
    """The reference list's entry for one document."""
    notes = ["Summary record: written from the source named, not quoted from it."] if header.extent == "record" else []
    if flagged:
        notes.append("Flagged: it holds text that tries to steer its reader.")
    return Reference(
        number=number,
        document_id=name,
        tier=header.tier,
        design=header.design,
        title=header.title,
        authors=header.authors,
        organization=header.organization,
        venue=header.venue,
        year=header.year,
        doi=header.doi,
        pmid=header.pmid,
        pmcid=header.pmcid,
        setid=header.setid,
        url=header.url,
        status=header.status,
        extent=header.extent,
        text_sha256=text_sha256,
        version=header.version,
        date=header.date,
        note=" ".join(notes) or None,
        precedence=header.precedence,
        looked_up=header.looked_up,
    )
