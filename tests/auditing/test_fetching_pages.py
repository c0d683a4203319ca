"""Fetching from the open web and from nowhere else; a server on this machine stands in for it."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from pincite.auditing import fetching
from pincite.auditing.fetching import fetch, refused
from pincite.errors import UnreadableError
from pincite.network import addresses


class Handler(http.server.BaseHTTPRequestHandler):
    """Pages by path; remembers the headers it was sent."""

    seen: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        Handler.seen = {**dict(self.headers), "path": self.path}
        if self.path.startswith("/hop"):
            count = int(self.path[4:])
            self.send_response(302)
            self.send_header("Location", f"/hop{count - 1}" if count else "/page")
            self.send_header("Set-Cookie", "spy=1")
            self.end_headers()
            return
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
            return
        body = {
            "/page": b"<p>Gout hurts.</p>",
            "/large": b"x" * 5000,
            "/packed": gzip.compress(b"y" * 300),
            "/bomb": gzip.compress(b"z" * 5_000_000),
        }.get(self.path)
        self.send_response(200 if body is not None or self.path in ("/slow", "/cut") else 404)
        if self.path in ("/packed", "/bomb"):
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/cut":
            self.send_header("Content-Length", "100")
        self.end_headers()
        if self.path == "/slow":
            for _ in range(50):
                self.wfile.write(b".")
                time.sleep(0.05)
        self.wfile.write(body or b"half")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign, assignment]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def test_a_page_comes_with_where_it_came_from_and_nothing_is_told_of_the_user(site: str) -> None:
    data, final = fetch(f"{site}/hop2", allow_private=True)
    assert data == b"<p>Gout hurts.</p>"
    assert final == f"{site}/page"
    assert Handler.seen["User-Agent"].startswith("Pincite/")
    assert not {"Cookie", "Authorization", "Referer"} & set(Handler.seen)


def test_packed_pages_are_unpacked(site: str) -> None:
    assert fetch(f"{site}/packed", allow_private=True)[0] == b"y" * 300


@pytest.mark.parametrize(
    ("path", "reason", "limits"),
    [
        ("/none", "answered 404", {}),
        ("/hop9", "redirects more than 5 times", {}),
        ("/large", "larger than", {"max_bytes": 1000}),
        ("/bomb", "larger than", {"max_bytes": 100_000}),
        ("/slow", "too long", {"timeout": 0.4}),
        ("/cut", "cut off", {}),
    ],
)
def test_what_a_server_may_not_do_is_refused_with_the_reason(site: str, path: str, reason: str, limits: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError, match=reason):
        fetch(f"{site}{path}", allow_private=True, **limits)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://0.0.0.0/",
        "https://192.168.1.1/",
    ],
)
def test_private_addresses_are_never_fetched(url: str) -> None:
    with pytest.raises(UnreadableError, match=r"private or reserved|no such host"):
        fetch(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/x", "no http or https"),
        ("file:///etc/passwd", "no http or https"),
        ("http://user:secret@example.org/", "user name"),
        ("http://example.org:22/", "port 22"),
        ("http:///nothing", "no web address"),
        ("http://exa mple.org/", "no web address"),
        ("http://example.org:99999/", "no web address"),
    ],
)
def test_other_addresses_are_refused(url: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        fetch(url)


def answers(addresses: list[str]) -> Any:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


def test_one_private_address_among_public_ones_is_a_trap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(["93.184.216.34", "10.0.0.5"]))
    with pytest.raises(UnreadableError, match="private or reserved"):
        fetch("http://trap.example.org/")


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", answers(["93.184.216.34"]))

    def connect(address: tuple[str, int], timeout: float) -> Any:
        asked.append(address[0])
        raise ConnectionRefusedError("closed")

    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    with pytest.raises(UnreadableError, match="could not be fetched"):
        fetch("http://rebinding.example.org/")
    assert asked == ["93.184.216.34"]


def test_a_redirect_into_the_private_net_is_refused(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = addresses.refused
    monkeypatch.setattr(addresses, "refused", lambda address: address != "127.0.0.1" and real(address))
    monkeypatch.setitem(addresses.PORTS, "http", int(site.rsplit(":", 1)[1]))
    with pytest.raises(UnreadableError, match=r"port 80|private or reserved"):
        fetch(f"{site}/inside")


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "127.0.0.53",
        "169.254.1.1",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:192.168.0.1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "2001:db8::1",
        "::127.0.0.1",
        "nonsense",
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    assert refused(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert not refused(address)
