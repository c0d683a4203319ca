"""Subscriptions to public sources, as librarians keep them: made, run and removed through these doors, each with its audit row.

The subscriptions lie with the library (`pincite.feeds.subscriptions`), so that the command line and the web see the same ones.
Running them is a job: it can be cut off at any point and goes on where it ended.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from pincite import registry
from pincite.feeds import running as feeds
from pincite.feeds.subscriptions import Run, Subscription, Subscriptions, new, utc_now
from pincite.library.starter import open_library
from pincite.web import engine
from pincite.web.configuration import engine_settings
from pincite.web.editorial import audit_trail
from pincite.web.editorial.policies import Person
from pincite.web.jobs import leasing
from pincite.web.jobs.models import Job
from pincite.web.jobs.running import Outcome, Running
from pincite.web.library import actions

# Reads a folder of this machine when it is given one: for its administrators, on the command line.
_NOT_HERE = ("pubmed-bulk",)
# Answers a job's report may hold of each subscription.
_COUNTS = ("read", "added", "updated", "replaced", "merged", "unchanged", "missing", "withdrawn", "looked_up", "flagged", "failed")
_OPEN = (Job.State.QUEUED, Job.State.RUNNING)


def sources() -> list[tuple[str, str, str, str]]:
    """(name, title, what a query is, terms of use) of every source that can be subscribed to here."""
    found = [(name, feeds.feed_called(name)) for name in registry.names("feeds") if name not in _NOT_HERE]
    return [(name, feed.title, feed.asks, feed.terms) for name, feed in found]


def held() -> list[Subscription]:
    """Every subscription; raises LibraryError for a damaged file."""
    return Subscriptions(engine_settings()).all()


def add(source: str, query: Sequence[str], *, by: Person, **options: Any) -> Subscription:
    """Subscribe; the same source and query again give the subscription that is held. Raises Refused."""
    user = actions.check(by)
    one = Subscriptions(engine_settings()).add(new(source, tuple(query), now=utc_now(), **options))
    with transaction.atomic():
        detail = {"source": source, "query": list(query), **{name: value for name, value in options.items() if value}}
        audit_trail.append(actor=user, action="subscribe", subject=f"feed:{one.id}", detail=detail)
    return one


def remove(identifier: str, *, by: Person) -> Subscription:
    """Forget a subscription; its documents stay. Raises Refused, NotFoundError."""
    user = actions.check(by)
    gone = Subscriptions(engine_settings()).remove(identifier)
    with transaction.atomic():
        detail = {"source": gone.source, "query": list(gone.query)}
        audit_trail.append(actor=user, action="unsubscribe", subject=f"feed:{gone.id}", detail=detail)
    return gone


def start(identifiers: Sequence[str], *, by: Person) -> Job:
    """A job that runs these subscriptions now; the one under way for the same ones when there is one. Raises Refused, NotFoundError."""
    user = actions.check(by)
    store = Subscriptions(engine_settings())
    ids = [store.get(name).id for name in identifiers]
    for job in Job.objects.filter(kind="feed", state__in=_OPEN):
        if set(ids) <= set(job.payload.get("ids", ())):
            return job
    with transaction.atomic():
        job = leasing.enqueue("feed", key=f"feed:{uuid.uuid4().hex}", payload={"ids": ids}, by=user)
        audit_trail.append(actor=user, action="update-feeds", subject=f"job:{job.pk}", detail={"feeds": ids})
    return job


def update(running: Running) -> Outcome:
    """The job: one subscription after the other; an error of one source is told and does not stop the next."""
    settings = engine_settings()
    store = Subscriptions(settings)
    told: list[dict[str, Any]] = []
    with store.held(), feeds.open_client(settings) as client:
        library = open_library(settings.library)
        asked = set(running.job.payload["ids"])
        for one in feeds.in_order(one for one in store.all() if one.id in asked):  # one may have been removed since
            safe = 0

            def say(line: str, run: Run, title: str = one.id) -> None:
                nonlocal safe
                running.say(f"{title}: {line}", done=min(run.read, run.total or run.read), total=run.total, further=run.read > safe)
                safe = run.read

            running.say(f"{one.id}: asking", done=0, total=None)
            last = feeds.run(one, client=client, settings=settings, library=library, subscriptions=store, progress=say).last
            assert last is not None
            told.append(
                {"id": one.id, "error": last.error, "failures": list(last.failures), **{count: getattr(last, count) for count in _COUNTS}}
            )
    engine.look_again()
    state = library.refresh().state()

    def effects() -> None:
        audit_trail.append(
            actor=running.job.created_by,
            action="feeds-updated",
            subject=f"job:{running.job.pk}",
            detail={"feeds": told, "library": state.version},
        )

    return Outcome({"says": says(told), "feeds": told, "library": state.version}, effects)


def says(told: Sequence[dict[str, Any]]) -> str:
    """What came of a job, in a line or two."""
    total = {count: sum(one[count] for one in told) for count in _COUNTS}
    named = [f"{total[count]:,} {count.replace('_', ' ')}" for count in _COUNTS[1:] if total[count]]
    errors = [f"{one['id']}: {one['error']}" for one in told if one["error"]]
    return " ".join([f"{', '.join(named) or 'Nothing new'}.", *errors])
