"""What a feed is: a task goes in, batches of bytes for the readers come out, each with the place to go on from.

A batch counts once its documents are safe in the library; then its cursor is kept. A run that ends anywhere, however it
ends, begins again at the last kept cursor, and reading a batch twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from pincite.errors import FeedError
from pincite.ingest.unpacking import Source
from pincite.library.store import Library
from pincite.network.client import Client
from pincite.records import Notice, Reading, Unread
from pincite.settings import Settings

# A change is looked for from some days before the last run: sources date by their own clocks and time zones, and index late.
OVERLAP_DAYS = 3


@dataclass(frozen=True)
class Task:
    """What is wanted of a source. `through`: the day up to which an earlier run was complete, None for the first."""

    query: tuple[str, ...]
    since: int | None = None  # first year of publication
    most: int | None = None  # documents of one query; None for the feed's own default
    licence: str | None = None  # under which pages may be kept, as the librarian states it
    through: date | None = None
    cursor: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changed_since(self) -> date | None:
        """The day from which changes are asked for, None for everything."""
        return self.through - timedelta(days=OVERLAP_DAYS) if self.through else None


@dataclass(frozen=True)
class LookedUp:
    """What a list or a service says of publications: identifier (`doi:…`) → its notices; `asked` None for a complete list."""

    by: str
    notices: Mapping[str, tuple[Notice, ...]]
    asked: tuple[str, ...] | None


@dataclass(frozen=True)
class Batch:
    """Some documents, on their way. What could not be had is named in `unread`."""

    cursor: Mapping[str, Any]
    sources: tuple[Source, ...] = ()
    total: int | None = None  # documents that the source announces for the whole task
    unread: tuple[Unread, ...] = ()
    missing: int = 0  # named by the source and not delivered: deleted, or merged into others
    deleted: tuple[str, ...] = ()  # identifiers that the source has withdrawn
    looked_up: LookedUp | None = None
    keep: Callable[[Reading], bool] | None = None  # which of the readings are wanted; None for all
    says: str = ""


@dataclass(frozen=True)
class Context:
    """What a feed may use: the client, the settings, the day, and the library to be read."""

    client: Client
    settings: Settings
    today: date
    library: Library | None = None

    def base(self, name: str, default: str) -> str:
        """The address of source `name`, ending in "/": the public one, or the mirror that the settings file names."""
        return f"{self.settings.feed_base_urls.get(name, default).rstrip('/')}/"


class Feed(Protocol):
    """What a module registered under `pincite.feeds` offers."""

    name: str
    title: str  # for people
    asks: str  # what a query is, for `--help`
    terms: str  # whose data, on what terms, in one sentence
    sample: Task  # a small task for `--selftest`
    needs_query: bool
    takes_files: bool  # whether a query may name a file or folder of this machine
    keeps_cursor: bool  # whether the cursor goes on from run to run, or is one run's own

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """The documents of a task from `task.cursor` on; raises NetworkError, FeedError."""


def required(value: Any, *names: str | int, source: str) -> Any:
    """`value[names[0]][names[1]]…`; raises FeedError naming the part that is missing, so that a changed service is told at once."""
    for position, name in enumerate(names):
        try:
            value = value[name]
        except (KeyError, IndexError, TypeError) as error:
            path = ".".join(map(str, names[: position + 1]))
            raise FeedError(
                f"{source} answered without {path}.", what_to_do="Its form may have changed: run the feed with --selftest and report it."
            ) from error
    return value


def wanted(query: Iterable[str], *, source: str) -> tuple[str, ...]:
    """The parts of a query without blanks and repetitions; raises FeedError when there are none."""
    parts = tuple(dict.fromkeys(" ".join(part.split()) for part in query if part.strip()))
    if not parts:
        raise FeedError(f"Nothing is asked of {source}.", what_to_do="Say what you are looking for.")
    return parts


def file_name(text: str) -> str:
    """A name for what was fetched that is safe to show and to store."""
    return re.sub(r"[^\w.:/?=&%+@#-]+", " ", text).strip()[:300]
