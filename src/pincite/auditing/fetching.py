"""Fetches one page from the open web, and only from there: every address is checked before a byte is sent, on every redirect again.

The rules are those of `network.addresses`; this is the door that needs nothing but the standard library, so that a page can
be audited without the extra `feeds`. No cookies, no credentials, no proxies; time and size are limited over the whole fetch.
Called only when somebody asked for a URL to be audited.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from importlib.metadata import version

from pincite.errors import UnreadableError
from pincite.network.addresses import MOST_REDIRECTS, PORTS, REDIRECTS, Target, redirected, refused, resolved, target_of
from pincite.network.bodies import Body

__all__ = ["fetch", "refused"]

_CHUNK = 65_536


def fetch(url: str, *, timeout: float = 20.0, max_bytes: int = 20_000_000, allow_private: bool = False) -> tuple[bytes, str]:
    """The bytes at `url` and the address they came from after redirects; `timeout` in seconds over everything.

    Raises UnreadableError for other schemes, private addresses, too many redirects, errors of the server, and what is too slow or too large.
    `allow_private` lets tests fetch from this machine.
    """
    deadline = time.monotonic() + timeout
    seen = url
    for _ in range(MOST_REDIRECTS + 1):
        target = target_of(seen, allow_private=allow_private)
        _left(deadline, url)
        address = resolved(target.host, target.port, document=seen, allow_private=allow_private)
        status, location, data = _ask(target, address, deadline=deadline, max_bytes=max_bytes)
        if status in REDIRECTS and location:
            seen = redirected(target, location)
            continue
        if not 200 <= status < 300:
            raise UnreadableError(f"could not be fetched: the server answered {status}", document=url)
        if not data:
            raise UnreadableError("is empty", document=url)
        return data, target.url
    raise UnreadableError(f"redirects more than {MOST_REDIRECTS} times", document=url)


def _left(deadline: float, document: str) -> float:
    """Seconds that are left; raises UnreadableError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise UnreadableError("took too long to fetch", document=document)
    return left


def _ask(target: Target, address: str, *, deadline: float, max_bytes: int) -> tuple[int, str | None, bytes]:
    """Status, Location and body of one request."""
    connection = http.client.HTTPConnection(target.host, target.port)
    watch: threading.Timer | None = None
    try:
        raw = socket.create_connection((address, target.port), timeout=_left(deadline, target.url))
        # A time limit of the socket is for one read: a server that sends a letter a second would never meet it.
        watch = threading.Timer(_left(deadline, target.url), _shut, (raw,))
        watch.daemon = True
        watch.start()
        connection.sock = raw
        if target.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=target.host)
        shown = f"[{target.host}]" if ":" in target.host else target.host
        connection.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", shown if target.port == PORTS[target.scheme] else f"{shown}:{target.port}")
        connection.putheader("User-Agent", f"Pincite/{version('pincite')} (+audit)")
        connection.putheader("Accept", "text/html, application/xhtml+xml, application/pdf, text/plain, text/markdown, */*;q=0.1")
        connection.putheader("Accept-Encoding", "gzip, identity")
        connection.putheader("Connection", "close")
        connection.endheaders()
        response = connection.getresponse()
        if response.status in REDIRECTS:
            return response.status, response.getheader("Location"), b""
        return response.status, None, _body(response, target, deadline=deadline, max_bytes=max_bytes)
    except ssl.SSLError as error:
        raise UnreadableError(
            f"could not be fetched: {error.reason or 'its certificate or encryption is not accepted'}", document=target.url
        ) from error
    except TimeoutError as error:
        raise UnreadableError("took too long to fetch", document=target.url) from error
    except (OSError, http.client.HTTPException) as error:
        _left(deadline, target.url)
        raise UnreadableError(f"could not be fetched: {error or type(error).__name__}", document=target.url) from error
    finally:
        if watch:
            watch.cancel()
        connection.close()


def _shut(raw: socket.socket) -> None:
    """End a connection from outside; it may be closed already."""
    with contextlib.suppress(OSError):
        raw.shutdown(socket.SHUT_RDWR)


def _body(response: http.client.HTTPResponse, target: Target, *, deadline: float, max_bytes: int) -> bytes:
    """The body, unpacked."""
    packed, length = response.getheader("Content-Encoding") or "", response.getheader("Content-Length") or ""
    body = Body(target.url, most=max_bytes, packed=packed, length=length)
    while chunk := response.read1(_CHUNK):
        _left(deadline, target.url)
        body.add(chunk)
    _left(deadline, target.url)
    return body.whole()
