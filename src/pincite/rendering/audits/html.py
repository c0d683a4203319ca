"""Audit → one self-contained HTML page: the text with its claims marked on the left, findings with checks and quotes on the right.

Nothing comes from elsewhere: filters are boxes that the style sheet obeys, every mark and finding is a link, so it works by keyboard, in print,
from a disk and without script. The script, held to its hash by the page's own policy, only adds keys. Every string is escaped here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby

from pincite.records import Audit, Stretch
from pincite.rendering.audits.layout import LABELS, MEANINGS, NOT_FALSE, STANDS, Finding, Group, Line, Quoted, Report, report
from pincite.rendering.safe import inert

_TAGS = {"title": "h3", "heading": "h4", "paragraph": "p", "item": "p", "cell": "p", "caption": "p", "quotation": "blockquote"}
_CLASSES = {"high": "s-high", "moderate": "s-moderate", "low": "s-low", "none": "s-none"}
_SEVERITY_FILTERS = (("at-all", "all"), ("at-moderate", "what matters"), ("at-high", "what could hurt"))
# "Look at these first" is a way in, not the list again.
_FIRST, _FIRST_LETTERS = 5, 120


@cache
def _asset(name: str) -> str:
    return (files("pincite") / "data" / name).read_text(encoding="utf-8")


def style() -> str:
    """The report's style sheet."""
    return _asset("audit-report.css")


def script() -> str:
    """The report's script: j and k between findings."""
    return _asset("audit-report.js")


def policy() -> str:
    """A Content-Security-Policy under which the report can be served: nothing but its own style and script."""
    return f"{_policy()}; frame-ancestors 'none'"


def _policy() -> str:
    """The same as a meta element can say it, which knows no `frame-ancestors`."""
    style_hash, script_hash = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (style(), script()))
    return f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'"


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
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(_policy())}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">'
    yield f"<title>Audit of {title}</title>\n<style>{style()}</style>\n</head>\n<body>"
    yield f'<header><p class="kind">Audit, claim by claim</p><h1>{title}</h1><p class="says">{escape(shown.says)}</p>'
    for flag in shown.flags:
        yield f'<p class="flag"><strong>Flagged:</strong> {escape(flag)}</p>'
    yield from _first(shown)
    yield "</header>"
    yield from _filters(shown)
    yield "<main>"
    yield '<section class="text" aria-labelledby="text-heading"><h2 id="text-heading">The text</h2>'
    yield from _text(audit, shown)
    yield "</section>"
    yield '<section class="findings" aria-labelledby="findings-heading" tabindex="0"><h2 id="findings-heading">Findings</h2>'
    yield from _findings(shown)
    yield "</section></main>"
    yield from _lists(shown)
    yield f"<footer><p>{escape(shown.about)}</p></footer>\n<script>{script()}</script>\n</body>\n</html>"


def _first(shown: Report) -> Iterator[str]:
    """The way to the gravest findings, before all else."""
    grave = [one for one in shown.telling if one.claim.severity in ("high", "moderate") and one.label in ("contradicted", "partly")]
    lines = [(f"finding-{one.number}", f"{one.number}. {one.says}", one.text, one.label) for one in grave]
    at = sum(1 for one in grave if one.claim.severity == "high")
    lines[at:at] = [(f"own-{number}", line.name, line.says, "own") for number, line in enumerate(shown.internal, start=1)]
    if not lines:
        return
    yield '<nav class="first" aria-labelledby="first-heading"><h2 id="first-heading">Look at these first</h2><ul>'
    for target, says, text, label in lines[:_FIRST]:
        words = text if len(text) <= _FIRST_LETTERS else f"{text[:_FIRST_LETTERS].rsplit(' ', 1)[0]} …"
        yield f'<li><a href="#{target}"><span class="badge {label}">{escape(says)}</span> {escape(words)}</a></li>'
    yield "</ul>"
    if len(lines) > _FIRST:
        yield f'<p class="quiet">and {len(lines) - _FIRST} more below</p>'
    yield "</nav>"


def _filters(shown: Report) -> Iterator[str]:
    if not shown.counts:
        return
    yield '<section class="filters" aria-label="What is shown"><fieldset><legend>Outcome</legend>'
    for label, count in shown.counts:
        yield (
            f'<label><input type="checkbox" id="show-{label}" checked> '
            f'<span class="badge {label}">{escape(LABELS[label])}</span> <b>{count}</b></label>'
        )
    yield "</fieldset><fieldset><legend>Severity</legend>"
    for position, (name, words) in enumerate(_SEVERITY_FILTERS):
        yield f'<label><input type="radio" name="severity" id="{name}"{"" if position else " checked"}> {words}</label>'
    yield '</fieldset><fieldset class="keys" hidden><legend>Keys</legend><label><input type="checkbox" id="keys" checked> '
    yield "<kbd>j</kbd> next, <kbd>k</kbd> previous finding, <kbd>Enter</kbd> its place in the text</label></fieldset>"
    yield '<details class="meanings"><summary>What the outcomes mean</summary><dl>'
    for label, _ in shown.counts:
        yield f"<dt>{escape(LABELS[label])}</dt><dd>{escape(MEANINGS[label])}</dd>"
    yield "</dl></details></section>"


