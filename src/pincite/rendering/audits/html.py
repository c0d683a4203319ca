"""Audit → one self-contained HTML page: the text with its claims marked on the left, findings with checks and quotes on the right.

No script and nothing from elsewhere: filters are checkboxes that the style sheet obeys, every mark and finding is a link,
so it works by keyboard, in print and from a disk. Every string is escaped here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from pincite.records import Audit
from pincite.rendering.audits.layout import LABELS, MEANINGS, Finding, Report, report
from pincite.rendering.safe import inert

_TAGS = {"title": "h2", "heading": "h3", "paragraph": "p", "item": "p", "cell": "p", "caption": "p", "quotation": "blockquote"}


def style() -> str:
    """The report's style sheet."""
    return (files("pincite") / "data" / "audit-report.css").read_text(encoding="utf-8")


def policy() -> str:
    """A Content-Security-Policy under which the report can be served: nothing but its own style."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def render(audit: Audit) -> str:
    """The whole page."""
    return "\n".join(_page(audit)) + "\n"


def write(audit: Audit) -> bytes:
    """The `html` writer: UTF-8."""
    return render(audit).encode()


def _page(audit: Audit) -> Iterator[str]:
    shown = report(audit)
    title = escape(shown.title)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Audit of {title}</title>\n<style>{style()}</style>\n</head>\n<body>"
    yield f'<header><h1>Audit of {title}</h1><p class="says">{escape(shown.says)}</p>'
    for flag in shown.flags:
        yield f'<p class="flag"><strong>Flagged:</strong> {escape(flag)}</p>'
    yield "</header>"
    yield from _filters(shown)
    yield "<main>"
    yield '<section class="text" aria-labelledby="text-heading"><h2 id="text-heading">The text</h2>'
    yield from _text(audit, shown)
    yield "</section>"
    yield '<section class="findings" aria-labelledby="findings-heading"><h2 id="findings-heading">Findings</h2>'
    yield from _internal(shown)
    for finding in shown.findings:
        yield from _finding(finding)
    if not shown.findings:
        yield "<p>No medical claims were found in this text, so there is nothing to check.</p>"
    yield "</section></main>"
    yield from _lists(shown)
    yield f"<footer><p>{escape(shown.about)}</p></footer>\n</body>\n</html>"


def _filters(shown: Report) -> Iterator[str]:
    if not shown.counts:
        return
    yield '<fieldset class="filters"><legend>Show</legend>'
    for label, count in shown.counts:
        yield (
            f'<label><input type="checkbox" id="show-{label}" checked> <span class="badge {label}">{escape(LABELS[label])}</span> {count}'
            f'<span class="means">{escape(MEANINGS.get(label, ""))}</span></label>'
        )
    yield "</fieldset>"


def _text(audit: Audit, shown: Report) -> Iterator[str]:
    """The stretches of the text, each claim a link to its finding."""
    claims = sorted(shown.findings, key=lambda one: one.claim.start)
    for stretch in audit.stretches:
        tag = _TAGS.get(stretch.kind, "p")
        level = min(max(stretch.level, 1), 4)
        classes = f"{stretch.kind} level-{level}"
        inside = [one for one in claims if stretch.start <= one.claim.start < stretch.end]
        yield f'<{tag} class="{classes}">{_marked(audit.text, stretch.start, stretch.end, inside)}</{tag}>'


def _marked(text: str, start: int, end: int, findings: list[Finding]) -> str:
    parts, at = [], start
    for one in findings:
        first, last = max(at, one.claim.start), min(end, one.claim.end)
        if first >= last:
            continue
        parts.append(escape(inert(text[at:first])))
        words = escape(inert(text[first:last]))
        parts.append(
            f'<a class="claim {one.label}" id="in-text-{one.number}" href="#finding-{one.number}">{words}'
            f'<span class="number"> [{one.number}: {escape(one.says)}]</span></a>'
        )
        at = last
    parts.append(escape(inert(text[at:end])))
    return "".join(parts)


def _internal(shown: Report) -> Iterator[str]:
    if not shown.internal:
        return
    yield '<article class="finding internal"><h3>Within the text itself</h3><ul>'
    for line in shown.internal:
        yield f"<li><strong>{escape(line.name)}:</strong> {escape(line.says)} <q>{escape(line.text)}</q></li>"
    yield "</ul></article>"


def _finding(finding: Finding) -> Iterator[str]:
    severity = f' <span class="severity">{escape(finding.severity)}</span>' if finding.severity else ""
    yield f'<article class="finding {finding.label}" id="finding-{finding.number}" tabindex="-1">'
    yield f'<h3>{finding.number}. <span class="badge {finding.label}">{escape(finding.says)}</span>{severity}</h3>'
    if finding.context:
        yield f'<p class="context">{escape(finding.context)}</p>'
    yield f'<p class="claim-text"><a href="#in-text-{finding.number}">{escape(finding.text)}</a></p>'
    if finding.cites:
        yield f'<p class="context">The text cites: {escape(", ".join(finding.cites))}</p>'
    if finding.checks:
        yield '<ul class="checks">'
        for check in finding.checks:
            name, _, says = check.partition(": ")
            yield f"<li><strong>{escape(name)}:</strong> {escape(says)}</li>"
        yield "</ul>"
    heading = "What the source says" if finding.suggestion else "Stands in"
    for position, quote in enumerate(finding.quotes):
        if position == 0:
            yield f"<h4>{heading}</h4>"
        title = escape(quote.source)
        linked = f'<a href="{escape(quote.address)}" rel="noopener noreferrer">{title}</a>' if quote.address else title
        section = f", {escape(quote.section)}" if quote.section else ""
        yield f"<blockquote><p>{escape(quote.exact)}</p><footer>{linked} ({escape(quote.document_id)}{section})</footer></blockquote>"
    yield "</article>"


def _lists(shown: Report) -> Iterator[str]:
    if shown.references:
        yield '<section class="lists"><h2>References of the text</h2><ul>'
        for line in shown.references:
            tag = "strong" if line.bad else "span"
            yield f"<li>{escape(line.name)} {escape(line.text)} <{tag}>{escape(line.says)}</{tag}></li>"
        yield "</ul></section>"
    if shown.omitted:
        yield '<section class="lists"><h2>Left out of the audit</h2><ul>'
        for line in shown.omitted:
            yield f"<li>{escape(line.says)}: <q>{escape(line.text)}</q></li>"
        yield "</ul></section>"
