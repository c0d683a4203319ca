"""A copy of the starter library for each test that changes one; no vectors, so that nothing waits for the encoder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pincite.library.starter import open_library
from pincite.library.store import Library


@pytest.fixture(scope="session")
def _starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("living") / "library"
    open_library(place)
    return place


@pytest.fixture
def starter(_starter: Path, tmp_path: Path) -> Library:
    shutil.copytree(_starter, tmp_path / "starter")
    return Library.open(tmp_path / "starter")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library")
