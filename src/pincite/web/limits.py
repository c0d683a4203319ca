"""How often one token or one address may do a thing: counted in the shared cache, so that all web processes count together.

A leaky bucket (GCRA): one number per caller, the time at which the bucket will be empty; a burst of a minute's worth is
let through, then one request for each that leaks out.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import math
import time
from typing import NamedTuple

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest

WINDOW = 60.0  # seconds
now = time.time  # the same clock for all processes of a machine, unlike time.monotonic

_log = logging.getLogger(__name__)


class Counted(NamedTuple):
    """One request that was counted: what it counts under, what is left, and how long to wait (0: go on)."""

    name: str
    per_minute: int
    remaining: int
    reset: int  # seconds until the whole minute's worth is free again
    wait: int


def allow(request: HttpRequest, name: str, per_minute: int) -> int:
    """Count this request under `name`: 0 when it may go on, else the seconds to wait before the next try."""
    return count(request, name, per_minute).wait


def count(request: HttpRequest, name: str, per_minute: int) -> Counted:
    """The same with what the RateLimit headers say; kept as `request.counted`, from which `headers` writes them."""
    key = "rate:" + hashlib.sha256(f"{name} {caller(request)}".encode()).hexdigest()
    try:
        with transaction.atomic():
            _lock(key)
            empty_at, found = _leak(now(), float(cache.get(key) or 0.0), name=name, per_minute=per_minute)
            if not found.wait:
                cache.set(key, empty_at, timeout=math.ceil(WINDOW) + 1)
    except DatabaseError as error:
        # A database too busy to count is no reason to turn readers away.
        _log.warning("A request was not counted: %s", error)
        found = Counted(name, per_minute, per_minute, 0, 0)
    request.counted = found
    return found


def caller(request: HttpRequest) -> str:
    """Who asks: the token when there is one, else the address that the connection comes from.

    X-Forwarded-For is anybody's word; behind a proxy the server (uvicorn's --forwarded-allow-ips) puts the true address in place.
    """
    token = getattr(request, "api_token", None)
    if token is not None:
        return f"token {token.pk}"
    address = str(request.META.get("REMOTE_ADDR") or "")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"address {address}"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:  # one household has a whole /64
        return f"address {ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"address {parsed}"


def headers(counted: Counted) -> dict[str, str]:
    """RateLimit headers (draft-ietf-httpapi-ratelimit-headers), and Retry-After where the caller has to wait."""
    found = {
        "RateLimit-Policy": f'"{counted.name}";q={counted.per_minute};w={WINDOW:.0f}',
        "RateLimit": f'"{counted.name}";r={counted.remaining};t={counted.reset}',
    }
    return found | ({"Retry-After": str(counted.wait)} if counted.wait else {})


def _leak(at: float, empty_at: float, *, name: str, per_minute: int) -> tuple[float, Counted]:
    """The bucket after one more request; unchanged when that would overflow it."""
    each = WINDOW / per_minute
    before = max(empty_at, at)
    after = before + each
    over = after - at - WINDOW
    if over > 1e-6:
        return before, Counted(name, per_minute, 0, math.ceil(before - at), max(1, math.ceil(over)))
    return after, Counted(name, per_minute, math.floor((WINDOW - (after - at)) / each + 1e-6), math.ceil(after - at), 0)


def _lock(key: str) -> None:
    """One caller's count at a time: SQLite's transaction has its write lock already, PostgreSQL's takes one for the key."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(key[5:20], 16)])
