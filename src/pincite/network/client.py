"""The one client that feeds ask public sources with: polite, patient, sceptical, and turned off by one setting.

A request goes only to public addresses (`addresses`), as often as the host allows (`pacing`), again after a pause when the
fault may pass (`stamina`, `Retry-After` obeyed), within a time and a size; what a server marks as unchanged is not sent again (`hishel`).
One client is for one thread. Needs the extra `feeds`; nothing of it is imported before the first request.
"""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

from pincite.errors import NetworkError, UnreadableError
from pincite.network.addresses import MOST_REDIRECTS, REDIRECTS, Target, origin, redirected, target_of
from pincite.network.bodies import Body
from pincite.network.pacing import Pace

_AGAIN = (408, 425, 429, 500, 502, 503, 504)
# One attempt, connecting to last byte. A baseline file of 40 MB takes a minute on a slow line.
ATTEMPT_SECONDS = 120.0
ATTEMPTS = 6  # pauses of about 1, 2, 4, 8, 16 seconds between them
_LONGEST_PAUSE = 30.0
# A server that asks to come back later than this is left alone until the next update.
LONGEST_RETRY_AFTER = 300.0
MOST_BYTES = 200_000_000
_READ_SECONDS = 60.0
_CACHE_BYTES = 500_000_000


