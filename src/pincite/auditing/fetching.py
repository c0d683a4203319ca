"""Fetches one page from the open web, and only from there: every address is checked before a byte is sent, on every redirect again.

The connection goes to the very address that was checked, so that a name that resolves differently a moment later (DNS rebinding) changes nothing.
No cookies, no credentials, no proxies; time and size are limited over the whole fetch. Called only when somebody asked for a URL to be audited.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from pincite.errors import UnreadableError

_MOST_REDIRECTS = 5
_CHUNK = 65_536
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
# NAT64 and 6to4 carry an IPv4 address inside, which must be public too.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Ranges that `is_global` of older Pythons lets through: carrier NAT, documentation, benchmarks, IETF protocols.
_NEVER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "64:ff9b:1::/48",
        "100::/64",
        "2001:db8::/32",
        "fec0::/10",
    )
)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class _Target(NamedTuple):
    """One hop: where to connect, and what to ask for."""

    scheme: str
    host: str
    port: int
    path: str
    address: str  # the checked address
    url: str


def fetch(url: str, *, timeout: float = 20.0, max_bytes: int = 20_000_000, allow_private: bool = False) -> tuple[bytes, str]:
    """The bytes at `url` and the address they came from after redirects; `timeout` in seconds over everything.

    Raises UnreadableError for other schemes, private addresses, too many redirects, errors of the server, and what is too slow or too large.
    `allow_private` lets tests fetch from this machine.
    """
    deadline = time.monotonic() + timeout
    seen = url
    for _ in range(_MOST_REDIRECTS + 1):
        target = _target(seen, allow_private=allow_private, deadline=deadline)
        status, location, data = _ask(target, deadline=deadline, max_bytes=max_bytes)
        if status in _REDIRECTS and location:
            following = urljoin(target.url, location)
            if target.scheme == "https" and urlsplit(following).scheme == "http":
                raise UnreadableError("redirects from https to http, which is refused", document=url)
            seen = following
            continue
        if not 200 <= status < 300:
            raise UnreadableError(f"could not be fetched: the server answered {status}", document=url)
        if not data:
            raise UnreadableError("is empty", document=url)
        return data, target.url
    raise UnreadableError(f"redirects more than {_MOST_REDIRECTS} times", document=url)


def refused(address: str) -> bool:
    """Whether an IP address is not of the public internet: private, loopback, link-local, multicast, reserved, or such a one inside IPv6.

    >>> refused("10.0.0.1"), refused("::ffff:127.0.0.1"), refused("169.254.169.254"), refused("8.8.8.8")
    (True, True, True, False)
    """
    try:
        parsed: _Address = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return True
    return _refused(parsed)


def _refused(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and (address in _NAT64 or int(address) >> 32 == 0):  # ::a.b.c.d, long out of use
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _refused(inner)
    return (
        not address.is_global
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or any(address in net for net in _NEVER if net.version == address.version)
    )


def _target(url: str, *, allow_private: bool, deadline: float) -> _Target:
    """The checked hop for a URL; raises UnreadableError."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise UnreadableError("is no web address that can be used", document=url) from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise UnreadableError("is no http or https address", what_to_do="Save the page and audit the file.", document=url)
    if parts.username is not None or parts.password is not None:
        raise UnreadableError("holds a user name or password, which is refused", document=url)
    host = (parts.hostname or "").rstrip(".")
    if not host or any(character.isspace() or ord(character) < 33 for character in url.strip()):
        raise UnreadableError("is no web address that can be used", document=url)
    try:
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnreadableError("names a host that cannot be", document=url) from error
    port = port or _PORTS[scheme]
    if not allow_private and port != _PORTS[scheme]:
        raise UnreadableError(f"asks for port {port}; only the usual ports 80 and 443 are fetched from", document=url)
    address = _resolved(ascii_host, port, allow_private=allow_private, document=url, deadline=deadline)
    path = urlunsplit(("", "", quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._"), quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"), ""))
    return _Target(scheme, ascii_host, port, path, address, urlunsplit((scheme, parts.netloc, parts.path or "/", parts.query, "")))


def _resolved(host: str, port: int, *, allow_private: bool, document: str, deadline: float) -> str:
    """The first address of a host when all its addresses may be fetched from: one private address among public ones is a trap."""
    _left(deadline, document)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreadableError("could not be found: no such host", document=document) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or (not allow_private and any(refused(address) for address in addresses)):
        raise UnreadableError("leads to a private or reserved address, which is never fetched", document=document)
    return addresses[0]


def _left(deadline: float, document: str) -> float:
    """Seconds that are left; raises UnreadableError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise UnreadableError("took too long to fetch", document=document)
    return left


def _ask(target: _Target, *, deadline: float, max_bytes: int) -> tuple[int, str | None, bytes]:
    """Status, Location and body of one request."""
    connection = http.client.HTTPConnection(target.host, target.port)
    watch: threading.Timer | None = None
    try:
        raw = socket.create_connection((target.address, target.port), timeout=_left(deadline, target.url))
        # A time limit of the socket is for one read: a server that sends a letter a second would never meet it.
        watch = threading.Timer(_left(deadline, target.url), _shut, (raw,))
        watch.daemon = True
        watch.start()
        connection.sock = raw
        if target.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=target.host)
        shown = f"[{target.host}]" if ":" in target.host else target.host
        connection.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", shown if target.port == _PORTS[target.scheme] else f"{shown}:{target.port}")
        connection.putheader("User-Agent", f"Pincite/{version('pincite')} (+audit)")
        connection.putheader("Accept", "text/html, application/xhtml+xml, application/pdf, text/plain, text/markdown, */*;q=0.1")
        connection.putheader("Accept-Encoding", "gzip, identity")
        connection.putheader("Connection", "close")
        connection.endheaders()
        response = connection.getresponse()
        if response.status in _REDIRECTS:
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


def _body(response: http.client.HTTPResponse, target: _Target, *, deadline: float, max_bytes: int) -> bytes:
    """The body, unpacked; both what is sent and what it unpacks to stay under `max_bytes`."""
    too_large = UnreadableError(f"is larger than {max_bytes // 1_000_000} MB", document=target.url)
    length = response.getheader("Content-Length") or ""
    if length.isdigit() and int(length) > max_bytes:
        raise too_large
    packed = (response.getheader("Content-Encoding") or "").strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip"):
        raise UnreadableError(f"is packed as {packed[:20]!r}, which was not asked for", document=target.url)
    unpacker = zlib.decompressobj(wbits=31) if packed.endswith("gzip") else None
    data = bytearray()
    sent = 0
    while chunk := response.read1(_CHUNK):
        _left(deadline, target.url)
        sent += len(chunk)
        try:
            data += unpacker.decompress(chunk, max_bytes + 1 - len(data)) if unpacker else chunk
        except zlib.error as error:
            raise UnreadableError("is damaged: its packing is broken", document=target.url) from error
        if sent > max_bytes or len(data) > max_bytes:
            raise too_large
    _left(deadline, target.url)
    if (length.isdigit() and sent < int(length)) or (unpacker and not unpacker.eof):
        raise UnreadableError("was cut off on the way", document=target.url)
    return bytes(data)
