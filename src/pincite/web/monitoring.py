"""What this process did, counted for `/metrics`, and one log line per request that leaves the question out."""

from __future__ import annotations

import logging
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
R = TypeVar("R")

# Seconds. An answer of the starter library takes 0.05 to 0.25; of 100,000 passages up to 1.5.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_QUIET = ("/static/", "/healthz", "/readyz", "/metrics")

_log = logging.getLogger("pincite.web.request")


class Histogram:
    """How long something took, and how often it failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0
        self.errors = 0

    def observe(self, seconds: float, *, failed: bool = False) -> None:
        """One more."""
        with self._lock:
            self.counts[bisect_left(BUCKETS, seconds)] += 1
            self.seconds += seconds
            self.errors += failed

    def lines(self, name: str, *, labels: str = "") -> Iterator[str]:
        """The histogram in Prometheus text, without its type line."""
        with self._lock:
            counts, seconds = list(self.counts), self.seconds
        running = 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
            running += count
            yield f'{name}_bucket{{{labels}{"," if labels else ""}le="{bound}"}} {running}'
        own = f"{{{labels}}}" if labels else ""
        yield f"{name}_sum{own} {seconds:.6f}"
        yield f"{name}_count{own} {running}"


asks = Histogram()
requests = Histogram()
statuses: dict[int, int] = {}
_counting = threading.Lock()


def counted(asking: Callable[P, R]) -> Callable[P, R]:
    """The same function; each call is timed and counted in `asks`."""

    @wraps(asking)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        begun, failed = time.perf_counter(), True
        try:
            result = asking(*args, **kwargs)
            failed = False
            return result
        finally:
            asks.observe(time.perf_counter() - begun, failed=failed)

    return ask


class Requests:
    """Middleware: times and counts every request, and logs method, path and status: never what was asked."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, then write it down."""
        if request.path.startswith(_QUIET):
            return self.get_response(request)
        begun = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - begun
        status = int(response.status_code)
        requests.observe(seconds, failed=status >= 500)
        with _counting:
            statuses[status] = statuses.get(status, 0) + 1
        _log.info("%s %s %d %.0f ms", request.method, _shown(request.path), status, seconds * 1000)
        return response


def _shown(path: str) -> str:
    """A path on one line, cut: it comes from outside."""
    return "".join(each if each.isprintable() else "?" for each in path[:200])


def metrics_lines(rows: dict[str, Any]) -> Iterator[str]:
    """Everything as Prometheus text; `rows` holds what the database and the library say (see `health.metrics`)."""
    yield "# HELP pincite_asks_seconds Questions answered by this process and how long they took."
    yield "# TYPE pincite_asks_seconds histogram"
    yield from asks.lines("pincite_asks_seconds")
    yield "# HELP pincite_ask_errors_total Questions that ended in an error, in this process."
    yield "# TYPE pincite_ask_errors_total counter"
    yield f"pincite_ask_errors_total {asks.errors}"
    yield "# HELP pincite_requests_seconds Requests to this process and how long they took."
    yield "# TYPE pincite_requests_seconds histogram"
    yield from requests.lines("pincite_requests_seconds")
    yield "# HELP pincite_responses_total Responses of this process by status."
    yield "# TYPE pincite_responses_total counter"
    with _counting:
        known = dict(statuses)
    yield from (f'pincite_responses_total{{status="{status}"}} {count}' for status, count in sorted(known.items()))
    for name, (says, values) in rows.items():
        yield f"# HELP {name} {says}"
        yield f"# TYPE {name} gauge"
        yield from (f"{name}{labels} {value}" for labels, value in values)
