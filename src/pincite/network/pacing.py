"""How often one host is asked: no more than it says, or than its terms of use say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_INTERVAL = re.compile(r"(\d+)\s*(s|m|h)?$")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


class Pace:
    """The next moment at which each host may be asked. `clock` and `sleep` are those of `time`, or a test's own."""

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._between: dict[str, float] = {}
        self._next: dict[str, float] = {}

    def allow(self, host: str, *, per_second: float) -> None:
        """Ask `host` at most so often from now on."""
        self._between[host] = 1 / per_second

    def wait(self, host: str) -> None:
        """Until `host` may be asked; the request that follows counts."""
        now = self._clock()
        free = self._next.get(host, now)
        if free > now:
            self._sleep(free - now)
        self._next[host] = max(now, free) + self._between.get(host, 0.0)

    def obey(self, host: str, headers: Mapping[str, str]) -> None:
        """Go no faster than a response's own `X-Rate-Limit-Limit` and `-Interval` say (Crossref's), and never faster than allowed before."""
        limit, interval = headers.get("x-rate-limit-limit", ""), _INTERVAL.match(headers.get("x-rate-limit-interval", "").strip())
        if limit.isdigit() and int(limit) > 0 and interval:
            told = int(interval[1]) * _SECONDS[interval[2] or "s"] / int(limit)
            self._between[host] = max(self._between.get(host, 0.0), told)
