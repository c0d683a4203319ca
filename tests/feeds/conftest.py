"""The stand-in for the public sources, and one way to run a feed against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

stamina = pytest.importorskip("stamina", reason="feeds need the extra `feeds`")

from pincite.feeds import running, subscriptions  # noqa: E402
from pincite.feeds.subscriptions import Subscription, Subscriptions  # noqa: E402
from pincite.library.store import Library  # noqa: E402
from pincite.network.client import Client  # noqa: E402
from pincite.settings import Settings  # noqa: E402
from tests.feeds.standin import StandIn  # noqa: E402

Run = Callable[..., Subscription]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """As many attempts as in life, and no pause between them."""
    with stamina.set_testing(True, attempts=20, cap=True):
        yield


@pytest.fixture
def run(settings: Settings, library: Library, client: Client, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a feed, subscribing on the way; the subscription with its counts. Indexes, which only searching needs, are not made."""
    monkeypatch.setattr("pincite.library.writing.Writer.finish", lambda _: None)

    def go(source: str, *query: str, **options: Any) -> Subscription:
        held = Subscriptions(settings)
        with held.held():
            one = held.add(subscriptions.new(source, query, now=subscriptions.utc_now(), **options))
            return running.run(one, client=client, settings=settings, library=library, subscriptions=held)

    return go


@pytest.fixture
def standin() -> Iterator[StandIn]:
    server = StandIn()
    yield server
    server.close()


@pytest.fixture
def settings(standin: StandIn, tmp_path: Path) -> Settings:
    return standin.settings(tmp_path)


@pytest.fixture
def library(settings: Settings) -> Library:
    return Library.open(settings.library)


@pytest.fixture
def client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with running.open_client(settings) as made:
        made.attempt_seconds = 2.0
        made.pace._sleep = lambda _: None
        yield made
