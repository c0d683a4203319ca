"""The audit report, once: its words and its order, for every writer to walk.

Every string has been made harmless (`safe.plain`); a writer adds only its own escaping.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pincite.records import Audit, AuditClaim, Reference
from pincite.rendering import wording
from pincite.rendering.safe import plain

LABELS = {
    "contradicted": "contradicted",
    "partly": "only partly borne out",
    "not-found": "not found",
    "uncited": "no source given, none found",
    "supported": "supported",
    "quoted": "word for word",
    "not-a-claim": "not a claim",
}
# What each outcome means, once, for a reader who sees the report for the first time.
MEANINGS = {
    "contradicted": "a stored source on the same matter says otherwise, in the words shown",
    "partly": "a stored source speaks of it, but not all of it stands there",
    "not-found": "neither the source cited nor anything else in this library says so; that does not make it false",
    "uncited": "the text gives no source, and nothing in this library says so; that does not make it false",
    "supported": "a stored source says so in other words",
    "quoted": "a stored source says so in these words",
}
SEVERITIES = {"high": "could hurt", "moderate": "matters", "low": "minor", "none": ""}
ORDER = ("contradicted", "partly", "not-found", "uncited", "supported", "quoted")
_SEVERITY_ORDER = {"high": 0, "moderate": 1, "low": 2, "none": 3}
_KINDS = {
    "arithmetic": "arithmetic",
    "unit": "units",
    "date": "date",
    "table": "table",
    "reference": "reference",
    "hidden-text": "hidden text",
    "steering-text": "steering text",
}


@dataclass(frozen=True)
class Quoted:
    """The words of a source that decide, and where they stand."""

    exact: str
    source: str
    address: str | None
    document_id: str
    section: str


@dataclass(frozen=True)
class Finding:
    """One claim as the report shows it."""

    number: int
    id: str
    text: str
    context: str
    label: str
    says: str
    severity: str
    cites: tuple[str, ...]
    checks: tuple[str, ...]
    quotes: tuple[Quoted, ...]
    suggestion: str
    claim: AuditClaim


@dataclass(frozen=True)
class Line:
    """A reference or a finding within the text itself."""

    name: str
    text: str
    says: str
    bad: bool


@dataclass(frozen=True)
class Report:
    """All of it, in order."""

    title: str
    says: str
    counts: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    internal: tuple[Line, ...]
    references: tuple[Line, ...]
    omitted: tuple[Line, ...]
    flags: tuple[str, ...]
    about: str


def report(audit: Audit) -> Report:
    """The report of `audit`, findings in the order of the text."""
    documents = {reference.number: reference for reference in audit.documents}
    findings = tuple(_finding(number, claim, documents) for number, claim in enumerate(audit.claims, start=1))
    summary = audit.summary
    counts = {
        "contradicted": summary.contradicted,
        "partly": summary.partly,
        "not-found": summary.not_found,
        "uncited": summary.uncited,
        "supported": summary.supported,
        "quoted": summary.quoted,
    }
    return Report(
        title=plain(audit.source.name) or "Text",
        says=plain(audit.says),
        counts=tuple((label, counts[label]) for label in ORDER if counts[label]),
        findings=findings,
        internal=tuple(Line(_KINDS[one.kind], plain(one.text), plain(one.problem), True) for one in audit.internal),
        references=tuple(_reference(audit)),
        omitted=tuple(Line("", plain(one.text), plain(one.why), False) for one in audit.source.omitted),
        flags=tuple(plain(flag) for flag in audit.flags),
        about=f"Library {plain(audit.library)}. Text: {audit.source.extracted_characters:,} characters, SHA-256 {plain(audit.source.sha256)}. "
        "Made by rules, without a language model: what is not found is not thereby false.",
    )


def gravest_first(findings: tuple[Finding, ...]) -> list[Finding]:
    """What could hurt first, then by outcome, then in the order of the text."""
    return sorted(
        findings, key=lambda one: (_SEVERITY_ORDER[one.claim.severity], ORDER.index(one.label) if one.label in ORDER else 9, one.number)
    )


def _finding(number: int, claim: AuditClaim, documents: dict[int, Reference]) -> Finding:
    quotes = []
    for citation in claim.evidence:
        reference = documents.get(citation.reference)
        source = f"{plain(reference.title)} {wording.source_line(reference)}".strip() if reference else plain(citation.document_id)
        quotes.append(
            Quoted(
                plain(citation.quote.exact),
                source,
                wording.address_of(reference) if reference else None,
                plain(citation.document_id),
                plain(citation.section),
            )
        )
    checks = []
    for check in claim.verdict.checks:
        if check.outcome == "pass" or (check.outcome == "abstain" and not check.expected and check.name != "evidence"):
            continue
        shown = plain(check.says)
        if check.found and check.expected and check.found not in shown:
            shown += f" Text: “{plain(check.expected)}”. Source: “{plain(check.found)}”."
        checks.append(f"{check.name}: {shown}")
    return Finding(
        number=number,
        id=claim.id,
        text=plain(claim.text),
        context=" › ".join(plain(part) for part in claim.context),
        label=claim.verdict.label,
        says=LABELS[claim.verdict.label],
        severity=SEVERITIES[claim.severity],
        cites=tuple(plain(one) for one in claim.cites),
        checks=tuple(checks),
        quotes=tuple(quotes),
        suggestion=plain(claim.suggestion or ""),
        claim=claim,
    )


def _reference(audit: Audit) -> Iterator[Line]:
    for one in audit.references:
        says = [plain(one.problem)] if one.problem else []
        if one.resolved:
            says.insert(0, f"held as {plain(one.resolved)}" + (f", {wording.STATUSES[one.status]}" if one.status else ""))
        yield Line(plain(one.marker), plain(one.text), "; ".join(says) or "nothing to say", bool(one.problem))
