"""A model server of the tests: speaks OpenAI's protocol on loopback, and says, or does, what is next in its queue.

A reply is a text (sent whole, or in pieces where streaming is asked for) or a function that gets the handler and misbehaves.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = str | Callable[["Handler"], None]
ALWAYS = "the last reply again and again"


class Server(ThreadingHTTPServer):
    """What it was asked stands in `asked`; what it will say in `replies`."""

    daemon_threads = True

    def __init__(self, replies: Sequence[Reply], *, refuses: Sequence[str] = (), models: Sequence[str] = ("scripted",)) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = list(replies)
        self.refuses = tuple(refuses)
        self.models = tuple(models)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.released = threading.Event()  # lets go of a reply that hangs

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self.json({"object": "list", "data": [{"id": name, "object": "model"} for name in self.server.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        form = (body.get("response_format") or {}).get("type")
        self.server.headers.append(dict(self.headers))
        for refused in self.server.refuses:
            if refused == form or refused in body:
                self.json({"error": {"message": f"Unsupported: {refused}"}}, status=400)
                return
        self.server.asked.append(body)
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if callable(reply):
            reply(self)
        elif body.get("stream"):
            self.events(_pieces(reply))
        else:
            self.json({"choices": [{"message": {"role": "assistant", "content": reply}, "finish_reason": "stop"}]})

    def json(self, value: object, *, status: int = 200) -> None:
        self.whole(json.dumps(value).encode(), status=status)

    def whole(self, data: bytes, *, status: int = 200, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def events(self, pieces: Sequence[str], *, finish: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in pieces:
            self.event({"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
        if finish:
            self.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
            self.wfile.write(b"data: [DONE]\n\n")

    def event(self, value: object) -> None:
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        self.wfile.flush()


def _pieces(text: str) -> list[str]:
    return [text[at : at + 7] for at in range(0, len(text), 7)]


@contextlib.contextmanager
def serving(*replies: Reply, refuses: Sequence[str] = (), models: Sequence[str] = ("scripted",)) -> Iterator[Server]:
    """A running server with these replies; the last one is repeated."""
    server = Server(replies or ("",), refuses=refuses, models=models)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


def saying(*statements: tuple[str, Sequence[int]]) -> str:
    """A reply in the form that is asked for."""
    return json.dumps({"statements": [{"text": text, "quotes": list(quotes)} for text, quotes in statements]})


# --- misbehaviour ----------------------------------------------------------------------------------------------------


def hangs(handler: Handler) -> None:
    """Says nothing until the test is over."""
    handler.server.released.wait(30)


def drips_headers(handler: Handler) -> None:
    """A byte now and then, for ever: never late from one read to the next."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.released.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def drips_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    while not handler.server.released.wait(0.02):
        handler.event({"choices": [{"delta": {"content": " "}, "finish_reason": None}]})


def is_a_web_page(handler: Handler) -> None:
    handler.whole(b"<!doctype html><title>Welcome</title>" + b"<p>words</p>" * 100, content_type="text/html")


def sends_ten_megabytes(handler: Handler) -> None:
    handler.whole(b'{"choices": [{"message": {"content": "' + b"very " * 2_000_000 + b'"}}]}')


def streams_ten_megabytes(handler: Handler) -> None:
    handler.events(["word " * 2000] * 1000)


def refuses(handler: Handler) -> None:
    handler.json(
        {"choices": [{"message": {"role": "assistant", "content": None, "refusal": "I cannot help with that."}, "finish_reason": "stop"}]}
    )


def fails(handler: Handler) -> None:
    handler.json({"error": {"message": "CUDA out of memory\x1b[31m"}}, status=503)


def redirects(handler: Handler) -> None:
    handler.send_response(307)
    handler.send_header("Location", "http://127.0.0.1:9/v1/chat/completions")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def wants_a_key(handler: Handler) -> None:
    handler.json({"error": {"message": "Incorrect API key provided"}}, status=401)


def another_form(handler: Handler) -> None:
    handler.json({"result": "fine"})


def empty(handler: Handler) -> None:
    handler.whole(b"")


def closes(handler: Handler) -> None:
    handler.connection.close()


def cut_after(text: str) -> Callable[[Handler], None]:
    """Streams a text and hangs up without an end."""

    def cut(handler: Handler) -> None:
        handler.events(_pieces(text), finish=False)
        handler.close_connection = True

    return cut


def fails_after(text: str) -> Callable[[Handler], None]:
    """Streams a text and then an error event."""

    def fail(handler: Handler) -> None:
        handler.events(_pieces(text), finish=False)
        handler.event({"error": {"message": "worker died"}})

    return fail
