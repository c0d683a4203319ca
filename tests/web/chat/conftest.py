"""The official `openai` client against the views, without a server between; see test_serving for one over a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest
from django.test import Client

from tests.web.api.conftest import token, unlimited  # noqa: F401 - fixtures


class ToViews(httpx2.BaseTransport):
    """Hands the client's requests to Django, and keeps the last response."""

    def __init__(self, **environ: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.environ = environ
        self.last: Any = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("content-length", "content-type", "host")}
        kind = request.headers.get("content-type", "application/json")
        self.last = self.client.generic(
            request.method, request.url.raw_path.decode(), request.read(), content_type=kind, headers=headers, **self.environ
        )
        body = asyncio.run(_joined(self.last.streaming_content)) if self.last.streaming else self.last.content
        return httpx2.Response(self.last.status_code, headers=dict(self.last.headers), content=body)


async def _joined(stream: Any) -> bytes:
    return b"".join([part async for part in stream])


def chat_client(key: str, **environ: str) -> Any:
    """An `openai` client that tries once."""
    http = httpx2.Client(transport=ToViews(**environ), base_url="http://testserver/v1")
    return openai.OpenAI(base_url="http://testserver/v1", api_key=key, max_retries=0, http_client=http)


@pytest.fixture
def chat(token: Callable[..., str]) -> Any:  # noqa: F811
    """A client with a token of frank's that may ask."""
    return chat_client(token("frank", "ask"))
