"""`pincite serve` as people start it: what it prints, what it refuses, and that everything ends with it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pincite.errors import PinciteError
from pincite.web import serving

WAIT = 180.0  # a machine with much else to do


def until(happens: Callable[[], Any], *, seconds: float = WAIT) -> Any:
    end = time.monotonic() + seconds
    while not (found := happens()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(entry.name))
    return found


class Site:
    """A `pincite serve` in a process of its own."""

    def __init__(self, home: Path, *arguments: str, **environ: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
        environ = kept | {"PINCITE_HOME": str(home), "PINCITE_ENCODER": "none", "PYTHONUNBUFFERED": "1"} | environ
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pincite.cli", "serve", *arguments],
            env=environ,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line

    def ready(self) -> str:
        until(lambda: "Pincite is at" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        return self.said.split("Pincite is at ")[1].split()[0]

    def ended(self) -> int:
        return self.process.wait(WAIT)


def status(address: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=WAIT) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def home(shared_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(shared_home / "library", tmp_path / "library")
    return tmp_path


@pytest.fixture
def database() -> Iterator[dict[str, str]]:
    """The setting of an empty PostgreSQL database where the tests run on PostgreSQL; none for SQLite in the home."""
    server = os.environ.get("PINCITE_WEB_DATABASE_URL")
    if not server:
        yield {}
        return
    import psycopg

    name = f"site_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {"PINCITE_WEB_DATABASE_URL": urlsplit(server)._replace(path=f"/{name}").geturl()}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(home: Path, database: dict[str, str]) -> Iterator[Callable[..., Site]]:
    started: list[Site] = []

    def start(*arguments: str, **environ: str) -> Site:
        started.append(Site(home, *arguments, **(database | environ)))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def test_a_demonstration_can_be_signed_in_to_and_ends_within_seconds(site: Callable[..., Site], home: Path) -> None:
    running = site("--demo", "--port", "0")
    address = running.ready()
    for person in ("alice", "bob", "carol", "dave", "erin", "frank", "grace"):
        assert f"\n  {person} " in running.said
    assert running.said.index("Bringing the database up to date") < running.said.index("Making the demonstration")
    assert status(f"{address}/readyz") == 200
    assert status(f"{address}/accounts/login/") == 200
    assert status(f"{address}/accounts/login/", Host="evil.example") == 400
    assert status(f"{address}/static/pincite/pincite.css") == 200
    with urllib.request.urlopen(f"{address}/healthz") as response:
        assert "uvicorn" not in str(response.headers).lower()
    family = until(lambda: children(running.process.pid))
    begun = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.ended() == 0
    assert time.monotonic() - begun < 10
    until(lambda: not any(alive(pid) for pid in family), seconds=10)


def test_kill_9_takes_everything_along_and_a_dead_worker_is_replaced(site: Callable[..., Site]) -> None:
    running = site("--port", "0", "--workers", "2")
    address = running.ready()
    assert "first administrator" in running.said
    until(lambda: _up(f"{address}/healthz"))
    jobs = next(pid for pid in children(running.process.pid) if b"pincite.web.serving" in Path(f"/proc/{pid}/cmdline").read_bytes())
    until(lambda: os.getpriority(os.PRIO_PROCESS, jobs) > os.getpriority(os.PRIO_PROCESS, running.process.pid))  # readers come first
    os.kill(jobs, signal.SIGKILL)
    until(lambda: "another starts" in running.said)
    family = until(
        lambda: (found := [pid for pid in children(running.process.pid) if pid != jobs and alive(pid)]) and len(found) >= 3 and found
    )
    running.process.kill()
    until(lambda: not any(alive(pid) for pid in family), seconds=15)


def _up(address: str) -> bool:
    try:
        return status(address) == 200
    except OSError:
        return False


@pytest.mark.parametrize(
    ("arguments", "environ", "says"),
    [
        (["--host", "0.0.0.0", "--port", "0"], {}, "PINCITE_WEB_URL"),
        (["--port", "0"], {"PINCITE_WEB_URL": "https://pincite.example.org"}, "PINCITE_WEB_PROXIES"),
        (["--host", "192.0.2.1", "--port", "0"], {"PINCITE_WEB_URL": "http://a.example"}, "192.0.2.1"),
        (["--port", "0"], {"PINCITE_WEB_COLOUR": "blue"}, "PINCITE_WEB_COLOUR"),
        (["--port", "0"], {"PINCITE_WEB_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "database"),
        (["--port", "0"], {"PINCITE_HOME": "/proc/nowhere"}, "PINCITE_HOME"),
    ],
)
def test_what_cannot_work_is_said_at_once(site: Callable[..., Site], arguments: list[str], environ: dict[str, str], says: str) -> None:
    refused = site(*arguments, **environ)
    assert refused.ended() == 1
    until(lambda: says in refused.said, seconds=5)
    assert "Traceback" not in refused.said
    assert refused.said.count("\n") == 1 or "Indexing" in refused.said


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PinciteError, match=f"port {port}"):
            serving.listen("127.0.0.1", port)


def test_without_the_extra_the_way_to_get_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from pincite.cli import web

    monkeypatch.setattr(web, "PACKAGES", ("django", "no_such_package_at_all"))
    with pytest.raises(PinciteError, match=r"pip install 'pincite\[web\]'"):
        web.need_web()


def test_a_database_of_a_newer_version_is_not_touched(db: Any) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.create(app="editorial", name="9999_from_the_future")
    with pytest.raises(PinciteError, match="newer version"):
        serving._refuse_newer()


# --- one request -------------------------------------------------------------------------------------------------------


def ask(app: Any, body: list[bytes], *, headers: list[tuple[bytes, bytes]] | None = None, silent: bool = False) -> list[dict[str, Any]]:
    """One request to `app`, its body in pieces; what was sent back."""
    import asyncio

    sent: list[dict[str, Any]] = []

    async def run() -> None:
        left = list(body)

        async def receive() -> dict[str, Any]:
            if silent and not left:
                await asyncio.sleep(60)
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or silent}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await app({"type": "http", "headers": headers or []}, receive, send)

    asyncio.run(run())
    return sent


async def _swallow(scope: Any, receive: Any, send: Any) -> None:
    while (message := await receive())["type"] == "http.request":
        if not message.get("more_body"):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            return


@pytest.mark.parametrize(
    ("body", "headers", "silent", "expected"),
    [
        ([b"x" * 10], [], False, 200),
        ([b"x" * 60, b"x" * 60], [], False, 413),
        ([b""], [(b"content-length", b"101")], False, 413),
        ([b"x"], [], True, 408),
    ],
)
def test_a_body_too_large_or_too_slow_is_refused(body: list[bytes], headers: list[Any], silent: bool, expected: int) -> None:
    sent = ask(serving.Bounded(_swallow, most_bytes=100, seconds=0.05), body, headers=headers, silent=silent)
    assert sent[0]["status"] == expected


def test_the_worker_is_started_again_and_ends_with_stop() -> None:
    jobs = serving.JobWorker([sys.executable, "-c", "pass"], first_pause=0.01)
    jobs._thread.start()
    until(lambda: jobs.starts >= 3)
    jobs.stop()
    assert not jobs._thread.is_alive()
    assert jobs.process is not None
    assert jobs.process.poll() is not None
