"""Fixtures of the tests of loading, cutting and arithmetic of foreign texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import REPOSITORY


@pytest.fixture(scope="session")
def seeds() -> Path:
    """Real pages of the kind that is audited; a test skips, saying so, where they are absent."""
    folder = REPOSITORY.parent / "shared" / "seeds"
    if not folder.is_dir():
        pytest.skip("no real pages here: ../shared/seeds beside the checkout")
    return folder
