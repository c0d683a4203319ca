"""openFDA drug labels: one search for each drug, newest first, page by page.

Source: open.fda.gov/apis (paging: `skip` ends at 25,000, beyond that the `Link` header leads on; 240 requests a minute,
1,000 a day without a key). A popular drug has hundreds of near-equal labels of repackagers: the newest are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pincite.errors import FeedError, NetworkError
from pincite.feeds.source import Batch, Context, Task, file_name, required, wanted
from pincite.ingest.unpacking import Source
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError

_BASE = "https://api.fda.gov/drug/"
_PAGE = 50  # labels of about 100 kB
_LAST_SKIP = 25_000
MOST = 25  # newest labels of each drug, unless the task says otherwise
_NEXT = re.compile(r'<([^<>]+)>;\s*rel="?next"?', re.IGNORECASE)
_FIELDS = ("openfda.generic_name", "openfda.brand_name", "openfda.substance_name")


class OpenFda:
    """Drug labels from openFDA."""

    name = "openfda"
    title = "openFDA drug labels"
    asks = "names of drugs, generic or brand"
    terms = "openFDA, public domain (CC0); openFDA asks that its data are not used alone for decisions on medical care."
    sample = Task(query=("naproxen",), most=1)
    needs_query = True
    takes_files = False
    keeps_cursor = False

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Pages of labels, drug after drug."""
        drugs = wanted(task.query, source="openFDA")
        base = context.base(self.name, _BASE)
        key = context.settings.openfda_key.get_secret_value()
        context.client.pace.allow(origin(base)[0], per_second=3.5)
        most = MOST if task.most is None else task.most or 10**9
        done = int(task.cursor.get("drugs", 0))
        for number, drug in enumerate(drugs[done:], start=done + 1):
            taken = 0
            url = f"{base}label.json"
            first: dict[str, str | int] = {
                "search": search_of(drug, task),
                "limit": min(_PAGE, most),
                "sort": "effective_time:desc",
            }
            params: dict[str, str | int] | None = first
            while taken < most:
                headers = {"Authorization": f"Basic {_basic(key)}"} if key else {}
                fetched = _page(context, url, params, headers)
                if fetched is None:
                    yield Batch(cursor={"drugs": number}, total=0, says=f"openFDA names no label of {drug}")
                    break
                value = fetched.json()
                results: list[Any] = required(value, "results", source="openFDA")
                total = int(required(value, "meta", "results", "total", source="openFDA"))
                taken += len(results)
                more = bool(results) and taken < min(most, total)  # the last page may bring a few more than were asked for
                following = _next(fetched, base)
                if following:
                    url, params = following, None
                elif taken <= _LAST_SKIP:
                    url, params = f"{base}label.json", {**first, "skip": taken}
                else:
                    more = False
                said = f"openFDA names {total:,} labels of {drug}" + (f"; the newest {most:,} are taken" if total > most else "")
                yield Batch(
                    cursor={"drugs": number - 1 if more else number},
                    sources=(Source(file_name(f"openFDA {drug} {taken}.json"), fetched.data),),
                    total=min(total, most),
                    says=said,
                )
                if not more:
                    break


def search_of(drug: str, task: Task) -> str:
    """The search for one drug's labels; raises FeedError for a name that would leave its quotation marks.

    >>> search_of("naproxen", Task(query=()))
    '(openfda.generic_name:"naproxen" OR openfda.brand_name:"naproxen" OR openfda.substance_name:"naproxen")'
    """
    if re.search(r'["\\]', drug):
        raise FeedError(f"The name of a drug cannot hold quotation marks: {drug}.")
    named = " OR ".join(f'{field}:"{drug}"' for field in _FIELDS)
    begin = task.changed_since.strftime("%Y%m%d") if task.changed_since else f"{task.since}0101" if task.since else ""
    return f"({named})" + (f" AND effective_time:[{begin} TO 99991231]" if begin else "")


def _page(context: Context, url: str, params: dict[str, str | int] | None, headers: dict[str, str]) -> Fetched | None:
    """One page, None where openFDA has no such label."""
    try:
        return context.client.get(url, params=params, headers=headers, accept=_understood)
    except StatusError as error:
        if error.status == 404 and b"NOT_FOUND" in error.data:
            return None
        raise


def _understood(fetched: Fetched) -> None:
    value = fetched.json()
    if not isinstance(value, dict) or "results" not in value:
        raise NetworkError("openFDA did not answer with labels.", document=fetched.url, retryable=True)


def _next(fetched: Fetched, base: str) -> str | None:
    """Where the `Link` header leads on to, on the same server only."""
    found = _NEXT.search(fetched.headers.get("link", ""))
    return found[1] if found and origin(found[1]) == origin(base) else None


def _basic(key: str) -> str:
    import base64  # noqa: PLC0415 - with a key only

    return base64.b64encode(f"{key}:".encode()).decode()


feed = OpenFda()
