"""`pincite feed`: fills the library from public sources, and keeps it up to date. The one command that connects without being given an address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pincite.cli.options import format_option, library_option
from pincite.errors import FeedError

if TYPE_CHECKING:
    from pincite.cli.output import Progress
    from pincite.feeds.subscriptions import Run, Subscription, Subscriptions
    from pincite.library.store import Library
    from pincite.network.client import Client
    from pincite.settings import Settings

_OUTCOMES = ("added", "updated", "replaced", "merged", "unchanged", "skipped", "missing", "withdrawn", "flagged", "failed")
_NAMED_AT_MOST = 10


class _Sources(click.Group):
    """`list`, `update` and the like, and one command for each source that is installed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from pincite import registry

        return [*super().list_commands(ctx), *registry.names("feeds")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from pincite import registry

        own = super().get_command(ctx, cmd_name)
        return own or (_source_command(cmd_name) if cmd_name in registry.names("feeds") else None)


@click.group("feed", cls=_Sources)
def command() -> None:
    """Fill the library from public sources, and keep it up to date. Needs `pip install "pincite[feeds]"` and a network."""


def _source_command(name: str) -> click.Command:
    from pincite.feeds.running import feed_called

    feed = feed_called(name)

    @click.command(name, help=f"{feed.title}. QUERY: {feed.asks}.\n\n{feed.terms}")
    @click.argument("query", nargs=-1)
    @click.option("--since", type=click.IntRange(1800, 9999), metavar="YEAR", help="Only what was published in that year or later.")
    @click.option("--most", type=click.IntRange(0), metavar="N", help="At most so many documents of each query; 0 for all.")
    @click.option("--licence", metavar="TEXT", help="For pages: the licence under which they may be kept, where they do not state it.")
    @click.option(
        "--every", "every_days", type=click.IntRange(1), default=7, show_default=True, metavar="DAYS", help="How often it is due."
    )
    @click.option("--once", is_flag=True, help="Fetch now and do not subscribe.")
    @click.option("--dry-run", is_flag=True, help="Only ask how much there is; nothing is added.")
    @click.option("--selftest", is_flag=True, help="Ask the live source for a sample and check that it is understood; nothing is added.")
    @click.option("--no-vectors", is_flag=True, help="Do not encode now; `pincite encode` does it later.")
    @format_option("text", "json")
    @library_option
    def source(
        query: tuple[str, ...], selftest: bool, dry_run: bool, once: bool, no_vectors: bool, form: str, place: str | None, **options: Any
    ) -> None:
        from pincite.feeds import subscriptions as subscribing

        if feed.needs_query and not query and not selftest:
            raise click.UsageError(f"Say what to look for: {feed.asks}.")
        with _opened(place) as held:
            if selftest:
                held.selftest(name)
                return
            made = subscribing.new(name, _whole_paths(query) if feed.takes_files else query, now=subscribing.utc_now(), **options)
            if dry_run:
                held.preview([made], form=form)
                return
            with held.subscriptions.held():
                chosen = held.subscriptions.add(made)
                ran = held.run([chosen])
                if once and chosen.created == made.created:
                    held.subscriptions.remove(chosen.id)
            held.finish(ran, form=form, no_vectors=no_vectors)

    assert isinstance(source, click.Command)
    return source


def _whole_paths(query: tuple[str, ...]) -> tuple[str, ...]:
    """Names of files and folders as they can be found from anywhere."""
    from pathlib import Path

    return tuple(str(Path(part).resolve()) if "://" not in part and Path(part).exists() else part for part in query)


@command.command("list")
@format_option("text", "json")
@library_option
def list_(form: str, place: str | None) -> None:
    """Show what the library is subscribed to: last run, next run, counts, errors."""
    from pincite.cli.opening import settings_of
    from pincite.cli.output import emit, emit_json, emit_table
    from pincite.feeds.subscriptions import Subscriptions

    held = Subscriptions(settings_of(place)).all()
    if form == "json":
        emit_json({"schema": "pincite.feeds/1", "subscriptions": [_told(one) for one in held]})
        return
    if not held:
        emit('No subscriptions. Begin with `pincite feed topic spine`, or `pincite feed pubmed "your topic"`.\n')
        return
    rows = [("ID", "LAST RUN", "NEXT RUN", "COUNTS", "QUERY")]
    for one in held:
        last = one.last.started.strftime("%Y-%m-%d %H:%M") if one.last else "never"
        query = " | ".join(one.query) or "all"
        rows.append(
            (one.id, last, one.next_run.strftime("%Y-%m-%d"), _counts(one.last), f"{query}{f' since {one.since}' if one.since else ''}")
        )
    emit_table(rows)
    emit("".join(f"{one.id}: {one.last.error}\n" for one in held if one.last and one.last.error))


@command.command("update")
@click.argument("identifiers", nargs=-1, metavar="[ID...]")
@click.option("--due", "only_due", is_flag=True, help="Only those whose next run has come.")
@click.option("--dry-run", is_flag=True, help="Only ask how much there is; nothing is added.")
@click.option("--no-vectors", is_flag=True, help="Do not encode now; `pincite encode` does it later.")
@format_option("text", "json")
@library_option
def update(identifiers: tuple[str, ...], only_due: bool, dry_run: bool, no_vectors: bool, form: str, place: str | None) -> None:
    """Bring all subscriptions, or those of the IDs, up to date. An update that was cut off goes on where it ended."""
    from pincite.feeds.running import due

    with _opened(place) as held:
        chosen = [held.subscriptions.get(name) for name in identifiers] or held.subscriptions.all()
        chosen = due(chosen) if only_due else chosen
        if dry_run:
            held.preview(chosen, form=form)
            return
        with held.subscriptions.held():
            ran = held.run(chosen)
        held.finish(ran, form=form, no_vectors=no_vectors)


@command.command("remove")
@click.argument("identifiers", nargs=-1, required=True, metavar="ID...")
@library_option
def remove(identifiers: tuple[str, ...], place: str | None) -> None:
    """Forget subscriptions. The documents that they brought stay."""
    from pincite.cli.opening import settings_of
    from pincite.cli.output import emit
    from pincite.feeds.subscriptions import Subscriptions

    held = Subscriptions(settings_of(place))
    for name in identifiers:
        emit(f"Removed {held.remove(name).id}; its documents stay in the library.\n")


@command.command("topic")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Only ask how much there is; nothing is added.")
@click.option("--no-vectors", is_flag=True, help="Do not encode now; `pincite encode` does it later.")
@format_option("text", "json")
@library_option
def topic(name: str, dry_run: bool, no_vectors: bool, form: str, place: str | None) -> None:
    """Subscribe to a whole topic and fetch it: NAME is one that ships with Pincite (spine), or a YAML file of one's own."""
    from pincite.feeds.topics import subscriptions_of

    with _opened(place) as held:
        made = subscriptions_of(name)
        if dry_run:
            held.preview(made, form=form)
            return
        with held.subscriptions.held():
            ran = held.run([held.subscriptions.add(one) for one in made])
        held.finish(ran, form=form, no_vectors=no_vectors)


class _Held:
    """What a command works with."""

    def __init__(self, settings: Settings, library: Library, client: Client, subscriptions: Subscriptions, progress: Progress) -> None:
        self.settings = settings
        self.library = library
        self.client = client
        self.subscriptions = subscriptions
        self.progress = progress

    def run(self, chosen: list[Subscription]) -> list[Subscription]:
        """One after the other; an error of one source does not stop the next."""
        from pincite.feeds.running import in_order, run

        done = []
        for one in in_order(chosen):

            def say(line: str, _: Run, name: str = one.id) -> None:
                self.progress.say(f"{name}: {line}")

            done.append(
                run(
                    one,
                    client=self.client,
                    settings=self.settings,
                    library=self.library,
                    subscriptions=self.subscriptions,
                    progress=say,
                )
            )
        return done

    def preview(self, chosen: list[Subscription], *, form: str) -> None:
        """What the sources announce."""
        from pincite.cli.output import emit, emit_json
        from pincite.feeds.running import preview

        told = []
        for one in chosen:
            batch = preview(one, client=self.client, settings=self.settings, library=self.library)
            told.append({"id": one.id, "source": one.source, "query": list(one.query), "total": batch.total if batch else 0})
        self.progress.done()
        if form == "json":
            emit_json({"schema": "pincite.feeds/1", "would_fetch": told})
        else:
            emit("".join(f"{one['id']}: {_announced(one['total'])}\n" for one in told) + "Nothing was added.\n")

    def selftest(self, name: str) -> None:
        """The live source against what its reader expects."""
        from pincite.cli.output import emit
        from pincite.feeds.running import selftest
        from pincite.rendering.safe import plain

        lines = selftest(name, client=self.client, settings=self.settings)
        self.progress.done()
        emit("".join(f"{plain(line)}\n" for line in lines) + f"{name}: as expected.\n")

    def finish(self, ran: list[Subscription], *, form: str, no_vectors: bool) -> None:
        """Vectors for what is new, the report, and exit 1 when something failed."""
        from pincite.cli.opening import encode_missing
        from pincite.cli.output import emit, emit_json
        from pincite.rendering.safe import plain

        self.progress.done()
        if not no_vectors:
            encode_missing(self.library, self.settings)
        state = self.library.state()
        if form == "json":
            emit_json({"schema": "pincite.feeds/1", "library": state.model_dump(mode="json"), "ran": [_told(one) for one in ran]})
        else:
            for one in ran:
                emit(f"{one.id}: {_counts(one.last)}\n")
                for failure in (one.last.failures if one.last else ())[:_NAMED_AT_MOST]:
                    emit(f"  NOT READ: {plain(failure)}\n")
            emit(f"The library holds {state.documents:,} documents, {state.passages:,} passages.\n")
        errors = [f"{one.id}: {one.last.error}" for one in ran if one.last and one.last.error]
        failed = sum(one.last.failed for one in ran if one.last)
        if errors:
            raise FeedError(errors[0], what_to_do="What came before it is kept; `pincite feed update` goes on from there.")
        if failed:
            raise FeedError(f"{failed:,} document{'' if failed == 1 else 's'} could not be read.", what_to_do="The rest is kept.")


@contextmanager
def _opened(place: str | None) -> Iterator[_Held]:
    import logging

    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import Progress
    from pincite.feeds.running import open_client
    from pincite.feeds.subscriptions import Subscriptions

    settings = settings_of(place)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # a pause before another attempt is no news
    with open_client(settings) as client:
        progress = Progress()
        try:
            yield _Held(settings, open_library(settings), client, Subscriptions(settings), progress)
        finally:
            progress.done()


def _counts(run: Run | None) -> str:
    if run is None:
        return ""
    told = ", ".join(f"{getattr(run, name):,} {name}" for name in _OUTCOMES if getattr(run, name))
    if run.looked_up:
        told = ", ".join(part for part in (f"{run.looked_up:,} looked up", told) if part)
    return f"{told or 'nothing new'}{' (cut off)' if run.ended is None else ' (ended by an error)' if run.error else ''}"


def _announced(total: Any) -> str:
    return "no count is announced" if total is None else f"{total:,} documents are announced"


def _told(one: Subscription) -> dict[str, Any]:
    return {**one.model_dump(mode="json", exclude={"cursor"}), "next_run": one.next_run.isoformat()}
