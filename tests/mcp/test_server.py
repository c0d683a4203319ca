"""The tools as the official client sees them, in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from pincite.errors import LibraryError
from pincite.library.store import Library
from pincite.mcp.backends import LocalBackend
from pincite.mcp.server import MOST_AUDITED, make_server
from pincite.records import Answer, Audit
from tests.cli.conftest import library, records  # noqa: F401 - fixtures

QUESTION = "What is the treatment for Baastrup's disease?"

Talk = Callable[[Callable[[Client], Awaitable[Any]]], Any]


@pytest.fixture
def talk(library: Path) -> Talk:  # noqa: F811
    """Run a conversation with a server of the small library."""
    return lambda conversation: talking(LocalBackend(lambda: (Library.open(library), None)), conversation)


def talking(backend: LocalBackend, conversation: Callable[[Client], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with Client(make_server(backend)) as client:
            return await conversation(client)

    return asyncio.run(run())


def text_of(result: Any) -> str:
    return str(result.content[0].text)


def test_every_tool_reads_only_and_says_what_it_returns(talk: Talk) -> None:
    async def conversation(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = talk(conversation)
    assert [tool.name for tool in tools] == ["ask", "search", "get_source", "audit", "check_answer"]
    for tool in tools:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert not tool.annotations.open_world_hint
        assert tool.description
        assert tool.title
        assert "schema" in tool.output_schema["properties"]


def test_three_turns_ask_follow_up_and_look_at_the_source(talk: Talk) -> None:
    async def conversation(client: Client) -> None:
        first = await client.call_tool("ask", {"question": QUESTION})
        answer = Answer.model_validate(first.structured_content)
        assert answer.answered
        assert "[[1]](https://" in text_of(first)
        second = await client.call_tool("ask", {"question": "And if that fails?", "previous": first.structured_content})
        after = await client.call_tool("ask", {"question": "And if that fails?", "after": [QUESTION]})
        assert second.structured_content == after.structured_content
        assert Answer.model_validate(second.structured_content).understood.follow_up_of == QUESTION
        citation = answer.bottom_line[0].citations[0]
        place = {"document_id": citation.document_id, "start": citation.quote.start, "end": citation.quote.end}
        third = await client.call_tool("get_source", place)
        assert third.structured_content is not None
        assert third.structured_content["exact"] == citation.quote.exact
        assert third.structured_content["before"].endswith(citation.quote.prefix)
        assert f"⟦{citation.quote.exact}⟧" in text_of(third)
        whole = await client.call_tool("get_source", {"document_id": citation.document_id, "passage_id": citation.passage_id})
        assert citation.quote.exact in text_of(whole)

    talk(conversation)


def test_search_audit_and_check_return_their_records(talk: Talk) -> None:
    async def conversation(client: Client) -> None:
        found = await client.call_tool("search", {"query": "interspinous injection", "limit": 1})
        assert found.structured_content is not None
        assert found.structured_content["schema"] == "pincite.search/1"
        assert len(found.structured_content["results"]) == 1
        nothing = await client.call_tool("search", {"query": "carburettor"})
        assert text_of(nothing) == "Nothing in this library matches."
        audited = await client.call_tool("audit", {"text": "Pain decreased in 17 patients after an interspinous injection of steroid."})
        assert Audit.model_validate(audited.structured_content).source.name == "text"
        answer = (await client.call_tool("ask", {"question": QUESTION})).structured_content
        assert answer is not None
        good = await client.call_tool("check_answer", {"answer": answer})
        assert good.structured_content is not None
        assert good.structured_content["summary"]["failed"] == 0
        changed = json.loads(json.dumps(answer).replace("17 patients", "71 patients"))
        bad = await client.call_tool("check_answer", {"answer": changed})
        assert bad.structured_content is not None
        assert bad.structured_content["summary"]["failed"] > 0
        assert "do not stand" in text_of(bad)

    talk(conversation)


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {"question": " "}, "The question is empty."),
        ("ask", {"question": "x" * 9000}, "at most 2,000"),
        ("ask", {"question": "Why?", "previous": {"answered": True}}, "This is no pincite.answer/1"),
        ("ask", {"question": "Why?", "after": ["Why?"] * 12}, "A thread holds at most 12"),
        ("search", {"query": "pain", "limit": 51}, "limit is 51; it may be 1 to 50."),
        ("search", {"query": "?"}, "no words"),
        ("get_source", {"document_id": "nowhere"}, "Use search to see what there is."),
        ("get_source", {"document_id": "okada-2014", "start": 5, "end": 10**9}, "is no stretch of it"),
        ("get_source", {"document_id": "okada-2014", "start": 5}, "is no stretch of it"),
        ("get_source", {"document_id": "okada-2014", "passage_id": "okada-2014#99"}, "has no passage"),
        ("get_source", {"document_id": "okada-2014", "context": -1}, "context is -1"),
        ("audit", {"text": "x" * (MOST_AUDITED + 1)}, "at most 20,000"),
        ("audit", {"text": " "}, "is empty"),
        ("check_answer", {"answer": {}}, "This is no pincite.answer/1"),
    ],
)
def test_what_cannot_be_done_comes_back_as_one_sentence(talk: Talk, tool: str, arguments: dict[str, Any], says: str) -> None:
    async def conversation(client: Client) -> Any:
        return await client.call_tool(tool, arguments)

    result = talk(conversation)
    assert result.is_error
    assert says in text_of(result)
    assert "`pincite" not in text_of(result)
    assert "\n" not in text_of(result)


def test_documents_are_resources_with_their_text(talk: Talk) -> None:
    async def conversation(client: Client) -> None:
        listed = (await client.list_resources()).resources
        assert {str(one.uri) for one in listed} >= {"pincite://documents/okada-2014"}
        text = (await client.read_resource("pincite://documents/okada-2014")).contents[0].text  # type: ignore[union-attr]
        assert "pain decreased after an interspinous injection" in text
        by_number = (await client.read_resource("pincite://documents/pmid:24967044")).contents[0].text  # type: ignore[union-attr]
        assert by_number == text
        for missing in ("pincite://documents/nowhere", "pincite://articles/nowhere"):
            with pytest.raises(MCPError, match=r"no document|no articles"):
                await client.read_resource(missing)

    talk(conversation)


def test_a_library_that_cannot_be_opened_is_told_to_whoever_asks() -> None:
    def opening() -> Any:
        raise LibraryError("The library is torn.", what_to_do="Restore it.")

    async def conversation(client: Client) -> Any:
        return await client.call_tool("ask", {"question": QUESTION})

    result = talking(LocalBackend(opening), conversation)
    assert result.is_error
    assert text_of(result) == "The library is torn. Restore it."
