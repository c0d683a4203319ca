"""One HTTP exchange within a total time and size, whatever the server does: the lowest layer of a call to a model.

Time-outs of HTTP clients count from one read to the next, so a server that drips a byte a second is never late. Here a thread
reads and the caller waits no longer than the deadline, which covers name look-up, connection, headers and body together.
Redirects are not followed: a question goes to the server that was configured, or nowhere.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pincite.errors import ModelAnswerError, ModelError, ModelSilentError
from pincite.models.endpoint import Endpoint, is_loopback

# What a reader thread may be ahead of its caller, in chunks of at most 64 KB.
_AHEAD = 16


class Head(NamedTuple):
    """The first part of a reply."""

    status: int
    content_type: str


def _http() -> Any:
    try:
        import httpx2  # noqa: PLC0415 - an optional extra, and 0.1 s that only a call to a model needs
    except ImportError as error:
        raise ModelError(
            "Asking a language model needs httpx2, which is not installed.", what_to_do="pip install 'pincite[model]'"
        ) from error
    return httpx2


class Exchange:
    """A reply being read: its head, then its bytes. To be closed; `with` does it."""

    def __init__(
        self, endpoint: Endpoint, method: str, path: str, *, body: Mapping[str, Any] | None, until: float, most_bytes: int
    ) -> None:
        """Send the request; `until` is a time of `time.monotonic`. Raises ModelSilentError, ModelAnswerError."""
        self._http = _http()
        self._endpoint = endpoint
        self._until = until
        self._most_bytes = most_bytes
        self._parts: queue.Queue[Head | bytes | Exception | None] = queue.Queue(_AHEAD)
        self._stop = threading.Event()
        # An environment's proxy is for the open web, never for a server on this computer.
        proxied = not is_loopback(endpoint.host)
        self._client = self._http.Client(follow_redirects=False, trust_env=proxied, timeout=max(0.05, until - time.monotonic()))
        headers = {"Accept": "application/json, text/event-stream", "Accept-Encoding": "identity", "User-Agent": "pincite"}
        if endpoint.key:
            headers["Authorization"] = f"Bearer {endpoint.key}"
        target = f"{endpoint.url}/{path}"
        threading.Thread(target=self._read, args=(method, target, headers, body), name="model", daemon=True).start()
        try:
            head = self._next()
            if not isinstance(head, Head):
                raise ModelAnswerError(f"{self._where} closed the connection without an answer.")
        except BaseException:
            self.close()
            raise
        self.head = head

    @property
    def _where(self) -> str:
        return f"The model's server at {self._endpoint.url}"

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection; the reading thread ends with its next byte."""
        self._stop.set()
        with contextlib.suppress(Exception):
            self._client.close()

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes; raises ModelSilentError at the deadline, ModelAnswerError beyond the size."""
        size = 0
        while True:
            part = self._next()
            if part is None:
                return
            assert isinstance(part, bytes)
            size += len(part)
            if size > self._most_bytes:
                raise ModelAnswerError(f"{self._where} sent more than {self._most_bytes:,} bytes; the rest was not read.")
            yield part

    def _next(self) -> Head | bytes | None:
        try:
            part = self._parts.get(timeout=max(0.0, self._until - time.monotonic()))
        except queue.Empty:
            raise ModelSilentError(
                f"{self._where} did not finish in the time allowed.", what_to_do="Use a faster model, or raise PINCITE_MODEL_SECONDS."
            ) from None
        if isinstance(part, Exception):
            raise self._error(part) from part
        return part

    def _error(self, error: Exception) -> ModelError:
        if isinstance(error, self._http.TimeoutException):
            return ModelSilentError(f"{self._where} did not answer in time.")
        if isinstance(error, self._http.ConnectError):
            return ModelSilentError(
                f"No model server answers at {self._endpoint.url}.", what_to_do="Start it, or correct PINCITE_MODEL_URL."
            )
        if isinstance(error, self._http.TransportError):
            return ModelAnswerError(f"{self._where} broke off, or does not speak HTTP as expected ({type(error).__name__}).")
        return ModelAnswerError(f"{self._where} could not be asked ({type(error).__name__}: {str(error)[:120]}).")

    def _read(self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None) -> None:
        try:
            with self._client.stream(method, url, headers=dict(headers), json=body) as reply:
                self._put(Head(reply.status_code, reply.headers.get("content-type", "").partition(";")[0].strip().lower()))
                for chunk in reply.iter_raw(65_536 if method == "GET" else None):
                    if self._stop.is_set():
                        return
                    self._put(chunk)
            self._put(None)
        except Exception as error:  # the caller turns it into a sentence; a thread must not end in a traceback
            self._put(error)

    def _put(self, part: Head | bytes | Exception | None) -> None:
        while not self._stop.is_set():
            try:
                self._parts.put(part, timeout=0.5)
                return
            except queue.Full:
                continue
