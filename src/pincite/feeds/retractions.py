"""The Retraction Watch list, from a file or an address: what it says of publications is noted in the library.

Crossref publishes it (gitlab.com/crossref/retraction-watch-data, each working day). One row is one notice about one paper:
a retraction, an expression of concern, a correction or a reinstatement. A list that has lost a fifth of its rows is refused,
because what a whole list no longer names is taken back.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from pincite.errors import FeedError
from pincite.feeds.source import Batch, Context, LookedUp, Task, wanted
from pincite.ingest import metadata
from pincite.records import Notice, NoticeKind

ADDRESS = "https://gitlab.com/crossref/retraction-watch-data/-/raw/main/retraction_watch.csv"
BY = "Retraction Watch"
_COLUMNS = ("RetractionNature", "RetractionDate", "OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionDOI", "RetractionPubMedID")
_NATURES: dict[str, NoticeKind] = {
    "retraction": "retraction",
    "expression of concern": "concern",
    "correction": "erratum",
    "reinstatement": "reinstatement",
}
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MOST_BYTES = 500_000_000
_LEAST_LEFT = 0.8


class Retractions:
    """The list of retractions, concerns, corrections and reinstatements."""

    name = "retractions"
    title = "Retraction Watch"
    asks = "an address of the list (on the command line also a file); none for the address at which Crossref publishes it"
    terms = "The Retraction Watch Database, published by Crossref for free reuse; name both as the source."
    sample = Task(query=())
    needs_query = False
    takes_files = True
    keeps_cursor = True

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """The whole list as one batch."""
        place = " ".join(task.query) or context.settings.feed_base_urls.get(self.name, ADDRESS)
        notices, rows = listed(_data(place, context), name=place)
        before = int(task.cursor.get("rows", 0))
        if rows < before * _LEAST_LEFT:
            raise FeedError(
                f"The list has {rows:,} rows and had {before:,}: it looks cut off, and what it no longer names would count as sound.",
                what_to_do="Look at the list; if it is right, remove the subscription and add it again.",
            )
        yield Batch(
            cursor={"rows": rows},
            total=rows,
            looked_up=LookedUp(BY, notices, None),
            says=f"The list has {rows:,} notices about {len(notices):,} identifiers",
        )


def _data(place: str, context: Context) -> bytes:
    if re.match(r"https?://", place, re.IGNORECASE):
        return context.client.get(place, most_bytes=_MOST_BYTES, cached=True).data
    file = Path(wanted((place,), source=BY)[0]).expanduser()
    try:
        return file.read_bytes()
    except OSError as error:
        raise FeedError(f"{file} cannot be read: {error.strerror}.", what_to_do="Name a file or an address.") from error


def listed(data: bytes, *, name: str) -> tuple[dict[str, tuple[Notice, ...]], int]:
    """Identifier → notices, and the number of rows; raises FeedError for what is no such list, or is cut off."""
    if not data.endswith((b"\n", b"\r")):
        raise FeedError(f"{name} ends in the middle of a line.", what_to_do="Fetch it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # some editions are saved by a spreadsheet
    rows = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in _COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise FeedError(f"{name} is no list of Retraction Watch: it has no column {missing[0]}.", what_to_do="See docs/feeds.md.")
    found: dict[str, list[Notice]] = {}
    count = 0
    for row in rows:
        count += 1
        kind = _NATURES.get((row["RetractionNature"] or "").strip().lower())
        if kind is None:
            continue
        notice = Notice(kind=kind, by=BY, date=_date(row["RetractionDate"] or ""), id=_identity(row, "Retraction"), reasons=_reasons(row))
        for key in _keys(row, "OriginalPaper"):
            found.setdefault(key, []).append(notice)
    if not count:
        raise FeedError(f"{name} holds no notice.", what_to_do="Fetch it again.")
    return {key: tuple(dict.fromkeys(notices)) for key, notices in found.items()}, count


def _keys(row: dict[str, str], whose: str) -> list[str]:
    """The identifiers of a row; "unavailable" and 0 stand for none."""
    doi, pmid = metadata.doi(row.get(f"{whose}DOI") or ""), metadata.pmid(row.get(f"{whose}PubMedID") or "")
    return [key for key in (f"doi:{doi}" if doi else "", f"pmid:{pmid}" if pmid else "") if key]


def _identity(row: dict[str, str], whose: str) -> str | None:
    return next(iter(_keys(row, whose)), None)


def _date(text: str) -> str | None:
    """The day of "3/14/2019 0:00".

    >>> _date("3/14/2019 0:00")
    '2019-03-14'
    """
    found = _DATE.match(text.strip())
    return metadata.iso_date(found[3], found[1], found[2]) if found else metadata.iso_date(*text.strip()[:10].split("-")[:3])


def _reasons(row: dict[str, str]) -> str | None:
    """ "+Error in Data;+Concerns/Issues About Results;" as words."""
    reasons = [part.strip(" +") for part in (row.get("Reason") or "").split(";")]
    return "; ".join(part for part in reasons if part)[:500] or None


feed = Retractions()
