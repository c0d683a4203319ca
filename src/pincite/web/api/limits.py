"""What one caller may ask of the API: requests a minute (429) and bytes in a body (413)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from pincite.web import limits
from pincite.web.errors import API, HttpProblem, problem

# An answer with everything shown is below 1 MB; uploads have a limit of their own.
MOST_BYTES = 2_000_000
UPLOADS = (f"{API}v1/documents", f"{API}v1/audits")
SMALL = (API, "/v1/")  # where bodies are small: the API and the chat endpoint
READS_A_MINUTE = 600
WRITES_A_MINUTE = 120
REPORTS_A_MINUTE = 10
CHECKS_A_MINUTE = 30

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Rate(BaseThrottle):
    """At most so many requests a minute under one name, by token, else by address."""

    def __init__(self, name: str, per_minute: Callable[[], int]) -> None:
        self.name = name
        self.per_minute = per_minute

    def allow_request(self, request: HttpRequest) -> bool:
        """True, or HttpProblem 429 (whose headers say when to come again)."""
        if wait := limits.allow(request, self.name, self.per_minute()):
            seconds = f"{wait} second{'' if wait == 1 else 's'}"
            raise HttpProblem(429, "Too many requests in one minute.", what_to_do=f"Wait {seconds}.", headers={"Retry-After": str(wait)})
        return True


ASKING = Rate("ask", lambda: int(settings.WEB.asks_a_minute))
READING = Rate("read", lambda: READS_A_MINUTE)
WRITING = Rate("write", lambda: WRITES_A_MINUTE)
CHECKING = Rate("check", lambda: CHECKS_A_MINUTE)
REPORTING = Rate("report", lambda: REPORTS_A_MINUTE)


def too_large(most: int = MOST_BYTES) -> HttpProblem:
    """413."""
    return HttpProblem(413, f"A request to the API may hold {most:,} bytes.", what_to_do="Send less.")


class SmallBodies:
    """An ASGI application whose API refuses a large body before it is read, or as soon as too much of it has come."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting what comes in for the API."""
        if scope["type"] != "http" or not scope["path"].startswith(SMALL):
            await self.app(scope, receive, send)
            return
        # How much a file may hold is told by whoever reads it; this stops what is beyond all files.
        most = MOST_BYTES + (int(settings.WEB.max_upload_bytes) if scope["path"] in UPLOADS else 0)
        if any(name == b"content-length" and value.isdigit() and int(value) > most for name, value in scope["headers"]):
            await _refuse(send, most)
            return
        held = 0

        async def count() -> MutableMapping[str, Any]:
            nonlocal held
            message = await receive()
            held += len(message.get("body", b""))
            return message if held <= most else {"type": "http.disconnect"}

        await self.app(scope, count, send)
        if held > most:  # Django gives up without a word on a client that went away while sending
            await _refuse(send, most)


async def _refuse(send: Send, most: int) -> None:
    error = too_large(most)
    response = problem(error.status, detail=error.what_happened, what_to_do=error.what_to_do)
    headers = {**response.headers, "Connection": "close", "Cache-Control": "no-store"}
    named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": error.status, "headers": named})
    await send({"type": "http.response.body", "body": response.content})
