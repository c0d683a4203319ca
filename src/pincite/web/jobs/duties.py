"""What the worker looks after by itself: what changed in the library, what the day brings. It only makes jobs; jobs do the work."""

from __future__ import annotations

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
    due = [_recheck(library), _encode(library), _daily("review-dates"), _daily("purge")]
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
    if commit.vectors >= commit.passages or engine_settings().encoder == "none" or _underway("encode", "ingest"):
        return None
    return _new("encode", f"{commit.version}:{commit.number}")


def _daily(kind: str) -> Job | None:
    return _new(kind, "")


def _underway(*kinds: str) -> bool:
    return Job.objects.filter(kind__in=kinds, state__in=_OPEN).exists()


def _new(kind: str, about: str) -> Job | None:
    """The day is part of the key: what failed for good today is tried again tomorrow."""
    key = f"{kind}:{about}:{timezone.localdate().isoformat()}"
    return None if Job.objects.filter(key=key).exists() else enqueue(kind, key=key)
