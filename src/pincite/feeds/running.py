"""Runs feeds: batches → readers → library, and after each safe step the cursor, so that a run that was cut off goes on.

Called by the command line and by the web application's jobs, with the subscriptions held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import cast

from pincite import registry
from pincite.errors import FeedError, LibraryError, PinciteError, SettingsError, UnreadableError
from pincite.feeds.source import Batch, Context, Feed, LookedUp, Task
from pincite.feeds.subscriptions import Run, Subscription, Subscriptions, kept_failures, utc_now
from pincite.ingest.reading import read_bytes
from pincite.ingest.unpacking import Source
from pincite.library.store import Library
from pincite.network.addresses import origin
from pincite.network.client import Client
from pincite.records import Reading, Unread
from pincite.settings import Settings

# Small answers are put together before they are taken in: opening the library for writing costs as much as 50 citations.
_BYTES_TOGETHER = 8_000_000
_SOURCES_TOGETHER = 200
_ASKED_TOGETHER = 1000
_LISTS = ("crossref", "retractions")
_WITHDRAWN = "PubMed deleted this citation"
# A baseline file of 30,000 citations unpacks to 250 MB, more than a file that somebody uploads may have.
_MOST_FILE_BYTES = 1_000_000_000

Progress = Callable[[str, Run], None]  # a line for people, and the counts so far


def feed_called(name: str) -> Feed:
    """The feed of that name; raises UnknownNameError."""
    return cast(Feed, registry.load("feeds", name))


def open_client(settings: Settings) -> Client:
    """The client for public sources; raises SettingsError for a mirror that cannot be one."""
    permitted = {_mirror(name, url) for name, url in settings.feed_base_urls.items() if "://" in url}
    return Client(contact=settings.contact, offline=settings.cut_off, permitted=permitted, cache=settings.cache / "feeds")


def _mirror(name: str, url: str) -> tuple[str, int]:
    known = (*registry.names("feeds"), "pmc-store")
    try:
        if name in known:
            return origin(url)
        reason = f"no source is called so; known: {', '.join(known)}"
    except UnreadableError as error:
        reason = f"{url} {error.what_happened}"
    raise SettingsError(f"The setting feed_base_urls.{name} cannot be used: {reason}.")


def run(
    subscription: Subscription,
    *,
    client: Client,
    settings: Settings,
    library: Library,
    subscriptions: Subscriptions,
    progress: Progress | None = None,
) -> Subscription:
    """Bring one subscription up to date and return it with its counts; an error ends the run, and is kept with it.

    To be called while the subscriptions are held. Raises LibraryError for what concerns the library and not the source, and
    whatever `progress` raises.
    """
    feed = feed_called(subscription.source)
    started = utc_now()
    # What was fetched before a run was cut off is as old as that run: from then on changes must be asked for.
    begun = subscription.begun if subscription.cursor and subscription.begun and not feed.keeps_cursor else started
    subscription = subscription.model_copy(update={"begun": begun})
    client.server_time = None
    taker = _Taker(subscription, library, settings, subscriptions, Run(started=started), progress)
    context = Context(client=client, settings=settings, today=started.date(), library=library)
    error: str | None = None
    try:
        for batch in _batches(feed, subscription.task(), context):
            taker.take(batch)
        taker.settle()
    except LibraryError:
        raise
    except PinciteError as problem:
        taker.settle()  # what came before the error is kept
        error = str(problem)
    ended = taker.counts.model_copy(update={"ended": utc_now(), "error": error})
    changes: dict[str, object] = {"last": ended}
    if error is None:
        # Never later than the source's own clock says: what it indexes in between would be missed for ever.
        behind = max(timedelta(), started - client.server_time.replace(microsecond=0)) if client.server_time else timedelta()
        changes |= {"through": begun - behind, "begun": None}
        if not feed.keeps_cursor:
            changes["cursor"] = {}
    done = taker.subscription.model_copy(update=changes)
    subscriptions.put(done)
    return done


def preview(subscription: Subscription, *, client: Client, settings: Settings, library: Library) -> Batch | None:
    """The first batch of what a run would fetch, None when there is nothing; nothing is kept. Raises NetworkError, FeedError."""
    context = Context(client=client, settings=settings, today=utc_now().date(), library=library)
    return next(_batches(feed_called(subscription.source), subscription.task(), context), None)


def selftest(name: str, *, client: Client, settings: Settings) -> tuple[str, ...]:
    """Ask the live source for its sample and check that the readers understand it; lines for people.

    Raises NetworkError, FeedError with what has changed.
    """
    feed = feed_called(name)
    context = Context(client=client, settings=settings, today=utc_now().date())
    lines = []
    for batch in _batches(feed, feed.sample, context):
        if batch.total is not None:
            lines.append(f"The source announces {batch.total:,} documents.")
        readings = [item for source in batch.sources for item in read_bytes(source.name, source.data, settings=_roomy(settings))]
        read = [item for item in readings if isinstance(item, Reading)]
        if batch.looked_up is not None:
            if not any(batch.looked_up.notices.values()):
                raise FeedError(f"{feed.title} told nothing of the sample.", what_to_do="Its form may have changed.")
            lines.append(f"Notices about {len(batch.looked_up.notices):,} publications were understood.")
            return tuple(lines)
        failed = [item for item in readings if isinstance(item, Unread) and not item.skipped]
        if failed:
            raise FeedError(f"What {feed.title} sent is not understood: {failed[0].name} {failed[0].reason}.")
        if read:
            first = read[0].document
            lines.append(f"{len(read):,} documents were read, the first {first.id}: {first.title[:80]}")
            return tuple(lines)
    raise FeedError(
        f"{feed.title} gave no document for the sample {' '.join(feed.sample.query)!r}.", what_to_do="Its form may have changed."
    )


def _batches(feed: Feed, task: Task, context: Context) -> Iterator[Batch]:
    """A feed's batches; an answer whose parts are of other kinds than documented is told as such, wherever the feed meets it."""
    try:
        yield from feed.batches(task, context)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise FeedError(
            f"{feed.title} answered in a form that is not understood ({type(error).__name__}: {error}).",
            what_to_do="Its form may have changed: run the feed with --selftest and report it.",
        ) from error


