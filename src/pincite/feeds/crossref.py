"""Crossref: what publishers and Retraction Watch deposited about publications, asked DOI by DOI, forty in one request.

Source: api.crossref.org (a retraction stands in `updated-by[]` of the retracted work, in any position: every entry is read;
polite pool by `mailto`; `X-Rate-Limit-*` headers, which the client obeys). Without a query every held DOI is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from pincite.errors import FeedError, NetworkError
from pincite.feeds.source import Batch, Context, LookedUp, Task, required
from pincite.ingest import metadata
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError
from pincite.records import Notice, NoticeKind

_BASE = "https://api.crossref.org/"
_BY = "Crossref"
_TOGETHER = 40
# A comma ends a filter's value, and some characters are refused in it.
_PLAIN_DOI = re.compile(r"10\.[\w./()-]+")
_KINDS: dict[str, NoticeKind] = {
    "retraction": "retraction",
    "withdrawal": "retraction",
    "removal": "retraction",
    "partial_retraction": "concern",  # part of it no longer stands, and no list says which
    "expression_of_concern": "concern",
    "correction": "erratum",
    "corrigendum": "erratum",
    "erratum": "erratum",
    "addendum": "erratum",
    "clarification": "erratum",
}


class Crossref:
    """Notices that Crossref holds."""

    name = "crossref"
    title = "Crossref"
    asks = "DOIs; none for every DOI that the library holds"
    terms = "Crossref metadata, free to reuse; an e-mail in the setting `contact` gives access to its polite pool."
    sample = Task(query=("10.1016/S0140-6736(97)11096-0",))  # a retracted paper that everybody knows
    needs_query = False
    takes_files = False
    keeps_cursor = False

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Notices about forty DOIs at a time."""
        base = context.base(self.name, _BASE)
        context.client.pace.allow(origin(base)[0], per_second=5)
        dois = _asked(task, context)
        after = str(task.cursor.get("after", ""))
        left = [doi for doi in dois if doi > after]
        for start in range(0, len(left), _TOGETHER):
            group = left[start : start + _TOGETHER]
            works = _works(context, base, group)
            notices = {f"doi:{doi}": tuple(_notices(works[doi])) for doi in group if doi in works}
            missing = len(group) - len(notices)
            looked_up = LookedUp(_BY, notices, tuple(notices))
            yield Batch(cursor={"after": group[-1]}, looked_up=looked_up, total=len(dois), missing=missing)


def _asked(task: Task, context: Context) -> list[str]:
    if task.query:
        dois = [metadata.doi(part) for part in task.query]
        if None in dois:
            raise FeedError(f"{task.query[dois.index(None)]} is no DOI.", what_to_do="A DOI looks like 10.1056/NEJMoa0900563.")
        return sorted({doi for doi in dois if doi})
    if context.library is None:
        return []
    return sorted({doi for held in context.library.documents() if held.header.doi and (doi := metadata.doi(held.header.doi))})


def _works(context: Context, base: str, dois: list[str]) -> dict[str, dict[str, Any]]:
    """DOI → Crossref's record, for those that it knows."""
    plain = [doi for doi in dois if _PLAIN_DOI.fullmatch(doi)]
    found: dict[str, dict[str, Any]] = {}
    if len(plain) > 1:
        params: dict[str, str | int] = {"filter": ",".join(f"doi:{doi}" for doi in plain), "rows": len(plain), **_polite(context)}
        try:
            value = context.client.get(f"{base}works", params=params, accept=_understood).json()
            items: list[dict[str, Any]] = required(value, "message", "items", source="Crossref")
            found = {str(item.get("DOI", "")).lower(): item for item in items}
        except StatusError as error:
            if error.status != 400:  # one DOI that Crossref cannot read spoils the whole filter
                raise
    for doi in dois:
        if doi not in found:  # odd ones, and aliases, which the filter does not find
            found |= _work(context, base, doi)
    return found


def _work(context: Context, base: str, doi: str) -> dict[str, dict[str, Any]]:
    try:
        value = context.client.get(f"{base}works/{quote(doi, safe='')}", params=_polite(context), accept=_understood).json()
    except StatusError as error:
        if error.status == 404:
            return {}
        raise
    return {doi: required(value, "message", source="Crossref")}  # an alias answers under its first DOI


def _notices(work: dict[str, Any]) -> Iterable[Notice]:
    """Every entry of `updated-by`, whatever its position."""
    for entry in work.get("updated-by") or ():
        kind = _KINDS.get(str(entry.get("type", "")).lower().replace("-", "_").replace(" ", "_"))
        if kind is None:
            continue
        parts = (entry.get("updated") or {}).get("date-parts") or [[]]
        date = metadata.iso_date(*(str(part) for part in parts[0][:3])) if parts[0] and parts[0][0] else None
        doi = metadata.doi(str(entry.get("DOI", "")))
        told = str(entry.get("source") or "")
        yield Notice(kind=kind, by=_BY, date=date, id=f"doi:{doi}" if doi else None, reasons=f"told by {told}" if told else None)


def _polite(context: Context) -> dict[str, str | int]:
    return {"mailto": context.settings.contact} if "@" in context.settings.contact else {}


def _understood(fetched: Fetched) -> None:
    value = fetched.json()
    if not isinstance(value, dict) or "message" not in value:
        raise NetworkError("Crossref did not answer with works.", document=fetched.url, retryable=True)


feed = Crossref()
