"""Audit → one line per finding, as compilers print: NAME:LINE:COLUMN: severity: outcome: what is wrong. For CI and editors."""

from __future__ import annotations

from pincite.records import Audit
from pincite.rendering.audits.layout import report
from pincite.rendering.safe import plain

_LEVEL = {"high": "error", "moderate": "warning", "low": "note", "none": "note"}


def render(audit: Audit) -> str:
    """Findings that do not stand, in the order of the text; empty when all is well. Lines and columns are of the extracted text."""
    shown = report(audit)
    lines = [
        (one.claim.start, _LEVEL[one.claim.severity], one.label, f"{one.text} [{'; '.join(one.checks)}]")
        for one in shown.findings
        if one.label not in ("quoted", "supported")
    ]
    lines += [(one.start, "warning", one.kind, plain(one.problem)) for one in audit.internal]
    return "".join(f"{shown.title}:{_place(audit.text, start)}: {level}: {label}: {says}\n" for start, level, label, says in sorted(lines))


def write(audit: Audit) -> bytes:
    """The `lines` writer: UTF-8."""
    return render(audit).encode()


def _place(text: str, start: int) -> str:
    before = text[:start]
    return f"{before.count(chr(10)) + 1}:{start - before.rfind(chr(10))}"