class Fetched(NamedTuple):
    """One response: bytes, where they came from after redirects, and what the server said of them (names in lower case)."""

    data: bytes
    url: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body as JSON; raises NetworkError (retryable: a proxy's error page, or half an answer)."""
        try:
            return json.loads(self.data.decode("utf-8-sig"))
        except ValueError as error:
            raise NetworkError(f"{shown(self.url)} did not answer with JSON.", document=self.url, retryable=True) from error


class StatusError(NetworkError):
    """The server answered with an error; `status` is its number, `data` the beginning of what it said."""

    def __init__(self, url: str, status: int, data: bytes, *, pause: float | None) -> None:
        super().__init__(
            f"{shown(url)} answered {status}.",
            what_to_do="Try again later." if status in _AGAIN else "",
            document=url,
            retryable=status in _AGAIN and (pause is None or pause <= LONGEST_RETRY_AFTER),
        )
        self.status = status
        self.data = data
        self.pause = pause


class Client:
    """Asks public sources; a context manager."""

    def __init__(
        self,
        *,
        contact: str = "",
        offline: bool = False,
        permitted: Collection[tuple[str, int]] = (),
        cache: Path | None = None,
        attempt_seconds: float = ATTEMPT_SECONDS,
        attempts: int = ATTEMPTS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.offline = offline
        self.permitted = frozenset(permitted)
        self.attempt_seconds = attempt_seconds
        self.attempts = attempts
        self.pace = Pace(clock=clock, sleep=sleep)
        self.server_time: datetime | None = None  # by the clock of the first server that told it
        self._contact = contact
        self._cache = cache
        self._wire: _Wire | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and the cache."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        most_bytes: int = MOST_BYTES,
        cached: bool = False,
        accept: Callable[[Fetched], None] | None = None,
    ) -> Fetched:
        """What is at `url`, asked again after a pause while the fault may pass.

        `cached`: keep the answer and ask next time only whether it changed. `accept` raises a retryable NetworkError for an
        answer that looks whole and is none. Raises NetworkError.
        """
        if self.offline:
            raise NetworkError("The network is turned off by PINCITE_OFFLINE.", what_to_do="Unset it to fetch something.")
        if self._wire is None:
            self._wire = _Wire(self._contact, self.permitted, self._cache)
        import stamina  # noqa: PLC0415 - the extra `feeds`

        if params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        for attempt in stamina.retry_context(
            on=pause_after, attempts=self.attempts, timeout=None, wait_initial=1.0, wait_max=_LONGEST_PAUSE, wait_jitter=0.5
        ):
            with attempt:
                fetched = self._once(url, headers or {}, most_bytes=most_bytes, cached=cached)
                if accept is not None:
                    accept(fetched)
        return fetched

    def _once(self, url: str, headers: Mapping[str, str], *, most_bytes: int, cached: bool) -> Fetched:
        """One attempt, redirects followed and checked like the first address."""
        import httpx2  # noqa: PLC0415 - the extra `feeds`

        assert self._wire is not None
        self._wire.transport.deadline = time.monotonic() + self.attempt_seconds
        seen = url
        try:
            for _ in range(MOST_REDIRECTS + 1):
                target = target_of(seen, allow_private=self._may_be_private(seen))
                self.pace.wait(target.host)
                # A key that a header holds is for the server that was asked, not for one that it redirects to.
                own = headers if origin(seen) == origin(url) else {}
                answer = self._ask(self._wire, target, seen, own, most_bytes=most_bytes, cached=cached)
                if isinstance(answer, Fetched):
                    return answer
                seen = redirected(target, answer)
        except UnreadableError as error:
            passing = error.what_happened.startswith(("was cut off", "is damaged", "took too long"))
            raise NetworkError(f"{shown(url)} {error.what_happened}.", document=url, retryable=passing) from error
        except httpx2.TimeoutException as error:
            raise NetworkError(f"{shown(url)} took too long to fetch.", document=url, retryable=True) from error
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise NetworkError(
                f"{shown(url)} could not be fetched: {error or type(error).__name__}.", document=url, retryable=True
            ) from error
        raise NetworkError(f"{shown(url)} redirects more than {MOST_REDIRECTS} times.", document=url)

    def _ask(self, wire: _Wire, target: Target, url: str, headers: Mapping[str, str], *, most_bytes: int, cached: bool) -> Fetched | str:
        """The response, or where it redirects to."""
        client = wire.cached if cached else wire.plain
        # Kept answers are used only after the server has said that they still hold.
        extra = {"Cache-Control": "no-cache"} if cached else {}
        client.cookies.clear()
        with client.stream("GET", url, headers={**headers, **extra}) as response:
            self.pace.obey(target.host, response.headers)
            self._note_time(response.headers.get("date", ""))
            location = response.headers.get("location")
            if response.status_code in REDIRECTS and location:
                return location
            body = Body(
                url,
                most=most_bytes,
                packed=response.headers.get("content-encoding", ""),
                length=response.headers.get("content-length", ""),
            )
            for chunk in response.iter_raw():
                if time.monotonic() > wire.transport.deadline:
                    raise UnreadableError("took too long to fetch")
                body.add(chunk)
            data = body.whole()
            if not 200 <= response.status_code < 300:
                raise StatusError(url, response.status_code, data[:2000], pause=retry_after(response.headers))
            return Fetched(data, url, {name.lower(): value for name, value in response.headers.items()})

    def _may_be_private(self, url: str) -> bool:
        return bool(self.permitted) and origin(url) in self.permitted

    def _note_time(self, date: str) -> None:
        if self.server_time is None and date:
            try:
                told = email.utils.parsedate_to_datetime(date)
            except ValueError:
                return
            self.server_time = told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def pause_after(error: BaseException) -> bool | float:
    """Whether to ask again after an error, and after how many seconds when the server named them: a hook for stamina."""
    if not isinstance(error, NetworkError) or not error.retryable:
        return False
    if isinstance(error, StatusError) and error.pause is not None:
        return error.pause
    return True


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, given as a number or as a date by the server's own clock; None when it says nothing.

    >>> retry_after({"retry-after": "7"}), retry_after({})
    (7.0, None)
    >>> retry_after({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"})
    30.0
    """
    told = headers.get("retry-after", "").strip()
    if told.isdigit():
        return float(told)
    try:
        until = email.utils.parsedate_to_datetime(told)
        now = email.utils.parsedate_to_datetime(headers.get("date", "")) if headers.get("date") else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None


def shown(url: str) -> str:
    """A URL for messages, without its query, which may hold a key.

    >>> shown("https://api.fda.gov/drug/label.json?api_key=secret&limit=1")
    'https://api.fda.gov/drug/label.json'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.scheme else url


class _Wire:
    """What connects, made with the first request, so that a run that reads files alone needs neither network nor extra."""

    def __init__(self, contact: str, permitted: frozenset[tuple[str, int]], cache: Path | None) -> None:
        try:
            import httpx2  # noqa: PLC0415 - the extra `feeds`
            import stamina  # noqa: F401, PLC0415
            from hishel import CacheOptions, SqliteStorage  # noqa: PLC0415
            from hishel.httpx2 import CacheTransport  # noqa: PLC0415

            from pincite.network.transport import PinnedTransport  # noqa: PLC0415
        except ImportError as error:
            raise NetworkError(
                f"Fetching needs the package {error.name}, which is not installed.", what_to_do='Install it: pip install "pincite[feeds]".'
            ) from error
        self.transport = PinnedTransport(permitted=permitted)
        agent = f"Pincite/{version('pincite')} ({contact or 'no contact given'})"
        headers = {"User-Agent": agent, "Accept-Encoding": "gzip", "Accept": "*/*"}
        timeout = httpx2.Timeout(_READ_SECONDS, connect=15.0)
        self.plain = httpx2.Client(transport=self.transport, trust_env=False, headers=headers, timeout=timeout)
        self.cached = self.plain
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
            storage = SqliteStorage(database_path=cache / "http.db", max_size=_CACHE_BYTES)
            caching = CacheTransport(self.transport, storage=storage, rfc=CacheOptions(shared=False))
            self.cached = httpx2.Client(transport=caching, trust_env=False, headers=headers, timeout=timeout)

    def close(self) -> None:
        """Close connections and the cache."""
        self.cached.close()
        self.plain.close()
