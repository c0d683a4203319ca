"""Handing texts in as people do, and the worker's turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pincite.web.audits.models import CheckedText
from pincite.web.configuration import web_home
from pincite.web.jobs import worker
from tests.web.audits.sample import TEXT


def work() -> None:
    """Everything that waits."""
    while worker.run_once() is not None:
        pass


def hand_in(client: Client, **fields: Any) -> Any:
    """Send the form."""
    return client.post("/check/", fields)


def hand_in_file(client: Client, name: str, content: bytes | str) -> Any:
    """Send a file by the form."""
    return hand_in(client, file=SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content))


def address(response: Any) -> str:
    """Where a text that was handed in is followed."""
    assert response.status_code == 303, response.content.decode()[:3000]
    found: str = response.headers["Location"]
    assert re.fullmatch(r"/check/[0-9a-f-]{36}/", found)
    return found


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rate limit."""
    from pincite.web import limits

    monkeypatch.setattr(limits, "allow", lambda request, name, per_minute: 0)


@pytest.fixture
def as_(people: dict[str, Any], unlimited: None) -> Callable[[str], Client]:
    """A browser of one person, or of a visitor."""

    def browser(name: str = "") -> Client:
        client = Client(raise_request_exception=False)
        if name:
            client.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser


@pytest.fixture
def checked(as_: Callable[[str], Client], left: Callable[[], list[str]]) -> CheckedText:
    """A text of alice's that has been checked."""
    place = address(hand_in(as_("alice"), text=TEXT, name="Draft leaflet"))
    work()
    text = CheckedText.objects.get(pk=place.split("/")[2])
    assert text.state == "done", text.why_failed
    return text


@pytest.fixture
def left() -> Callable[[], list[str]]:
    """What of uploads lies on the disk that did not when the test began."""

    def entries() -> set[str]:
        home = web_home() / "uploads"
        return {str(path.relative_to(home)) for path in home.rglob("*")} - {"incoming"} if home.is_dir() else set()

    before = entries()
    return lambda: sorted(entries() - before)
