import asyncio
from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from pincite.errors import LibraryBusyError, LibraryError, SettingsError
from pincite.web.api.limits import MOST_BYTES, SmallBodies
from tests.web.api.conftest import Caller, is_problem


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/ask", {"GET", "HEAD", "POST"}),
        ("PUT", "/articles", {"GET", "HEAD", "POST"}),
        ("PATCH", "/me", {"GET", "HEAD"}),
        ("OPTIONS", "/library", {"GET", "HEAD"}),
    ],
)
def test_a_method_that_an_address_does_not_take(anybody: Caller, method: str, path: str, allowed: set[str]) -> None:
    response = anybody.call(method, path)
    is_problem(response, 405)
    assert {name.strip() for name in response.headers["Allow"].split(",")} == allowed


@pytest.mark.parametrize("path", ["/nothing", "/ask/", "/articles/", "/", "/../accounts/login/", "/documents"])
def test_an_address_where_nothing_is(anybody: Caller, path: str) -> None:
    response = anybody.get(path)
    if path == "/documents":
        assert response.status_code == 200
    else:
        is_problem(response, 404)


def test_head_is_get_without_the_body(anybody: Caller) -> None:
    response = anybody.call("HEAD", "/library")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 400),
        ("application/json; charset=utf-8", 400),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/problem+json", 415),
        ("nonsense", 415),
        ("", 415),
    ],
)
def test_a_body_is_json_or_refused(anybody: Caller, kind: str, status: int) -> None:
    is_problem(anybody.call("POST", "/ask", '{"question": ""}', content_type=kind), status)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "nonsense",
        b"\xff\xfe{}",
        '{"question": NaN}',
        '{"question": "a\\u0000b"}',
        '{"question": "a\\ud800b"}',
        '{"\\ud800": 1}',
        "[" * 200 + "]" * 200,
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"since": ' + "9" * 5000 + "}",
    ],
)
def test_a_body_that_is_no_usable_json_is_told_so(anybody: Caller, body: Any) -> None:
    is_problem(anybody.post("/ask", body), 400)


def test_a_large_body_is_refused(anybody: Caller) -> None:
    is_problem(anybody.post("/ask", '{"question": "' + "x" * MOST_BYTES + '"}'), 413)


def test_a_nul_in_an_address_is_refused(anybody: Caller) -> None:
    is_problem(anybody.get("/search?q=a%00b"), 400)


class _Server:
    """An ASGI server's side of one request: sends chunks, and notes how many were taken."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks
        self.taken = 0
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        chunk = self.chunks[self.taken]
        self.taken += 1
        return {"type": "http.request", "body": chunk, "more_body": self.taken < len(self.chunks)}

    async def send(self, message: Any) -> None:
        self.sent.append(message)


async def _django(scope: Any, receive: Any, send: Any) -> None:
    """As Django: reads the whole body first, and gives up on a client that went away."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("path", "headers", "chunks", "status", "taken"),
    [
        ("/api/v1/ask", [(b"content-length", b"2000001")], 40, 413, 0),
        ("/api/v1/ask", [(b"transfer-encoding", b"chunked")], 40, 413, 21),
        ("/api/v1/ask", [(b"content-length", b"100000")], 1, 200, 1),
        ("/api/v1/ask", [(b"content-length", b"-1")], 1, 200, 1),
        ("/api/v1/documents", [(b"content-length", b"4000000")], 40, 200, 40),
        ("/library/add", [(b"content-length", b"4000000")], 40, 200, 40),
    ],
)
def test_too_much_is_refused_before_all_of_it_is_read(
    path: str, headers: list[tuple[bytes, bytes]], chunks: int, status: int, taken: int
) -> None:
    server = _Server([b"x" * 100_000] * chunks)
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(SmallBodies(_django)(scope, server.receive, server.send))
    assert (server.sent[0]["status"], server.taken) == (status, taken)
    assert len(server.sent) == 2


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("secret /srv/pincite password=hunter2"), 500),
        (OperationalError("secret /srv/pincite database is locked"), 503),
        (LibraryError("secret /srv/pincite is torn."), 503),
        (LibraryBusyError("secret /srv/pincite is busy."), 503),
        (SettingsError("secret /srv/pincite"), 503),
    ],
)
def test_what_breaks_here_tells_nothing_of_the_inside(
    anybody: Caller, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    from pincite.web import engine

    def broken() -> None:
        raise error

    monkeypatch.setattr(engine, "library", broken)
    response = anybody.get("/library")
    is_problem(response, status)
    for word in ("secret", "srv", "hunter2", "Traceback", "RuntimeError", "locked", "torn"):
        assert word not in response.content.decode()
    if status == 503:
        assert int(response.headers["Retry-After"]) > 0


def test_a_page_says_it_in_html_and_without_the_inside_too(anybody: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from pincite.web import errors

    request = RequestFactory().get("/x")
    monkeypatch.setattr(errors, "render", lambda *_, **__: 1 / 0)
    response = errors.broken(request)
    assert response.status_code == 500
    assert b"Something broke here" in response.content


def test_a_host_that_is_not_ours_is_refused(anybody: Caller) -> None:
    is_problem(anybody.get("/library", headers={"Host": "evil.example"}), 400)


def test_answers_of_the_api_are_kept_by_no_cache_and_load_nothing(anybody: Caller) -> None:
    response = anybody.get("/library")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
