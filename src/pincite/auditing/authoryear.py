"""Finds author–year marks: (Smith et al., 2019; Lee 2020), Smith and Jones (2018), and names the entry of the list that each means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pincite.records import ListedReference, Mark
from pincite.terms.normalising import fold

_NAME = r"(?:(?:van|von|de|der|den|del|di|da|la|le|al|el)[ -])*[A-ZÀ-ÞŁŠŽ][\w'’-]+"
_ROUND = re.compile(r"[(\[]([^()\[\]]{4,400})[)\]]")
_PART = re.compile(
    rf"(?:see(?: also)?|e\.g\.,?|cf\.?|for example,?|reviewed (?:in|by)|adapted from|source:|from)?\s*(?P<who>{_NAME}(?:(?:,? (?:and|&|et al\.?),? ?|, | )(?:{_NAME})?){{0,6}}?(?: et al\.?)?)"
    r",?\s*\(?(?P<year>(?:19|20)\d\d)(?P<letter>[a-z])?(?:[,:]\s?(?:pp?\.? ?)?\d+(?:[–-]\d+)?)?(?P<more>(?:,\s?(?:19|20)\d\d[a-z]?)*)",
)
_NARRATIVE = re.compile(
    rf"(?P<who>{_NAME}(?:(?: (?:and|&) {_NAME})| et al\.?| and colleagues| and co-?workers)?),?\s?(?P<mark>\((?P<year>(?:19|20)\d\d)[a-z]?\))"
)
_SEVERAL = re.compile(r"\bet al\b|&| and ")
_SPLIT = re.compile(r",|\bet al\b\.?| and (?:colleagues|co-?workers)|&| and ")
_WORD = re.compile(r"[^\W_]+")
_DATED = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "spring",
        "summer",
        "autumn",
        "fall",
        "winter",
        "since",
        "until",
        "before",
        "after",
        "in",
        "from",
        "by",
        "updated",
        "version",
        "edition",
        "published",
        "copyright",
        "accessed",
        "retrieved",
        "approved",
        "revised",
        "reviewed",
    ]
)


def author_year_marks(text: str, listed: Sequence[ListedReference]) -> Iterator[Mark]:
    """Author–year marks of `text`; the marker is that of the entry with that author and year, else the words themselves ("Smith 2019")."""
    if not re.search(r"(?:19|20)\d\d", text):
        return
    entries = _Entries(listed)
    for bracket in _ROUND.finditer(text):
        markers: list[str] = []
        for part in bracket[1].split(";"):
            match = _PART.fullmatch(part.strip())
            if not match or _is_date(match["who"]):
                break
            years = [match["year"], *re.findall(r"(?:19|20)\d\d", match["more"])]
            found = [entries.marker(match["who"], int(year)) for year in years]
            if not any(found) and not (
                _SEVERAL.search(match["who"]) or (listed and re.search(r",\s*(?:19|20)", part)) or ";" in bracket[1]
            ):
                break
            markers += [marker or f"{_short(match['who'])} {year}" for marker, year in zip(found, years, strict=True)]
        else:
            yield Mark(start=bracket.start(), end=bracket.end(), markers=tuple(dict.fromkeys(markers)))
    for told in _NARRATIVE.finditer(text):
        marker = entries.marker(told["who"], int(told["year"]))
        if marker or ((_SEVERAL.search(told["who"]) or " and co" in told["who"]) and not _is_date(told["who"])):
            start, end = told.span("mark")
            yield Mark(start=start, end=end, markers=(marker or f"{_short(told['who'])} {told['year']}",))


def _is_date(who: str) -> bool:
    return any(word.lower() in _DATED for word in _WORD.findall(who))


def _short(who: str) -> str:
    return _SPLIT.split(who)[0].strip()


class _Entries:
    """Entries of a list by year and by the first words that name who wrote them."""

    def __init__(self, listed: Sequence[ListedReference]) -> None:
        self._by_year: dict[int, list[tuple[frozenset[str], frozenset[str], str]]] = {}
        for one in listed:
            if one.year is None:
                continue
            first = frozenset(fold(word) for word in _WORD.findall(one.authors[0] if one.authors else one.text[:60]) if len(word) > 1)
            every = frozenset(fold(word) for name in one.authors for word in _WORD.findall(name) if len(word) > 1) or first
            self._by_year.setdefault(one.year, []).append((first, every, one.marker))

    def marker(self, who: str, year: int) -> str | None:
        """The marker of the one entry of that year by those authors; None when there is none or more than one."""
        names = [frozenset(fold(word) for word in _WORD.findall(name) if len(word) > 1) for name in _SPLIT.split(who) if name.strip()]
        if not names or not names[0]:
            return None
        fitting = [
            marker
            for first, every, marker in self._by_year.get(year, ())
            if names[0] <= first and all(name <= every for name in names[1:] if name)
        ]
        return fitting[0] if len(fitting) == 1 else None
