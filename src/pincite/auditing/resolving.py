"""Which document of the library a printed reference is, by identifier first, else by title, year and author; and what is wrong with it.

A wrong match would let a claim be judged by another paper, so a title counts only when it is long, nearly letter for letter the same, holds the same
numbers, and no printed year or author speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pincite.library.catalogue import fold_identity, identities
from pincite.library.tables import HEADER_COLUMNS, header_from, quoted
from pincite.records import AuditReference, Header, ListedReference, Mark
from pincite.terms import find
from pincite.terms.normalising import fold

if TYPE_CHECKING:
    from pincite.library.store import Library

# Token ratio (0 to 100) of two titles that are one: printed titles differ in hyphens, articles and a lost letter, which costs 3 to 6 points on 60 letters.
_SAME_TITLE = 93
# A title of fewer words than this ("Low back pain") is shared by many papers; year and author must then both be printed and agree.
_LONG_ENOUGH = 6
# Below this ratio two titles are of different works: a reference whose DOI leads there prints a wrong DOI.
_OTHER_TITLE = 45
_WORD = re.compile(r"[^\W_]+")
_SETID = re.compile(r"[?&]setid=([0-9a-f-]{36})|/spl/([0-9a-f-]{36})", re.IGNORECASE)
_PUBMED = re.compile(r"pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(\d{4,9})", re.IGNORECASE)
_PMC = re.compile(r"/(PMC\d{4,9})\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:label(?:l?ing)?|prescribing information|package (?:insert|leaflet)|product (?:information|monograph)|drug facts|dailymed|summary of product characteristics|SmPC)\b",
    re.IGNORECASE,
)
_STANDING = {"retracted": "retracted", "concern": "under an expression of concern", "superseded": "superseded by a newer version"}


class _Known(NamedTuple):
    """A held document as titles are compared."""

    id: str
    title: str  # folded words
    header: Header
    url: str


class _Titles:
    """All held titles, by folded words."""

    def __init__(self, library: Library) -> None:
        self.known = [
            _Known(held.id, _folded(held.header.title), held.header, _address(held.header.url or "")) for held in library.documents()
        ]
        self.titles = [one.title for one in self.known]
        self.by_url: dict[str, _Known] = {one.url: one for one in self.known if one.url}


def _folded(title: str) -> str:
    return " ".join(fold(word) for word in _WORD.findall(title))


def _address(url: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?|[#?].*$|/+$", "", url.strip().lower())


def resolve(listed: Sequence[ListedReference], *, library: Library, marks: Sequence[Mark] = ()) -> tuple[AuditReference, ...]:
    """Each printed reference with the document it is and what is wrong with it, in words; then one for each marker that no entry has."""
    cited = dict.fromkeys(marker for mark in marks for marker in mark.markers)
    held = _by_identifier(listed, cited, library)
    titles = library.cache.get("audit titles")
    if titles is None:
        titles = library.cache["audit titles"] = _Titles(library)
    found: list[AuditReference] = []
    printed: dict[str, str] = {}
    markers = {reference.marker for reference in listed}
    for reference in listed:
        known, problems = _resolved(reference, held, titles)
        twice = [printed[key] for key in _keys(reference, known) if key in printed]
        for key in _keys(reference, known):
            printed.setdefault(key, reference.marker)
        if twice:
            problems.append(f"printed twice: the same as {twice[0]}")
        if cited and reference.marker not in cited:
            problems.append("never cited in the text")
        found.append(_made(reference.marker, reference.text, known, problems))
    for marker in cited:
        if marker in markers:
            continue
        if marker.startswith(("http://", "https://", "#")):
            known = _linked(marker, held, titles)
            found.append(_made(marker, marker, known, [] if known else ["not in this library"]))
        else:
            why = "cited in the text, but not in the reference list" if listed else "cited in the text, which has no reference list"
            found.append(AuditReference(marker=marker, text="", problem=why))
    return tuple(found)


def _made(marker: str, text: str, known: _Known | None, problems: list[str]) -> AuditReference:
    if known and known.header.status in _STANDING:
        problems.insert(0, _STANDING[known.header.status])
    return AuditReference(
        marker=marker,
        text=text,
        resolved=known.id if known else None,
        status=known.header.status if known else None,
        problem="; ".join(problems) or None,
    )


def _identifiers(reference: ListedReference) -> list[str]:
    """`scheme:value` of everything that a reference prints, folded, the surest first."""
    named = [("doi", reference.doi), ("pmid", reference.pmid), ("pmcid", reference.pmcid)]
    return [fold_identity(f"{scheme}:{value}") for scheme, value in named if value] + _of_url(reference.url or "")


def _of_url(url: str) -> list[str]:
    found = []
    if "doi.org/10." in url.lower():
        found.append(fold_identity(f"doi:{url.split('doi.org/', 1)[1]}"))
    for scheme, pattern in (("pmid", _PUBMED), ("pmcid", _PMC), ("setid", _SETID)):
        if match := pattern.search(url):
            found.append(fold_identity(f"{scheme}:{next(filter(None, match.groups()))}"))
    return found


def _by_identifier(listed: Sequence[ListedReference], cited: Iterable[str], library: Library) -> dict[str, _Known]:
    """Printed identifier → the held document that has it, a full text or abstract before a summary record of it."""
    wanted = {name for reference in listed for name in _identifiers(reference)} | {name for marker in cited for name in _of_url(marker)}
    if not wanted:
        return {}
    keys = ", ".join(quoted(name) for name in sorted(wanted))
    rows = library.rows("documents", where=f"array_has_any(keys, [{keys}])", columns=[*HEADER_COLUMNS, "keys"])
    found: dict[str, _Known] = {}
    for row in sorted(rows, key=lambda row: (header_from(row).extent == "record", row["id"])):
        header = header_from(row)
        known = _Known(row["id"], _folded(header.title), header, "")
        for name in {*row["keys"], *identities(header)} & wanted:
            found.setdefault(name, known)
    return found


def _resolved(reference: ListedReference, held: dict[str, _Known], titles: _Titles) -> tuple[_Known | None, list[str]]:
    """The document that a reference is, and what is wrong with how it is printed."""
    for name in _identifiers(reference):
        known = held.get(name)
        if known is None:
            continue
        if reference.title and _ratio(_folded(reference.title), known.title) < _OTHER_TITLE and not _within(known.title, reference.text):
            scheme = name.partition(":")[0].upper()
            return known, [f"its {scheme} is that of another publication: “{known.header.title}”"]
        return known, []
    known = titles.by_url.get(_address(reference.url)) if reference.url and "/" in _address(reference.url) else None
    known = known or _by_title(reference, titles) or _label_of(reference, titles)
    if known:
        return known, []
    if reference.doi or reference.pmid or reference.pmcid or reference.url:
        return None, ["not in this library"]
    if reference.title and (reference.year or reference.authors):
        return None, ["not in this library", "printed without an identifier or link"]
    return None, ["not in this library", "hard to find for anybody: no identifier, and no title with a year or an author"]


def _linked(url: str, held: dict[str, _Known], titles: _Titles) -> _Known | None:
    return next((held[name] for name in _of_url(url) if name in held), None) or titles.by_url.get(_address(url))


def _ratio(one: str, other: str) -> float:
    from rapidfuzz.fuzz import token_sort_ratio  # noqa: PLC0415 - only with references

    return float(token_sort_ratio(one, other))


def _within(title: str, text: str) -> bool:
    """Whether a held title of some length stands word for word in the printed reference."""
    return len(title.split()) >= _LONG_ENOUGH and f" {title} " in f" {_folded(text)} "


def _by_title(reference: ListedReference, titles: _Titles) -> _Known | None:
    """The one held document with the printed title that nothing printed speaks against."""
    from rapidfuzz.fuzz import token_sort_ratio  # noqa: PLC0415
    from rapidfuzz.process import extract  # noqa: PLC0415

    text = f" {_folded(reference.text)} "
    candidates = [one for one in titles.known if len(one.title.split()) >= _LONG_ENOUGH and f" {one.title} " in text]
    title = _folded(reference.title or "")
    if title:
        close = extract(title, titles.titles, scorer=token_sort_ratio, score_cutoff=_SAME_TITLE, limit=8)
        candidates += [titles.known[index] for _, _, index in close if _same_numbers(title, titles.known[index].title)]
        main = _folded(re.split(r"[:–—?]\s", reference.title or "")[0])
        for one in titles.known if len(main.split()) >= _LONG_ENOUGH else ():
            head = _folded(re.split(r"[:–—?]\s", one.header.title)[0])
            if head == main and (title == main or head == one.title) and _same_numbers(title, one.title):
                candidates.append(one)
    fitting = [one for one in {one.id: one for one in candidates}.values() if _agrees(reference, one)]
    fitting.sort(key=lambda one: (-_ratio(title or text.strip(), one.title), one.header.extent == "record", one.id))
    return fitting[0] if fitting else None


def _label_of(reference: ListedReference, titles: _Titles) -> _Known | None:
    """The held label of the one drug that a reference to a label names: "Naproxen tablets prescribing information. FDA."."""
    if not _LABEL.search(reference.text):
        return None
    drugs = {name for one in find(reference.text) if one.kind == "drug" for name in one.concepts}
    held = []
    for one in titles.known if drugs else ():
        if one.header.tier != "label":
            continue
        named = one.header.drug or next(iter(one.header.interventions), "")
        if drugs == {name for mention in find(named) if mention.kind == "drug" for name in mention.concepts}:
            held.append(one)
    return min(held, key=lambda one: one.id) if len(held) == 1 else None


def _same_numbers(one: str, other: str) -> bool:
    """Whether two titles name the same numbers and parts: "part 1" is not "part 2", type II not type III."""
    numbers = [sorted(re.findall(r"\d+|\b[ivx]{1,4}\b", title)) for title in (one, other)]
    return numbers[0] == numbers[1]


def _agrees(reference: ListedReference, known: _Known) -> bool:
    header = known.header
    dated = reference.year is not None and header.year is not None
    if dated and abs((reference.year or 0) - (header.year or 0)) > 1:
        return False
    named = _author_agrees(reference, header)
    if named is False:
        return False
    short = len(known.title.split()) < _LONG_ENOUGH
    venue = bool(header.venue) and len(header.venue or "") > 3 and f" {_folded(header.venue or '')} " in f" {_folded(reference.text)} "
    return (dated and (named is True or venue)) if short else True


def _author_agrees(reference: ListedReference, header: Header) -> bool | None:
    """Whether a printed surname is among the document's authors; None when one of them names none."""
    printed = {fold(word) for author in reference.authors for word in _WORD.findall(author) if len(word) > 2}
    held = {fold(word) for author in (*header.authors, header.organization or "") for word in _WORD.findall(author) if len(word) > 2}
    if not printed or not header.authors:
        return True if printed & held else None
    if any(len(author.split()) > 3 for author in reference.authors):  # an organisation, which may be printed by its short name
        return True if printed & held else None
    return bool(printed & held)


def _keys(reference: ListedReference, known: _Known | None) -> list[str]:
    """By what two printed references are the same."""
    keys = [name for name in _identifiers(reference) if name.startswith(("doi:", "pmid:", "pmcid:"))]
    if known:
        keys.append(f"document {known.id}")
    title = _folded(reference.title or "")
    if len(title.split()) >= _LONG_ENOUGH:
        keys.append(f"title {title} {reference.year or ''}")
    return keys
