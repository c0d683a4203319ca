"""What long work there is: kind → function. Each can be cut off at any point and done again with the same result.

What a function changes outside this database must be harmless to do twice; what it changes here it returns as effects.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from pincite.errors import EncoderError
from pincite.web.configuration import engine_settings
from pincite.web.jobs.models import Job, Seen
from pincite.web.jobs.running import Outcome, Running

ARTICLES_SEEN = "articles-library"  # in Seen: the library version that articles were compared with last


def ingest(running: Running) -> Outcome:
    """Take uploaded files into the library."""
    from pincite.web.library.ingesting import ingest as work  # noqa: PLC0415 - lancedb, only where documents are added

    return work(running)


def feed(running: Running) -> Outcome:
    """Bring subscriptions to public sources up to date."""
    from pincite.web.library.feeding import update  # noqa: PLC0415 - lancedb, only where documents are added

    return update(running)


def encode(running: Running) -> Outcome:
    """Make the vectors that are missing; without an encoder the library is searched by words alone."""
    from pincite.library.encoder import load_encoder  # noqa: PLC0415 - onnxruntime
    from pincite.library.starter import Shipped, open_library  # noqa: PLC0415

    settings = engine_settings()
    library = open_library(settings.library)
    try:
        encoder = load_encoder(settings.encoder, cache=settings.cache)
        if encoder is None:
            return Outcome({"says": "Searching by meaning is turned off."})
        made = library.encode_missing(
            Shipped(encoder),
            progress=lambda done, total: running.say(f"{done:,} of {total:,} passages", done=done, total=total, further=True),
        )
    except EncoderError as error:
        return Outcome({"says": f"Searching by words alone: {error}"})
    return Outcome({"says": f"{made:,} passages can now be found by meaning.", "encoded": made})


def recheck_articles(running: Running) -> Outcome:
    """Compare every article with the library as it is now."""
    from pincite.web import engine  # noqa: PLC0415 - the library
    from pincite.web.editorial import living  # noqa: PLC0415

    version = engine.library().refresh().commit.version  # a change that comes later is told by the next job
    raised = living.recheck()

    def effects() -> None:
        Seen.objects.update_or_create(name=ARTICLES_SEEN, defaults={"value": version})

    return Outcome({"says": f"{raised:,} new alert{'' if raised == 1 else 's'}.", "alerts": raised, "library": version}, effects)


def review_dates(running: Running) -> Outcome:
    """Flag the articles whose date for the next review has passed."""
    from pincite.web.editorial import living  # noqa: PLC0415 - the library

    raised = living.review_dates(timezone.localdate())
    return Outcome({"says": f"{raised:,} article{'' if raised == 1 else 's'} newly due for review.", "alerts": raised})


def audit(running: Running) -> Outcome:
    """Check a text that somebody handed in."""
    from pincite.web.audits.working import check  # noqa: PLC0415 - the library

    return check(running)


def forget_texts(running: Running) -> Outcome:
    """Delete the texts that visitors handed in more than a day ago."""
    from pincite.web.audits.actions import forget_visitors  # noqa: PLC0415 - its models need this module's

    return Outcome({"says": f"{forget_visitors():,} texts of visitors deleted."})


def watch_questions(running: Running) -> Outcome:
    """Ask the watched questions again."""
    from pincite.web.editorial import telling  # noqa: PLC0415 - the library

    return telling.watch_questions(running)


def tell_changes(running: Running) -> Outcome:
    """Tell the webhook what changed."""
    from pincite.web.editorial import telling  # noqa: PLC0415 - the library

    return telling.tell_changes(running)


def mail_changes(running: Running) -> Outcome:
    """Mail the editors what changed."""
    from pincite.web.editorial import telling  # noqa: PLC0415 - the library

    return telling.mail_changes(running)


def purge(running: Running) -> Outcome:
    """Delete questions older than the configured days, uploads that belong to nothing, and old jobs of the system itself."""
    from pincite.web.library import uploads  # noqa: PLC0415
    from pincite.web.reading import logging as question_log  # noqa: PLC0415

    questions = question_log.purge_old()
    folders = uploads.sweep()
    before = timezone.now() - timezone.timedelta(days=KEEP_DAYS)
    jobs, _ = Job.objects.filter(created_by=None, finished_at__lt=before).delete()
    return Outcome({"says": f"{questions:,} questions, {folders:,} uploads, {jobs:,} old jobs deleted."})


KEEP_DAYS = 30
KINDS: dict[str, Callable[[Running], Outcome]] = {
    "ingest": ingest,
    "feed": feed,
    "audit": audit,
    "encode": encode,
    "forget-texts": forget_texts,
    "recheck-articles": recheck_articles,
    "review-dates": review_dates,
    "watch-questions": watch_questions,
    "tell-changes": tell_changes,
    "mail-changes": mail_changes,
    "purge": purge,
}
TITLES = {
    "ingest": "Adding documents",
    "feed": "Asking public sources",
    "audit": "Checking a text",
    "encode": "Preparing the search by meaning",
    "forget-texts": "Deleting texts of visitors",
    "recheck-articles": "Comparing articles with the library",
    "review-dates": "Looking for articles that are due for review",
    "watch-questions": "Asking watched questions again",
    "tell-changes": "Telling the webhook what changed",
    "mail-changes": "Mailing what changed",
    "purge": "Clearing old records",
}
