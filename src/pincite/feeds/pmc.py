"""PubMed Central's open-access articles from its object store, where each version of an article has a place of its own.

Source: pmc.ncbi.nlm.nih.gov/tools/pmcaws (layout of 2026: `PMC123.2/PMC123.2.xml`, `metadata/PMC123.2.json` with licence and
`is_retracted`, no login; the older FTP layout was removed in August 2026). The newest version is taken, its checksum compared.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pincite.errors import NetworkError
from pincite.feeds.entrez import Entrez, Found, slices
from pincite.feeds.source import Batch, Context, LookedUp, Task, required, wanted
from pincite.ingest.unpacking import Source
from pincite.ingest.xml import parse, plain
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError
from pincite.records import Notice, Unread

_STORE = "https://pmc-oa-opendata.s3.amazonaws.com/"
_BY = "PubMed Central"
_PMCID = re.compile(r"PMC\d+", re.IGNORECASE)
_TOGETHER = 20
_IDS = 500
_FIRST, _AHEAD = date(1800, 1, 1), 2


class Pmc:
    """Open-access full texts from PubMed Central."""

    name = "pmc"
    title = "PubMed Central, open access"
    asks = "PMC numbers, or a search in PubMed Central"
    terms = "PMC Open Access Subset (NLM); each article under its own licence, which is kept with it; some forbid commercial use."
    sample = Task(query=("PMC3417039",))
    needs_query = True
    takes_files = False
    keeps_cursor = False

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """The newest version of each article, twenty at a time."""
        query = wanted(task.query, source="PubMed Central")
        store = context.base("pmc-store", _STORE)
        context.client.pace.allow(origin(store)[0], per_second=10)
        if all(_PMCID.fullmatch(part) for part in query):
            names = [part.upper() for part in query]
        else:
            names = _searched(task, query, context, name=self.name)
        # Newest first, and by number: a search of tomorrow has the same order, with what is new before the place to go on from.
        names = sorted(set(names), key=_number, reverse=True)[: task.most or None]
        left = [name for name in names if _number(name) < int(task.cursor.get("below", 10**12))]
        for start in range(0, len(left), _TOGETHER):
            some = left[start : start + _TOGETHER]
            yield self._some(some, store, context, cursor={"below": _number(some[-1])}, total=len(names))

    def _some(self, names: list[str], store: str, context: Context, *, cursor: dict[str, Any], total: int) -> Batch:
        sources: list[Source] = []
        unread: list[Unread] = []
        notices: dict[str, tuple[Notice, ...]] = {}
        asked: list[str] = []
        for name in names:
            told = _newest(name, store, context)
            if told is None:
                unread.append(Unread(name=name, reason="is not in the open-access collection", skipped=True))
                continue
            keys = [f"{scheme}:{told[scheme]}" for scheme in ("doi", "pmid") if told.get(scheme)]
            asked += keys
            retracted = (Notice(kind="retraction", by=_BY),) if told.get("is_retracted") is True else ()
            notices |= dict.fromkeys(keys, retracted)
            if told.get("is_pmc_openaccess") is not True:
                unread.append(Unread(name=name, reason="may not be reused: it is outside the open-access subset", skipped=True))
                continue
            try:
                sources.append(_article(name, told, store, context))
            except NetworkError as error:
                if error.retryable:
                    raise
                unread.append(Unread(name=name, reason=f"could not be fetched: {error.what_happened}"))
        looked_up = LookedUp(_BY, notices, tuple(asked)) if asked else None
        return Batch(cursor=cursor, sources=tuple(sources), unread=tuple(unread), looked_up=looked_up, total=total)


def _searched(task: Task, query: tuple[str, ...], context: Context, *, name: str) -> list[str]:
    """PMC numbers that a search names, open access only."""
    entrez = Entrez(context, name=name)
    term = f"({' OR '.join(f'({part})' for part in query)}) AND open access[filter]"
    begin = task.changed_since or date(task.since or _FIRST.year, 1, 1)
    kind = "mdat" if task.changed_since else "pdat"

    def search(days: tuple[date, date], start: int = 0, most: int = 0) -> Found:
        return entrez.search("pmc", term, dates=days, kind=kind, start=start, most=most)

    names: dict[str, None] = {}
    for days, found in slices(search, begin, date(context.today.year + _AHEAD, 12, 31)):
        for start in range(0, found.count, _IDS):
            names |= dict.fromkeys(f"PMC{one}" for one in search(days, start, _IDS).ids)
    return list(names)


def _number(name: str) -> int:
    return int(name.removeprefix("PMC"))


def _newest(name: str, store: str, context: Context) -> dict[str, Any] | None:
    """What the store says of the newest version of an article; None when it holds none."""
    listed = context.client.get(f"{store}?list-type=2&prefix={name}.&delimiter=/", accept=_listing)
    prefixes = [plain(node) for node in parse(listed.data).iter("Prefix")]
    versions = [int(found[1]) for prefix in prefixes if (found := re.fullmatch(rf"{name}\.(\d+)/", prefix))]
    if not versions:
        return None
    fetched = context.client.get(f"{store}metadata/{name}.{max(versions)}.json", cached=True)
    told = fetched.json()
    if str(required(told, "pmcid", source="PubMed Central")).upper() != name:
        raise NetworkError(f"PubMed Central sent {told['pmcid']} for {name}.", document=fetched.url, retryable=True)
    return dict(told)


def _article(name: str, told: dict[str, Any], store: str, context: Context) -> Source:
    """The article's XML, compared with its checksum."""
    parts = urlsplit(str(required(told, "xml_url", source="PubMed Central")))
    path = parts.path.lstrip("/")
    if not re.fullmatch(rf"{name}\.\d+/[\w.-]+\.xml", path):
        raise NetworkError("its XML lies at an unexpected place.")
    digest = parse_qs(parts.query).get("md5", [""])[0]

    def whole(fetched: Fetched) -> None:
        if digest and hashlib.md5(fetched.data, usedforsecurity=False).hexdigest() != digest:
            raise NetworkError(f"{name} arrived with another checksum.", document=fetched.url, retryable=True)

    try:
        return Source(f"{path.rpartition('/')[2]}", context.client.get(f"{store}{path}", cached=True, accept=whole).data)
    except StatusError as error:
        if error.status in (403, 404):
            raise NetworkError("the store has no XML of it.") from error
        raise


def _listing(fetched: Fetched) -> None:
    if b"<ListBucketResult" not in fetched.data[:2000]:
        raise NetworkError("PubMed Central did not answer with a listing.", document=fetched.url, retryable=True)


feed = Pmc()
