"""What the reading tests share: a fresh count of requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _uncounted(db: Any) -> Iterator[None]:
    """Each test starts with nothing counted against its address."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()
