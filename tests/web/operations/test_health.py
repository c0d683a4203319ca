"""Probes and counters: what they say, to whom, and that no question stands in log or metrics."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from pincite.errors import LibraryError, QuestionError
from pincite.web import engine, health, monitoring
from pincite.web.engine import Asked


def test_a_probe_needs_no_host_name_and_no_https(client: Client, db: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["pincite.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/healthz", "/readyz"):
        response = client.get(path, headers={"host": "10.0.0.7:8000"})
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_not_ready_says_what_cannot_be_read_and_no_more(client: Client, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ready", lambda: "The library /secret/place is torn.")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "cannot_be_read": ["library"]}

    class Gone:
        def cursor(self) -> Any:
            raise DatabaseError("no such server db.internal")

    monkeypatch.setattr(health, "connection", Gone())
    assert client.get("/readyz").json()["cannot_be_read"] == ["library", "database"]


def test_metrics_count_what_was_done(client: Client, article: Any) -> None:
    before = sum(monitoring.asks.counts)
    engine.ask(Asked("What is the treatment for Baastrup's disease?"))
    with pytest.raises(QuestionError):
        engine.ask(Asked("x" * 100_000))
    text = client.get("/metrics").content.decode()
    assert f"pincite_asks_seconds_count {before + 2}" in text
    assert 'pincite_articles{state="submitted"} 1' in text
    assert 'pincite_jobs{state="queued"}' in text
    assert "pincite_audit_rows 2" in text
    assert "pincite_library_documents 193" in text
    assert "Baastrup" not in text
    for line in text.splitlines():  # Prometheus' own rule: a name, labels, a number
        assert line.startswith("#") or float(line.rsplit(" ", 1)[1]) >= 0


def test_metrics_go_on_without_the_library(client: Client, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn() -> None:
        raise LibraryError("torn")

    monkeypatch.setattr(engine, "library", torn)
    assert "pincite_library_up 0" in client.get("/metrics").content.decode()


@pytest.mark.parametrize(
    ("token", "sent", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "::1", 200),
        ("", {}, "192.0.2.1", 404),
        ("", {"x-forwarded-for": "192.0.2.1"}, "127.0.0.1", 404),
        ("", {"authorization": "Bearer "}, "192.0.2.1", 404),
        ("secret", {"authorization": "Bearer secret"}, "192.0.2.1", 200),
        ("secret", {"authorization": "Bearer other"}, "192.0.2.1", 404),
        ("secret", {}, "127.0.0.1", 404),
    ],
)
def test_metrics_are_for_this_machine_or_the_token(
    db: Any, settings: Any, token: str, sent: dict[str, str], address: str, status: int
) -> None:
    settings.WEB = settings.WEB.model_copy(update={"metrics_token": token})
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=sent).status_code == status


def test_a_request_is_logged_without_what_was_asked(client: Client, db: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/ask", {"q": "What helps Jane Doe of 5 High Street?"})
        client.get("/no/such\n2026 INFO forged: line")
    assert "GET /ask " in caplog.text
    assert "Jane" not in caplog.text
    own = [record.getMessage() for record in caplog.records if record.name == "pincite.web.request"]
    assert not any("\n" in line for line in own)


def test_a_histogram_counts_each_time_once() -> None:
    made = monitoring.Histogram()
    for seconds in (0.001, 0.2, 99):
        made.observe(seconds, failed=seconds > 1)
    lines = list(made.lines("x"))
    assert 'x_bucket{le="0.01"} 1' in lines
    assert 'x_bucket{le="0.25"} 2' in lines
    assert 'x_bucket{le="+Inf"} 3' in lines
    assert lines[-1] == "x_count 3"
    assert made.errors == 1
