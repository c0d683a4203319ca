"""What the worker does about changes: asks watched questions again, tells the webhook, mails the editors once a day.

Each may be cut off and done again. What was told last stands in `Seen`, written in the same transaction that ends the
job, so that nothing is left out and at worst something is told twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from django.conf import settings
from django.urls import reverse

from pincite.errors import PinciteError
from pincite.library import beside
from pincite.library.commits import table_names
from pincite.library.store import Library
from pincite.living import watching
from pincite.living.events import events
from pincite.records import Answer, Event, Watch, WatchChange
from pincite.rendering.digests import change_lines, event_lines
from pincite.rendering.safe import plain
from pincite.web import engine
from pincite.web.configuration import engine_settings
from pincite.web.editorial import notifying, webhook
from pincite.web.editorial.models import Handled
from pincite.web.engine import Asked
from pincite.web.jobs import leasing
from pincite.web.jobs.models import Seen
from pincite.web.jobs.running import Outcome, Running

WATCHED, TOLD, MAILED = "watched-library", "told-changes", "mailed-changes"  # in Seen
MOST_MAILED = 20


def has_watches(library: Library) -> bool:
    """Whether any question was ever watched: a quick look."""
    return beside.TABLE in table_names(library.connection)


def ask(question: str, audience: watching.Audience) -> Answer:
    """The answer of this site's engine."""
    return engine.ask(Asked(question=question, audience=audience))


def watch_questions(running: Running) -> Outcome:
    """Ask the watched questions whose answers are of an older library."""
    engine.look_again()
    library = engine.library()
    engine.wait_for_encoder()
    failed: list[tuple[Watch, PinciteError]] = []
    asked = changed = 0
    for _, change in watching.run(library, ask=ask, failed=lambda watch, error: failed.append((watch, error))):
        asked += 1
        changed += change is not None
        running.say(f"{asked:,} asked again", further=True)

    def effects() -> None:
        Seen.objects.update_or_create(name=WATCHED, defaults={"value": library.commit.version})
        if changed and settings.WEB.webhook_url:
            leasing.enqueue("tell-changes", key=f"tell-changes:{running.job.pk}")

    says = f"{asked:,} asked again, {changed:,} changed{f', {len(failed):,} could not be asked' if failed else ''}."
    return Outcome({"says": says, "asked": asked, "changed": changed, "failed": [str(error) for _, error in failed]}, effects)


def tell_changes(running: Running) -> Outcome:
    """Send the changes since the last delivery to the webhook; the first time there is nothing but the place to begin from."""
    library = engine.library().refresh()
    number, at = _seen(TOLD)
    found, answers = _after(library, number, at) if number is not None else ([], [])
    sent = 0
    while found or answers:
        if engine_settings().cut_off:
            raise PinciteError("The webhook was not told: PINCITE_OFFLINE is set.", what_to_do="Unset it, or the webhook's address.")
        part, told = found[: webhook.MOST_ITEMS], answers[: webhook.MOST_ITEMS]
        body = webhook.body_of(part, told, site=settings.WEB.url)
        web = settings.WEB
        webhook.deliver(body, url=web.webhook_url, secret=web.webhook_secret, timestamp=int(time.time()), allow_private=web.webhook_private)
        sent += len(part) + len(told)
        found, answers = found[len(part) :], answers[len(told) :]
        running.say(f"{sent:,} told", further=True)
    return Outcome({"says": f"{sent:,} changes told.", "told": sent}, _note(TOLD, library))


def mail_changes(running: Running) -> Outcome:
    """Mail the editors what changed since the last mail and nobody has handled."""
    library = engine.library().refresh()
    number, at = _seen(MAILED)
    found, answers = _after(library, number, at) if number is not None else ([], [])
    done = set(Handled.objects.values_list("key", flat=True))
    lines = ["\n".join([plain(change.question), *change_lines(change)]) for change in answers if f"watch:{change.key}" not in done]
    lines += ["\n".join(event_lines(event, most=3)) for event in found if f"event:{event.key}" not in done]

    def effects() -> None:
        _note(MAILED, library)()
        if lines:
            more = [f"… and {len(lines) - MOST_MAILED:,} further changes."] if len(lines) > MOST_MAILED else []
            notifying.changed([*lines[:MOST_MAILED], *more], count=len(lines), path=reverse("editorial:changes"))

    return Outcome({"says": f"{len(lines):,} changes mailed.", "mailed": len(lines)}, effects)


def _after(library: Library, number: int, at: str) -> tuple[list[Event], list[WatchChange]]:
    return events(library, since=number), [change for change in watching.changed(library) if change.at > at]


def _seen(name: str) -> tuple[int | None, str]:
    """(commit, moment) up to which was told; no commit where nothing was ever told."""
    held = Seen.objects.filter(name=name).first()
    if held is None:
        return None, ""
    number, _, at = held.value.partition(" ")
    return int(number), at


def _note(name: str, library: Library) -> Callable[[], None]:
    newest = _newest(watching.changed(library))

    def effects() -> None:
        Seen.objects.update_or_create(name=name, defaults={"value": f"{library.commit.number} {newest}"})

    return effects


def _newest(changes: Iterable[WatchChange]) -> str:
    return max((change.at for change in changes), default="")
