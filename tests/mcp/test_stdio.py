"""`pincite mcp` as an assistant starts it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.cli.conftest import library, records  # noqa: F401 - fixtures
from tests.mcp.test_server import QUESTION


def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "PINCITE_HOME": str(tmp_path), "PINCITE_ENCODER": "none"}


def test_three_turns_over_standard_input_and_output(library: Path, tmp_path: Path) -> None:  # noqa: F811
    arguments = ["-m", "pincite.cli", "mcp", "--library", str(library)]
    server = StdioServerParameters(command=sys.executable, args=arguments, env=environment(tmp_path))

    async def conversation() -> None:
        async with Client(stdio_client(server)) as client:
            assert client.server_info is not None
            assert client.server_info.name == "pincite"
            assert "citation" in (client.instructions or "")
            first = await client.call_tool("ask", {"question": QUESTION})
            second = await client.call_tool("ask", {"question": "And if that fails?", "previous": first.structured_content})
            assert second.structured_content is not None
            assert second.structured_content["understood"]["follow_up_of"] == QUESTION
            assert first.structured_content is not None
            citation: Any = first.structured_content["bottom_line"][0]["citations"][0]
            place = {"document_id": citation["document_id"], "start": citation["quote"]["start"], "end": citation["quote"]["end"]}
            third = await client.call_tool("get_source", place)
            assert third.structured_content is not None
            assert third.structured_content["exact"] == citation["quote"]["exact"]

    asyncio.run(conversation())


def test_nothing_but_the_protocol_goes_to_standard_output(tmp_path: Path) -> None:
    """Also when the first use makes a library, which says so, and when a line is no message."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    messages = [
        "this is no message",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "pain"}}}),
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "pincite.cli", "mcp"],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write("\n".join(messages) + "\n")
    server.stdin.flush()
    lines = []
    while not any('"id":2' in line for line in lines):
        line = server.stdout.readline()
        assert line, "the server ended"
        lines.append(line)
    rest, said = server.communicate(timeout=60)
    for line in (*lines, *rest.splitlines()):
        assert json.loads(line)["jsonrpc"] == "2.0"
    assert "Indexing the starter library" in said
    assert server.returncode == 0
