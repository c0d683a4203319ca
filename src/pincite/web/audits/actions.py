"""What people do with a text: hand it in, stop and resume the check, share the report and withdraw the link, delete."""

from __future__ import annotations

import datetime
import secrets
import uuid
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from pincite.errors import PinciteError
from pincite.web.accounts.models import User
from pincite.web.audits import policies
from pincite.web.audits.models import CheckedText
from pincite.web.editorial.policies import Person, Refused
from pincite.web.jobs import leasing
from pincite.web.jobs.models import Job
from pincite.web.library import uploads
from pincite.web.library.uploads import PrivateFile

KIND = "audit"  # of the job
MOST_KEPT = 200  # reports of one person; a report of a long page is about 200 kB
MOST_WAITING = 10  # texts of one person that are not done
MOST_VISITORS_WAITING = 20  # of all visitors together: one worker reads a page in some seconds
_OPEN = (Job.State.QUEUED, Job.State.RUNNING)


class Handed(NamedTuple):
    """A text on its way in: a file (pasted words are one, too), or the address of a page."""

    given: str  # of `CheckedText.Given`
    name: str
    file: PrivateFile | None = None
    url: str = ""


def start(handed: Handed, *, by: Person, visitor: str = "", once: str = "") -> CheckedText:
    """The text with the job that checks it; the same `once` of the same person or `visitor` again gives the same text.

    Raises Refused where too many wait or are kept.
    """
    owner = by if isinstance(by, User) and by.is_active else None
    _room(owner)
    pk, now = uuid.uuid4(), timezone.now()
    if handed.file is not None:
        handed.file.path.replace(uploads.folder_of(pk, make=True) / "0")
    else:
        uploads.folder_of(pk, make=True)
    key = f"{KIND}:{owner.pk if owner else f'visitor:{visitor}'}:{once or pk.hex}"[:200]
    try:
        with transaction.atomic():
            text_pk = uuid.uuid4()
            job = leasing.enqueue(KIND, key=key, payload={"text": str(text_pk)}, by=owner, pk=pk)
            if job.pk == pk:
                return CheckedText.objects.create(
                    id=text_pk,
                    owner=owner,
                    job=job,
                    name=handed.name[:300],
                    given=handed.given,
                    url=handed.url,
                    today=now.astimezone(datetime.UTC).date(),
                )
    except BaseException:
        uploads.remove(pk)
        raise
    uploads.remove(pk)
    found = CheckedText.objects.select_related("job").filter(job=job).first()
    if found is None:
        raise Refused("This text was deleted.", kind="conflict", what_to_do="Open the form anew and hand it in again.")
    return found


def _room(owner: User | None) -> None:
    if owner is None:
        if CheckedText.objects.filter(owner=None, job__state__in=_OPEN).count() >= MOST_VISITORS_WAITING:
            raise Refused("Too many texts are waiting to be checked.", kind="conflict", what_to_do="Try again in a few minutes.")
        return
    kept = policies.of_user(owner)
    if kept.count() >= MOST_KEPT:
        raise Refused(f"You keep {MOST_KEPT} checked texts already.", kind="conflict", what_to_do="Delete one of them first.")
    if kept.filter(job__state__in=_OPEN).count() >= MOST_WAITING:
        raise Refused(
            f"{MOST_WAITING} of your texts are waiting to be checked.", kind="conflict", what_to_do="Wait until one of them is done."
        )


def stop(text: CheckedText) -> bool:
    """Stop a check that waits or runs; False when it has ended meanwhile."""
    return text.job is not None and leasing.cancel(text.job)


def resume(text: CheckedText) -> None:
    """Go on with a check that was stopped or failed; raises PinciteError where the text itself is no longer kept."""
    job = text.job
    if job is None or text.problem or not uploads.folder_of(job.pk).is_dir():
        raise PinciteError("The text itself is no longer kept.", what_to_do="Hand it in again.")
    Job.objects.filter(pk=job.pk, state__in=(Job.State.CANCELLED, Job.State.FAILED)).update(
        state=Job.State.QUEUED, attempts=0, finished_at=None, not_before=None, says=""
    )


def share(text: CheckedText, *, by: Person) -> str:
    """The token of a link by which anybody reads the report; the one that stands already, else a new one. Raises Refused."""
    if not policies.may_share(by, text):
        raise Refused("Only a finished report of your own can be shared.", kind="forbidden", what_to_do="Sign in and hand the text in.")
    CheckedText.objects.filter(pk=text.pk, share_token=None).update(share_token=secrets.token_urlsafe(32), shared_at=timezone.now())
    text.refresh_from_db(fields=("share_token", "shared_at"))
    assert text.share_token
    return text.share_token


def withdraw(text: CheckedText, *, by: Person) -> None:
    """The link that shares it leads nowhere from now on; raises Refused."""
    if not isinstance(by, User) or text.owner_id != by.pk:
        raise Refused("Only its owner can withdraw a link.", kind="forbidden")
    CheckedText.objects.filter(pk=text.pk).update(share_token=None, shared_at=None)
    text.share_token = text.shared_at = None


def delete(text: CheckedText) -> None:
    """For good: report, link, and what is left of the text; a check that runs is stopped."""
    job = text.job
    stop(text)
    text.delete()
    if job is not None:
        uploads.remove(job.pk)


def forget_visitors() -> int:
    """Delete what visitors handed in more than a day ago; returns how many."""
    old = CheckedText.objects.filter(owner=None, created_at__lte=timezone.now() - policies.KEPT_FOR_VISITORS)
    found = list(old.select_related("job").defer("report"))
    for text in found:
        delete(text)
    return len(found)