# --- the text --------------------------------------------------------------------------------------------------------


def _text(audit: Audit, shown: Report) -> Iterator[str]:
    """The stretches of the text, each claim a link to its finding; cells as tables."""
    claims = sorted(shown.findings, key=lambda one: one.claim.start)
    own = sorted(((line.start, line.end, number) for number, line in enumerate(shown.internal, start=1) if line.start >= 0))
    tags = _TAGS if any(one.kind == "title" for one in audit.stretches) else _TAGS | {"heading": "h3"}  # no level is left out
    marker = _Marker(audit.text, claims, own)
    for table, group in groupby(audit.stretches, key=lambda one: one.cell[0] if one.cell else None):
        if table is None:
            for stretch in group:
                tag = tags.get(stretch.kind, "p")
                level = min(max(stretch.level, 1), 6)
                label = f'<span class="label">{escape(inert(stretch.label))}</span> ' if stretch.label and stretch.kind == "item" else ""
                plain_item = " bullet" if stretch.kind == "item" and not stretch.label else ""
                yield f'<{tag} class="{stretch.kind} level-{level}{plain_item}">{label}{marker.marked(stretch.start, stretch.end)}</{tag}>'
        else:
            yield from _table(list(group), marker)


def _table(cells: list[Stretch], marker: _Marker) -> Iterator[str]:
    yield '<div class="table"><table>'
    for _, row in groupby(cells, key=lambda one: one.cell[1] if one.cell else 0):
        yield "<tr>"
        for cell in row:
            tag = "th" if cell.header else "td"
            yield f"<{tag}>{marker.marked(cell.start, cell.end)}</{tag}>"
        yield "</tr>"
    yield "</table></div>"


class _Marker:
    """Writes stretches of the text, in order, with claims as links and what is wrong within the text itself underlined."""

    def __init__(self, text: str, claims: list[Finding], own: list[tuple[int, int, int]]) -> None:
        self.text, self.claims, self.own = text, claims, own
        self.next_claim = self.next_own = 0
        self.named: set[int] = set()

    def marked(self, start: int, end: int) -> str:
        """`text[start:end]`; each claim is marked in the stretch where it begins."""
        parts, at = [], start
        while self.next_claim < len(self.claims) and self.claims[self.next_claim].claim.start < end:
            one = self.claims[self.next_claim]
            self.next_claim += 1
            first, last = max(at, one.claim.start), min(end, one.claim.end)
            if first >= last:
                continue
            parts.append(self._inner(at, first))
            parts.append(
                f'<a class="claim {one.label} {_CLASSES[one.claim.severity]}" id="in-text-{one.number}" href="#finding-{one.number}">'
                f'{self._inner(first, last)}<sup><span class="unseen"> Claim </span>{one.number}'
                f'<span class="unseen">: {escape(one.says)}</span></sup></a>'
            )
            at = last
        parts.append(self._inner(at, end))
        return "".join(parts)

    def _inner(self, start: int, end: int) -> str:
        parts, at = [], start
        while self.next_own < len(self.own) and self.own[self.next_own][1] <= start:
            self.next_own += 1
        for begins, ends, number in self.own[self.next_own :]:
            if begins >= end:
                break
            first, last = max(at, begins), min(end, ends)
            if first >= last:
                continue
            name = "" if number in self.named else f' id="own-in-text-{number}"'
            self.named.add(number)
            parts.append(f'{escape(inert(self.text[at:first]))}<em class="own"{name}>{escape(inert(self.text[first:last]))}</em>')
            at = last
        parts.append(escape(inert(self.text[at:end])))
        return "".join(parts)


# --- the findings ----------------------------------------------------------------------------------------------------


def _findings(shown: Report) -> Iterator[str]:
    if not shown.findings:
        yield "<p>No medical claims were found in this text, so there is nothing to check against the library.</p>"
    telling = shown.telling
    high = [one for one in telling if one.claim.severity == "high"]
    for one in high:
        yield from _finding(one)
    yield from _internal(shown)
    for one in telling[len(high) :]:
        yield from _finding(one)
    for group in shown.bare:
        yield from _bare(group)
    if shown.standing:
        yield '<section class="group standing"><h3>What stands</h3>'
        for one in shown.standing:
            yield from _finding(one)
        yield "</section>"


