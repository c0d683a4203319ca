"""Audit → text for a terminal: the summary and what needs attention; what stands is only counted unless all is asked for."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator

from pincite.records import Audit
from pincite.rendering.audits.layout import LABELS, NOT_FALSE, Finding, report

_QUOTED = {"not-found": "Nearest", "uncited": "Nearest"}
Wrap = Callable[..., Iterator[str]]
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
    high = [one for one in shown.telling if one.claim.severity == "high"]
    lower = shown.telling[len(high) :]
    if high:
        yield "\nWhat could hurt"
        for finding in high:
            yield from _finding(finding, wrap, colour=colour)
    if shown.internal:
        yield "\nWithin the text itself"
        for line in shown.internal:
            yield from wrap(f"{line.name}: {line.says} “{line.text}”", "  - ", "    ")
    if lower:
        yield "\nOther claims" if high else "\nClaims"
        for finding in lower:
            yield from _finding(finding, wrap, colour=colour)
    for group in shown.bare:
        yield ""
        yield from wrap(f"{LABELS[group.label].capitalize()} ({len(group.findings)}). {group.reason} {NOT_FALSE}")
        for one in group.findings:
            yield from wrap(f"{one.number}. “{one.text}”" + (f" ({one.severity})" if one.severity == "matters" else ""), "  ", "     ")
    if everything and shown.standing:
        yield "\nWhat stands"
        for finding in shown.standing:
            yield from _finding(finding, wrap, colour=colour)
    elif stands := len(shown.standing):
        yield ""
        yield from wrap(
            f"{stands} claim{'s' if stands > 1 else ''} not shown that stand{'' if stands > 1 else 's'} in this library (--all shows them)."
        )
    problems = [line for line in shown.references if line.bad]
    if problems:
        yield "\nReferences"
        for line in problems:
            yield from wrap(" ".join(f"{line.name} {line.text}".split()) + f": {line.says}", "  - ", "    ")
    if shown.set_aside:
        kinds = Counter(line.says for line in shown.set_aside)
        yield ""
        yield from wrap(f"Sentences that make no claim to check: {', '.join(f'{count} {words}' for words, count in kinds.items())}.")
    if shown.omitted:
        left = "; ".join(dict.fromkeys(line.says for line in shown.omitted))
        yield ""
        yield from wrap(f"Left out of the audit: {left}.")
    yield ""
    yield from wrap(shown.about)


def _finding(finding: Finding, wrap: Wrap, *, colour: bool) -> Iterator[str]:
    outcome, _, what = finding.says.partition(": ")
    label = f"{outcome.upper() if finding.label == 'contradicted' else outcome}{f': {what}' if what else ''}"
    if colour:
        label = f"\x1b[{_STYLES.get(finding.label, '0')}m{label}\x1b[0m"
    severity = f" ({finding.severity})" if finding.severity else ""
    yield ""
    yield f"  {finding.number}. {label}{severity}"
    yield from wrap(f"“{finding.text}”", "     ")
    if finding.under:
        yield from wrap(f"under: {finding.under}", "     ", "       ")
    if finding.label in ("not-found", "uncited"):
        yield from wrap(finding.reason, "     - ", "       ")
    for check in finding.checks:
        yield from wrap(check, "     - ", "       ")
    for quote in finding.quotes:
        held = f" ({quote.held})" if quote.held else ""
        yield from wrap(
            f"{_QUOTED.get(finding.label, 'Source')}: “{quote.exact}” {quote.source} [{quote.document_id}]{held}", "     ", "       "
        )
