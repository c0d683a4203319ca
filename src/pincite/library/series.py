"""Which guidelines are issues of one another: the same organisation on the same condition, for the same task.

Used by the catalogue, so that a newer issue marks the older ones as superseded whatever the order of arrival. It must
not be generous: an organisation that writes on imaging and on opioids for one condition has written two guidelines. So
everything that a title names has to agree: conditions, treatments, people, and the tasks in the table below.
"""

from __future__ import annotations

import re

from pincite.records import Header

# Tasks that part one guideline from another of the same condition. Treatment, management and care are one task.
_TASKS = (
    ("diagnosis", re.compile(r"\b(?:diagnos\w+|assessment|evaluation|recognition|detection|work-?up)\b", re.I)),
    ("care", re.compile(r"\b(?:treat\w+|manag\w+|therap\w+|care|pharmacological|interventions?)\b", re.I)),
    ("prevention", re.compile(r"\b(?:prevent\w+|prophyla\w+)\b", re.I)),
    ("screening", re.compile(r"\bscreening\b", re.I)),
    ("imaging", re.compile(r"\b(?:imaging|radiolog\w+|radiograph\w+)\b", re.I)),
    ("surgery", re.compile(r"\b(?:surg\w+|operative)\b", re.I)),
    ("follow-up", re.compile(r"\b(?:monitoring|follow-?up|surveillance|rehabilitation)\b", re.I)),
)
_ACRONYM = re.compile(r"\(([A-Z][A-Z&]{1,9})\)")
_DESIGNS = ("guideline", "appropriateness-criteria", "consensus", "technology-appraisal", "unknown")


def series_of(header: Header) -> str:
    """What all issues of one guideline have in common; "" where the header does not say enough to tell.

    >>> old = Header(tier="guideline", extent="record", year=2005, organization="North American Spine Society (NASS)",
    ...              title="Diagnosis and Treatment of Lumbar Spinal Stenosis")
    >>> new = old.model_copy(update={"year": 2011, "organization": "NASS", "title": "Diagnosis and management of lumbar stenosis (revised 2011)"})
    >>> series_of(old) == series_of(new)
    True
    """
    from pincite import terms  # noqa: PLC0415 - the vocabulary, only where a guideline is added

    if header.tier != "guideline" or header.design not in _DESIGNS or not header.organization or not issued(header):
        return ""
    mentions = terms.find(header.title)
    conditions = {one.concept for one in mentions if one.kind == "condition"}
    if not conditions:
        return ""
    others = {one.concept for one in mentions if one.kind in ("drug", "intervention", "population")}
    others |= {modifier for one in mentions for modifier in one.modifiers}
    tasks = [name for name, pattern in _TASKS if pattern.search(header.title)]
    parts = (_organisation(header.organization), header.design, *sorted(conditions), "/", *sorted(others), "/", *tasks)
    return " ".join(part.replace(" ", "-") for part in parts)


def issued(header: Header) -> str:
    """When a document came out, so that dates of unequal length compare: the date where it is known, else the year."""
    return header.date or (str(header.year) if header.year else "")


def newer(one: str, other: str) -> bool:
    """Whether `one` (as `issued` gives it) is of a later year than `other`: copies of one issue differ in months.

    >>> newer("2021-03", "2016"), newer("2016-12", "2016")
    (True, False)
    """
    return one[:4] > other[:4] and one[:4].isdigit() and other[:4].isdigit()


def _organisation(name: str) -> str:
    """A name that its long and short form share, where the long one gives the short one in brackets."""
    found = _ACRONYM.search(name)
    return (found[1] if found else " ".join(name.replace(".", "").split())).casefold().removeprefix("the ")
