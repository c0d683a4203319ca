"""NCBI's E-utilities as two feeds need them: a search kept on the server's history, its pages, and the limits of use.

Sources: "E-utilities In Depth" (NBK25499) and "Usage Guidelines" (NBK25497): 3 requests a second, 10 with a key; tool and
e-mail named; PubMed gives the first 10,000 records of a search and no more, so that longer ones are split by date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pincite.errors import FeedError, NetworkError
from pincite.feeds.source import Context, required
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError

EUTILS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
MOST_OF_ONE_SEARCH = 9_999
_ERROR = re.compile(rb"<ERROR>(.*?)</ERROR>", re.DOTALL)
_EXPIRED = re.compile(rb"history|WebEnv|obtain query|query_key|Cannot retrieve", re.IGNORECASE)


class HistoryExpiredError(NetworkError):
    """The server has forgotten the search: it is to be made again."""

    def __init__(self) -> None:
        super().__init__("E-utilities forgot the search again and again.", what_to_do="Try again later.")


@dataclass(frozen=True)
class Found:
    """A search on the server's history."""

    count: int
    webenv: str
    key: str
    ids: tuple[str, ...] = ()  # as many as were asked for


class Entrez:
    """E-utilities of one run."""

    def __init__(self, context: Context, *, name: str) -> None:
        self._client = context.client
        self.base = context.base(name, EUTILS)
        key = context.settings.ncbi_key.get_secret_value()
        self._always = {"tool": "pincite"}
        if "@" in context.settings.contact:
            self._always["email"] = context.settings.contact
        if key:
            self._always["api_key"] = key
        self._client.pace.allow(origin(self.base)[0], per_second=9 if key else 2.8)

    def search(self, database: str, term: str, *, dates: tuple[date, date], kind: str, start: int = 0, most: int = 0) -> Found:
        """Search records whose date of `kind` ("pdat" published, "mdat" changed) lies between two days, and list `most` of them.

        Raises NetworkError, FeedError.
        """
        params: dict[str, str | int] = {
            "db": database,
            "term": term,
            "usehistory": "y",
            "retstart": start,
            "retmax": most,
            "retmode": "json",
            "datetype": kind,
            "mindate": dates[0].strftime("%Y/%m/%d"),
            "maxdate": dates[1].strftime("%Y/%m/%d"),
        }
        fetched = self._client.get(f"{self.base}esearch.fcgi", params={**params, **self._always}, accept=_searched)
        result = required(fetched.json(), "esearchresult", source="E-utilities")
        count = int(required(result, "count", source="E-utilities"))
        if not count:
            return Found(0, "", "")
        webenv, key = (str(required(result, name, source="E-utilities")) for name in ("webenv", "querykey"))
        return Found(count, webenv, key, tuple(str(one) for one in result.get("idlist") or ()))

    def page(self, database: str, found: Found, *, start: int, most: int) -> bytes:
        """The records of one page of a search as XML; raises HistoryExpiredError, NetworkError."""
        params: dict[str, str | int] = {
            "db": database,
            "query_key": found.key,
            "WebEnv": found.webenv,
            "retstart": start,
            "retmax": most,
            "retmode": "xml",
        }
        try:
            return self._client.get(f"{self.base}efetch.fcgi", params={**params, **self._always}, accept=_fetched).data
        except StatusError as error:
            if error.status == 400 and _EXPIRED.search(error.data):
                raise HistoryExpiredError() from error
            raise


def slices(search: Any, first: date, last: date) -> Iterator[tuple[tuple[date, date], Found]]:
    """The days from `first` to `last` in pieces that each hold at most as many records as can be had; empty pieces are left out.

    `search` is called with two days and gives a Found. Raises FeedError for one day that holds more.
    """
    pending = [(first, last)]
    while pending:
        begin, end = pending.pop()
        found = search((begin, end))
        if found.count <= MOST_OF_ONE_SEARCH:
            if found.count:
                yield (begin, end), found
            continue
        if begin == end:
            raise FeedError(
                f"PubMed holds {found.count:,} records of {begin.isoformat()} for this search and gives at most {MOST_OF_ONE_SEARCH:,}.",
                what_to_do="Narrow the search.",
            )
        middle = begin + timedelta(days=(end - begin).days // 2)
        pending += [(middle + timedelta(days=1), end), (begin, middle)]


def _searched(fetched: Fetched) -> None:
    """A search that failed inside is answered with 200 and an ERROR; most pass (NBK25497), a wrong query is told at once."""
    result = fetched.json().get("esearchresult", {})
    error = result.get("ERROR") if isinstance(result, dict) else None
    if error:
        raise NetworkError(
            f"E-utilities could not search: {str(error)[:200]}.", document=fetched.url, retryable="Invalid" not in str(error)
        )


def _fetched(fetched: Fetched) -> None:
    error = _ERROR.search(fetched.data[:5000])
    if error and _EXPIRED.search(error[1]):
        raise HistoryExpiredError()
    if error or not re.search(rb"<(?:PubmedArticleSet|pmc-articleset)[\s>/]", fetched.data[:3000]):
        said = " ".join(error[1].decode("utf-8", "replace").split())[:200] if error else "no record set"
        raise NetworkError(f"E-utilities could not deliver: {said}.", document=fetched.url, retryable=True)
