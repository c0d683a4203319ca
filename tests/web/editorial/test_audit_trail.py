"""The trail proves who did what: it is written with the action, cannot be changed, and shows what was changed behind its back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from pincite.web.editorial import actions, audit_trail
from pincite.web.editorial.models import AuditHead, AuditRow


@pytest.fixture
def trail(article: Any, people: dict[str, Any]) -> list[AuditRow]:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    actions.review(article, by=people["bob"], base=article.current.sha256, decision="accept")
    return list(AuditRow.objects.all())


def unprotected(statement: str, *values: Any) -> None:
    """What somebody with the database file in hand could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE editorial_auditrow DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS editorial_auditrow_no_update")
            cursor.execute("DROP TRIGGER IF EXISTS editorial_auditrow_no_delete")
        cursor.execute(statement, values)


def test_every_action_wrote_a_row_with_actor_and_revision(trail: list[AuditRow]) -> None:
    assert [(row.actor, row.action) for row in trail] == [
        ("alice", "start"),
        ("alice", "submit"),
        ("carol", "assign"),
        ("bob", "review"),
    ]
    assert all(len(row.detail["sha256"]) == 64 for row in trail)
    assert audit_trail.verify() == (4, trail[-1].hash, None)


@pytest.mark.parametrize("statement", ["UPDATE editorial_auditrow SET actor = 'mallory'", "DELETE FROM editorial_auditrow"])
def test_the_database_refuses_to_change_a_row(trail: list[AuditRow], statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert audit_trail.verify().broken is None


def test_the_database_refuses_to_change_a_revision(article: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE editorial_revision SET says = 'x'")


@pytest.mark.parametrize("field", ["at", "actor", "actor_name", "action", "subject"])
def test_a_changed_field_is_found(trail: list[AuditRow], field: str) -> None:
    unprotected(f"UPDATE editorial_auditrow SET {field} = 'x' WHERE sequence = %s", 2)
    broken = audit_trail.verify().broken
    assert broken is not None
    assert broken.startswith("Row 2 ")


def test_a_changed_row_with_a_new_hash_breaks_the_next_link(trail: list[AuditRow]) -> None:
    trail[1].actor = "mallory"
    unprotected("UPDATE editorial_auditrow SET actor = 'mallory', hash = %s WHERE sequence = 2", audit_trail.hash_of(trail[1]))
    assert audit_trail.verify().broken == "Row 3 does not follow from row 2."


def test_a_row_taken_out_of_the_middle_is_found(trail: list[AuditRow]) -> None:
    unprotected("DELETE FROM editorial_auditrow WHERE sequence = 2")
    assert audit_trail.verify().broken == "Row 2 is missing: row 3 follows row 1."


def test_rows_cut_off_the_end_are_found(trail: list[AuditRow]) -> None:
    unprotected("DELETE FROM editorial_auditrow WHERE sequence >= 3")
    broken = audit_trail.verify().broken
    assert broken is not None
    assert "rows are missing at its end" in broken


def test_a_lost_end_mark_is_found(trail: list[AuditRow]) -> None:
    AuditHead.objects.all().delete()
    assert audit_trail.verify().broken == "The trail's end mark is missing."


def test_a_row_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        audit_trail.append(actor=None, action="x", subject="y")


def test_an_action_that_fails_after_its_row_leaves_neither(article: Any, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from pincite.web.editorial import notifying

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the mail template is broken")

    monkeypatch.setattr(notifying, "assigned", broken)
    rows = AuditRow.objects.count()
    with pytest.raises(RuntimeError):
        actions.assign(article, by=people["carol"], reviewer=people["bob"])
    article.refresh_from_db()
    assert (article.state, AuditRow.objects.count()) == ("submitted", rows)
