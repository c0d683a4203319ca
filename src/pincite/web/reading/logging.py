"""The question log: off unless the site keeps one, without who asked, purged by age. Page and API write through `note`."""

from __future__ import annotations

import datetime
import logging
import time

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from pincite.records import Answer
from pincite.rendering.safe import plain
from pincite.web.accounts.models import User
from pincite.web.editorial import audit_trail
from pincite.web.reading.models import QuestionLog

# Rows too old go when a new one comes, but not each time: one deletion an hour is enough for days.
_PURGE_EVERY = 3600.0
_LONGEST = 2000

_log = logging.getLogger(__name__)
_purged_at = [float("-inf")]


def note(answer: Answer, *, milliseconds: int, by: str) -> None:
    """Log one answered question where a log is kept; `by` is "page" or "api". A log that cannot be written stops nobody's answer."""
    if not settings.WEB.question_log_days:
        return
    try:
        with transaction.atomic():
            QuestionLog.objects.create(
                question=plain(answer.question)[:_LONGEST],
                audience=answer.audience,
                answered=answer.answered,
                library=answer.library.version,
                milliseconds=milliseconds,
                by=by,
            )
            if time.monotonic() - _purged_at[0] > _PURGE_EVERY:
                _purged_at[0] = time.monotonic()
                purge_old()
    except DatabaseError as error:
        _log.warning("A question was not logged: %s", error)


def purge_old() -> int:
    """Delete the rows older than the configured days (all of them where no log is kept); returns how many."""
    before = timezone.now() - datetime.timedelta(days=settings.WEB.question_log_days)
    deleted, _ = QuestionLog.objects.filter(at__lt=before).delete()
    return deleted


@transaction.atomic
def purge(*, by: User) -> int:
    """Delete every row, and write into the audit trail who did; returns how many."""
    deleted, _ = QuestionLog.objects.all().delete()
    audit_trail.append(actor=by, action="purge", subject="question-log", detail={"rows": deleted})
    return deleted
