"""Audit → Markdown: the summary, then every finding with its checks and quotes."""

from __future__ import annotations

from collections.abc import Iterator

from pincite.records import Audit
from pincite.rendering.audits.layout import Finding, gravest_first, report
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
    open_ = [one for one in gravest_first(shown.findings) if one.label not in ("quoted", "supported")]
    good = [one for one in shown.findings if one.label in ("quoted", "supported")]
    for heading, findings in (("Findings", open_), ("What stands", good)):
        if findings:
            yield f"\n## {heading}"
            for finding in findings:
                yield from _finding(finding)
    if shown.references:
        yield "\n## Its references\n"
        for line in shown.references:
            yield f"- {escape(line.name)} {escape(line.text)} — {escape(line.says)}"
    if shown.omitted:
        yield "\n## Left out of the audit\n"
        for line in shown.omitted:
            yield f"- {escape(line.says)}: “{escape(line.text)}”"
    yield ""
    yield escape(shown.about)


def _finding(finding: Finding) -> Iterator[str]:
    severity = f", {finding.severity}" if finding.severity else ""
    yield f"\n### {finding.number}. {escape(finding.says)}{severity}\n"
    if finding.context:
        yield f"{escape(finding.context)}\n"
    yield f"> {escape(finding.text)}"
    if finding.checks:
        yield ""
    for check in finding.checks:
        yield f"- {escape(check)}"
    for quote in finding.quotes:
        yield ""
        yield f"“{escape(quote.exact)}” — {escape(quote.source)} ({escape(quote.document_id)})"
