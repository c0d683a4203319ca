"""Europe PMC: a search with a cursor, and the full text of each article that is open access.

Source: europepmc.org/RestfulWebService (`cursorMark`, at most 1,000 results a page; `fullTextXML` for open access only).
What is not open access is left to the PubMed feed, which brings its abstract.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pincite.errors import NetworkError
from pincite.feeds.source import Batch, Context, Task, required, wanted
from pincite.ingest.unpacking import Source
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError
from pincite.records import Unread

_BASE = "https://www.ebi.ac.uk/europepmc/webservices/rest/"
_PAGE = 25


class EuropePmc:
    """Open-access full texts from Europe PMC."""

    name = "europepmc"
    title = "Europe PMC"
    asks = "a Europe PMC search; several are joined by OR"
    terms = "Europe PMC (EMBL-EBI); each article under its own open licence, which is kept with it."
    sample = Task(query=("baastrup disease",), most=1)
    needs_query = True
    takes_files = False
    keeps_cursor = False

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Pages of full texts."""
        base = context.base(self.name, _BASE)
        context.client.pace.allow(origin(base)[0], per_second=5)
        mark, taken = str(task.cursor.get("mark", "*")), int(task.cursor.get("taken", 0))
        while True:
            page = min(_PAGE, task.most - taken) if task.most else _PAGE
            if page <= 0:
                return
            params: dict[str, str | int] = {"query": query_of(task), "format": "json", "resultType": "core"}
            try:
                fetched = context.client.get(f"{base}search", params={**params, "pageSize": page, "cursorMark": mark}, accept=_understood)
            except StatusError as error:
                if error.status != 400 or mark == "*":
                    raise
                mark, taken = "*", 0  # a place of an earlier run that the service no longer takes: from the beginning
                continue
            value = fetched.json()
            results: list[Any] = required(value, "resultList", "result", source="Europe PMC")
            total = int(required(value, "hitCount", source="Europe PMC"))
            following = str(value.get("nextCursorMark") or "")
            sources, unread = [], []
            for result in results:
                if not result.get("pmcid"):  # a preprint or a record of another archive
                    continue
                try:
                    sources.append(_full_text(context, base, str(result["pmcid"])))
                except NetworkError as error:
                    if error.retryable:
                        raise
                    unread.append(Unread(name=f"Europe PMC {result.get('pmcid')}", reason=f"could not be fetched: {error.what_happened}"))
            taken += len(results)
            announced = min(total, task.most) if task.most else total
            cursor = {"mark": following or mark, "taken": taken}
            missing = len(results) - len(sources) - len(unread)
            yield Batch(cursor=cursor, sources=tuple(sources), unread=tuple(unread), total=announced, missing=missing)
            # The end is where the mark stays the same, and only there: pages may be short.
            if not results or not following or following == mark:
                return
            mark = following


def query_of(task: Task) -> str:
    """The search of a task: open access with full text, from its first year or changed since the last run.

    >>> query_of(Task(query=("sciatica",), since=2018))
    '(sciatica) AND OPEN_ACCESS:y AND IN_EPMC:y AND FIRST_PDATE:[2018-01-01 TO 3000-12-31]'
    """
    words = " OR ".join(f"({part})" for part in wanted(task.query, source="Europe PMC"))
    parts = [words if len(task.query) == 1 else f"({words})", "OPEN_ACCESS:y", "IN_EPMC:y"]
    if task.since:
        parts.append(f"FIRST_PDATE:[{task.since}-01-01 TO 3000-12-31]")
    if task.changed_since:
        parts.append(f"UPDATE_DATE:[{task.changed_since.isoformat()} TO 3000-12-31]")
    return " AND ".join(parts)


def _full_text(context: Context, base: str, pmcid: str) -> Source:
    try:
        fetched = context.client.get(f"{base}{pmcid}/fullTextXML", cached=True, accept=_article)
    except StatusError as error:
        if error.status == 404:
            raise NetworkError("Europe PMC has no full text of it after all.") from error
        raise
    return Source(f"Europe PMC {pmcid}.xml", fetched.data)


def _understood(fetched: Fetched) -> None:
    value = fetched.json()
    if not isinstance(value, dict) or "resultList" not in value:
        raise NetworkError("Europe PMC did not answer with results.", document=fetched.url, retryable=True)


def _article(fetched: Fetched) -> None:
    if b"<article" not in fetched.data[:5000]:
        raise NetworkError("Europe PMC did not answer with an article.", document=fetched.url, retryable=True)


feed = EuropePmc()
