"""What an HTML page says of itself in its head: title, authors, date, organisation, identifiers, canonical address.

Highwire (citation_*), Dublin Core, Open Graph, article:* and JSON-LD are known. Used by `ingest.html` alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pincite.ingest.outline import find_doi
from pincite.ingest.pages import iso_date

_TITLE = ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title")
_DATE = (
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "dc.date",
    "dcterms.issued",
    "dc.date.issued",
    "prism.publicationdate",
    "article:published_time",
    "article:modified_time",
    "dcterms.modified",
    "date",
    "last-modified",
)
_AUTHOR = ("citation_author", "dc.creator", "dcterms.creator", "author", "citation_authors")
_ORGANIZATION = (
    "dc.publisher",
    "dcterms.publisher",
    "og:site_name",
    "citation_publisher",
    "publisher",
    "application-name",
)
_DOI = ("citation_doi", "dc.identifier", "dcterms.identifier", "prism.doi", "doi", "bepress_citation_doi")
_SITE = re.compile(r"\s+[|–—·»:-]\s+(?=[^|–—·»]{2,60}$)")
_LARGEST_JSON = 200_000


def page_metadata(root: Any, *, heading: str) -> dict[str, Any]:
    """Header fields found in the lxml tree `root`; `heading` is the page's only h1, or ""."""
    meta: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or element.get("itemprop") or "").strip().lower()
        content = " ".join((element.get("content") or "").split())
        if name and content:
            meta.setdefault(name, []).append(content)
    linked = _json_ld(root)
    organization = _first(meta, _ORGANIZATION) or _name(linked.get("publisher"))
    authors = [name for key in _AUTHOR for name in meta.get(key, ()) if not name.startswith("http")]
    if not authors and linked.get("author"):
        written = linked["author"]
        authors = [name for one in (written if isinstance(written, list) else [written]) if (name := _name(one))]
    date = iso_date(_first(meta, _DATE)) or iso_date(_text(linked.get("datePublished"))) or _time(root)
    pmid = _first(meta, ("citation_pmid", "ncbi_uid"))
    pmcid = re.search(r"PMC\d+", " ".join(meta.get("citation_pmcid", []) + meta.get("citation_fulltext_html_url", [])))
    language = (
        root.get("lang")
        or root.get("{http://www.w3.org/XML/1998/namespace}lang")
        or _first(meta, ("dc.language", "citation_language"))
        or ""
    )[:20]
    return {
        "title": _title(root, meta, heading),
        "authors": tuple(dict.fromkeys(name[:200] for name in authors))[:200],
        "organization": organization,
        "venue": _first(meta, ("citation_journal_title", "prism.publicationname")),
        "date": date,
        "doi": next((doi for key in _DOI for value in meta.get(key, ()) if (doi := find_doi(value))), None),
        "pmid": pmid if pmid and pmid.isdigit() else None,
        "pmcid": pmcid.group() if pmcid else None,
        "url": _address(root, meta),
        "licence": next((link.get("href") for link in root.iter("link", "a") if (link.get("rel") or "").lower() == "license"), None),
        "language": language.strip() or None,
    }


def _first(meta: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _title(root: Any, meta: dict[str, list[str]], heading: str) -> str:
    """citation_title, else the only h1, else og:title, else <title> without the name of the site."""
    if "citation_title" in meta:
        return meta["citation_title"][0]
    if heading:
        return heading
    if named := _first(meta, _TITLE):
        return named
    written = next((" ".join("".join(element.itertext()).split()) for element in root.iter("title")), "")
    return _SITE.split(written)[0] if _SITE.search(written) else written


def _address(root: Any, meta: dict[str, list[str]]) -> str | None:
    links = (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical")
    address = next((link for link in links if link), None) or _first(meta, ("og:url", "citation_public_url"))
    return address.strip() if address and re.match(r"https?://\S+$", address.strip()) else None


def _time(root: Any) -> str | None:
    return next((date for element in root.iter("time") if (date := iso_date(element.get("datetime")))), None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return " ".join(value.split()) if isinstance(value, str) and value.strip() else None


def _json_ld(root: Any) -> dict[str, Any]:
    """The first JSON-LD object that describes an article or a page."""
    for script in root.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json" or not script.text or len(script.text) > _LARGEST_JSON:
            continue
        try:
            found = json.loads(script.text)
        except (ValueError, RecursionError):
            continue
        for item in _objects(found):
            if {"datePublished", "author", "publisher"} & item.keys():
                return item
    return {}


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict):
            yield item
            graph = item.get("@graph")
            yield from (part for part in graph if isinstance(part, dict)) if isinstance(graph, list) else ()
