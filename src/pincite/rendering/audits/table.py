"""Audit → CSV: a row for each claim, safe to open in a spreadsheet (no cell is taken for a formula)."""

from __future__ import annotations

import csv
import io

from pincite.records import Audit
from pincite.rendering.audits.layout import report

COLUMNS = ("name", "number", "outcome", "severity", "claim", "under", "cites", "checks", "source", "quote", "start", "end")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs: what begins like a formula gets an apostrophe before it (OWASP, CSV injection).

    >>> harmless("=HYPERLINK(1)"), harmless("35.7%")
    ("'=HYPERLINK(1)", '35.7%')
    """
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def rows(audit: Audit) -> list[tuple[str, ...]]:
    """The rows below the heading, in the order of the text."""
    shown = report(audit)
    found = []
    for one in shown.findings:
        quote = one.quotes[0] if one.quotes else None
        found.append(
            (
                shown.title,
                str(one.number),
                one.label,
                one.claim.severity,
                one.text,
                one.context,
                " ".join(one.cites),
                " ".join(one.checks),
                quote.document_id if quote else "",
                quote.exact if quote else "",
                str(one.claim.start),
                str(one.claim.end),
            )
        )
    return [tuple(harmless(cell) for cell in row) for row in found]


def render(audits: list[Audit], *, heading: bool = True) -> str:
    """One table for one or many audits, RFC 4180."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if heading:
        writer.writerow(COLUMNS)
    for audit in audits:
        writer.writerows(rows(audit))
    return out.getvalue()


def write(audit: Audit) -> bytes:
    """The `csv` writer: UTF-8 with a byte order mark, so that spreadsheets read it as such."""
    return b"\xef\xbb\xbf" + render([audit]).encode()
