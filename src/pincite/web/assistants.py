"""Pincite for assistants over HTTP: who may come in, and the MCP server mounted at /mcp beside Django.

A token of the API opens the door (`Authorization: Bearer pin_…`), with its scopes; nobody else comes in, but whoever asks from
this machine where the site allows that. A request must name this site as its host, and a page of another site as its origin is
refused, so that no web page can reach a server on its visitor's machine.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import logging
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest

from pincite.errors import NotFoundError, PinciteError
from pincite.rendering import conversation
from pincite.web import engine, errors, limits
from pincite.web.api.authentication import REALM, BearerToken
from pincite.web.api.limits import MOST_BYTES, READS_A_MINUTE, App, Receive, Scope, Send
from pincite.web.engine import Asked
from pincite.web.errors import HttpProblem

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder
    from pincite.library.store import Library
    from pincite.mcp.backends import Published, Question
    from pincite.records import Answer, Citation

MCP = "/mcp"
ENCODER_SECONDS = 30.0
TOKEN = "pin_"
# What a message needs, by method and by tool; the handshake and lists need a token of any of these.
_SCOPES = {"ask": "ask", "search": "ask", "audit": "ask", "check_answer": "ask", "get_source": "read", "resources/read": "read"}

_log = logging.getLogger(__name__)


def admit(request: HttpRequest, *scopes: str) -> None:
    """Let in a token with one of `scopes`, or anybody from this machine where the site allows that; raises HttpProblem.

    Clients that must send some key send any word: on this machine it is no token unless it looks like one.
    """
    if settings.WEB.assistants_on_loopback and from_this_machine(request) and TOKEN not in request.headers.get("Authorization", ""):
        return
    for scope in scopes:
        try:
            if BearerToken(scope)(request) is None:
                raise HttpProblem(
                    401,
                    "This needs a token.",
                    what_to_do="Make one at /account/tokens/ and give it as the API key.",
                    headers={"WWW-Authenticate": REALM},
                )
            return
        except HttpProblem as error:
            if error.status != 403 or scope == scopes[-1]:
                raise


def from_this_machine(request: HttpRequest) -> bool:
    """True where the connection comes from loopback and no proxy asks for somebody else."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def page_of(citation: Citation, answer: Answer | None = None) -> str:
    """The whole address of this site's page on which a citation's words stand marked."""
    from pincite.web.reading.presenting import source_address  # noqa: PLC0415 - forms need Django's apps

    quote = citation.quote
    held = {one.number: one.text_sha256 for one in answer.references} if answer else {}
    path = source_address(citation.document_id, start=quote.start, end=quote.end, sha256=held.get(citation.reference, ""))
    return f"{settings.WEB.url}{path}"


class EngineBackend:
    """The engine of this process, and the articles that the public can read."""

    def library(self) -> Library:
        """The library at its newest version; raises LibraryError."""
        return engine.library()

    def encoder(self) -> Encoder | None:
        """The encoder for that library."""
        engine.wait_for_encoder(ENCODER_SECONDS)
        return engine.encoder() if engine.library().commit.vectors else None

    def ask(self, question: Question) -> Answer:
        """The engine's answer, the same as on the page; raises QuestionError, LibraryError."""
        engine.wait_for_encoder(ENCODER_SECONDS)
        scope = question.filters
        return engine.ask(Asked(question.text, question.audience, tuple(scope.tiers), scope.since, question.after, question.everything))

    def address(self, citation: Citation) -> str | None:
        """The page of the source at these words."""
        return page_of(citation)

    def articles(self) -> Sequence[Published]:
        """What the public can read, newest first."""
        from pincite.mcp.backends import Published  # noqa: PLC0415 - models and mcp are not loaded before
        from pincite.mcp.server import MOST_LISTED  # noqa: PLC0415
        from pincite.web.articles import publication  # noqa: PLC0415

        try:
            held = publication.readable().select_related("approved", "current").order_by("-published_at", "-pk")[:MOST_LISTED]
            return [Published(one.slug, one.question, str(publication.standing_of(one))) for one in held]
        finally:
            close_old_connections()

    def article(self, slug: str) -> str:
        """The text that the public sees of an article; raises NotFoundError."""
        from pincite.web.articles import publication  # noqa: PLC0415 - models are not loaded before
        from pincite.web.articles.presenting import reviewed  # noqa: PLC0415
        from pincite.web.editorial.content import Content  # noqa: PLC0415

        try:
            found = publication.readable().select_related("approved", "current").filter(slug=slug).first()
            standing = publication.standing_of(found) if found else None
            if found is None or standing is None or found.shown is None:
                raise NotFoundError(f"There is no article {slug!r}.", what_to_do="The list of resources names those that there are.")
            held = Content.model_validate(found.shown.content)
            answer = reviewed(held.answer, found, standing)
            notes = [f"Note of {note.by}: {note.text}" for note in held.notes]
            return "\n\n".join([f"# {found.question}", *notes, conversation.render(answer, address=self.address)])
        finally:
            close_old_connections()

    def told(self, error: PinciteError) -> str:
        """What a person can mend as it is, everything else in general words."""
        _, happened, what_to_do = errors.in_words(error, during=MCP)
        return " ".join(part for part in (happened, what_to_do) if part)


