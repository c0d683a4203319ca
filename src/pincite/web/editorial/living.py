"""Living articles: what changed under an article's feet becomes an alert; its text never changes by itself.

The worker calls `recheck` after every change of the library and `review_dates` every day. Both may be cut off and run
by several processes at once: an article's alerts are written under its lock, from the library as it is while the lock
is held, in one transaction with the audit row.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from pincite.library.store import Library
from pincite.web import engine
from pincite.web.editorial import audit_trail, notifying
from pincite.web.editorial.content import Content
from pincite.web.editorial.models import Alert, Article, Revision
from pincite.web.editorial.source_changes import Change, changes

Kind = Alert.Kind

# An alert whose change is no longer so gives its fingerprint free: should the same happen again, it is news again.
_ENDED = "ended:"
# That a notice of retraction left the library does not make a paper sound: such an alert is settled by a person only.
_BY_A_PERSON = (Kind.RETRACTED, Kind.CONCERN)


def recheck() -> int:
    """Compare every approved or public article with the library of now; returns how many alerts are new. Raises LibraryError."""
    raised = 0
    library = engine.library().refresh()
    for article in _watched().select_related("approved", "current"):
        told = set(_standing(article).exclude(kind=Kind.REVIEW_DUE).values_list("fingerprint", flat=True))
        if told != set(_changes(article.shown, library)):  # most articles need no lock
            raised += _tell_changes(article.pk)
    return raised


def review_dates(today: datetime.date) -> int:
    """An alert for every article whose date for the next review lies before `today`; returns how many are new."""
    due = Q(review_due__lt=today)
    put_off = Q(review_due__gte=today, alerts__kind=Kind.REVIEW_DUE, alerts__resolved_at=None)
    numbers = list(_watched().filter(due | put_off).values_list("pk", flat=True).distinct())
    return sum(_tell_date(number, today) for number in numbers)


def banner(article: Article) -> list[Alert]:
    """What the public page says of its sources: every alert that nobody has settled yet, oldest first."""
    return list(article.alerts.filter(resolved_at=None).order_by("raised_at", "pk"))


def _watched() -> QuerySet[Article]:
    public = Q(approved__isnull=False) | Q(published_at__isnull=False)
    return Article.objects.filter(public).exclude(state=Article.State.WITHDRAWN).order_by("pk")


def _standing(article: Article) -> QuerySet[Alert]:
    return article.alerts.exclude(fingerprint__startswith=_ENDED)


def _changes(revision: Revision | None, library: Library) -> dict[str, Change]:
    """The changes of a revision's sources by fingerprint."""
    if revision is None:
        return {}
    return {change.fingerprint(): change for change in changes(Content.model_validate(revision.content), library)}


def _locked(number: int) -> Article | None:
    """The article as it stands now, locked; None when it is no longer watched."""
    return _watched().select_for_update(of=("self",)).filter(pk=number).first()


@transaction.atomic
def _tell_changes(number: int) -> int:
    article = _locked(number)
    if article is None or article.shown is None:
        return 0
    library = engine.library().refresh()  # under the lock: who comes later never sees an older library
    found = _changes(article.shown, library)
    told = {alert.fingerprint: alert for alert in _standing(article).exclude(kind=Kind.REVIEW_DUE)}
    _end(article, (alert for name, alert in told.items() if name not in found), why="What it told of is no longer so.")
    new = [
        Alert(
            article=article,
            revision=article.shown,
            kind=change.kind,
            fingerprint=name,
            document_id=change.document_id[:300],
            title=change.title,
            statement=change.statement,
            old_quote=change.old_quote,
            new_quote=change.new_quote,
            says=change.says,
            library=library.commit.version,
        )
        for name, change in found.items()
        if name not in told
    ]
    return _raise(article, new)


@transaction.atomic
def _tell_date(number: int, today: datetime.date) -> int:
    article = _locked(number)
    if article is None or article.shown is None or article.review_due is None:
        return 0
    name = hashlib.sha256(f"{Kind.REVIEW_DUE}\n{article.review_due.isoformat()}".encode()).hexdigest()
    told = {alert.fingerprint: alert for alert in _standing(article).filter(kind=Kind.REVIEW_DUE)}
    passed = article.review_due < today
    others = (alert for fingerprint, alert in told.items() if not passed or fingerprint != name)
    _end(article, others, why=f"The next review is due on {_day(article.review_due)}.")
    if not passed or name in told:
        return 0
    says = f"The next review of this article was due on {_day(article.review_due)}."
    return _raise(article, [Alert(article=article, revision=article.shown, kind=Kind.REVIEW_DUE, fingerprint=name, says=says)])


def _raise(article: Article, alerts: list[Alert]) -> int:
    """Write new alerts with one audit row and tell the people concerned."""
    if not alerts:
        return 0
    for alert in alerts:
        alert.save()
    _record(article, "alert", alerts)
    notifying.alerted(article, alerts)
    return len(alerts)


def _end(article: Article, alerts: Iterable[Alert], *, why: str) -> None:
    """Alerts that tell of something that is no longer so: settled without a person, except where only a person may."""
    settled = []
    for alert in alerts:
        if alert.resolved_at is None:
            if alert.kind in _BY_A_PERSON:
                continue
            alert.resolved_at, alert.resolution = timezone.now(), why
            settled.append(alert)
        alert.fingerprint = f"{_ENDED}{alert.pk}"
        alert.save()
    if settled:
        _record(article, "alert-ended", settled)


def _record(article: Article, action: str, alerts: list[Alert]) -> None:
    revision = article.shown
    assert revision is not None
    told = [{"alert": alert.pk, "kind": str(alert.kind), "document": alert.document_id} for alert in alerts]
    detail = {"state": article.state, "revision": revision.number, "sha256": revision.sha256, "alerts": told}
    audit_trail.append(actor=None, action=action, subject=f"article:{article.pk}", detail=detail)


def _day(date: datetime.date) -> str:
    return f"{date.day} {date:%B %Y}"
