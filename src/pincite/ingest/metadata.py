"""Small forms that several readers need alike: identifiers, dates, names, journal lines, status, sample size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pincite.records import Relation, Status

_MONTHS = {name: number for number, name in enumerate(re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec"), start=1)}
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_RETRACTED_TITLE = re.compile(
    r"^\W*(?:retracted|withdrawn)\b\s*[:.\])-]|\[retracted\]|^\W*retracted article\b|\(retracted\)\.?$",
    re.IGNORECASE,
)
_PEOPLE = (
    r"(?:patients?|participants?|adults?|subjects?|women|men|individuals|people|persons|children|adolescents|volunteers|"
    r"workers|students|infants|residents|outpatients|females|males|cases)"
)
_TAKEN = r"(?:randomi[sz]ed|randomly (?:assigned|allocated)|enrolled|recruited|included|allocated|assigned)"
_NUMBER = r"(\d{1,3}(?:[, ]\d{3})+|\d{2,6})"
# The first row that matches wins: who was randomised says more than who was screened.
_SIZES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_TAKEN} {_NUMBER} (?:[\w-]+ ){{0,4}}{_PEOPLE}\b",
        rf"\b{_NUMBER} (?:[\w-]+ ){{0,4}}{_PEOPLE}\b(?: [\w(),-]+){{0,8}} (?:were|was) (?:\w+ )?{_TAKEN}\b",
        rf"\b(?:a total of|total of|we studied|in this (?:trial|study),) {_NUMBER} (?:[\w-]+ ){{0,4}}{_PEOPLE}\b",
    )
)


def doi(text: str) -> str | None:
    """The DOI in `text`, in small letters without "https://doi.org/"; None when there is none."""
    match = _DOI.search(text)
    return match[0].rstrip(".,;)").lower() if match else None


def pmid(text: str) -> str | None:
    """The PubMed number in `text`, or None."""
    match = re.fullmatch(r"\s*(?:pmid:?\s*)?0*([1-9]\d{0,8})\s*", text, re.IGNORECASE)
    return match[1] if match else None


def link(*, doi: str | None = None, pmid: str | None = None, pmcid: str | None = None, setid: str | None = None) -> str | None:
    """The address that a reader should open: DOI, else PubMed, else PubMed Central, else DailyMed."""
    if doi:
        return f"https://doi.org/{doi}"
    if pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    if pmcid:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/"
    return f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={setid.lower()}" if setid else None


def iso_date(year: str, month: str = "", day: str = "") -> str | None:
    """ISO 8601 of what is known: "2010", "2010-03" or "2010-03-09"; months as numbers or names; None without a year.

    >>> iso_date("2010", "Mar", "9"), iso_date("2010", "Spring")
    ('2010-03-09', '2010')
    """
    found = re.fullmatch(r"\s*(1[5-9]\d\d|2[01]\d\d)\s*", year)
    if not found:
        return None
    number = int(month) if month.strip().isdigit() else _MONTHS.get(month.strip().lower()[:3], 0)
    if not 1 <= number <= 12:
        return found[1]
    if not day.strip().isdigit() or not 1 <= int(day) <= 31:
        return f"{found[1]}-{number:02d}"
    return f"{found[1]}-{number:02d}-{int(day):02d}"


def author(*, surname: str, given: str = "") -> str:
    """A name as PubMed prints it: surname and initials.

    >>> author(surname="van Rooij", given="Willem-Jan J.")
    'van Rooij WJJ'
    """
    if re.fullmatch(r"[A-Z]{1,4}", given):
        return f"{surname} {given}".strip()
    initials = "".join(part[0].upper() for part in re.split(r"[\s.\-]+", given) if part)
    return f"{surname} {initials}".strip()


def venue(journal: str, *, year: str = "", volume: str = "", issue: str = "", pages: str = "") -> str | None:
    """A journal line, "Spine 2008;33(25):2789-2800"; None without a journal.

    >>> venue("Spine", year="2008", volume="33", issue="25", pages="2789-2800")
    'Spine 2008;33(25):2789-2800'
    """
    if not journal:
        return None
    place = f"{volume}{f'({issue})' if issue else ''}{f':{pages}' if pages else ''}" if volume else ""
    return " ".join(part for part in (journal.rstrip("."), ";".join(part for part in (year, place) if part)) if part)


def status(title: str, relations: Iterable[Relation], publication_types: Sequence[str]) -> Status:
    """Retracted or under concern where title, type or a printed link says so; otherwise unknown, never "current"."""
    kinds = {relation.kind for relation in relations}
    types = {kind.casefold() for kind in publication_types}
    if "retracted-by" in kinds or "retracted publication" in types or _RETRACTED_TITLE.search(title):
        return "retracted"
    if "concern-in" in kinds or (re.match(r"\W*expression of concern\b", title, re.IGNORECASE) and "concern-about" not in kinds):
        return "concern"
    return "unknown"


def sample_size(abstract: str) -> int | None:
    """People studied, where the abstract says so in one of the usual ways; None rather than a guess.

    >>> sample_size("We randomly assigned 180 patients to two groups."), sample_size("Thirty patients were seen.")
    (180, None)
    """
    for pattern in _SIZES:
        match = pattern.search(abstract)
        if match:
            number = int(re.sub(r"\D", "", match[1]))
            if not 1900 <= number <= 2100:
                return number
    return None