def _internal(shown: Report) -> Iterator[str]:
    if not shown.internal:
        return
    yield '<section class="group own"><h3>Within the text itself</h3><ul>'
    for number, line in enumerate(shown.internal, start=1):
        words = f"<q>{escape(line.text)}</q>"
        if line.start >= 0:
            words = f'<a href="#own-in-text-{number}">{words}</a>'
        yield f'<li class="finding" id="own-{number}" tabindex="-1"><span class="badge own">{escape(line.name)}</span> {escape(line.says)} {words}</li>'
    yield "</ul></section>"


def _finding(one: Finding) -> Iterator[str]:
    yield f'<article class="finding {one.label} {_CLASSES[one.claim.severity]}" id="finding-{one.number}" tabindex="-1">'
    severity = f" {_severity(one)}" if one.severity else ""
    yield f'<h3>{one.number}. <span class="badge {one.label}">{escape(one.says)}</span>{severity}</h3>'
    yield f'<p class="claim-text"><a href="#in-text-{one.number}">{escape(one.text)}</a></p>'
    under = f"under: {escape(one.under)}" if one.under else ""
    cites = f"the text cites {escape(', '.join(one.cites))}" if one.cites else ""
    if under or cites:
        yield f'<p class="quiet">{"; ".join(part for part in (under, cites) if part)}</p>'
    if one.label not in STANDS and one.label not in ("contradicted", "partly"):
        yield f"<p>{escape(one.reason)}</p>"
    if one.checks:
        yield '<ul class="checks">'
        for check in one.checks:
            name, _, says = check.partition(": ")
            yield f"<li><b>{escape(name)}:</b> {escape(says)}</li>"
        yield "</ul>"
    if one.quotes and one.label not in STANDS:
        yield f"<h4>{escape(one.heading)}</h4>"
    for quote in one.quotes:
        yield _quote(quote)
    yield "</article>"


def _severity(one: Finding) -> str:
    return f'<span class="severity {one.claim.severity}">{escape(one.severity)}</span>'


def _quote(quote: Quoted) -> str:
    title = escape(quote.source)
    if quote.address:
        title = f'<a href="{escape(quote.address)}" rel="noopener noreferrer">{title}</a>'
    section = f", {escape(quote.section)}" if quote.section else ""
    held = f" — {escape(quote.held)}" if quote.held else ""
    where = f'{title} <span class="quiet">[{escape(quote.document_id)}{section}]{held}</span>'
    return f'<blockquote><p>{escape(quote.exact)}</p><p class="source">{where}</p></blockquote>'


def _bare(group: Group) -> Iterator[str]:
    worst = min((_CLASSES[one.claim.severity] for one in group.findings), key=list(_CLASSES.values()).index)
    yield f'<section class="group {group.label} {worst}"><h3><span class="badge {group.label}">{escape(LABELS[group.label])}</span> {len(group.findings)}</h3>'
    yield f'<p class="quiet">{escape(group.reason)} {NOT_FALSE}</p><ol class="bare">'
    for one in group.findings:
        severity = f" {_severity(one)}" if one.claim.severity in ("high", "moderate") else ""
        yield (
            f'<li class="finding {one.label} {_CLASSES[one.claim.severity]}" id="finding-{one.number}" tabindex="-1" value="{one.number}">'
            f'<a href="#in-text-{one.number}">{escape(one.text)}</a>{severity}</li>'
        )
    yield "</ol></section>"


def _lists(shown: Report) -> Iterator[str]:
    if shown.references:
        yield '<section class="lists" aria-labelledby="references-heading"><h2 id="references-heading">References of the text</h2><ul>'
        for line in shown.references:
            yield f"<li>{_reference(line)}</li>"
        yield "</ul></section>"
    if shown.set_aside:
        yield '<section class="lists" aria-labelledby="aside-heading"><h2 id="aside-heading">Sentences that make no claim to check</h2><ul>'
        for line in shown.set_aside:
            yield f"<li>{escape(line.says)}: <q>{escape(line.text)}</q></li>"
        yield "</ul></section>"
    if shown.omitted:
        yield '<section class="lists" aria-labelledby="omitted-heading"><h2 id="omitted-heading">Left out of the audit</h2><ul>'
        for line in shown.omitted:
            yield f"<li>{escape(line.says)}: <q>{escape(line.text)}</q></li>"
        yield "</ul></section>"


def _reference(line: Line) -> str:
    name, text = f"<b>{escape(line.name)}</b>", escape(line.text)
    return f'{name} {text} <span class="{"problem" if line.bad else "quiet"}">{escape(line.says)}</span>'
