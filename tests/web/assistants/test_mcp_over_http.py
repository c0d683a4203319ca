"""The MCP server beside Django: the official client through the application itself, with tokens, scopes, hosts and limits."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from asgiref.sync import async_to_sync
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from pincite.errors import LibraryError, NotFoundError
from tests.web.api.conftest import token  # noqa: F401 - fixture
from tests.web.conftest import QUESTION

pytestmark = pytest.mark.django_db
ADDRESS = "http://testserver/mcp"


@pytest.fixture(autouse=True)
def _same_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door's questions to the database run in this thread, inside the test's transaction."""
    from pincite.web import assistants

    monkeypatch.setattr(assistants, "ThreadSensitiveContext", contextlib.AsyncExitStack)
    # The connection is the test's, as with Django's own client, which leaves it open, too.
    monkeypatch.setattr(assistants, "close_old_connections", lambda: None)


def talk(conversation: Callable[[httpx2.AsyncClient], Awaitable[Any]], headers: dict[str, str], *, client: str = "192.0.2.7") -> Any:
    """Run a conversation with the whole application, in a process of its own lifespan."""
    from pincite.web.asgi import application
    from pincite.web.assistants import Assistants

    mounted = Assistants(application.app.app)

    async def run() -> Any:
        async with mounted._running():
            transport = httpx2.ASGITransport(app=mounted, client=(client, 123))
            async with httpx2.AsyncClient(transport=transport, headers=headers, timeout=60) as http:
                return await conversation(http)

    return async_to_sync(run)()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def connected(conversation: Callable[[Client], Awaitable[Any]]) -> Callable[[httpx2.AsyncClient], Awaitable[Any]]:
    async def run(http: httpx2.AsyncClient) -> Any:
        async with Client(streamable_http_client(ADDRESS, http_client=http)) as client:
            return await conversation(client)

    return run


def test_three_turns_with_a_token(token: Callable[..., str]) -> None:  # noqa: F811
    async def conversation(client: Client) -> None:
        first = await client.call_tool("ask", {"question": QUESTION})
        assert first.structured_content is not None
        assert "(http://127.0.0.1:8000/source/" in first.content[0].text  # type: ignore[union-attr]
        second = await client.call_tool("ask", {"question": "And if injections fail?", "after": [QUESTION]})
        assert second.structured_content is not None
        assert second.structured_content["understood"]["follow_up_of"]
        citation: Any = second.structured_content["bottom_line"][0]["citations"][0]
        place = {"document_id": citation["document_id"], "start": citation["quote"]["start"], "end": citation["quote"]["end"]}
        third = await client.call_tool("get_source", place)
        assert third.structured_content is not None
        assert third.structured_content["exact"] == citation["quote"]["exact"]
        text = (await client.read_resource(f"pincite://documents/{citation['document_id']}")).contents[0].text  # type: ignore[union-attr]
        assert citation["quote"]["exact"] in text

    talk(connected(conversation), bearer(token("frank", "ask", "read")))


def test_only_published_articles_are_resources(article: Any) -> None:
    from django.utils import timezone

    from pincite.web.assistants import EngineBackend

    assert EngineBackend().articles() == []
    with pytest.raises(NotFoundError, match="There is no article"):
        EngineBackend().article(article.slug)
    article.published_at = timezone.now()
    article.save()
    assert [tuple(one) for one in EngineBackend().articles()] == [(article.slug, QUESTION, "pending")]
    text = EngineBackend().article(article.slug)
    assert text.startswith(f"# {QUESTION}")
    assert "Review: " in text


@pytest.mark.parametrize(
    ("scopes", "allowed", "refused"),
    [(("ask",), "search", "get_source"), (("read",), "get_source", "search")],
)
def test_a_tool_needs_its_scope(token: Callable[..., str], scopes: tuple[str, ...], allowed: str, refused: str) -> None:  # noqa: F811
    arguments: dict[str, Any] = {"search": {"query": "pain"}, "get_source": {"document_id": "who-2023-chronic-primary-low-back-pain"}}

    async def conversation(client: Client) -> None:
        assert not (await client.call_tool(allowed, arguments[allowed])).is_error
        with pytest.raises(MCPError, match="lacks the scope"):
            await client.call_tool(refused, arguments[refused])

    talk(connected(conversation), bearer(token("frank", *scopes)))


async def ping(http: httpx2.AsyncClient, **more: Any) -> httpx2.Response:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    headers = {"Accept": "application/json, text/event-stream", **more.pop("headers", {})}
    return await http.request(more.pop("method", "POST"), ADDRESS, json=message, headers=headers, **more)


@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({}, 401, "needs a token"),
        ({"Authorization": "Bearer pin_wrong"}, 401, "unknown, expired or revoked"),
        ({"Authorization": "Basic x"}, 401, "must be: Bearer"),
        ({"Host": "evil.example"}, 421, "not known by that name"),
        ({"Origin": "https://evil.example"}, 403, "other sites"),
        ({"Origin": "null"}, 403, "other sites"),
    ],
)
def test_whoever_may_not_come_in_is_told_why(db: Any, headers: dict[str, str], status: int, says: str) -> None:
    response = talk(lambda http: ping(http, headers=headers), {})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert says in response.json()["detail"]


def test_only_post_is_taken_so_that_no_stream_is_held_open(db: Any) -> None:
    for method in ("GET", "DELETE"):
        response = talk(lambda http, method=method: ping(http, method=method), {})
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_this_machine_comes_in_where_the_site_allows_it(db: Any, settings: Any) -> None:
    settings.WEB = settings.WEB.model_copy(update={"assistants_on_loopback": True})
    assert talk(ping, {}, client="127.0.0.1").json()["result"]["serverInfo"]["name"] == "pincite"
    assert talk(ping, {}, client="192.0.2.7").status_code == 401


def test_too_many_questions_are_told_to_wait(token: Callable[..., str], settings: Any) -> None:  # noqa: F811
    settings.WEB = settings.WEB.model_copy(update={"asks_a_minute": 1})

    async def conversation(client: Client) -> None:
        await client.call_tool("search", {"query": "pain"})
        with pytest.raises(MCPError, match="Too many questions"):
            await client.call_tool("search", {"query": "pain"})

    talk(connected(conversation), bearer(token("frank", "ask")))


def test_a_broken_library_tells_no_path(token: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    from pincite.web import engine

    def broken(*_: Any) -> None:
        raise LibraryError("/srv/secret/library is torn.")

    monkeypatch.setattr(engine, "ask", broken)

    async def conversation(client: Client) -> Any:
        return await client.call_tool("ask", {"question": QUESTION})

    result = talk(connected(conversation), bearer(token("frank", "ask")))
    assert result.is_error
    assert json.dumps(result.content[0].text).startswith('"The library cannot be read now.')
