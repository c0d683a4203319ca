"""PubMed by E-utilities: a search on the server's history, fetched page by page; long searches split by date of publication.

The first run takes everything since a year, later ones what PubMed changed since (revised records among them). A run that was
cut off goes on in the same slice and page; when the server has forgotten the search, the slice begins again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from pincite.feeds.entrez import Entrez, Found, HistoryExpiredError, slices
from pincite.feeds.source import Batch, Context, Task, wanted
from pincite.ingest.unpacking import Source

PAGE = 200  # citations in one answer: about 2 MB
_FIRST = date(1800, 1, 1)
_AHEAD = 2  # years: journals date issues ahead
_TRIES = 3
_RECORD = re.compile(rb"<Pubmed(?:Book)?Article[\s>]")


class PubMed:
    """PubMed citations with abstracts."""

    name = "pubmed"
    title = "PubMed"
    asks = "a PubMed search, as on its page; several are joined by OR"
    terms = "NLM's PubMed data, free to use with NLM named as the source; abstracts may be under their publishers' copyright."
    sample = Task(query=("baastrup disease",), since=2020)
    needs_query = True
    takes_files = False
    keeps_cursor = False

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Pages of citations."""
        entrez = Entrez(context, name=self.name)
        term = term_of(task)
        changed = task.changed_since
        kind = "mdat" if changed else "pdat"
        first = changed or date(task.since or _FIRST.year, 1, 1)
        cursor = dict(task.cursor) if task.cursor.get("kind") == kind else {}
        last = date.fromisoformat(cursor["last"]) if cursor else date(context.today.year + _AHEAD, 12, 31)

        def search(days: tuple[date, date]) -> Found:
            return entrez.search("pubmed", term, dates=days, kind=kind)

        total = search((first, last)).count
        yield Batch(cursor=cursor, total=total, says=f"PubMed names {total:,} citations")
        slice_ = _Slice(entrez, search, {"kind": kind, "last": last.isoformat()})
        if cursor:
            days = date.fromisoformat(cursor["from"]), date.fromisoformat(cursor["to"])
            found = Found(int(cursor["count"]), cursor["webenv"], cursor["key"])
            yield from slice_.pages(days, found, start=int(cursor["start"]))
            first = days[1] + timedelta(days=1)
        if first <= last:
            for days, found in slices(search, first, last):
                yield from slice_.pages(days, found, start=0)


class _Slice:
    """The pages of the searches of one run."""

    def __init__(self, entrez: Entrez, search: Callable[[tuple[date, date]], Found], place: dict[str, Any]) -> None:
        self._entrez = entrez
        self._search = search
        self._place = place

    def pages(self, days: tuple[date, date], found: Found, *, start: int) -> Iterator[Batch]:
        """One slice from a page on, in the order that the server keeps for this search."""
        tries = _TRIES
        while start < found.count:
            most = min(PAGE, found.count - start)
            try:
                data = self._entrez.page("pubmed", found, start=start, most=most)
            except HistoryExpiredError:
                tries -= 1
                if not tries:
                    raise
                found, start = self._search(days), 0  # the order may be another now: the slice begins again
                continue
            got = len(_RECORD.findall(data))
            start += most
            cursor = {**self._place, "from": days[0].isoformat(), "to": days[1].isoformat()}
            cursor |= {"webenv": found.webenv, "key": found.key, "count": found.count, "start": start}
            name = f"PubMed {days[0].year}-{days[1].year} {start - most + 1}-{start}.xml"
            yield Batch(cursor=cursor, sources=(Source(name, data),), missing=max(0, most - got))


def term_of(task: Task) -> str:
    """The search of a task, bounded by its first year.

    >>> term_of(Task(query=("baastrup disease OR kissing spine",), since=2000))
    '(baastrup disease OR kissing spine) AND 2000:3000[dp]'
    """
    term = " OR ".join(f"({part})" for part in wanted(task.query, source="PubMed"))
    if task.since is None:
        return term
    return f"{term if term.startswith('(') and term.count('(') == 1 else f'({term})'} AND {task.since}:3000[dp]"


feed = PubMed()
