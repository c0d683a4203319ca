"""The only doors through which people change the library from the web: add, retire, restore, each with its audit row.

The library is another store than this database, so no transaction holds both: the library's change comes first, and it
is one that may be made twice; then the row. Cut off in between, the same action asked again writes the missing row.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from pincite.errors import PinciteError
from pincite.library.starter import open_library
from pincite.records import Document, Precedence
from pincite.web import engine
from pincite.web.accounts.models import User
from pincite.web.configuration import engine_settings
from pincite.web.editorial import audit_trail
from pincite.web.editorial.models import AuditRow
from pincite.web.editorial.policies import Person, Refused
from pincite.web.jobs import leasing
from pincite.web.jobs.models import Job
from pincite.web.library import uploads
from pincite.web.library.uploads import PrivateFile

PERMISSION = "jobs.manage_library"
LONGEST_REASON = 500
_PRECEDENCE: dict[str, Precedence | None] = {"local": "local", "preferred": "preferred", "none": None}
MARKS = (*_PRECEDENCE, "stands", "superseded")


def may(person: Person) -> bool:
    """May this person change the library?"""
    return isinstance(person, User) and person.is_active and person.has_perm(PERMISSION)


def check(person: Person) -> User:
    """The person as a user who may; raises Refused."""
    if not may(person):
        raise Refused(
            "Your roles do not allow you to change the library.",
            kind="forbidden",
            what_to_do="Ask an administrator for the role of librarian.",
        )
    assert isinstance(person, User)
    return person


def add(files: Sequence[PrivateFile], *, by: Person, once: str = "") -> Job:
    """A job that takes the files in; the same `once` again gives the same job. Raises Refused, PinciteError."""
    user = check(by)
    if not files:
        raise PinciteError("There is nothing to add.", what_to_do="Choose a file, or paste a text.")
    if len(files) > uploads.MOST_FILES:
        raise PinciteError(f"At most {uploads.MOST_FILES} files can be sent together.", what_to_do="Send them in parts, or as one archive.")
    pk = uuid.uuid4()
    folder = uploads.folder_of(pk, make=True)
    for number, file in enumerate(files):
        file.path.replace(folder / str(number))
    told = [{"name": file.name, "bytes": file.size, "sha256": file.sha256} for file in files]
    try:
        with transaction.atomic():
            job = leasing.enqueue("ingest", key=f"ingest:{user.pk}:{once or pk.hex}"[:200], payload={"files": told}, by=user, pk=pk)
            if job.pk == pk:
                audit_trail.append(actor=user, action="upload", subject=f"job:{pk}", detail={"files": told})
    except BaseException:
        uploads.remove(pk)
        raise
    if job.pk != pk:
        uploads.remove(pk)
    return job


def retire(document_id: str, *, by: Person, why: str) -> Document:
    """Keep a document readable and answer from it no more; raises Refused, NotFoundError, LibraryBusyError."""
    user = check(by)
    why = " ".join(why.split())[:LONGEST_REASON]
    if not why:
        raise Refused("Say why the document is retired.", kind="conflict")
    library = open_library(engine_settings().library)
    document = library.document(document_id)
    if document.retired and (document.retired != why or _last(document.id) == "retire"):
        raise Refused("This document is retired already.", kind="conflict", what_to_do="Reload its page.")
    library.retire([document.id], why=why)
    _record(document, user, "retire", version=library.commit.version, why=why)
    return library.document(document.id)


def restore(document_id: str, *, by: Person) -> Document:
    """Answer from a retired document again; raises Refused, NotFoundError, LibraryBusyError."""
    user = check(by)
    library = open_library(engine_settings().library)
    document = library.document(document_id)
    if not document.retired and _last(document.id) != "retire":
        raise Refused("This document is not retired.", kind="conflict", what_to_do="Reload its page.")
    library.restore([document.id])
    _record(document, user, "restore", version=library.commit.version, was=document.retired or "")
    return library.document(document.id)


def mark(document_id: str, *, by: Person, mark: str) -> Document:
    """Let a document lead its tier ("local", "preferred", "none" again), or stand although a newer issue is held ("stands", "superseded").

    Raises Refused, NotFoundError, LibraryBusyError.
    """
    user = check(by)
    if mark not in MARKS:
        raise Refused("There is no such mark.", kind="conflict", what_to_do=f"The marks are {', '.join(MARKS)}.")
    library = open_library(engine_settings().library)
    document = library.document(document_id)
    if mark in ("stands", "superseded"):
        changed = library.stand([document.id], stands=mark == "stands")
    else:
        changed = library.mark([document.id], precedence=_PRECEDENCE[mark])
    if changed or _last_mark(document.id) != mark:  # cut off before the row: asked again, it is written
        _record(document, user, "mark", version=library.commit.version, mark=mark)
    return library.document(document.id)


@transaction.atomic
def cancel(job: Job, *, by: Person) -> bool:
    """Stop a job; what it has done so far stays. False when it has ended meanwhile. Raises Refused."""
    user = check(by)
    stopped = leasing.cancel(job)
    if stopped:
        audit_trail.append(actor=user, action="cancel", subject=f"job:{job.pk}", detail={"kind": job.kind})
    return stopped


def _last(document_id: str) -> str | None:
    """The last of these actions on a document that was written down."""
    rows = AuditRow.objects.filter(subject=_subject(document_id), action__in=("retire", "restore"))
    return rows.order_by("-sequence").values_list("action", flat=True).first()


def _last_mark(document_id: str) -> str:
    """The last mark of a document that was written down; "none" where there never was one."""
    row = AuditRow.objects.filter(subject=_subject(document_id), action="mark").order_by("-sequence").first()
    return str(row.detail.get("mark", "")) if row else "none"


def _record(document: Document, user: User, action: str, *, version: str, **detail: str) -> None:
    with transaction.atomic():
        told = {"document": document.id, "title": document.title[:300], "text_sha256": document.text_sha256, "library": version}
        audit_trail.append(actor=user, action=action, subject=_subject(document.id), detail=told | detail)
    engine.look_again()


def _subject(document_id: str) -> str:
    return f"document:{document_id}"[:200]
