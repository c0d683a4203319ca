"""What the worker looks after by itself: what changed in the library, what the day brings. It only makes jobs; jobs do the work."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from pincite.library.store import Library
from pincite.web import engine
from pincite.web.configuration import engine_settings
from pincite.web.jobs.leasing import enqueue
from pincite.web.jobs.models import Job, Seen
from pincite.web.jobs.work import ARTICLES_SEEN

_OPEN = (Job.State.QUEUED, Job.State.RUNNING)


def look() -> list[Job]:
    """Jobs for everything that is due now; asked again before they are done, it makes no second ones. Raises LibraryError."""
    library = engine.library()
    due = [_recheck(library), _encode(library), _daily("review-dates"), _daily("purge"), _feeds(), _forget_texts(), *_changes(library)]
    return [job for job in due if job is not None]


def _recheck(library: Library) -> Job | None:
    """Articles are compared anew when the library is not the one that they were compared with last."""
    seen = Seen.objects.filter(name=ARTICLES_SEEN).first()
    if (seen is not None and seen.value == library.commit.version) or _underway("recheck-articles"):
        return None
    return _new("recheck-articles", f"{library.commit.version}:{library.commit.number}")


def _encode(library: Library) -> Job | None:
    """Vectors are made when some are missing and no document waits to be added: then all are made together."""
    commit = library.commit
    if commit.vectors >= commit.passages or engine_settings().encoder == "none" or _underway("encode", "ingest", "feed"):
        return None
    return _new("encode", f"{commit.version}:{commit.number}")


def _forget_texts() -> Job | None:
    """What visitors handed in is kept for a day, to the hour."""
    from pincite.web.audits.models import CheckedText  # noqa: PLC0415 - a model that refers to jobs
    from pincite.web.audits.policies import KEPT_FOR_VISITORS  # noqa: PLC0415

    now = timezone.now()
    if not CheckedText.objects.filter(owner=None, created_at__lte=now - KEPT_FOR_VISITORS).exists():
        return None
    return _new("forget-texts", f"{now:%H}")


def _feeds() -> Job | None:
    """Subscriptions whose time has come, where the settings let this server connect by itself (`PINCITE_OFFLINE=0`)."""
    if engine_settings().offline or _underway("feed"):
        return None
    from pincite.feeds.running import due  # noqa: PLC0415 - only where feeds run by themselves
    from pincite.feeds.subscriptions import Subscriptions  # noqa: PLC0415

    ids = [one.id for one in due(Subscriptions(engine_settings()).all())]
    return None if not ids else enqueue("feed", key=f"feed:due:{timezone.now():%Y-%m-%d-%H}", payload={"ids": ids})


def _changes(library: Library) -> list[Job | None]:
    """Watched questions are asked when the library moved and its vectors are made; then others are told, where that is wanted."""
    from pincite.web.editorial import telling  # noqa: PLC0415 - it works with jobs itself

    commit = library.commit
    due: list[Job | None] = []
    seen = dict(Seen.objects.filter(name__in=(telling.WATCHED, telling.TOLD)).values_list("name", "value"))
    if (
        seen.get(telling.WATCHED) != commit.version
        and telling.has_watches(library)
        and not _underway("watch-questions", "encode", "ingest")
    ):
        due.append(_new("watch-questions", f"{commit.version}:{commit.number}"))
    told = seen.get(telling.TOLD, "").partition(" ")[0]
    if settings.WEB.webhook_url and told != str(commit.number) and not _underway("tell-changes", "ingest"):
        due.append(_new("tell-changes", f"{commit.number}"))
    if settings.WEB.change_mail:
        due.append(_daily("mail-changes"))
    return due


def _daily(kind: str) -> Job | None:
    return _new(kind, "")


def _underway(*kinds: str) -> bool:
    return Job.objects.filter(kind__in=kinds, state__in=_OPEN).exists()


def _new(kind: str, about: str) -> Job | None:
    """The day is part of the key: what failed for good today is tried again tomorrow."""
    key = f"{kind}:{about}:{timezone.localdate().isoformat()}"
    return None if Job.objects.filter(key=key).exists() else enqueue(kind, key=key)
