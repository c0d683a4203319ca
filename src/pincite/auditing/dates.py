"""Own arithmetic: what is told of as past and dated in the future; a source that is printed with a year to come."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from pincite.auditing.said import Said
from pincite.records import InternalFinding, Loaded

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATES = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>(?:19|20|21)\d\d)\b"),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20|21)\d\d)\b"),
    re.compile(rf"\b{_MONTH},?\s+(?P<year>(?:19|20|21)\d\d)\b"),
    re.compile(r"(?<![\d-])(?P<year>(?:19|20|21)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?![\d-])"),
    re.compile(
        r"(?<![\w.,/–-])(?P<year>(?:20|21)\d\d)(?![\w%/–-]|[.,]\d|\s?(?:mg|mcg|g|ml|kcal|calories|patients|participants|people|women|men|children|steps|m|mm|IU|units|cases|adults|kg|euros?|dollars?|subjects|studies|trials|deaths|individuals|hours|days)\b)"
    ),
)
_PAST = re.compile(
    r"\b(?:published|found|reported|showed|concluded|was|were|had|has been|have been|updated|reviewed|approved|demonstrated|observed|issued|released|enrolled|recommended|conducted|recalled|randomi[sz]ed|received)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:by|until|till|will|shall|expect\w*|project\w*|forecast\w*|predict\w*|estimat\w+|plan\w*|due|through|before|anticipat\w+|goals?|targets?|next|future|scheduled|ongoing|expir\w+|valid|"
    r"would|could|(?-i:may)|might|if|model\w*|scenario|burden|horizon|going to|aims?)\b",
    re.IGNORECASE,
)


def date_findings(sentence: Said, today: datetime.date) -> Iterator[InternalFinding]:
    """Dates after `today` of which the sentence speaks as past."""
    text = sentence.text
    past = _PAST.search(text)
    if not past or not re.search(r"\b2[01]\d\d\b", text) or _TO_COME.search(text.replace(past.group(), " ", 1)):
        return
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if (first := _first(match)) is not None and first > today:
                yield sentence.finding(
                    match.start(), match.end(), f"{match.group()} lies in the future: today is {today.isoformat()}.", kind="date"
                )


def _first(match: re.Match[str]) -> datetime.date | None:
    """The first day that a printed date can mean; None for a day that no calendar has."""
    named = match.groupdict()
    month = int(named["number"]) if named.get("number") else _MONTHS.index(named["month"][:3].lower()) + 1 if named.get("month") else 1
    try:
        return datetime.date(int(named["year"]), month, int(named.get("day") or 1))
    except ValueError:
        return None


def reference_dates(loaded: Loaded, today: datetime.date) -> Iterator[InternalFinding]:
    """References printed with a year beyond the next: journals date issues some months ahead, not more."""
    for reference in loaded.listed:
        if reference.year is not None and reference.year > today.year + 1:
            problem = f"The reference is dated {reference.year}, which lies in the future: today is {today.isoformat()}."
            yield InternalFinding(text=reference.text, start=reference.start, end=reference.end, problem=problem, kind="date")
