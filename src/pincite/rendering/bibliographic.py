"""What reference managers want and sources do not say: family and given names apart, and volume, issue and pages out of a venue.

Where a rule does not fit, the words stay whole: a wrong split is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pincite.records import Reference
from pincite.rendering.safe import plain

_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")
_PARTICLES = {
    "van",
    "von",
    "der",
    "den",
    "de",
    "da",
    "dos",
    "del",
    "della",
    "di",
    "du",
    "la",
    "le",
    "ter",
    "ten",
    "el",
    "al",
    "bin",
}
# An organization among the authors keeps its name whole.
_GROUP = re.compile(
    r"\b(?:group|society|committee|collaborat\w+|consortium|association|college|academy|institute|network|investigators|agency|"
    r"ministry|university|organi[sz]ation|panel|team|study|trial|for|of the)\b|\d",
    re.IGNORECASE,
)
# "Spine 2015;40(2):63-76", "Spine 40(15):1228-41", "Radiation Oncology 9:69", "N Engl J Med 361(6)"
_VENUE = re.compile(
    r"(?P<journal>.*?\D)[,\s]\s*(?:(?P<year>(?:19|20)\d\d)\s*;\s*)?(?P<volume>\d{1,4}(?:-[A-Z])?)"
    r"(?:\((?P<issue>[^()]{1,12})\))?(?:\s*:\s*(?P<pages>[A-Za-z]?\d[\w.-]*(?:\s*[-–]\s*\w+)?))?"
)


@dataclass(frozen=True)
class Name:
    """A person's name in two parts, or anybody's whole name as `literal`."""

    family: str = ""
    given: str = ""
    literal: str = ""

    def inverted(self) -> str:
        """ "Family, Given", or the whole name."""
        return self.literal or ", ".join(part for part in (self.family, self.given) if part)


@dataclass(frozen=True)
class Venue:
    """A journal with what could be told apart; only `journal` is always there."""

    journal: str
    volume: str = ""
    issue: str = ""
    pages: str = ""


def name_of(author: str) -> Name:
    """An author's name, split only where its form is known.

    >>> name_of("Raymond W J G Ostelo"), name_of("Chou R")
    (Name(family='Ostelo', given='Raymond W J G', literal=''), Name(family='Chou', given='R', literal=''))
    """
    author = plain(author)
    if "," in author and not _GROUP.search(author):
        family, given = (part.strip() for part in author.split(",", 1))
        return Name(family=family, given=given) if family and given else Name(literal=author.strip(", "))
    words = author.split()
    if len(words) < 2 or _GROUP.search(author):
        return Name(literal=author)
    if _INITIALS.fullmatch(words[-1]) and words[-1].replace(".", "").isupper() and not _INITIALS.fullmatch(words[0]):
        return Name(family=" ".join(words[:-1]), given=words[-1])
    last = len(words) - 1
    if last > 1 and _SUFFIX.fullmatch(words[last]):
        last -= 1
    while last > 1 and words[last - 1].lower() in _PARTICLES:
        last -= 1
    return Name(family=" ".join(words[last:]), given=" ".join(words[:last]))


def names_of(reference: Reference) -> tuple[Name, ...]:
    """The authors, or the organization where no author is named; "et al." is nobody."""
    names = tuple(name_of(author) for author in reference.authors if plain(author).lower().rstrip(".") not in ("", "et al"))
    if names or not reference.organization:
        return names
    return (Name(literal=plain(reference.organization)),)


def venue_of(reference: Reference) -> Venue | None:
    """The venue, with volume, issue and pages told apart where its form is known."""
    venue = plain(reference.venue or "")
    if not venue:
        return None
    found = _VENUE.fullmatch(venue)
    # A number alone may be that of a guideline or a year.
    if not found or not (found["issue"] or found["pages"]):
        return Venue(journal=venue)
    return Venue(found["journal"].strip(" ,"), found["volume"], found["issue"] or "", re.sub(r"\s", "", found["pages"] or ""))


def key_of(reference: Reference, *, taken: set[str]) -> str:
    """A citation key of ASCII letters and digits, such as "okada2014", unique among `taken`, to which it is added."""
    names = names_of(reference)
    start = (names[0].family or names[0].literal) if names else reference.title
    base = re.sub(r"[^a-z0-9]", "", plain(start).lower())[:24] or "source"
    base += str(reference.year) if reference.year else ""
    key, count = base, 1
    while key in taken:
        count += 1
        key = f"{base}-{count}"
    taken.add(key)
    return key


def note_of(reference: Reference) -> str:
    """What a reader of an exported reference must still know: status unless current, extent, and where it comes from."""
    status = {"retracted": "RETRACTED. ", "concern": "Expression of concern. ", "superseded": "Superseded. "}.get(reference.status, "")
    extent = {
        "record": "Used in Pincite as a summary record, not in the original's words.",
        "abstract": "Used in Pincite as an abstract only.",
    }.get(reference.extent, "")
    return f"{status}{extent}".strip()
