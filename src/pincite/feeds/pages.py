"""Guideline pages by their addresses: each only where robots.txt lets us and a licence, its own or one that a librarian states, allows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from pincite.errors import NetworkError
from pincite.feeds.source import Batch, Context, Task, file_name, wanted
from pincite.ingest.unpacking import Source
from pincite.network.addresses import origin
from pincite.network.client import Client, StatusError, shown
from pincite.records import Unread

_AGENT = "Pincite"
_MOST_BYTES = 30_000_000
_MOST_ROBOTS = 500_000  # RFC 9309: at least this much must be read
# What a page says of its own licence: a link with rel=license, a licence in its metadata, or the address of one.
_LICENCE = re.compile(
    rb"""rel=["']?[^"'>]*\blicen[sc]e\b|creativecommons\.org/(?:licenses|publicdomain)/|open-government-licence"""
    rb"""|<meta[^>]+(?:dc|dcterms)\.(?:rights|license)["'][^>]*content=["'][^"']*(?:public domain|CC[ -]BY|CC0)""",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(rb"""<meta[^>]+name=["']robots["'][^>]*content=["'][^"']*\b(?:noarchive|none)\b""", re.IGNORECASE)


class Pages:
    """Pages of guidelines."""

    name = "pages"
    title = "Guideline pages"
    asks = "addresses of pages"
    terms = "Each page's own: it is kept only where robots.txt allows and a licence is stated on it, or by you."
    sample = Task(query=("https://www.cdc.gov/other/agencymaterials.html",), licence="public domain")
    needs_query = True
    takes_files = False
    keeps_cursor = False

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Pages, one at a time."""
        urls = wanted(task.query, source="web pages")
        robots: dict[str, RobotFileParser] = {}
        for number in range(int(task.cursor.get("done", 0)), len(urls)):
            url = urls[number]
            try:
                reason, data = _allowed(url, task, context, robots)
            except NetworkError as error:
                reason, data = f"could not be fetched: {error.what_happened}", b""
            unread = (Unread(name=url, reason=reason),) if reason else ()
            sources = () if reason else (Source(file_name(url), data),)
            yield Batch(cursor={"done": number + 1}, sources=sources, unread=unread, total=len(urls))


def _allowed(url: str, task: Task, context: Context, robots: dict[str, RobotFileParser]) -> tuple[str, bytes]:
    """Why a page is not kept, or "", and its bytes; raises NetworkError."""
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc}"
    if site not in robots:
        robots[site] = rules_of(context.client, site)
        delay = robots[site].crawl_delay(_AGENT)
        context.client.pace.allow(origin(site)[0], per_second=1 / max(1.0, min(float(delay or 1), 60.0)))
    if not robots[site].can_fetch(_AGENT, url):
        return "is not fetched: robots.txt of its site forbids it", b""
    fetched = context.client.get(url, most_bytes=_MOST_BYTES, cached=True)
    if fetched.url != url and urlsplit(fetched.url).netloc != parts.netloc:
        return f"leads to another site, {urlsplit(fetched.url).netloc}, which was not asked for", b""
    if "noarchive" in fetched.headers.get("x-robots-tag", "").lower() or _FORBIDDEN.search(fetched.data):
        return "is not kept: it forbids archiving", b""
    if not task.licence and not _LICENCE.search(fetched.data):
        return "is not kept: it states no licence; read its terms, and if they allow it name the licence with --licence", b""
    return "", fetched.data


def rules_of(client: Client, site: str) -> RobotFileParser:
    """The rules of a site (RFC 9309): no robots.txt forbids nothing, one that cannot be had forbids everything."""
    rules = RobotFileParser()
    try:
        fetched = client.get(f"{site}/robots.txt", most_bytes=_MOST_ROBOTS)
        rules.parse(fetched.data.decode("utf-8", "replace").splitlines())
    except StatusError as error:
        if 400 <= error.status < 500 and error.status != 429:
            rules.parse([])
        else:
            rules.parse(["User-agent: *", "Disallow: /"])
    except NetworkError as error:
        raise NetworkError(f"{shown(site)} could not be asked for its robots.txt.", document=site) from error
    return rules


feed = Pages()
