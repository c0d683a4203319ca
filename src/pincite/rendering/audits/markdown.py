"""Audit → Markdown: the summary, then every finding with its checks and quotes."""

from __future__ import annotations

from collections.abc import Iterator

from pincite.records import Audit
from pincite.rendering.audits.layout import LABELS, NOT_FALSE, STANDS, Finding, Group, report
from pincite.rendering.markdown import escape


def render(audit: Audit) -> str:
    """The report as Markdown, ending in a newline; what could hurt comes first."""
    return "\n".join(_lines(audit)) + "\n"


def write(audit: Audit) -> bytes:
    """The `md` writer: UTF-8."""
    return render(audit).encode()


def _lines(audit: Audit) -> Iterator[str]:
    shown = report(audit)
    yield f"# Audit of {escape(shown.title)}"
    yield ""
    yield escape(shown.says)
    for flag in shown.flags:
        yield ""
        yield f"> {escape(flag)}"
    if shown.internal:
        yield "\n## Within the text itself\n"
        for line in shown.internal:
            yield f"- **{escape(line.name)}**: {escape(line.says)} “{escape(line.text)}”"
    for heading, findings in (("Findings", shown.telling), ("What stands", shown.standing)):
        if heading == "What stands":
            for group in shown.bare:
                yield from _bare(group)
        if findings:
            yield f"\n## {heading}"
            for finding in findings:
                yield from _finding(finding)
    if shown.references:
        yield "\n## Its references\n"
        for line in shown.references:
            yield f"- {escape(line.name)} {escape(line.text)} — {escape(line.says)}"
    if shown.set_aside:
        yield "\n## Sentences that make no claim to check\n"
        for line in shown.set_aside:
            yield f"- {escape(line.says)}: “{escape(line.text)}”"
    if shown.omitted:
        yield "\n## Left out of the audit\n"
        for line in shown.omitted:
            yield f"- {escape(line.says)}: “{escape(line.text)}”"
    yield ""
    yield escape(shown.about)


def _bare(group: Group) -> Iterator[str]:
    yield f"\n## {escape(LABELS[group.label].capitalize())} ({len(group.findings)})\n"
    yield f"{escape(group.reason)} {NOT_FALSE}\n"
    for one in group.findings:
        severity = f" ({one.severity})" if one.claim.severity in ("high", "moderate") else ""
        yield f"- {one.number}: {escape(one.text)}{severity}"


def _finding(finding: Finding) -> Iterator[str]:
    severity = f", {finding.severity}" if finding.severity else ""
    yield f"\n### {finding.number}. {escape(finding.says)}{severity}\n"
    yield f"> {escape(finding.text)}"
    if finding.under:
        yield f"\nUnder: {escape(finding.under)}"
    if finding.checks:
        yield ""
    for check in finding.checks:
        yield f"- {escape(check)}"
    if finding.quotes and finding.label not in STANDS:
        yield f"\n{finding.heading}:"
    for quote in finding.quotes:
        held = f", {quote.held}" if quote.held else ""
        yield f"\n“{escape(quote.exact)}” — {escape(quote.source)} ({escape(quote.document_id + held)})"
