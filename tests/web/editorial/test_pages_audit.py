"""The audit trail as a page and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection, transaction

from pincite.web.editorial import audit_trail
from pincite.web.editorial.views_audit import harmless

PAGE = "/editorial/audit-trail/"
CSV = "/editorial/audit-trail.csv"


@pytest.mark.parametrize(("name", "status"), [("carol", 200), ("erin", 200), ("alice", 403), ("bob", 403), ("dave", 403), ("frank", 403)])
def test_it_is_for_editors_and_administrators(client: Any, people: Any, article: Any, name: str, status: int) -> None:
    client.force_login(people[name])
    for address in (PAGE, CSV):
        assert client.get(address).status_code == status


def test_a_visitor_is_asked_to_sign_in(client: Any, db: Any) -> None:
    assert client.get(PAGE).status_code == 302
    assert client.get(CSV).status_code == 302


def test_rows_are_filtered_newest_first(client: Any, people: Any, article: Any) -> None:
    client.force_login(people["erin"])

    def actions_shown(**query: str) -> list[str]:
        return [row.action for row, _, _ in client.get(PAGE, query).context["rows"]]

    assert actions_shown() == ["submit", "start"]
    assert actions_shown(action="start") == ["start"]
    assert actions_shown(subject=f"article:{article.pk}") == ["submit", "start"]
    assert actions_shown(subject="article:999") == []
    assert actions_shown(actor="alice") == ["submit", "start"]
    assert actions_shown(actor="bob") == []
    assert client.get(PAGE, {"page": "99", "action": "nonsense"}).status_code == 200


def test_long_trails_have_pages_that_keep_the_filter(client: Any, people: Any) -> None:
    with transaction.atomic():
        for _ in range(60):
            audit_trail.append(actor=None, action="tick", subject="clock:1")
    client.force_login(people["erin"])
    html = client.get(PAGE, {"subject": "clock:1"}).content.decode()
    assert "Page 1 of 2" in html
    assert 'href="?subject=clock%3A1&amp;page=2"' in html


def test_verify_now_tells_that_it_holds_or_where_it_breaks(client: Any, people: Any, article: Any) -> None:
    client.force_login(people["erin"])
    assert "All 2 rows hold" in client.get(PAGE, {"verify": "1"}).content.decode()
    with connection.cursor() as cursor:  # behind the application's back
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE editorial_auditrow DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER editorial_auditrow_no_update")
        cursor.execute("UPDATE editorial_auditrow SET actor = 'mallory' WHERE sequence = 1")
    html = client.get(PAGE, {"verify": "1"}).content.decode()
    assert "The chain is broken." in html
    assert "Row 1 (start" in html


def test_the_csv_holds_every_row_and_no_formula(client: Any, people: Any) -> None:
    with transaction.atomic():
        audit_trail.append(actor=people["alice"], action="=cmd()", subject="+1", detail={"why": 'a, "b"\nc'})
    client.force_login(people["erin"])
    response = client.get(CSV)
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["action"] == "'=cmd()"
    assert row["subject"] == "'+1"
    assert row["detail"] == '{"why": "a, \\"b\\"\\nc"}'


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r1", " =1", "\n=1"])
def test_what_a_spreadsheet_would_compute_is_made_text(cell: str) -> None:
    assert harmless(cell).startswith("'")


def test_plain_cells_stay_as_they_are() -> None:
    assert harmless("article:3") == "article:3"
    assert harmless("") == ""
