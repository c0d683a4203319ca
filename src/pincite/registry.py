"""Finds readers, writers and checks by entry point, so that another package can add one; an unknown name lists the known ones."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pincite.errors import UnknownNameError


@cache
def _group(kind: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=f"pincite.{kind}"), key=lambda point: point.name)}


def names(kind: str) -> tuple[str, ...]:
    """All names registered for `kind` ("readers", "writers", "checks"), sorted."""
    return tuple(_group(kind))


def load(kind: str, name: str) -> Any:
    """The object registered as `name`. Raises UnknownNameError, naming the known ones."""
    points = _group(kind)
    if name not in points:
        known = ", ".join(points) or "none"
        raise UnknownNameError(f"No {kind.rstrip('s')} is called {name!r}.", what_to_do=f"Known: {known}.")
    return points[name].load()


def load_all(kind: str) -> dict[str, Any]:
    """Every registered object of `kind`, by name."""
    return {name: load(kind, name) for name in names(kind)}
