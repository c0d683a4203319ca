"""Fixtures that all tests share. Real documents are read where they lie; a test that needs them skips, saying so, where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def corpora_folder() -> Path | None:
    """The folder of real documents: $CURBSIDE_CORPORA, or `../shared/corpora` beside the checkout; None when absent."""
    named = os.environ.get("CURBSIDE_CORPORA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "corpora"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def corpora() -> Path:
    folder = corpora_folder()
    if folder is None:
        pytest.skip("no real documents here: set CURBSIDE_CORPORA to the folder that holds them")
    return folder


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a PINCITE_HOME of its own and no settings of the person who runs it."""
    for name in list(os.environ):
        if name.startswith("PINCITE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path_factory.mktemp("home")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest in one piece begins first, so that no core waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
