"""The one client: where it connects to, how often, how patiently, how much it takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pincite.errors import NetworkError
from pincite.network.pacing import Pace

stamina = pytest.importorskip("stamina", reason="the client needs the extra `feeds`")

from pincite.network import addresses  # noqa: E402
from pincite.network.addresses import origin  # noqa: E402
from pincite.network.client import Client, StatusError, pause_after, retry_after  # noqa: E402
from tests.feeds.standin import StandIn  # noqa: E402


@pytest.fixture
def standin() -> Iterator[StandIn]:
    server = StandIn()
    server.pages = {"/page": (200, "text/xml", b"<a>" + b"x" * 50_000 + b"</a>")}
    yield server
    server.close()


@pytest.fixture
def client(standin: StandIn, tmp_path: Path) -> Iterator[Client]:
    with (
        stamina.set_testing(True, attempts=20, cap=True),
        Client(contact="library@example.org", permitted={origin(standin.url)}, cache=tmp_path, attempt_seconds=2.0) as made,
    ):
        yield made


@pytest.mark.parametrize("fault", ["429", "500", "503", "cut", "truncated"])
def test_what_may_pass_is_asked_again(standin: StandIn, client: Client, fault: str) -> None:
    standin.fail("/page", fault, times=3)
    assert len(client.get(f"{standin.url}/page").data) == 50_007
    assert len(standin.hits) == 4


def test_what_does_not_pass_is_told_after_the_last_attempt(standin: StandIn, client: Client) -> None:
    standin.fail("/page", "500", times=1000)
    with pytest.raises(StatusError, match="answered 500") as told:
        client.get(f"{standin.url}/page")
    assert told.value.status == 500
    assert len(standin.hits) == client.attempts


def test_an_error_that_is_ours_is_not_asked_again(standin: StandIn, client: Client) -> None:
    with pytest.raises(StatusError, match="answered 404"):
        client.get(f"{standin.url}/nothing")
    assert len(standin.hits) == 1


def test_a_server_that_sends_a_letter_at_a_time_meets_the_deadline(standin: StandIn, client: Client) -> None:
    client.attempt_seconds = 0.2
    client.attempts = 1
    standin.fail("/page", "drip")
    with pytest.raises(NetworkError, match="took too long"):
        client.get(f"{standin.url}/page")


def test_more_than_was_asked_for_is_not_taken(standin: StandIn, client: Client) -> None:
    with pytest.raises(NetworkError, match="larger than"):
        client.get(f"{standin.url}/page", most_bytes=10_000)
    assert len(standin.hits) == 1


def test_a_redirect_inward_is_refused_and_not_asked_again(standin: StandIn, client: Client) -> None:
    standin.fail("/page", "inward")
    with pytest.raises(NetworkError, match="private or reserved"):
        client.get(f"{standin.url}/page")
    assert len(standin.hits) == 1


def test_loopback_is_refused_unless_this_very_port_is_permitted(standin: StandIn, client: Client) -> None:
    with Client() as stranger, pytest.raises(NetworkError, match="port"):
        stranger.get(f"{standin.url}/page")
    with pytest.raises(NetworkError, match=r"port 1;|private"):
        client.get("http://127.0.0.1:1/page")
    assert standin.hits == []


def test_a_name_that_resolves_to_a_private_address_is_refused_at_the_moment_of_connecting(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("93.184.216.34", "10.0.0.5")]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NetworkError, match="private or reserved"):
        client.get("http://rebinding.example.org/")


def test_proxies_of_the_environment_are_not_used(standin: StandIn, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert client.get(f"{standin.url}/page").data


def test_the_user_agent_names_pincite_and_the_contact(standin: StandIn, client: Client) -> None:
    client.get(f"{standin.url}/page")
    agent = standin.hits[0][2]["User-Agent"]
    assert agent.startswith("Pincite/")
    assert "library@example.org" in agent


def test_a_kept_answer_is_used_only_after_the_server_said_that_it_holds(standin: StandIn, client: Client) -> None:
    first = client.get(f"{standin.url}/rw/list.csv", cached=True).data
    assert client.get(f"{standin.url}/rw/list.csv", cached=True).data == first
    assert len(standin.hits) == 2
    assert "If-None-Match" in {name.title() for name in standin.hits[1][2]}
    standin.list += b"6,new\n"
    assert client.get(f"{standin.url}/rw/list.csv", cached=True).data == standin.list


def test_a_key_in_an_address_is_not_shown_in_an_error(standin: StandIn, client: Client) -> None:
    with pytest.raises(NetworkError) as told:
        client.get(f"{standin.url}/nothing", params={"api_key": "s3cret"})
    assert "s3cret" not in str(told.value)


def test_nothing_is_sent_when_the_network_is_turned_off() -> None:
    with pytest.raises(NetworkError, match="PINCITE_OFFLINE"):
        Client(offline=True).get("https://example.org/")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "httpx2", None)
    with pytest.raises(NetworkError, match=r"pincite\[feeds\]"):
        Client().get("https://example.org/")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "Sat, 21 Nov 2026 10:02:00 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 120.0),
        ({"retry-after": "Sat, 21 Nov 2026 09:00:00 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_of_the_servers_clock(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_the_pause_is_the_servers_and_a_server_that_asks_for_too_long_is_left_alone() -> None:
    assert pause_after(StatusError("http://x.org/", 429, b"", pause=7.0)) == 7.0
    assert pause_after(StatusError("http://x.org/", 503, b"", pause=None)) is True
    assert pause_after(StatusError("http://x.org/", 429, b"", pause=4000.0)) is False
    assert pause_after(StatusError("http://x.org/", 404, b"", pause=None)) is False
    assert pause_after(ValueError()) is False


def test_a_host_is_asked_no_more_often_than_allowed_and_than_its_headers_say() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(clock=lambda: now[0], sleep=sleep)
    pace.allow("a", per_second=4)
    for _ in range(3):
        pace.wait("a")
    pace.wait("b")
    assert slept == [0.25, 0.25]
    pace.obey("a", {"x-rate-limit-limit": "1", "x-rate-limit-interval": "2s"})
    pace.wait("a")
    pace.wait("a")
    assert slept[2:] == [0.25, 2.0]
    headers: Any = {"x-rate-limit-limit": "1000", "x-rate-limit-interval": "1s"}
    pace.obey("a", headers)
    assert pace._between["a"] == 2.0
