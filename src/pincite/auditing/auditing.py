"""A loaded text and a library → `Audit`: references resolved, each claim judged, the text's own arithmetic done.

The stages in order on one screen; `pipeline.audit` calls it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pincite import terms
from pincite.answering.quoting import reference_of
from pincite.auditing import arithmetic, claims, labelled, references
from pincite.auditing.evidence import Candidate, Finder
from pincite.auditing.judging import Judged, judge
from pincite.auditing.relating import Told, told
from pincite.library.store import Library
from pincite.records import (
    Asserted,
    Audit,
    AuditClaim,
    AuditReference,
    AuditSource,
    AuditSummary,
    Check,
    ClaimParts,
    Loaded,
    Reference,
    SetAside,
    VerdictLabel,
)
from pincite.verification.claims import claim_of

if TYPE_CHECKING:
    import datetime

    from pincite.library.encoder import Encoder

# A text of this many claims takes minutes; more is a book, which is audited chapter by chapter.
MOST_CLAIMS = 2_000
_SEARCHING = 2
_BAD_STATUS = {
    "retracted": "The source cited has been retracted.",
    "superseded": "The source cited has been superseded by a newer version.",
    "concern": "An expression of concern was published about the source cited.",
}


def audit(
    loaded: Loaded,
    *,
    library: Library,
    encoder: Encoder | None = None,
    today: datetime.date,
    progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """What this library bears out of a text, claim by claim; `progress(done, total)` is told after each claim."""
    resolved = references.resolve(loaded.listed, library=library, marks=loaded.marks)
    by_marker = {one.marker: one for one in resolved}
    asserted = claims.assertions(loaded)
    checkable = claims.checkable(asserted)
    audited = {one.id for one in checkable}
    flags = loaded.flags
    if len(checkable) > MOST_CLAIMS:
        flags = (*flags, f"Only the first {MOST_CLAIMS:,} of {len(checkable):,} claims were audited: divide the text to audit the rest.")
        checkable = checkable[:MOST_CLAIMS]
    finder = Finder(library, encoder=encoder)
    judged = []
    numbers: dict[str, int] = {}  # document → number, in the order of first use
    prepared = [told(one.text, context=one.context) for one in checkable]
    # The engine searches outside the interpreter's lock: claims ahead are searched while one is judged.
    with ThreadPoolExecutor(_SEARCHING) as pool:
        searched = pool.map(lambda pair: finder.anywhere(pair[0], pair[1].context), zip(prepared, checkable, strict=True))
        try:
            for position, (one, claim, anywhere) in enumerate(zip(checkable, prepared, searched, strict=True)):
                judged.append(_claim(one, _judge(one, claim, by_marker, finder, anywhere), numbers))
                if progress is not None:
                    progress(position + 1, len(checkable))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Audit(
        source=AuditSource(
            name=loaded.name, url=loaded.url, sha256=loaded.sha256, extracted_characters=len(loaded.text), omitted=loaded.omitted
        ),
        library=library.state().version,
        claims=tuple(judged),
        references=resolved,
        internal=arithmetic.findings(loaded, today=today),
        set_aside=tuple(
            SetAside(kind="not-medical" if one.kind == "claim" else one.kind, text=one.text, start=one.start, end=one.end)
            for one in asserted
            if one.id not in audited
        ),
        summary=_summary(judged, resolved),
        text=loaded.text,
        stretches=loaded.stretches,
        flags=flags,
        documents=_documents(library, numbers),
        says=_says(judged),
    )


def _judge(one: Asserted, claim: Told, by_marker: dict[str, AuditReference], finder: Finder, anywhere: Sequence[Candidate]) -> Judged:
    named = [by_marker[marker] for marker in one.cites if marker in by_marker]
    held = [reference.resolved for reference in named if reference.resolved]
    problems = [
        Check(name="outdated", outcome="fail", says=_BAD_STATUS[reference.status], found=reference.text)
        for reference in named
        if reference.status in _BAD_STATUS
    ]
    return judge(
        claim,
        cites=bool(one.cites),
        resolved=bool(held),
        cited=finder.cited(claim, one.context, held),
        anywhere=anywhere,
        label=labelled.against(claim, finder),
        allowed=labelled.within(claim, finder),
        problems=problems,
    )


def _claim(one: Asserted, judged: Judged, numbers: dict[str, int]) -> AuditClaim:
    label = judged.verdict.label
    suggestion = judged.evidence[0].support.exact if judged.evidence and label in ("contradicted", "partly") else None
    return AuditClaim(
        id=one.id,
        text=one.text,
        start=one.start,
        end=one.end,
        context=one.context,
        cites=one.cites,
        parts=_parts(one),
        verdict=judged.verdict,
        severity=judged.severity,
        evidence=tuple(
            candidate.citation(numbers.setdefault(candidate.support.document_id, len(numbers) + 1)) for candidate in judged.evidence
        ),
        suggestion=suggestion,
    )


def _parts(one: Asserted) -> ClaimParts:
    read = claim_of(one.text)
    above = [claim_of(words) for words in reversed(one.context)]

    def names(*kinds: str) -> tuple[str, ...]:
        found = (list(dict.fromkeys(each.concept for each in claim.mentions if each.kind in kinds)) for claim in (read, *above))
        return tuple(terms.concept(ident).label for ident in next(filter(None, found), ()))

    return ClaimParts(
        conditions=names("condition"),
        interventions=names("drug", "intervention"),
        populations=read.populations,
        comparator=read.comparator,
        outcomes=tuple(dict.fromkeys(each.text for each in read.mentions if each.kind == "outcome")),
        figures=tuple(each.text for each in read.figures),
        direction=read.direction,
        strength=read.strength,
        certainty=read.certainty,
    )


def _documents(library: Library, numbers: dict[str, int]) -> tuple[Reference, ...]:
    held = library.headers(numbers)
    return tuple(
        reference_of(name, held[name].header, number=number, text_sha256=held[name].text_sha256, flagged=bool(held[name].flags))
        for name, number in numbers.items()
        if name in held
    )


def _summary(judged: Sequence[AuditClaim], resolved: Sequence[AuditReference]) -> AuditSummary:
    counts = Counter(claim.verdict.label for claim in judged)
    return AuditSummary(
        claims=len(judged),
        quoted=counts["quoted"],
        supported=counts["supported"],
        partly=counts["partly"],
        contradicted=counts["contradicted"],
        not_found=counts["not-found"],
        uncited=counts["uncited"],
        references_resolved=sum(1 for reference in resolved if reference.resolved),
        references_total=len(resolved),
    )


def _says(judged: Sequence[AuditClaim]) -> str:
    """The whole audit in a line."""
    if not judged:
        return "No medical claims were found in this text."
    counts = Counter(claim.verdict.label for claim in judged)
    stand = counts["quoted"] + counts["supported"]
    parts = [f"{stand} of {len(judged)} claims stand in this library"]
    others: tuple[tuple[VerdictLabel, str], ...] = (
        ("contradicted", "contradicted"),
        ("partly", "only partly borne out"),
        ("not-found", "not found"),
        ("uncited", "without any source"),
    )
    for label, words in others:
        if counts[label]:
            parts.append(f"{counts[label]} {words}")
    return ", ".join(parts) + "."