class Assistants:
    """An ASGI application: the MCP server at /mcp, whose sessions live as long as this process serves; Django for all else."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._mcp: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on by path; `lifespan` starts and ends the MCP server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].rstrip("/") == MCP and self._mcp is not None:
            await self._serve(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        """The MCP server, where its package is installed; else nothing is at /mcp."""
        try:
            from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415 - half a second, only for servers

            from pincite.mcp.server import make_server  # noqa: PLC0415
        except ImportError as error:  # an optional package, absent or older than 2, never keeps a site from starting
            _log.info("Nothing is at %s: %s", MCP, error)
            yield
            return
        server = make_server(EngineBackend(), middleware=[_scoped])
        # Hosts and origins are checked at the door, as Django checks them for every page.
        security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        app = server.streamable_http_app(
            streamable_http_path=MCP,
            stateless_http=True,  # any process may take the next message
            json_response=True,
            max_request_body_size=MOST_BYTES,
            transport_security=security,
        )
        async with server.session_manager.run():
            self._mcp = app
            try:
                yield
            finally:
                self._mcp = None

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._mcp is not None
        request = ASGIRequest(scope, io.BytesIO())
        try:
            async with ThreadSensitiveContext():
                await sync_to_async(_at_the_door, thread_sensitive=True)(request)
        except PinciteError as error:
            await _refuse(error, send)
            return
        await self._mcp({**scope, "path": MCP, "raw_path": MCP.encode(), "pincite": request}, receive, send)


def _at_the_door(request: HttpRequest) -> None:
    """Host, method, origin, token and rate of any message; raises HttpProblem."""
    try:
        host = request.get_host()
    except DisallowedHost as error:
        raise HttpProblem(
            421, "This site is not known by that name.", what_to_do="The operator adds names in PINCITE_WEB_HOSTS."
        ) from error
    if request.method != "POST":  # a GET would hold a stream open for notices, of which there are none
        raise HttpProblem(405, "This address takes POST.", headers={"Allow": "POST"})
    origin = request.headers.get("Origin")
    if origin not in (None, settings.WEB.url, f"{request.scheme}://{host}"):
        raise HttpProblem(403, "Pages of other sites may not come in.")
    try:
        admit(request, "ask", "read")  # which message needs which is told when it is known what is called
        if wait := limits.allow(request, "mcp", READS_A_MINUTE):
            raise HttpProblem(429, "Too many requests in one minute.", what_to_do=f"Wait {wait} seconds.")
    finally:
        close_old_connections()


async def _scoped(context: Any, call_next: Any) -> Any:
    """MCP middleware: a tool or resource only for a token with its scope, and as many questions a minute as on the pages."""
    if context.method in ("tools/call", "resources/read"):
        name = str((context.params or {}).get("name", "")) if context.method == "tools/call" else context.method
        request: HttpRequest = context.request.scope["pincite"]
        async with ThreadSensitiveContext():
            refused = await sync_to_async(_not_so, thread_sensitive=True)(request, name)
        if refused:
            from mcp.shared.exceptions import MCPError  # noqa: PLC0415 - loaded with the server
            from mcp_types import INVALID_REQUEST  # noqa: PLC0415

            raise MCPError(code=INVALID_REQUEST, message=refused)
    return await call_next(context)


def _not_so(request: HttpRequest, name: str) -> str:
    """Why this call is not allowed now; empty where it is."""
    scope = _SCOPES.get(name, "ask")
    held = getattr(request, "api_token", None)
    if held is not None and scope not in held.scopes:
        return f"This token lacks the scope “{scope}”. Make a token with that scope."
    try:
        wait = limits.allow(request, "ask", settings.WEB.asks_a_minute) if scope == "ask" else 0
    finally:
        close_old_connections()
    return f"Too many questions in one minute. Wait {wait} seconds." if wait else ""


async def _refuse(error: PinciteError, send: Send) -> None:
    status, detail, what_to_do = errors.in_words(error, during=MCP)
    response = errors.problem(status, detail=detail, what_to_do=what_to_do)
    headers = {**response.headers, **errors.headers_of(error, status), "Cache-Control": "no-store"}
    named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": named})
    await send({"type": "http.response.body", "body": response.content})
