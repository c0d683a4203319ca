"""Can a document still be used, and what must be said of its age and status? Never asks the clock: the library's
newest year is passed in."""

from __future__ import annotations

from typing import Literal

from pincite.records import Header

# A guideline is seldom valid beyond five years (Shekelle, JAMA 2001: half are outdated after 5.8 years); research keeps
# longer, and half of systematic reviews need an update within about five years too (Shojania, Ann Intern Med 2007); ten
# is when we say it of any source.
_OLD_GUIDELINE = 5
_OLD = 10

_STATUS = {
    "retracted": "retracted",
    "concern": "expression of concern",
    "superseded": "superseded by a newer version",
}
_RELATIONS = {
    "retracted-by": "retracted",
    "concern-in": "expression of concern",
    "updated-by": "superseded by a newer version",
}


# A document that corrects, retracts or doubts another is a notice about it, not evidence.
_NOTICES = ("corrects", "retracts", "concern-about")


def _status(header: Header) -> str | None:
    """The worst that the status or the printed relations say of a document."""
    printed = [_RELATIONS[relation.kind] for relation in header.relations if relation.kind in _RELATIONS]
    said = [_STATUS[header.status]] if header.status in _STATUS else []
    held = [words for words in (*said, *printed) if not (header.stands and words == _STATUS["superseded"])]
    return min(held, key=list(_STATUS.values()).index, default=None)


def retraction_of(header: Header) -> Literal["yes", "no", "unknown"]:
    """Whether a document was retracted; "unknown" where no list of retractions was ever asked about it (`looked_up` says when).

    >>> retraction_of(Header(tier="research", extent="abstract", title="T"))
    'unknown'
    """
    if _status(header) == "retracted":
        return "yes"
    return "no" if header.looked_up else "unknown"


def usable(header: Header) -> bool:
    """False for what must not answer: what this library retired, retracted work, retraction notices, protocols without results, and superseded
    guidelines and labels."""
    status = _status(header)
    if header.retired:
        return False
    if any(relation.kind in _NOTICES for relation in header.relations):
        return False
    if status == "retracted" or header.design in ("retraction-notice", "protocol"):
        return False
    return not (status == _STATUS["superseded"] and header.tier in ("guideline", "label"))


def status_note(header: Header, *, today_year: int | None) -> str | None:
    """What a reader must know before trusting a document: status first, then age in years against `today_year`; None
    when nothing.

    >>> status_note(Header(tier="research", extent="abstract", title="T", year=2009), today_year=2023)
    'published 14 years ago'
    """
    notes = []
    if header.retired:
        notes.append("retired from this library")
    status = _status(header)
    if status:
        notes.append(status)
    if any(relation.kind == "corrected-by" for relation in header.relations) or any(notice.kind == "erratum" for notice in header.notices):
        notes.append("corrected after publication")
    if today_year is not None and header.year is not None:
        age = today_year - header.year
        if age >= (_OLD_GUIDELINE + 1 if header.tier == "guideline" else _OLD):
            notes.append(f"published {age} years ago")
    elif header.year is None and header.date is None and header.tier != "label":
        notes.append("undated")
    return "; ".join(notes) or None