class _Taker:
    """Takes batches in and writes down how far it came."""

    def __init__(
        self,
        subscription: Subscription,
        library: Library,
        settings: Settings,
        subscriptions: Subscriptions,
        counts: Run,
        progress: Progress | None,
    ) -> None:
        self.subscription = subscription
        self.library = library
        self.settings = _roomy(settings)
        self.subscriptions = subscriptions
        self.counts = counts
        self.progress = progress
        self.failures: list[str] = []
        self.waiting: list[Batch] = []

    def take(self, batch: Batch) -> None:
        """One batch: taken in at once, or with the next ones when it is small."""
        self.waiting.append(batch)
        if batch.total is not None:
            self._count(total=batch.total)
        self._say(batch.says or f"{self.counts.read + sum(len(one.sources) for one in self.waiting):,} fetched")
        sources = [source for one in self.waiting for source in one.sources]
        asked = [told.asked for one in self.waiting if (told := one.looked_up)]
        large = sum(len(source.data) for source in sources) >= _BYTES_TOGETHER or len(sources) >= _SOURCES_TOGETHER
        many = any(one is None for one in asked) or sum(len(one or ()) for one in asked) >= _ASKED_TOGETHER
        if large or many or batch.deleted:
            self.settle()

    def settle(self) -> None:
        """Everything that waits goes into the library; then its cursor is kept."""
        if not self.waiting:
            return
        waiting, self.waiting = self.waiting, []
        before = self.counts
        report = self.library.add(
            self._readings(waiting),
            progress=lambda told, _: self._say(f"{before.added + told.added:,} new documents are in the library"),
        )
        tally = Counter({name: getattr(report, name) for name in ("added", "updated", "replaced", "merged", "unchanged", "skipped")})
        self._count(**{name: getattr(self.counts, name) + count for name, count in tally.items()})
        self._count(missing=self.counts.missing + sum(batch.missing for batch in waiting))
        for batch in waiting:
            self._withdraw(batch)
        for told in together(batch.looked_up for batch in waiting if batch.looked_up):
            self._look_up(told)
        self._count(failed=self.counts.failed, failures=kept_failures(self.failures))
        self.subscription = self.subscription.model_copy(update={"cursor": dict(waiting[-1].cursor), "last": self.counts})
        self.subscriptions.put(self.subscription)

    def _readings(self, batches: list[Batch]) -> Iterator[Reading]:
        for batch in batches:
            for unread in batch.unread:
                self._failed(unread)
            for source in batch.sources:
                yield from self._read(source, batch)

    def _read(self, source: Source, batch: Batch) -> Iterator[Reading]:
        for item in read_bytes(source.name, source.data, settings=self.settings):
            if isinstance(item, Unread):
                self._failed(item)
            elif batch.keep is None or batch.keep(item):
                self._count(read=self.counts.read + 1)
                yield item

    def _failed(self, item: Unread) -> None:
        if not item.skipped:
            self._count(failed=self.counts.failed + 1)
            self.failures.append(f"{item.name} {item.reason}"[:500])

    def _withdraw(self, batch: Batch) -> None:
        """What the source deleted is kept readable, for the answers that quote it, and no longer used to answer."""
        held = self.library.headers(batch.deleted) if batch.deleted else {}
        going = [name for name, one in held.items() if one.header.retired is None]
        if going:
            self._count(withdrawn=self.counts.withdrawn + len(self.library.retire(going, why=_WITHDRAWN)))

    def _look_up(self, told: LookedUp) -> None:
        changed = self.library.look_up(told.notices, by=told.by, on=self.counts.started.date().isoformat(), asked=told.asked)
        # Of a whole list: the held publications that it could name.
        asked = len(told.asked) if told.asked is not None else sum(one.header.looked_up is not None for one in self.library.documents())
        self._count(looked_up=self.counts.looked_up + asked, flagged=self.counts.flagged + len(changed))

    def _count(self, **changes: object) -> None:
        self.counts = self.counts.model_copy(update=changes)

    def _say(self, line: str) -> None:
        if self.progress is not None:
            self.progress(line, self.counts)


def together(told: Iterable[LookedUp]) -> list[LookedUp]:
    """What one list says in several batches as one, so that the library is opened for writing once."""
    whole = list(told)
    joined = []
    for by in dict.fromkeys(one.by for one in whole):
        mine = [one for one in whole if one.by == by]
        notices = {key: value for one in mine for key, value in one.notices.items()}
        asked = None if any(one.asked is None for one in mine) else tuple(key for one in mine for key in one.asked or ())
        joined.append(LookedUp(by, notices, asked))
    return joined


def _roomy(settings: Settings) -> Settings:
    """The settings with room for a baseline file."""
    limits = settings.limits
    most = max(limits.max_file_bytes, _MOST_FILE_BYTES)
    return settings.model_copy(update={"limits": limits.model_copy(update={"max_file_bytes": most})})


def due(subscriptions: Iterable[Subscription]) -> list[Subscription]:
    """Those whose next run has come."""
    now = utc_now()
    return [one for one in subscriptions if one.next_run <= now]


def in_order(subscriptions: Iterable[Subscription]) -> list[Subscription]:
    """Documents first, then the lists that say something of them, so that what is new is looked up in the same run."""
    return sorted(subscriptions, key=lambda one: one.source in _LISTS)
