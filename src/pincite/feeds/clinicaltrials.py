"""ClinicalTrials.gov: registered trials, page by page by token. They are registrations, never evidence: see `ingest.clinicaltrials`.

Source: clinicaltrials.gov/data-api/api, version 2 (`pageToken`, at most 1,000 a page; there is no `filter.phase`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pincite.errors import FeedError, NetworkError
from pincite.feeds.source import Batch, Context, Task, file_name, required, wanted
from pincite.ingest.unpacking import Source
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError

_BASE = "https://clinicaltrials.gov/api/v2/"
_PAGE = 50


class ClinicalTrials:
    """Registrations from ClinicalTrials.gov."""

    name = "clinicaltrials"
    title = "ClinicalTrials.gov"
    asks = "conditions"
    terms = "ClinicalTrials.gov (NLM), public; state the source and the day, and do not imply that NLM endorses the use."
    sample = Task(query=("baastrup disease OR kissing spine OR low back pain",), most=2)
    needs_query = True
    takes_files = False
    keeps_cursor = False

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Pages of registrations, condition after condition."""
        base = context.base(self.name, _BASE)
        context.client.pace.allow(origin(base)[0], per_second=0.8)  # about 50 requests a minute
        conditions = wanted(task.query, source="ClinicalTrials.gov")
        done = int(task.cursor.get("conditions", 0))
        token, taken = str(task.cursor.get("token", "")), int(task.cursor.get("taken", 0))
        for number, condition in enumerate(conditions[done:], start=done):
            while task.most is None or not task.most or taken < task.most:
                page = min(_PAGE, task.most - taken) if task.most else _PAGE
                params: dict[str, str | int] = {"query.cond": condition, "pageSize": page, "countTotal": "true", "format": "json"}
                dates = _dates(task)
                params |= {"filter.advanced": dates} if dates else {}
                params |= {"pageToken": token} if token else {}
                try:
                    fetched = context.client.get(f"{base}studies", params=params, accept=_understood)
                except StatusError as error:
                    if error.status != 400 or not token:
                        raise
                    token, taken = "", 0  # a place of an earlier run that the service has forgotten: this condition begins again
                    continue
                value = fetched.json()
                studies: list[Any] = required(value, "studies", source="ClinicalTrials.gov")
                token, taken = str(value.get("nextPageToken") or ""), taken + len(studies)
                total = value.get("totalCount")
                cursor = {"conditions": number, "token": token, "taken": taken} if token else {"conditions": number + 1}
                sources = (Source(file_name(f"ClinicalTrials.gov {condition} {taken}.json"), fetched.data),) if studies else ()
                yield Batch(cursor=cursor, sources=sources, total=int(total) if total is not None else None)
                if not token:
                    break
            token, taken = "", 0


def _dates(task: Task) -> str:
    """The part of a search that bounds dates.

    >>> _dates(Task(query=(), since=2015))
    'AREA[StartDate]RANGE[2015-01-01,MAX]'
    """
    parts = [f"AREA[StartDate]RANGE[{task.since}-01-01,MAX]"] if task.since else []
    if task.changed_since:
        parts.append(f"AREA[LastUpdatePostDate]RANGE[{task.changed_since.isoformat()},MAX]")
    return " AND ".join(parts)


def _understood(fetched: Fetched) -> None:
    value = fetched.json()
    if not isinstance(value, dict) or "studies" not in value:
        raise NetworkError("ClinicalTrials.gov did not answer with studies.", document=fetched.url, retryable=True)
    if not isinstance(value["studies"], list):
        raise FeedError(
            "ClinicalTrials.gov answered with studies in another form.", what_to_do="Run the feed with --selftest and report it."
        )


feed = ClinicalTrials()
