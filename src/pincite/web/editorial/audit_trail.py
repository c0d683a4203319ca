"""The audit trail: append-only rows, each with the hash of the one before; who did what can be proved, and a gap is found.

`append` belongs inside the transaction of the action that it tells of. The database refuses to change or delete a row
(triggers, see the first migration); `verify` finds what was changed behind its back.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from pincite.web.accounts.models import User
from pincite.web.editorial.models import AuditHead, AuditRow

START = "0" * 64
_LOCK = 7_403_118_220  # any number that no other advisory lock of this database uses


class Verified(NamedTuple):
    """How many rows were read, the hash of the last, and the first broken link: None when the chain holds."""

    rows: int
    head: str
    broken: str | None


def append(*, actor: User | None, action: str, subject: str, detail: dict[str, Any] | None = None) -> AuditRow:
    """Write one row after the last; `actor` None is the system itself. Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit row is written in the transaction of its action.")
    if connection.vendor == "postgresql":  # SQLite's writers queue by themselves
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    head = AuditHead.objects.order_by("pk").first() or AuditHead(count=0, hash=START)
    row = AuditRow(
        sequence=head.count + 1,
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
        actor=actor.get_username() if actor else "system",
        actor_name=actor.shown_name if actor else "",
        action=action,
        subject=subject,
        detail=detail or {},
        previous=head.hash,
    )
    row.hash = hash_of(row)
    row.save()
    head.count, head.hash = row.sequence, row.hash
    head.save()
    return row


def hash_of(row: AuditRow) -> str:
    """SHA-256 over every field of a row, the previous row's hash among them."""
    fields = [row.sequence, row.at, row.actor, row.actor_name, row.action, row.subject, row.detail, row.previous]
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def verify() -> Verified:
    """Read the whole trail and name the first row that was changed, removed, added or moved."""
    previous, expected, head = START, 1, AuditHead.objects.order_by("pk").first()
    for row in AuditRow.objects.order_by("sequence").iterator():
        if row.sequence != expected:
            return Verified(expected - 1, previous, f"Row {expected} is missing: row {row.sequence} follows row {expected - 1}.")
        if row.previous != previous:
            return Verified(expected - 1, previous, f"Row {row.sequence} does not follow from row {row.sequence - 1}.")
        if hash_of(row) != row.hash:
            return Verified(expected - 1, previous, f"Row {row.sequence} ({row.action} {row.subject}) was changed after it was written.")
        previous, expected = row.hash, expected + 1
    rows = expected - 1
    if head is None:
        return Verified(rows, previous, None if rows == 0 else "The trail's end mark is missing.")
    if (head.count, head.hash) != (rows, previous):
        return Verified(rows, previous, f"The trail ends at row {rows}, its end mark names row {head.count}: rows are missing at its end.")
    return Verified(rows, previous, None)
