"""`pincite serve`: the database brought up to date, then web processes and one supervised job worker behind one address.

    serve ─┬─ uvicorn (in this process, or `workers` processes of it) → `application`
           └─ `python -m pincite.web.serving`: the job worker, started anew when it dies

Whatever ends this process, even kill -9, ends the others within seconds: each watches its parent (`end_with_parent`).
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from pincite.errors import LibraryError, PinciteError
from pincite.web.configuration import WebSettings

SETTINGS = "pincite.web.settings"
WORKER = "pincite.web.jobs.worker"

# Connections of one process. A page takes 50 to 250 ms of one core; what waits behind 200 others is better told so.
MOST_CONNECTIONS = 200
# A request's head must be here within this time, its body within this time and one second more for every 20 kB.
HEAD_SECONDS, BODY_SECONDS, BODY_BYTES_A_SECOND = 15.0, 30.0, 20_000
# What a form may hold beside its file.
FORM_BYTES = 1_000_000
# After a first signal, running requests get this long.
GRACE_SECONDS = 5
# A worker that dies at once is started again after 1, 2, 4 … seconds, at most this many.
LONGEST_PAUSE = 30.0
# Readers come first: reading and encoding 500 documents takes minutes of every core that it gets.
WORKER_NICE = 10
# A parent that is gone is noticed within this time.
PARENT_SECONDS = 1.0

_log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def set_up() -> None:
    """Load Django with our settings, once; raises SettingsError."""
    import django  # noqa: PLC0415 - the settings are read when Django loads
    from django.apps import apps  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if not apps.ready:
        django.setup()


def prepare(*, static: bool = True, say: Callable[[str], None] = lambda line: None) -> None:
    """Bring the database to this version's tables and put the static files together; raises PinciteError.

    `say` gets a line where that takes a while.
    """
    set_up()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import DatabaseError  # noqa: PLC0415

    from pincite.web.backup import finish_restore  # noqa: PLC0415

    finish_restore()
    try:
        if _refuse_newer():
            say("Bringing the database up to date …")
        call_command("migrate", interactive=False, verbosity=0)  # where none is left, it still brings roles and permissions up to date
        call_command("createcachetable", verbosity=0)
    except DatabaseError as error:
        line = " ".join(str(error).split())
        raise PinciteError(
            f"The database cannot be used: {line}.".replace("..", "."),
            what_to_do="Look at PINCITE_WEB_DATABASE_URL, or at the folder web in PINCITE_HOME and the space on its disk.",
        ) from error
    if static:
        _collect_static()


def _collect_static() -> None:
    """Static files under their hashed names, made again only when one of them has changed."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    unused = ["redoc*", "swagger-ui*"]  # django-ninja's pages for the API, 10 MB; ours is a plain page
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(unused):
            state = os.stat(storage.path(name))
            found.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    if (settings.STATIC_ROOT / "staticfiles.json").is_file() and stamp.is_file() and stamp.read_text() == found.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=unused)
    stamp.write_text(found.hexdigest())


def _refuse_newer() -> bool:
    """True where migrations are left to do; raises PinciteError for a database that knows more of them than we do."""
    from django.apps import apps  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    loader = MigrationLoader(connection)
    ours = {config.label for config in apps.get_app_configs()}
    unknown = sorted(
        f"{label}.{name}" for label, name in loader.applied_migrations if label in ours and (label, name) not in loader.graph.nodes
    )
    replaced = {f"{label}.{name}" for migration in loader.replacements.values() for label, name in migration.replaces}
    if unknown := [name for name in unknown if name not in replaced]:
        raise PinciteError(
            f"The database was made by a newer version of Pincite ({unknown[0]}).",
            what_to_do="Upgrade Pincite, or restore a backup made with this version.",
        )
    return bool(set(loader.graph.nodes) - set(loader.applied_migrations))


def first_steps() -> str:
    """What to do where nobody can give roles yet, else nothing."""
    from pincite.web.accounts.models import User  # noqa: PLC0415 - Django is loaded by now

    if User.objects.filter(groups__name="administrator", is_active=True).exists():
        return ""
    from django.conf import settings  # noqa: PLC0415

    named = "" if settings.WEB.url == WebSettings().url else f"PINCITE_WEB_URL={settings.WEB.url} "  # the link that it prints begins so
    return (
        "Everybody can ask and read. To publish, make the first administrator in another terminal:\n"
        f"  {named}pincite account NAME --email ADDRESS --role administrator"
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket at `host` and `port` (0: a free one); raises PinciteError where there is none to have."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise PinciteError(f"{host} is no address of this machine: {error.strerror}.", what_to_do="Name another with --host.") from error
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(1024)
    except OSError as error:
        made.close()
        raise PinciteError(
            f"{host} port {port} cannot be used: {error.strerror}.",
            what_to_do="Something else may be running there; name another port with --port.",
        ) from error
    made.set_inheritable(True)
    return made


def serve(listening: socket.socket, *, workers: int, say: Callable[[str], None]) -> None:
    """Answer requests until a signal comes; `prepare` has been called. `say` gets one line when the pages can be opened."""
    from django.conf import settings  # noqa: PLC0415

    config = uvicorn_config(settings.WEB, workers=workers)
    jobs = JobWorker()
    jobs.start()
    try:
        if workers > 1:
            say(f"Pincite is at {settings.WEB.url} (Ctrl-C ends it)")
            Multiprocess(config, sockets=[listening]).run()
        else:
            server = Announced(config, say=lambda: say(f"Pincite is at {settings.WEB.url} (Ctrl-C ends it)"))

            def end(*_: object) -> None:
                server.should_exit = True

            # uvicorn raises the signal again when it has ended; it must not end this process before the worker.
            for each in (signal.SIGTERM, signal.SIGINT):
                signal.signal(each, end)
            server.run(sockets=[listening])
    finally:
        jobs.stop()
        listening.close()


class Announced(Server):
    """uvicorn's server, which says when pages can be opened."""

    def __init__(self, config: Config, *, say: Callable[[], None]) -> None:
        super().__init__(config)
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets=sockets)
        self._say()


