"""Which addresses may be connected to: the rule that every request of Pincite goes by, on every redirect again.

A name is resolved once and the connection goes to the very address that was checked, so that a name that resolves
differently a moment later (DNS rebinding) changes nothing. Messages complete "PAGE …".
"""

from __future__ import annotations

import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from pincite.errors import UnreadableError

MOST_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
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


class Target(NamedTuple):
    """One hop: where to connect, and what to ask for."""

    scheme: str
    host: str
    port: int
    path: str
    url: str


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


def target_of(url: str, *, allow_private: bool = False) -> Target:
    """The hop for a URL, not yet resolved; raises UnreadableError for other schemes, credentials, unusual ports.

    `allow_private` is for the addresses that a settings file names as mirrors, and for tests: any port will do.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise UnreadableError("is no web address that can be used", document=url) from error
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise UnreadableError("is no http or https address", what_to_do="Save the page and give the file.", document=url)
    if parts.username is not None or parts.password is not None:
        raise UnreadableError("holds a user name or password, which is refused", document=url)
    host = (parts.hostname or "").rstrip(".")
    if not host or any(character.isspace() or ord(character) < 33 for character in url.strip()):
        raise UnreadableError("is no web address that can be used", document=url)
    try:
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnreadableError("names a host that cannot be", document=url) from error
    port = port or PORTS[scheme]
    if not allow_private and port != PORTS[scheme]:
        raise UnreadableError(f"asks for port {port}; only the usual ports 80 and 443 are fetched from", document=url)
    path = urlunsplit(("", "", quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._"), quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"), ""))
    return Target(scheme, ascii_host, port, path, urlunsplit((scheme, parts.netloc, parts.path or "/", parts.query, "")))


def resolved(host: str, port: int, *, document: str, allow_private: bool = False) -> str:
    """The first address of a host when all its addresses may be connected to: one private address among public ones is a trap.

    Raises UnreadableError.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreadableError("could not be found: no such host", document=document) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or (not allow_private and any(refused(address) for address in addresses)):
        raise UnreadableError("leads to a private or reserved address, which is never fetched", document=document)
    return addresses[0]


def redirected(target: Target, location: str) -> str:
    """The address that a redirect leads to; raises UnreadableError when it would leave encryption behind."""
    following = urljoin(target.url, location)
    if target.scheme == "https" and urlsplit(following).scheme == "http":
        raise UnreadableError("redirects from https to http, which is refused", document=target.url)
    return following


def origin(url: str) -> tuple[str, int]:
    """Host and port of a URL; raises UnreadableError.

    >>> origin("http://127.0.0.1:8999/eutils/")
    ('127.0.0.1', 8999)
    """
    target = target_of(url, allow_private=True)
    return target.host, target.port
