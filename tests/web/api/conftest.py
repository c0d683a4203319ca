"""A client for each person, with a token of every scope or with a session."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

ALL = ("ask", "read", "write", "library", "audit-trail")
ROOT = "/api/v1"


class Caller:
    """Calls the API as one person would; `call` gives the response, `ok` the JSON of one that must succeed."""

    def __init__(self, token: str | None = None, client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        data = {} if body is None else {"data": body if isinstance(body, (str, bytes)) else json.dumps(body)}
        kind = more.pop("content_type", "application/json")
        headers = {**self.headers, **more.pop("headers", {})}
        return self.client.generic(method, ROOT + path, data.get("data", ""), content_type=kind, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.call("POST", path, body, **more)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        response = self.call(method, path, body)
        assert response.status_code in (200, 201, 202), response.content.decode()
        return response.json()


@pytest.fixture
def anybody(db: Any) -> Caller:
    """A visitor."""
    return Caller()


@pytest.fixture
def token(people: dict[str, Any]) -> Callable[..., str]:
    """The text of a new token of a person."""
    from pincite.web.accounts.models import ApiToken

    def make(name: str, *scopes: str, **more: Any) -> str:
        return ApiToken.issue(user=people[name], name="test", scopes=list(scopes or ALL), **more)[1]

    return make


@pytest.fixture
def as_(token: Callable[..., str]) -> Callable[[str], Caller]:
    """A caller with a token of all scopes."""
    return lambda name: Caller(token(name))


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rate limits: for tests that call hundreds of times."""
    from pincite.web import limits

    monkeypatch.setattr(limits, "allow", lambda request, name, per_minute: 0)


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """The problem that a response is; fails when it is another, or none."""
    assert response.status_code == status, response.content.decode()
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem
