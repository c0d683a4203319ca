"""What is wrong within a text itself, without any source: shares, sums, ranges, intervals, p values, units, dates, tables against text.

After `loading`, beside the judging of claims. Every finding says the sum it did; where a reading exists under which the text is right, there is none.
"""

from __future__ import annotations

import datetime

from pincite.auditing.dates import date_findings, reference_dates
from pincite.auditing.limits import limit_findings, unit_slips
from pincite.auditing.said import said
from pincite.auditing.shares import share_findings
from pincite.auditing.tabled import table_findings
from pincite.records import InternalFinding, Loaded


def findings(loaded: Loaded, *, today: datetime.date | None = None) -> tuple[InternalFinding, ...]:
    """All findings in the order of the text; `today` (default: the date of this machine) is what dates are held against."""
    now = today or datetime.date.today()
    sentences = list(said(loaded))
    found: list[InternalFinding] = []
    for sentence in sentences:
        found.extend(share_findings(sentence))
        found.extend(limit_findings(sentence))
        found.extend(date_findings(sentence, now))
    found.extend(unit_slips(sentences))
    found.extend(table_findings(loaded, sentences))
    found.extend(reference_dates(loaded, now))
    unique = {(one.start, one.end, one.problem): one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: (one.start, one.end, one.problem)))
