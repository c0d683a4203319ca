"""A loaded text and a library → `Audit`: references resolved, each claim judged, the text's own arithmetic done.

The stages in order on one screen; `pipeline.audit` calls it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pincite.answering.quoting import reference_of
from pincite.auditing import arithmetic, claims, labelled, references
from pincite.auditing.evidence import Finder
from pincite.auditing.judging import Judged, judge
from pincite.auditing.relating import told
from pincite.library.store import Library
from pincite.records import Asserted, Audit, AuditClaim, AuditReference, AuditSource, AuditSummary, Check, Loaded, Reference, VerdictLabel

if TYPE_CHECKING:
    import datetime

    from pincite.library.encoder import Encoder

# A text of this many claims takes minutes; more is a book, which is audited chapter by chapter.
MOST_CLAIMS = 2_000
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
    checkable = claims.checkable(claims.assertions(loaded))
    flags = loaded.flags
    if len(checkable) > MOST_CLAIMS:
        flags = (*flags, f"Only the first {MOST_CLAIMS:,} of {len(checkable):,} claims were audited: divide the text to audit the rest.")
        checkable = checkable[:MOST_CLAIMS]
    finder = Finder(library, encoder=encoder)
    judged = []
    numbers: dict[str, int] = {}  # document → number, in the order of first use
    for position, one in enumerate(checkable):
        judged.append(_claim(one, _judge(one, by_marker, finder), numbers))
        if progress is not None:
            progress(position + 1, len(checkable))
    return Audit(
        source=AuditSource(
            name=loaded.name, url=loaded.url, sha256=loaded.sha256, extracted_characters=len(loaded.text), omitted=loaded.omitted
        ),
        library=library.state().version,
        claims=tuple(judged),
        references=resolved,
        internal=arithmetic.findings(loaded, today=today),
        summary=_summary(judged, resolved),
        text=loaded.text,
        stretches=loaded.stretches,
        flags=flags,
        documents=_documents(library, numbers),
        says=_says(judged),
    )


def _judge(one: Asserted, by_marker: dict[str, AuditReference], finder: Finder) -> Judged:
    claim = told(one.text, context=one.context)
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
        anywhere=finder.anywhere(claim, one.context),
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
        verdict=judged.verdict,
        severity=judged.severity,
        evidence=tuple(
            candidate.citation(numbers.setdefault(candidate.support.document_id, len(numbers) + 1)) for candidate in judged.evidence
        ),
        suggestion=suggestion,
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
