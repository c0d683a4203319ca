"""Hand-made sources for tests of appraisal and answering: one passage of one document, as a search would return it."""

from __future__ import annotations

from pincite.records import Annotation, Header, Passage, ScoredPassage, SectionKind


def source(
    text: str,
    *,
    header: Header | None = None,
    section: str = "Results",
    kind: SectionKind = "results",
    annotation: Annotation | None = None,
    name: str = "doc",
    score: float = 0.9,
) -> ScoredPassage:
    """`text` as the only sentence of the only passage of document `name`."""
    passage = Passage(
        id=f"{name}#1",
        document_id=name,
        ordinal=1,
        section=section,
        kind=kind,
        start=0,
        end=len(text),
        text=text,
        sentences=((0, len(text)),),
        annotation=annotation,
    )
    return ScoredPassage(
        passage=passage,
        document_id=name,
        header=header or Header(tier="research", design="rct", extent="abstract", title="A trial", status="current"),
        text_sha256="0" * 64,
        lexical=1.0,
        cosine=None,
        score=score,
    )


def titled(title: str, **more: object) -> Header:
    """A research header of that title."""
    return Header(**({"tier": "research", "design": "rct", "extent": "abstract", "title": title, "status": "current"} | more))  # type: ignore[arg-type]
