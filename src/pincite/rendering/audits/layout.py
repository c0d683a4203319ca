"""The audit report, once: its words and its order, for every writer to walk.

Every string has been made harmless (`safe.plain`); a writer adds only its own escaping.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from pincite.records import Audit, AuditClaim, Citation, Reference
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
# The checks from what could hurt most: what each is called, what it makes of "contradicted", and of "only partly borne out".
_CHECKS = {
    "dose": ("dose", "dose", "dose differs"),
    "units": ("units", "unit", "unit differs"),
    "negation": ("negation", "the opposite", "denial not as in its source"),
    "direction": ("direction", "the opposite", "direction differs"),
    "quotation": ("quotation", "not what was printed", "not quoted as printed"),
    "condition": ("condition", "another condition", "said of another condition"),
    "misattributed": ("source", "another source", "stands in another source than the one cited"),
    "outdated": ("source", "source no longer stands", "its source no longer stands"),
    "population": ("people", "other people", "said of other people"),
    "intervention": ("treatment", "another treatment", "treatment differs"),
    "numbers": ("numbers", "number", "number not borne out"),
    "strength": ("strength", "strength", "strength differs"),
    "overreach": ("overreach", "goes further", "goes further than its source"),
    "substitution": ("word", "another word", "one word is another"),
    "order": ("order", "turned round", "turned round"),
    "coverage": ("wording", "wording", "part of it not in its source"),
}
# Where one of these failed, the words shown tell of a neighbouring matter, so that they are no wording to put in its place.
_ELSEWHERE = frozenset({"condition", "population", "intervention"})
NOT_FALSE = "That does not make it false."
SEVERITIES = {"high": "could hurt", "moderate": "matters", "low": "minor", "none": ""}
ORDER = ("contradicted", "partly", "not-found", "uncited", "supported", "quoted")
STANDS = ("quoted", "supported")
_NOTHING = ("not-found", "uncited")
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
_SET_ASIDE = {
    "advice": "advice to the reader",
    "opinion": "opinion",
    "boilerplate": "about the page itself",
    "question": "question",
    "not-medical": "not on medicine",
}
# Of the headings above a claim, the nearest are enough to find it; the text itself shows the rest.
_PATH_PARTS, _PATH_LETTERS = 2, 110


@dataclass(frozen=True)
class Quoted:
    """The words of a source that decide, and where they stand."""

    exact: str
    source: str  # title, authors, venue, year
    address: str | None
    document_id: str
    section: str
    held: str  # design, how much of the source the library holds, its status when that is not "current"


@dataclass(frozen=True)
class Finding:
    """One claim as the report shows it."""

    number: int
    id: str
    text: str
    context: str  # all headings above it
    under: str  # the nearest of them, shortened
    path: tuple[str, ...]
    label: str
    says: str  # the outcome in a few words
    severity: str
    cites: tuple[str, ...]
    checks: tuple[str, ...]  # "name: sentence", what weighs most first
    reason: str  # of what was not found: whether a source was given, and held
    quotes: tuple[Quoted, ...]
    heading: str  # what the quotes are: a wording to put in its place, what the source says, or the nearest
    suggestion: str
    claim: AuditClaim


@dataclass(frozen=True)
class Group:
    """Claims of which nothing can be shown: listed together, their reason said once."""

    label: str
    reason: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Line:
    """A reference or a finding within the text itself, which begins at `start` (-1: it stands nowhere in particular)."""

    name: str
    text: str
    says: str
    bad: bool
    start: int = -1
    end: int = -1


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
    set_aside: tuple[Line, ...]  # sentences that were read and not audited, and why
    flags: tuple[str, ...]
    about: str

    @property
    def telling(self) -> tuple[Finding, ...]:
        """Claims that do not stand and of which words can be shown, the gravest first."""
        return tuple(one for one in gravest_first(self.findings) if one.label not in STANDS and (one.quotes or one.label not in _NOTHING))

    @property
    def bare(self) -> tuple[Group, ...]:
        """Claims of which nothing was found, by reason; within one, what matters first."""
        groups: dict[tuple[str, str], list[Finding]] = {}
        for one in gravest_first(self.findings):
            if one.label in _NOTHING and not one.quotes:
                groups.setdefault((one.label, one.reason), []).append(one)
        ordered = sorted(groups.items(), key=lambda group: (ORDER.index(group[0][0]), group[0][1]))
        return tuple(Group(label, reason, tuple(found)) for (label, reason), found in ordered)

    @property
    def standing(self) -> tuple[Finding, ...]:
        """Claims that stand, in the order of the text."""
        return tuple(one for one in self.findings if one.label in STANDS)


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
        internal=tuple(Line(_KINDS[one.kind], plain(one.text), plain(one.problem), True, one.start, one.end) for one in audit.internal),
        references=tuple(_reference(audit)),
        omitted=tuple(Line("", plain(one.text), plain(one.why), False) for one in audit.source.omitted),
        set_aside=tuple(Line("", plain(one.text), _SET_ASIDE[one.kind], False, one.start, one.end) for one in audit.set_aside),
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
    path = tuple(plain(part) for part in claim.context)
    under = " › ".join(path[-_PATH_PARTS:])
    return Finding(
        number=number,
        id=claim.id,
        text=plain(claim.text),
        context=" › ".join(path),
        under=under if len(under) <= _PATH_LETTERS else textwrap.shorten(path[-1], _PATH_LETTERS, placeholder=" …"),
        path=path,
        label=claim.verdict.label,
        says=_says(claim),
        severity=SEVERITIES[claim.severity],
        cites=tuple(plain(one) for one in claim.cites),
        checks=tuple(_checks(claim)),
        reason=next((plain(check.says) for check in claim.verdict.checks if check.name == "evidence"), "Nothing in this library says so."),
        quotes=tuple(_quoted(citation, documents.get(citation.reference)) for citation in claim.evidence),
        heading=_heading(claim),
        suggestion=plain(claim.suggestion or ""),
        claim=claim,
    )


def _quoted(citation: Citation, reference: Reference | None) -> Quoted:
    name = plain(citation.document_id)
    if reference is None:
        return Quoted(plain(citation.quote.exact), name, None, name, plain(citation.section), "")
    held = [wording.DESIGNS[reference.design], wording.EXTENTS[reference.extent]]
    if reference.status not in ("current", "unknown"):
        held.append(wording.STATUSES[reference.status])
    title = plain(reference.title)
    source = f"{title}{'' if title.endswith(('.', '?', '!')) else '.'} {wording.source_line(reference)}".strip()
    address = wording.address_of(reference)
    return Quoted(plain(citation.quote.exact), source, address, name, plain(citation.section), "; ".join(held))


def _checks(claim: AuditClaim) -> Iterator[str]:
    names = list(_CHECKS)
    told = [
        check
        for check in claim.verdict.checks
        # That nothing was found is the outcome itself, said once; what a check could not tell is no finding.
        if check.name != "evidence" and (check.outcome == "fail" or (check.outcome == "abstain" and check.expected))
    ]
    told.sort(key=lambda check: (check.outcome != "fail", names.index(check.name) if check.name in names else len(names)))
    graver = any(check.outcome == "fail" and check.name != "coverage" for check in told)
    seen = set()
    for check in told:
        if check.says in seen or (check.name == "coverage" and graver):
            continue  # which words stand nowhere is only news where nothing graver was found
        seen.add(check.says)
        shown = plain(check.says)
        if check.found and check.expected and plain(check.found) not in shown:
            shown += f" Text: “{plain(check.expected)}”. Source: “{plain(check.found)}”."
        yield f"{_CHECKS[check.name][0] if check.name in _CHECKS else check.name}: {shown}"


def _failed(claim: AuditClaim) -> list[str]:
    """Names of the checks that failed, the gravest first."""
    failed = [check for check in claim.verdict.checks if check.outcome == "fail"]
    # A claim is contradicted by the checks that can show both words, not by what else is amiss.
    shown = [check for check in failed if check.found and check.expected] if claim.verdict.label == "contradicted" else []
    names = {check.name for check in shown or failed}
    return [name for name in _CHECKS if name in names]


def _says(claim: AuditClaim) -> str:
    label, failed = claim.verdict.label, _failed(claim)
    if label == "contradicted" and failed:
        return f"{LABELS[label]}: {_CHECKS[failed[0]][1]}"
    if label == "partly" and failed:
        return _CHECKS[failed[0]][2]
    return LABELS[label]


def _heading(claim: AuditClaim) -> str:
    if claim.verdict.label in STANDS:
        return "Stands in"
    if not claim.suggestion:
        return "The nearest in this library, which does not say so"
    return "What the source says" if _ELSEWHERE & set(_failed(claim)) else "Suggested wording, as this library holds it"


def _reference(audit: Audit) -> Iterator[Line]:
    """Entries of the reference list, then marks that lead nowhere, those with the same problem in one line."""
    nowhere: dict[str, list[str]] = {}
    for one in audit.references:
        if not one.text and not one.resolved and one.problem:
            nowhere.setdefault(plain(one.problem), []).append(plain(one.marker))
            continue
        says = [plain(one.problem)] if one.problem else []
        if one.resolved:
            says.insert(0, f"held as {plain(one.resolved)}" + (f", {wording.STATUSES[one.status]}" if one.status else ""))
        yield Line(plain(one.marker), plain(one.text), "; ".join(says) or "nothing to say", bool(one.problem))
    for problem, markers in nowhere.items():
        yield Line(", ".join(markers), "", problem, True)
