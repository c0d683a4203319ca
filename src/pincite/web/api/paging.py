"""Lists in pages: `limit` and `offset` in, items with the total out, and a Link header to the pages around."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import BaseModel, Field

Item = TypeVar("Item")

MOST_ITEMS = 200
FURTHEST = 1_000_000_000  # any offset beyond the end gives an empty page; this one still fits a database integer


class Paging(Schema):
    """Which part of a list."""

    limit: int = Field(20, ge=1, le=MOST_ITEMS, description=f"How many items, at most {MOST_ITEMS}.")
    offset: int = Field(0, ge=0, le=FURTHEST, description="How many items to pass over.")


class Page(BaseModel, Generic[Item]):
    """One part of a list."""

    items: list[Item]
    total: int = Field(description="How many items the whole list has.")
    limit: int
    offset: int


def paged(
    request: HttpRequest, response: HttpResponse, found: Sequence[Any] | QuerySet[Any], paging: Paging, show: Callable[[Any], Any]
) -> dict[str, Any]:
    """The page's items, each through `show`, and the Link header (RFC 8288) on `response`."""
    total = found.count() if isinstance(found, QuerySet) else len(found)
    limit, offset = paging.limit, paging.offset
    places = {"first": 0, "last": (total - 1) // limit * limit if total else 0}
    if offset > 0:
        places["prev"] = max(0, min(offset, total) - limit)
    if offset + limit < total:
        places["next"] = offset + limit
    response.headers["Link"] = ", ".join(f'<{_address(request, limit, place)}>; rel="{name}"' for name, place in places.items())
    return {"items": [show(one) for one in found[offset : offset + limit]], "total": total, "limit": limit, "offset": offset}


def _address(request: HttpRequest, limit: int, offset: int) -> str:
    query = request.GET.copy()
    query["limit"], query["offset"] = str(limit), str(offset)
    return f"{request.path}?{query.urlencode()}"
