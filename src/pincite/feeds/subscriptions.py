"""What a library is subscribed to: one file in the library's folder, changed by one process at a time.

One process runs feeds at a time, and holds a lock for as long as it does; people can subscribe meanwhile. The system frees
locks when their process ends, however it ends.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pincite.errors import LibraryBusyError, LibraryError, NotFoundError
from pincite.feeds.source import Task
from pincite.library.copying import FEEDS_FILE
from pincite.library.guarding import guarded
from pincite.settings import Settings

_LOCK, _WRITING = "feeds.lock", "feeds.write.lock"  # held for a whole run; held for the moment of a change
_MOST_KEPT = 20  # failures of a run that are kept by name


class Run(BaseModel):
    """What one run did."""

    model_config = ConfigDict(frozen=True)

    started: datetime
    ended: datetime | None = None  # None: under way, or cut off
    total: int | None = None  # what the source announced
    read: int = 0
    added: int = 0
    updated: int = 0
    replaced: int = 0
    merged: int = 0
    unchanged: int = 0
    skipped: int = 0
    missing: int = 0  # named by the source and not delivered: deleted, or merged into others
    withdrawn: int = 0  # deleted by the source: no longer used to answer
    looked_up: int = 0  # publications that a list was asked about
    flagged: int = 0  # documents whose retraction status changed
    failed: int = 0
    failures: tuple[str, ...] = ()
    error: str | None = None  # why it ended before its end


class Subscription(BaseModel):
    """One query to one source, and how far it came."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    query: tuple[str, ...]
    since: int | None = None
    most: int | None = None
    licence: str | None = None
    topic: str | None = None
    every_days: int = 7
    created: datetime
    through: datetime | None = None  # complete up to here, by the slower of our clock and the source's
    cursor: dict[str, Any] = {}
    begun: datetime | None = None  # when the run began that `cursor` goes on with
    last: Run | None = None

    @property
    def next_run(self) -> datetime:
        """When it is due: at once when it never ended well, else after `every_days`."""
        if self.through is None or self.last is None or self.last.ended is None or self.last.error:
            return self.created
        return self.last.ended + timedelta(days=self.every_days)

    def task(self) -> Task:
        """What its feed is asked for now."""
        return Task(
            query=self.query,
            since=self.since,
            most=self.most,
            licence=self.licence,
            through=self.through.date() if self.through else None,
            cursor=self.cursor,
        )


def new(source: str, query: tuple[str, ...], *, now: datetime, **options: Any) -> Subscription:
    """A subscription; the same source and query give the same id. `options`: since, most, licence, topic, every_days."""
    about = json.dumps([source, query, options.get("since"), options.get("most"), options.get("licence")])
    made = f"{source}-{hashlib.sha256(about.encode()).hexdigest()[:8]}"
    return Subscription(id=made, source=source, query=query, created=now, **options)


class Subscriptions:
    """The subscriptions of the library of `settings`."""

    def __init__(self, settings: Settings) -> None:
        self.place = settings.library
        # Object storage has no lock: what belongs to such a library lies in the home folder of whoever runs its feeds.
        name = hashlib.sha256(settings.library.encode()).hexdigest()[:12]
        self.folder = settings.home / f"feeds-{name}" if "://" in settings.library else Path(settings.library)

    def all(self) -> list[Subscription]:
        """Every subscription in the order in which they were made; raises LibraryError for a damaged file."""
        try:
            values = json.loads((self.folder / FEEDS_FILE).read_bytes())
            return [Subscription.model_validate(value) for value in values["subscriptions"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            reason = type(error).__name__ if isinstance(error, ValidationError) else error
            raise LibraryError(
                f"The subscriptions in {self.folder / FEEDS_FILE} cannot be read: {reason}.",
                what_to_do="Restore the file from a backup, or remove it and subscribe again.",
            ) from error

    def get(self, identifier: str) -> Subscription:
        """The subscription of that id, or the only one whose id begins so; raises NotFoundError."""
        found = [one for one in self.all() if one.id == identifier] or [one for one in self.all() if one.id.startswith(identifier)]
        if len(found) != 1 or not identifier:
            raise NotFoundError(f"There is no subscription {identifier!r}.", what_to_do="See `pincite feed list`.")
        return found[0]

    @contextmanager
    def held(self) -> Iterator[None]:
        """The only right to run feeds; raises LibraryBusyError at once when another process has it."""
        with self._locked(_LOCK, wait=False):
            yield

    def add(self, subscription: Subscription) -> Subscription:
        """The held one of the same id, or this one, written down."""
        with self._locked(_WRITING, wait=True):
            everything = self.all()
            held = next((one for one in everything if one.id == subscription.id), None)
            if held is None:
                self._write([*everything, subscription])
        return held or subscription

    def put(self, subscription: Subscription) -> None:
        """Write down how far a subscription came; one that was removed meanwhile stays removed."""
        with self._locked(_WRITING, wait=True):
            self._write([subscription if one.id == subscription.id else one for one in self.all()])

    def remove(self, identifier: str) -> Subscription:
        """Forget a subscription; its documents stay. Raises NotFoundError."""
        with self._locked(_WRITING, wait=True):
            gone = self.get(identifier)
            self._write([one for one in self.all() if one.id != gone.id])
        return gone

    @contextmanager
    def _locked(self, name: str, *, wait: bool) -> Iterator[None]:
        import fcntl  # noqa: PLC0415 - absent on some systems; only who changes something needs it

        with guarded(self.place):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LibraryBusyError(
                    f"Another process is updating the feeds of the library {self.place}.",
                    what_to_do="Wait until it has finished; nothing was changed.",
                ) from None
            yield
        finally:
            os.close(handle)

    def _write(self, subscriptions: list[Subscription]) -> None:
        data = json.dumps({"schema": "pincite.feeds/1", "subscriptions": [one.model_dump(mode="json") for one in subscriptions]}, indent=1)
        with guarded(self.place):
            temporary = self.folder / f"{FEEDS_FILE}.{os.getpid()}.new"
            with temporary.open("w", encoding="utf-8") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.folder / FEEDS_FILE)


def kept_failures(failures: list[str]) -> tuple[str, ...]:
    """The first failures, as many as a run keeps by name."""
    return tuple(failures[:_MOST_KEPT])


def utc_now() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
