"""DailyMed: current drug labels as SPL, found by drug name or set id; a version that was taken before is not fetched again.

Source: dailymed.nlm.nih.gov/dailymed/app-support-web-services.cfm, version 2 (`spls.json`, `spls/SETID.xml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pincite.errors import NetworkError
from pincite.feeds.source import Batch, Context, Task, file_name, required, wanted
from pincite.ingest.unpacking import Source
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError
from pincite.records import Unread

_BASE = "https://dailymed.nlm.nih.gov/dailymed/services/v2/"
_PAGE = 100
MOST = 25  # labels of each drug, unless the task says otherwise
_SETID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class DailyMed:
    """Drug labels from DailyMed."""

    name = "dailymed"
    title = "DailyMed drug labels"
    asks = "names of drugs, or set ids"
    terms = "DailyMed (NLM): labels as submitted to the FDA, public; name NLM as the source."
    sample = Task(query=("naproxen",), most=1)
    needs_query = True
    takes_files = False
    keeps_cursor = True  # set id → version that was taken

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Labels, one at a time."""
        base = context.base(self.name, _BASE)
        context.client.pace.allow(origin(base)[0], per_second=4)
        taken: dict[str, int] = dict(task.cursor.get("taken", {}))
        most = MOST if task.most is None else task.most or 10**9
        for name in wanted(task.query, source="DailyMed"):
            for setid, version, total in _labels(context, base, name, task, most):
                if taken.get(setid) == version:
                    continue
                try:
                    fetched = context.client.get(f"{base}spls/{setid}.xml", accept=_label)
                except StatusError as error:
                    if error.status not in (404, 410):
                        raise
                    reason = "was listed by DailyMed and has been withdrawn since"
                    yield Batch(cursor={"taken": dict(taken)}, unread=(Unread(name=setid, reason=reason, skipped=True),), missing=1)
                    continue
                taken[setid] = version
                source = Source(file_name(f"DailyMed {setid} version {version}.xml"), fetched.data)
                yield Batch(cursor={"taken": dict(taken)}, sources=(source,), total=total)


def _labels(context: Context, base: str, name: str, task: Task, most: int) -> Iterator[tuple[str, int, int]]:
    """(set id, version, how many there are) of the labels that a name finds."""
    by = {"setid": name.lower()} if _SETID.fullmatch(name) else {"drug_name": name}
    if task.since:
        by |= {"published_date": f"{task.since}-01-01", "published_date_comparison": "gte"}
    page, given = 1, 0
    while True:
        fetched = context.client.get(f"{base}spls.json", params={**by, "pagesize": min(_PAGE, most), "page": page}, accept=_list)
        value = fetched.json()
        data: list[Any] = required(value, "data", source="DailyMed")
        total = int(required(value, "metadata", "total_elements", source="DailyMed"))
        pages = int(required(value, "metadata", "total_pages", source="DailyMed"))
        for label in data:
            if given == most:
                return
            given += 1
            version = int(required(label, "spl_version", source="DailyMed"))
            yield str(required(label, "setid", source="DailyMed")).lower(), version, min(total, most)
        if page >= pages or given >= most:
            return
        page += 1


def _list(fetched: Fetched) -> None:
    value = fetched.json()
    if not isinstance(value, dict) or "data" not in value:
        raise NetworkError("DailyMed did not answer with a list.", document=fetched.url, retryable=True)


def _label(fetched: Fetched) -> None:
    if b"urn:hl7-org:v3" not in fetched.data[:5000]:
        raise NetworkError("DailyMed did not answer with a label.", document=fetched.url, retryable=True)


feed = DailyMed()
