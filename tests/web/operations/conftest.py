"""A home with a library and a database file of its own, as `serve` has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from pincite.web import configuration


@pytest.fixture
def home(own_library: Path) -> Path:
    return own_library.parent


@pytest.fixture
def file_database(home: Path, transactional_db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tables in a file of the home, as `serve` has them: the tests' own database lives in memory."""
    source = connection.connection if connection.connection is not None else (connection.ensure_connection() or connection.connection)
    path = configuration.web_home() / "pincite.sqlite3"
    with sqlite3.connect(path) as made:
        source.backup(made)
    made.close()
    kept = connection.settings_dict["NAME"]
    held = connections["default"]
    fresh = held.copy()
    fresh.settings_dict["NAME"] = str(path)
    connections["default"] = fresh
    yield
    fresh.close()
    connections["default"] = held
    assert held.settings_dict["NAME"] == kept