def uvicorn_config(web: WebSettings, *, workers: int = 1) -> Config:
    """How uvicorn runs: headers of a proxy are believed only where one is named, and nobody can hold a connection for long."""
    return Config(
        "pincite.web.serving:application",
        factory=True,
        workers=workers,
        http=Protocol,
        ws="none",
        lifespan="on",  # the MCP server lives as long as its process
        log_config=None,
        access_log=False,  # `monitoring` writes a line that leaves the question out
        server_header=False,
        proxy_headers=bool(web.proxies),
        forwarded_allow_ips=web.proxies or None,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=60,  # a process answers only when library and encoder are read
        h11_max_incomplete_event_size=64 * 1024,
    )


def application() -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application of one web process, with library and encoder read."""
    if multiprocessing.parent_process() is not None:
        end_with_parent()
    set_up()
    from django.conf import settings  # noqa: PLC0415

    from pincite.web import engine, warming  # noqa: PLC0415
    from pincite.web.asgi import application as django_application  # noqa: PLC0415

    try:
        engine.wait_for_encoder()
    except LibraryError as error:
        _log.error("The library cannot be read: %s", error)  # pages say so; /readyz, too
    warming.begin()
    return Bounded(django_application, most_bytes=settings.WEB.max_upload_bytes + FORM_BYTES)


class Bounded:
    """An ASGI application whose requests' bodies are neither too large (413) nor too slow (408)."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], *, most_bytes: int, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting what comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > self.most_bytes:
                await _refuse(send, 413)
                return
        until = time.monotonic() + self.seconds
        held, refused, whole, begun = 0, 0, False, False

        async def count() -> MutableMapping[str, Any]:
            nonlocal held, refused, whole
            if whole:
                return await receive()  # waits for the client to go away
            try:
                message = await asyncio.wait_for(receive(), max(until + held / BODY_BYTES_A_SECOND - time.monotonic(), 0.01))
            except TimeoutError:
                refused = 408
                return {"type": "http.disconnect"}
            held += len(message.get("body", b""))
            if held > self.most_bytes:
                refused = 413
                return {"type": "http.disconnect"}
            whole = not message.get("more_body", False)
            return message

        async def note(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        await self.app(scope, count, note)
        if refused and not begun:
            await _refuse(send, refused)


async def _refuse(send: Send, status: int) -> None:
    says = {408: b"The request took too long.\n", 413: b"The request is too large.\n"}[status]
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
        (b"content-security-policy", b"default-src 'none'"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": says})


class Protocol(H11Protocol):
    """uvicorn's HTTP/1.1, which ends a connection whose request's head does not come."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Stop waiting when a head is whole, begin when another is begun."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._rest()
        elif self._waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._rest()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _rest(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class JobWorker:
    """The job worker as a child process that is started again whenever it ends."""

    def __init__(self, command: list[str] | None = None, *, first_pause: float = 1.0) -> None:
        self.command = command or [sys.executable, "-m", "pincite.web.serving"]
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._first_pause = first_pause
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="job worker", daemon=True)

    def start(self) -> None:
        """Start it and begin to watch; where this build has no worker, say so."""
        if importlib.util.find_spec(WORKER) is None:
            _log.warning("There is no job worker: long work waits.")
            return
        self._thread.start()

    def stop(self) -> None:
        """End it: politely first, then by force. What it was doing is taken up at the next start."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(GRACE_SECONDS + 1)

    def _watch(self) -> None:
        pause = self._first_pause
        while not self._ending.is_set():
            begun = time.monotonic()
            self.starts += 1
            # In a session of its own: Ctrl-C in the terminal reaches this process, which ends the worker in order.
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)
            while self.process.poll() is None and not self._ending.wait(0.1):
                pass
            if self._ending.is_set():
                break
            pause = self._first_pause if time.monotonic() - begun > 60 else min(pause * 2, LONGEST_PAUSE)
            _log.error("The job worker ended with %s; another starts in %.0f s.", self.process.returncode, pause)
            self._ending.wait(pause)
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def end_with_parent(*, seconds: float = PARENT_SECONDS) -> None:
    """From now on this process ends soon after the one that started it, however that ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def main() -> None:
    """The job worker's process."""
    end_with_parent()
    os.nice(WORKER_NICE)
    set_up()
    from pincite.web.backup import in_use  # noqa: PLC0415

    with in_use():
        importlib.import_module(WORKER).run_forever()


if __name__ == "__main__":
    main()
