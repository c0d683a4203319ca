"""What the library holds and how old it is, in numbers for the ask page; counted once per library version."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pincite.records import Tier
from pincite.rendering.safe import plain

if TYPE_CHECKING:
    from pincite.library.store import Library

_NAMES: tuple[tuple[Tier, str], ...] = (
    ("guideline", "Guidelines"),
    ("label", "Drug labels"),
    ("research", "Research"),
    ("patient", "Written for patients"),
)
_KEY = "web holdings"  # in the library's own cache, which ends with its version


@dataclass(frozen=True)
class Holdings:
    """Counts and dates of one library version."""

    documents: int
    passages: int
    tiers: tuple[tuple[str, int], ...]
    newest: str
    changed: datetime.datetime | None
    version: str


def holdings(library: Library) -> Holdings:
    """Documents by tier, the newest publication date, and when something was last added or removed; raises LibraryError."""
    found = library.cache.get(_KEY)
    if isinstance(found, Holdings) and found.version == library.commit.version:
        return found
    commit = library.commit
    table = library.table("documents") if commit.documents else None
    tiers = tuple((name, int(table.count_rows(f"tier = '{tier}'"))) for tier, name in _NAMES) if table is not None else ()
    made = Holdings(
        documents=commit.documents,
        passages=commit.passages,
        tiers=tuple((name, count) for name, count in tiers if count),
        newest=plain(commit.newest or ""),
        changed=_moment(commit.time),
        version=commit.version,
    )
    library.cache[_KEY] = made
    return made


def _moment(text: str) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
