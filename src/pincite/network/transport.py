"""How bytes reach the wire: httpx2 over httpcore2, connected to the very address that was checked, never past the deadline.

Imported only by the client, because it needs the extra `feeds`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import httpcore2
import httpx2

from pincite.network.addresses import resolved

_MOST_CONNECTIONS = 4


class PinnedTransport(httpx2.BaseTransport):
    """Connects to checked addresses only; no proxy, no settings of the environment.

    `permitted` are the (host, port) pairs that may be private: mirrors that the settings file names, and a test's stand-in.
    `deadline` (of `time.monotonic`) holds for every byte that is read or written; the client sets it before each attempt.
    """

    def __init__(self, *, permitted: Collection[tuple[str, int]] = ()) -> None:
        self.deadline = float("inf")
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpcore2.default_ssl_context(),
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=30.0,
            network_backend=_PinnedBackend(self, frozenset(permitted)),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request on the wire; raises httpx2's errors, and UnreadableError for an address that is refused."""
        assert isinstance(request.stream, httpx2.SyncByteStream)
        sent = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            response = self._pool.handle_request(sent)
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise _told(error) from error
        assert isinstance(response.stream, Iterable)
        stream = _Stream(response.stream)
        return httpx2.Response(response.status, headers=response.headers, stream=stream, extensions=response.extensions)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Stream(httpx2.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise _told(error) from error

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


def _told(error: Exception) -> httpx2.TransportError:
    if isinstance(error, httpcore2.TimeoutException):
        return httpx2.ReadTimeout(str(error))
    return httpx2.NetworkError(str(error) or type(error).__name__)


class _PinnedBackend(httpcore2.NetworkBackend):
    def __init__(self, owner: PinnedTransport, permitted: frozenset[tuple[str, int]]) -> None:
        self._owner = owner
        self._permitted = permitted
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        address = resolved(host, port, document=host, allow_private=(host, port) in self._permitted)
        left = _left(self._owner, timeout)
        return _Deadlined(self._owner, self._inner.connect_tcp(address, port, left, local_address, socket_options))


class _Deadlined(httpcore2.NetworkStream):
    """A time-out of the socket is for one read: a server that sends a letter a second would never meet it."""

    def __init__(self, owner: PinnedTransport, inner: httpcore2.NetworkStream) -> None:
        self._owner = owner
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._owner, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._owner, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> httpcore2.NetworkStream:
        return _Deadlined(self._owner, self._inner.start_tls(ssl_context, server_hostname, _left(self._owner, timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(owner: PinnedTransport, timeout: float | None) -> float:
    left = owner.deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the time for this request is over")
    return left if timeout is None else min(left, timeout)
