"""Audit → text for a terminal: the summary and what needs attention; what stands is only counted unless all is asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pincite.records import Audit
from pincite.rendering.audits.layout import LABELS, Finding, gravest_first, report

_STYLES = {"contradicted": "1;31", "partly": "33", "not-found": "33", "uncited": "33", "supported": "32", "quoted": "32"}


def render(audit: Audit, *, width: int = 100, colour: bool = False, everything: bool = False) -> str:
    """The report as text of `width` columns, ending in a newline; colour never says what a word does not."""
    return "\n".join(_lines(audit, width=max(40, min(200, width)), colour=colour, everything=everything)) + "\n"


def write(audit: Audit) -> bytes:
    """The `text` writer: all findings, no colour, 100 columns, UTF-8."""
    return render(audit, everything=True).encode()


def _lines(audit: Audit, *, width: int, colour: bool, everything: bool) -> Iterator[str]:
    shown = report(audit)

    def wrap(text: str, indent: str = "", hanging: str | None = None) -> Iterator[str]:
        yield from textwrap.wrap(
            text, width, initial_indent=indent, subsequent_indent=indent if hanging is None else hanging, break_long_words=False
        )

    yield f"Audit of {shown.title}"
    yield from wrap(shown.says)
    for flag in shown.flags:
        yield from wrap(flag, "!! ", "!! ")
    if shown.internal:
        yield "\nWithin the text itself"
        for line in shown.internal:
            yield from wrap(f"{line.name}: {line.says} “{line.text}”", "  - ", "    ")
    stands = sum(1 for one in shown.findings if one.label in ("quoted", "supported"))
    findings = [one for one in gravest_first(shown.findings) if everything or one.label not in ("quoted", "supported")]
    if findings:
        yield "\nClaims"
        for finding in findings:
            yield from _finding(finding, wrap, colour=colour)
    if stands and not everything:
        yield f"\n{stands} claim{'s' if stands > 1 else ''} not shown that stand{'' if stands > 1 else 's'} in this library (--all shows them)."
    problems = [line for line in shown.references if line.bad]
    if problems:
        yield "\nReferences"
        for line in problems:
            yield from wrap(f"{line.name} {line.text}: {line.says}".strip(), "  - ", "    ")
    if shown.omitted:
        left = "; ".join(dict.fromkeys(line.says for line in shown.omitted))
        yield ""
        yield from wrap(f"Left out of the audit: {left}.")
    yield ""
    yield from wrap(shown.about)


def _finding(finding: Finding, wrap, *, colour: bool) -> Iterator[str]:  # type: ignore[no-untyped-def]
    label = LABELS[finding.label].upper() if finding.label == "contradicted" else LABELS[finding.label]
    if colour:
        label = f"\x1b[{_STYLES.get(finding.label, '0')}m{label}\x1b[0m"
    severity = f" ({finding.severity})" if finding.severity else ""
    yield ""
    yield f"  {finding.number}. {label}{severity}"
    if finding.context:
        yield from wrap(finding.context, "     ")
    yield from wrap(f"“{finding.text}”", "     ")
    for check in finding.checks:
        yield from wrap(check, "     - ", "       ")
    for quote in finding.quotes:
        yield from wrap(f"Source: “{quote.exact}” {quote.source} [{quote.document_id}]", "     ", "       ")
