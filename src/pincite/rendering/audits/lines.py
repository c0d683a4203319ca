"""Audit → one line per finding, as compilers print: NAME:LINE:COLUMN: severity outcome message. For CI, editors and grep."""

from __future__ import annotations

from bisect import bisect_right

from pincite.records import Audit
from pincite.rendering.audits.layout import STANDS, report
from pincite.rendering.safe import plain

_LEVEL = {"high": "error", "moderate": "warning", "low": "note", "none": "note"}


def render(audit: Audit, *, name: str | None = None) -> str:
    """What does not stand, in the order of the text, references last; empty when all is well. Lines and columns, from 1, are of the extracted text.

    `name`: the file as the reader knows it, where that says more than the audit's own name.
    """
    shown = report(audit)
    found = [
        (one.claim.start, _LEVEL[one.claim.severity], one.label, _said(one.text, " ".join(one.checks) or one.reason))
        for one in shown.findings
        if one.label not in STANDS
    ]
    found += [(one.start, "warning", one.kind, _said(plain(one.text), plain(one.problem))) for one in audit.internal]
    found += [
        (len(audit.text), "note", "reference", _said(f"{one.name} {one.text}".strip(), one.says)) for one in shown.references if one.bad
    ]
    starts = [0, *(at + 1 for at, character in enumerate(audit.text) if character == "\n")]
    where = plain(name) if name else shown.title
    lines = []
    for start, level, label, says in sorted(found, key=lambda one: one[0]):
        line = bisect_right(starts, start)
        lines.append(f"{where}:{line}:{start - starts[line - 1] + 1}: {level} {label} {says}\n")
    return "".join(lines)


def write(audit: Audit) -> bytes:
    """The `lines` writer: UTF-8."""
    return render(audit).encode()


def _said(text: str, why: str) -> str:
    return f"“{text}” {why}".strip()
