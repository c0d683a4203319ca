"""Fixtures of the reader tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def spoilt() -> Callable[[bytes, int], Iterator[bytes]]:
    """Truncations and copies with random bytes changed, from a fixed seed."""

    def make(data: bytes, count: int) -> Iterator[bytes]:
        chance = random.Random(7)
        for number in range(count):
            if number % 2:
                yield data[: chance.randrange(1, len(data))]
            else:
                changed = bytearray(data)
                for _ in range(chance.randrange(1, 40)):
                    changed[chance.randrange(len(changed))] = chance.randrange(256)
                yield bytes(changed)

    return make
