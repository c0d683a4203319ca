import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory

from pincite.web import limits
from tests.web.api.conftest import Caller, is_problem


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be moved by hand."""
    now = [float(round(time.time()))]
    monkeypatch.setattr(limits, "now", lambda: now[0])
    return now


@pytest.fixture
def six_a_minute(settings: Any) -> None:
    settings.WEB = settings.WEB.model_copy(update={"asks_a_minute": 6})


EMPTY = {"question": ""}


def test_a_minutes_worth_may_come_at_once_then_one_for_each_that_leaks_out(db: Any, clock: list[float]) -> None:
    request = RequestFactory().get("/")
    assert [limits.allow(request, "x", 6) for _ in range(7)] == [0] * 6 + [10]
    clock[0] += 9
    assert limits.allow(request, "x", 6) == 1
    clock[0] += 1
    assert [limits.allow(request, "x", 6) for _ in range(2)] == [0, 10]
    clock[0] += 3600
    assert [limits.allow(request, "x", 6) for _ in range(7)][-2:] == [0, 10]


def test_names_and_callers_are_counted_apart(db: Any, clock: list[float]) -> None:
    one, other = (RequestFactory().get("/", REMOTE_ADDR=address) for address in ("192.0.2.1", "192.0.2.2"))
    assert [limits.allow(one, "x", 1), limits.allow(one, "x", 1)] == [0, 60]
    assert [limits.allow(one, "y", 1), limits.allow(other, "x", 1)] == [0, 0]


def test_an_address_of_the_sixth_version_counts_by_its_network(db: Any, clock: list[float]) -> None:
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
    assert [limits.allow(RequestFactory().get("/", REMOTE_ADDR=one), "x", 1) for one in addresses] == [0, 60, 0]
    assert limits.caller(RequestFactory().get("/", REMOTE_ADDR="::ffff:192.0.2.1")) == "address ::ffff:c000:201"
    assert limits.caller(RequestFactory().get("/", REMOTE_ADDR="")) == "address "  # a socket of this machine


def test_too_many_questions_are_refused_with_the_time_to_wait(anybody: Caller, clock: list[float], six_a_minute: None) -> None:
    for left in range(5, -1, -1):
        response = anybody.post("/ask", EMPTY)
        assert response.status_code == 400
        assert response.headers["RateLimit-Policy"] == '"ask";q=6;w=60'
        assert response.headers["RateLimit"].startswith(f'"ask";r={left};t=')
    refused = anybody.post("/ask", EMPTY)
    assert "Wait 10 seconds" in is_problem(refused, 429)["what_to_do"]
    assert refused.headers["Retry-After"] == "10"
    assert anybody.get("/library").status_code == 200
    clock[0] += 10
    assert anybody.post("/ask", EMPTY).status_code == 400


def test_another_address_in_a_header_is_nobodys_alibi(anybody: Caller, clock: list[float], six_a_minute: None) -> None:
    for number in range(6):
        anybody.post("/ask", EMPTY, headers={"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"})
    is_problem(anybody.post("/ask", EMPTY, headers={"X-Forwarded-For": "198.51.100.9"}), 429)


def test_each_token_has_a_count_of_its_own(anybody: Caller, token: Callable[..., str], clock: list[float], six_a_minute: None) -> None:
    first, second = Caller(token("frank")), Caller(token("frank"))
    for _ in range(6):
        assert first.post("/ask", EMPTY).status_code == 400
    is_problem(first.post("/ask", EMPTY), 429)
    assert second.post("/ask", EMPTY).status_code == 400
    assert anybody.post("/ask", EMPTY).status_code == 400


def test_wrong_tokens_are_counted_too(anybody: Caller, clock: list[float]) -> None:
    found = [anybody.get("/me", headers={"Authorization": f"Bearer pin_{number}"}).status_code for number in range(32)]
    assert found == [401] * 30 + [429] * 2


def test_a_database_too_busy_to_count_turns_nobody_away(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(limits.cache, "get", locked)
    assert limits.allow(RequestFactory().get("/"), "x", 1) == 0
