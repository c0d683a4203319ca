"""One printed reference → its identifiers, authors, year and title, whatever the style: Vancouver, APA, quoted title, BibTeX, link, title and venue.

Used by `references`. What is not certain stays None: a wrong title would resolve to a wrong document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pincite.ingest.outline import find_doi
from pincite.records import ListedReference

_PMID = re.compile(r"\bPMID:?\s*(\d{4,9})\b|pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(\d{4,9})\b|[?&]term=(\d{6,9})\b", re.IGNORECASE)
_PMCID = re.compile(r"\b(PMC\d{4,9})\b", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"“”]+[^\s<>\"“”.,;:)\]’']|\bwww\.[^\s<>\"“”]+[^\s<>\"“”.,;:)\]’']")
_NOISE = re.compile(
    r"https?://\S+|\bwww\.\S+|\bdoi:?\s*(?:10\.\S+)?|\b10\.\d{4,9}/\S+|\bPM(?:C)?ID:?\s*\w+|\bPMC\d+|\bEpub\b[^.;]*|"
    r"[\[(](?:accessed|retrieved|cited|updated|last accessed)[^\])]*[\])]|\b(?:accessed|retrieved|last accessed)\s+(?:on\s+|from\s+)?[\w ,]{4,30}?\b(?:19|20)\d\d(?: \w{3,9}(?: \d{1,2})?)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d–-])((?:19|20)\d\d)[a-z]?(?![\d–])(?!-\d)")
_BRACKETED_YEAR = re.compile(r"\((?:[^()]{0,20}\b)?((?:19|20)\d\d)[a-z]?(?:,[^()]{1,30})?\)")
_QUOTED = re.compile(r"[“\"]([^“”\"]{12,300}?)[,.]?[”\"]")
# "Smith J", "van der Berg AB", "Smith, J. A.", "O'Neil-Jones C": surname and initials
_NAME = r"(?:(?:van|von|de|der|den|del|di|da|la|le|el|al|bin|ten|ter)[ -])*[A-ZÀ-ÞŁŠŽ][\w'’ʼ-]+(?:[ -][A-ZÀ-ÞŁŠŽ][\w'’ʼ-]+)?"
_INITIALS = r"(?:[A-ZÀ-Þ](?:[.-]\s?)?){1,4}(?:\s?(?:Jr|Sr|II|III)\.?)?"
_AUTHOR = re.compile(rf"({_NAME}),?\s({_INITIALS})(?=[,.;:&\s(]|$)")
_FULL_NAME = re.compile(rf"{_NAME}, (?:[A-ZÀ-Þ][\w.’'-]*[ ]?){{1,4}}")
_AUTHORS_FIRST = re.compile(
    rf"(?:{_NAME},?\s{_INITIALS}(?:\s?[,;]\s?(?:and\s|&\s?)?|\s(?:and|&)\s))*{_NAME},?\s{_INITIALS}(?:,?\s(?:et al|eds?|editors?)\b)?[.:]{{0,2}}\s+(?=[\"“‘(]?[A-Z0-9À-Þ])"
)
_ET_AL = re.compile(r"\bet al\b\.?", re.IGNORECASE)
_BODY = re.compile(
    r"\b(?:institutes?|organi[sz]ation|society|association|college|academy|ministry|department|agency|administration|committee|group|foundation|centers?|centres?|clinic|council|"
    r"network|collaboration|collaborators|investigators|federation|federal|national|university|hospital|board|NICE|WHO|CDC|FDA|EMA|NHS|NIH|SIGN|USPSTF|BMA|ACR|AAOS)\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"(?:(?<=\w\w)|(?<=[\d)\]’'”\"%]))[.?!]\s+(?=[\"“'(]?[A-Z0-9À-Þ])")
_KIND = re.compile(
    r"(?:guidelines?|research|study|studies|review|article|web ?(?:site|page)|book|chapter|report|news|meta-analys[ie]s|systematic reviews?|clinical trials?|"
    r"drug label(?:s|ling)?|label|(?:clinical )?practice guidelines?|journal(?: article)?|case (?:report|series)|fda (?:drug )?label|praxis|video|thesis|preprint|abstract)s?",
    re.IGNORECASE,
)
_BIBTEX = re.compile(r"@(?P<kind>[a-z]{3,20})\s*\{\s*(?P<key>[^,\s{}]{1,80})\s*,", re.IGNORECASE)
_FIELD = re.compile(r"(?P<name>[a-z]+)\s*=\s*(?:\{(?P<braced>(?:[^{}]|\{[^{}]*\})*)\}|\"(?P<quoted>[^\"]*)\"|(?P<bare>\d+))", re.IGNORECASE)
_LONGEST_TITLE = 400


def is_kind(text: str) -> bool:
    """Whether a line names nothing but the kind of a source, as some reference lists print above each title."""
    return _KIND.fullmatch(text.strip(" .:•-")) is not None


def identified(text: str) -> bool:
    """Whether a line prints a year, an identifier or an address, which closes an entry of several lines."""
    return bool(_YEAR.search(text) or find_doi(text) or _URL.search(text) or _PMID.search(text) or _PMCID.search(text))


def only_identifiers(text: str) -> bool:
    """Whether a line holds nothing but identifiers and links to services, so that it belongs to the entry above it."""
    rest = re.sub(
        r"\b(?:doi|pmid|pmcid|pubmed(?: central)?|google scholar|cross ?ref|full text|free article|article|link|view|abstract|pdf|available (?:at|from|online)|web of science|medline)\b",
        "",
        _NOISE.sub("", text),
        flags=re.IGNORECASE,
    )
    return not re.search(r"[^\W\d_]{2}|\d{3}", rest)


def entry(lines: Sequence[str], *, marker: str, start: int, end: int, urls: Sequence[str] = ()) -> ListedReference:
    """The reference printed on `lines` between two offsets; `urls` are the addresses of its links."""
    shown = [line for line in lines if line.strip()]
    whole = " ".join(shown)
    addresses = " ".join(urls)
    if bibtex := _BIBTEX.search(whole):
        return _bibtex(whole, bibtex, start=start, end=end)
    pmid = _PMID.search(whole) or _PMID.search(addresses)
    pmcid = _PMCID.search(whole) or _PMCID.search(addresses)
    url = _URL.search(whole)
    printed = [line for line in shown if not (is_kind(line) and len(shown) > 1) and not only_identifiers(line)]
    authors, title = _named([_NOISE.sub(" ", line) for line in printed])
    return ListedReference(
        marker=marker,
        text=whole,
        start=start,
        end=end,
        doi=find_doi(whole) or find_doi(addresses),
        pmid=next(filter(None, pmid.groups())) if pmid else None,
        pmcid=pmcid[1].upper() if pmcid else None,
        url=url.group() if url else next((one for one in urls if one.startswith(("http://", "https://"))), None),
        title=title,
        authors=authors,
        year=_year(_NOISE.sub(" ", whole)),
    )


def _bibtex(whole: str, found: re.Match[str], *, start: int, end: int) -> ListedReference:
    fields = {one["name"].lower(): (one["braced"] or one["quoted"] or one["bare"] or "") for one in _FIELD.finditer(whole, found.end())}
    plain = {name: " ".join(re.sub(r"[{}]|\\[a-z]+", "", value).split()) for name, value in fields.items()}
    names = tuple(
        name.split(",")[0].strip() if "," in name else name.rsplit(" ", 1)[-1]
        for name in plain.get("author", "").split(" and ")
        if name.strip()
    )
    year = plain.get("year", "")
    return ListedReference(
        marker=found["key"],
        text=whole,
        start=start,
        end=end,
        doi=find_doi(plain.get("doi", "") or whole),
        pmid=plain.get("pmid") or None,
        url=plain.get("url") or None,
        title=plain.get("title") or None,
        authors=names,
        year=int(year) if re.fullmatch(r"(?:19|20)\d\d", year) else None,
    )


def _year(text: str) -> int | None:
    """The year of publication: the bracketed one, else the last one printed; titles hold years too, and stand before it."""
    if bracketed := _BRACKETED_YEAR.search(text):
        return int(bracketed[1])
    years = _YEAR.findall(text)
    return int(years[-1]) if years else None


def _named(lines: list[str]) -> tuple[tuple[str, ...], str | None]:
    """Surnames (or one organisation) and title of an entry; () and None where they cannot be told."""
    if not lines:
        return (), None
    if len(lines) > 1:  # title above, authors or venue below; or authors above
        first, authors = _title(lines[0]), _surnames(lines[0])
        if authors and _looks_authors(lines[0]):
            return authors, _title(lines[1])
        below = _surnames(lines[1]) if _looks_authors(lines[1]) else ()
        return below, first
    text = " ".join(lines[0].split())
    if quoted := _QUOTED.search(text):
        return _surnames(text[: quoted.start()]) or _organisation(text[: quoted.start()]), _title(quoted[1])
    dated = _BRACKETED_YEAR.search(text)
    if (
        dated
        and 0 < dated.start() < 400
        and (_looks_authors(text[: dated.start()]) or len(text[: dated.start()].split()) <= 12)
        and len(text[dated.end() :].strip(" .:,")) > 15
    ):
        before, after = text[: dated.start()], text[dated.end() :].strip(" .:,")
        return _surnames(before) or _organisation(before), _title(_STOP.split(after)[0])
    if leading := _AUTHORS_FIRST.match(text):
        return _surnames(leading.group()), _title(_STOP.split(text[leading.end() :])[0])
    parts = [part.strip() for part in _STOP.split(text) if part.strip()]
    if not parts:
        return (), None
    if len(parts) > 1 and _looks_authors(parts[0]):
        return _surnames(parts[0]), _title(parts[1])
    if len(parts) > 1 and _BODY.search(parts[0]) and len(parts[0].split()) <= 9 and len(parts[1].split()) >= 3:
        return _organisation(parts[0]), _title(parts[1])
    if colon := re.match(rf"({_NAME}(?: et al\.?)?(?:,? {_INITIALS})?(?:,[^:]{{1,200}})?):\s+", text):
        return _surnames(colon[1]) or (colon[1].split()[0],), _title(_STOP.split(text[colon.end() :])[0])
    return (), _title(parts[0])


def _looks_authors(text: str) -> bool:
    """Whether a stretch is a list of people: names with initials take up most of it, or "et al." closes it."""
    named = sum(len(match.group()) for match in _AUTHOR.finditer(text))
    letters = len(re.sub(r"\b(?:et al|and|eds?|editors?|on behalf of)\b|[\s.,;&()]", "", text))
    return named > 0 and (named >= 0.6 * letters or bool(_ET_AL.search(text[-12:])))


def _surnames(text: str) -> tuple[str, ...]:
    text = re.sub(r"\(.*", "", text).strip(" ^↑.,:;")
    if ";" in text and all(_FULL_NAME.fullmatch(part.strip()) for part in text.split(";")):
        return tuple(part.split(",")[0].strip() for part in text.split(";"))
    found = tuple(match[1] for match in _AUTHOR.finditer(text))
    if not found and (et_al := _ET_AL.search(text)):
        words = text[: et_al.start()].split()
        return (words[0].strip(",."),) if words else ()
    if not found and 0 < len(text.split()) <= 3 and (single := re.match(rf"{_NAME}(?=[,.\s]|$)", text.strip())):
        return (single.group(),)  # "Smith, John."
    return found[:50]


def _organisation(text: str) -> tuple[str, ...]:
    name = re.sub(r"\(.*", "", text).strip(" ^.,:;()")
    return (name,) if 2 < len(name) < 120 else ()


def _title(text: str) -> str | None:
    """A title without quotation marks, closing stop and what stands in brackets at its end; None for what is none."""
    title = " ".join(re.sub(r"\[[^\[\]]{0,40}\]\s*$", "", text.strip()).split()).strip(" .,;:\"“”'’*_|-–")
    return title if 8 <= len(title) <= _LONGEST_TITLE and sum(character.isalpha() for character in title) > 0.5 * len(title) else None
