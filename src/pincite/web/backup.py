"""`pincite backup` and `pincite restore`: what people decided and what the library holds, in one checked file.

    FILE.tar.gz:  manifest.json  database.sqlite3 | database.dump  library/…  demo.json

Each store is taken at one moment: the database by its own means, the library at one commit. Settings and the key that
signs sessions stay at home: after a restore elsewhere everybody signs in again. A restore checks everything in a folder of its own;
then a journal says which folders change places, so that a restore cut off in between is finished at the next start.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from pincite.errors import LibraryError, PinciteError
from pincite.web.configuration import engine_settings, load_web_settings, web_home

SCHEMA = "pincite.backup/1"
MANIFEST = "manifest.json"
JOURNAL = "restoring.json"
LOCK = "in-use.lock"
SQLITE, DUMP = "database.sqlite3", "database.dump"
_CHUNK = 1 << 20
_MOST_MANIFEST_BYTES = 50_000_000


class Manifest(BaseModel):
    """What a backup holds, and of which versions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    made_at: str
    pincite: str
    database: str  # sqlite or postgresql
    migrations: tuple[str, ...]
    library: str  # its version, or "" where it is not in the file
    library_place: str
    documents: int
    audit_rows: int
    audit_head: str
    files: dict[str, str]  # name → SHA-256


# --- backup ----------------------------------------------------------------------------------------------------------


def backup(file: Path, *, force: bool = False) -> str:
    """Write the backup and return what it holds, in a line; Django is set up. Raises PinciteError."""
    if file.exists() and not force:
        raise PinciteError(f"{file} exists.", what_to_do="Name another file, or use --force.")
    place = engine_settings().library
    with _staging(_near(place)) as staging:
        dumped = _dump_database(staging)
        commit_version, documents = "", 0
        if "://" not in place:
            from pincite.library.copying import copy_library  # noqa: PLC0415 - lancedb takes a second
            from pincite.library.starter import open_library  # noqa: PLC0415

            open_library(place)
            commit = copy_library(place, staging / "library")
            commit_version, documents = commit.version, commit.documents
        if (web_home() / "demo.json").is_file():  # a demonstration stays one
            shutil.copyfile(web_home() / "demo.json", staging / "demo.json")
        manifest = _manifest(staging, dumped=dumped, library=commit_version, documents=documents, place=place)
        _write(file, staging, manifest)
    held = f"library {commit_version} ({documents:,} documents)" if commit_version else f"not the library, which lies in {place}"
    return f"{file}: {dumped.kind} database with {manifest.audit_rows:,} audit rows, {held}."


class _Dumped(NamedTuple):
    """What the copy of the database holds: of the very moment at which it was taken."""

    kind: str
    migrations: list[str]
    audit_rows: int
    audit_head: str


def _dump_database(staging: Path) -> _Dumped:
    from django.db import connection, transaction  # noqa: PLC0415

    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as source,
            closing(sqlite3.connect(staging / SQLITE)) as copy,
        ):
            source.backup(copy)  # in one step: one moment, whoever writes meanwhile
            copy.execute("PRAGMA journal_mode=DELETE")
            _whole(copy, "The database")
            return _Dumped("sqlite", *_held(copy.execute))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]

        def read(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

        held = _held(read)
        _run_postgresql("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={staging / DUMP}")
    return _Dumped("postgresql", *held)


def _held(read: Callable[[str], Iterable[tuple[Any, ...]]]) -> tuple[list[str], int, str]:
    """Migrations, audit rows and the last row's hash."""
    migrations = [f"{app}.{name}" for app, name in read("SELECT app, name FROM django_migrations ORDER BY id")]
    rows, head = next(iter(read("SELECT count, hash FROM editorial_audithead ORDER BY id LIMIT 1")), (0, ""))
    return migrations, rows, head


def _whole(database: sqlite3.Connection, what: str) -> None:
    said = database.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise PinciteError(f"{what} is damaged: {said}.", what_to_do="Restore an earlier backup.")


def _run_postgresql(tool: str, *arguments: str) -> None:
    if shutil.which(tool) is None:
        raise PinciteError(f"{tool} is not installed.", what_to_do="Install PostgreSQL's client programs (Debian: postgresql-client).")
    parts = urlsplit(load_web_settings().database_url)
    environ = os.environ | {"PGPASSWORD": unquote(parts.password or ""), "PGCONNECT_TIMEOUT": "10"}  # not in the list of processes
    command = [tool, *arguments, f"--host={parts.hostname or ''}", f"--port={parts.port or 5432}", "--no-password"]
    command += [f"--username={unquote(parts.username)}"] if parts.username else []
    command += [f"--dbname={unquote(parts.path.lstrip('/'))}"]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        lines = ran.stderr.strip().splitlines() or ["no reason given"]
        raise PinciteError(f"{tool} failed: {lines[0]}", what_to_do="PostgreSQL's client programs must be at least as new as the server.")


def _manifest(staging: Path, *, dumped: _Dumped, library: str, documents: int, place: str) -> Manifest:
    from importlib.metadata import version  # noqa: PLC0415

    names = sorted(str(file.relative_to(staging)) for file in staging.rglob("*") if file.is_file())
    return Manifest(
        format=SCHEMA,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        pincite=version("pincite"),
        database=dumped.kind,
        migrations=tuple(dumped.migrations),
        library=library,
        library_place=place,
        documents=documents,
        audit_rows=dumped.audit_rows,
        audit_head=dumped.audit_head,
        files={name: _sha256(staging / name) for name in names},
    )


def _write(file: Path, staging: Path, manifest: Manifest) -> None:
    """Whole or not at all, readable by its owner alone: it holds password hashes and unpublished work."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:40]}.")
    except OSError as error:
        raise PinciteError(f"{file} cannot be written: {error.strerror}.", what_to_do="Name another place.") from error
    try:
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive:
                data = manifest.model_dump_json(indent=1).encode()
                entry = tarfile.TarInfo(MANIFEST)
                entry.size, entry.mode = len(data), 0o600
                archive.addfile(entry, _reader(data))
                for each in manifest.files:
                    archive.add(staging / each, arcname=each, recursive=False, filter=_plain)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _reader(data: bytes) -> IO[bytes]:
    import io  # noqa: PLC0415

    return io.BytesIO(data)


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    if entry.islnk():
        entry.type, entry.linkname = tarfile.REGTYPE, ""
    return entry


# --- restore ---------------------------------------------------------------------------------------------------------


def restore(file: Path, *, force: bool = False) -> str:
    """Put a backup in place and return what is there now, in lines. Raises PinciteError; then nothing was changed."""
    settings, web = engine_settings(), load_web_settings()
    finish_restore()
    with in_use(alone=True), _staging(settings.home) as staging:
        manifest = unpack(file, staging)
        _check_fits(manifest, postgresql=bool(web.database_url))
        if not force:
            _refuse_to_overwrite(manifest, postgresql=bool(web.database_url))
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        moves = _moves(manifest, staging, stamp=stamp)
        if manifest.database == "postgresql":
            _run_postgresql(
                "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", str(staging / DUMP)
            )
        _write_journal(moves)
        finish_restore()
    return _report(manifest, stamp=stamp)


def unpack(file: Path, to: Path) -> Manifest:
    """Every file of the backup in the empty folder `to`, compared with the manifest's hashes; raises PinciteError."""
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST or not first.isreg() or first.size > _MOST_MANIFEST_BYTES:
                raise PinciteError(f"{file} is no backup of Pincite.")
            held = archive.extractfile(first)
            assert held is not None
            manifest = _understood(held.read(), file)
            left = dict(manifest.files)
            while (entry := archive.next()) is not None:
                wanted = left.pop(entry.name, None)
                content = archive.extractfile(entry) if entry.isreg() else None
                if wanted is None or content is None or Path(entry.name).is_absolute() or ".." in Path(entry.name).parts:
                    raise PinciteError(f"{file} holds {entry.name!r}, which its manifest does not name.", what_to_do="Use another backup.")
                target = to / entry.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as out:
                    shutil.copyfileobj(content, out, _CHUNK)
                if _sha256(target) != wanted:
                    raise PinciteError(f"{file} is damaged: {entry.name} is not what was saved.", what_to_do="Use another backup.")
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise PinciteError(f"{file} cannot be read: {error.strerror}.") from error
        raise PinciteError(f"{file} is damaged or no backup: {error}.", what_to_do="Use another backup.") from error
    if left:
        raise PinciteError(f"{file} is cut short: {next(iter(left))} is missing.", what_to_do="Use another backup.")
    return manifest


def _understood(data: bytes, file: Path) -> Manifest:
    try:
        said = json.loads(data).get("format", "")
        if said == SCHEMA:
            return Manifest.model_validate_json(data)
    except (ValueError, AttributeError, ValidationError) as error:
        raise PinciteError(f"{file} is no backup of Pincite, or damaged.") from error
    raise PinciteError(f"{file} is a backup of the kind {str(said)[:40]!r}; this Pincite reads {SCHEMA}.", what_to_do="Upgrade Pincite.")


def _check_fits(manifest: Manifest, *, postgresql: bool) -> None:
    ours = "postgresql" if postgresql else "sqlite"
    if manifest.database != ours:
        raise PinciteError(
            f"The backup holds a {manifest.database} database, this home uses {ours}.",
            what_to_do="Set PINCITE_WEB_DATABASE_URL." if ours == "sqlite" else "Unset PINCITE_WEB_DATABASE_URL.",
        )
    from pincite.web.serving import set_up  # noqa: PLC0415

    set_up()
    from django.apps import apps  # noqa: PLC0415
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    labels = {config.label for config in apps.get_app_configs()}
    if newer := [name for name in manifest.migrations if name.partition(".")[0] in labels and name not in known]:
        raise PinciteError(f"The backup was made by a newer Pincite, {manifest.pincite} ({newer[0]}).", what_to_do="Upgrade Pincite.")


def _refuse_to_overwrite(manifest: Manifest, *, postgresql: bool) -> None:
    """Raises PinciteError where somebody's work would be moved away."""
    from django.db import DatabaseError, connection  # noqa: PLC0415

    held = []
    database = Path(web_home() / "pincite.sqlite3")
    if postgresql or database.is_file():
        try:
            if "accounts_user" in connection.introspection.table_names():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT (SELECT count(*) FROM accounts_user) + (SELECT count(*) FROM editorial_auditrow)")
                    held += ["a database with accounts"] if cursor.fetchone()[0] else []
        except DatabaseError:
            held.append("a database that cannot be read")
        finally:
            connection.close()
    place = engine_settings().library
    if manifest.library and "://" not in place and Path(place).is_dir():
        from pincite.library.store import Library  # noqa: PLC0415

        try:
            library = Library.open(place, create=False, read_only=True)
            held += ["a library with documents"] if library.commit.documents and library.commit.version != manifest.library else []
        except LibraryError:
            held.append("a library that cannot be read")
    if held:
        raise PinciteError(
            f"{engine_settings().home} holds {' and '.join(held)}.",
            what_to_do="Use --force to replace it (the old files are kept beside the new ones), or name another folder in PINCITE_HOME.",
        )


def _moves(manifest: Manifest, staging: Path, *, stamp: str) -> list[tuple[Path, Path, Path]]:
    """(new, place, where the old one goes), all new ones on the file system of their place."""
    home = web_home()
    found: list[tuple[Path, Path, Path]] = []

    def move(name: str, place: Path) -> None:
        (staging / name).chmod(0o700 if (staging / name).is_dir() else 0o600)
        new = place.with_name(f".{place.name}.restored-{stamp}")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staging / name, new)
        found.append((new, place, place.with_name(f"{place.name}.replaced-{stamp}")))

    if manifest.database == "sqlite":
        move(SQLITE, home / "pincite.sqlite3")
    if manifest.library:
        place = engine_settings().library
        if "://" in place:
            raise PinciteError(f"The backup holds a library, but {place} is no folder.", what_to_do="Set PINCITE_LIBRARY to a folder.")
        move("library", Path(place))
    if "demo.json" in manifest.files:
        move("demo.json", home / "demo.json")
    elif (home / "demo.json").exists():  # real accounts come: the home is no demonstration any more
        found.append((Path(), home / "demo.json", home / f"demo.json.replaced-{stamp}"))
    return found


def _write_journal(moves: list[tuple[Path, Path, Path]]) -> None:
    file = web_home() / JOURNAL
    new = file.with_suffix(".new")
    new.write_text(json.dumps([[str(each) for each in move] for move in moves]))
    with new.open("rb") as written:
        os.fsync(written.fileno())
    new.replace(file)


def finish_restore() -> bool:
    """Finish a restore that was cut off after all was checked; True when there was one. Called at every start."""
    file = web_home() / JOURNAL
    try:
        moves = [[Path(each) for each in move] for move in json.loads(file.read_text())]
    except FileNotFoundError:
        return False
    for new, place, old in moves:
        if new != Path() and not new.exists():
            continue  # done before the cut
        if place.exists() and not old.exists():
            place.rename(old)
        for beside in ("-wal", "-shm"):  # belong to the database that went
            left = place.with_name(place.name + beside)
            if left.exists():
                left.rename(old.with_name(old.name + beside))
        if new != Path():
            new.rename(place)
    file.unlink()
    return True


def _report(manifest: Manifest, *, stamp: str) -> str:
    from pincite.web.serving import prepare, set_up  # noqa: PLC0415

    set_up()
    from django.db import connections  # noqa: PLC0415

    from pincite.web import engine  # noqa: PLC0415

    connections.close_all()
    engine.forget()
    prepare(static=False)
    from pincite.web.editorial import audit_trail  # noqa: PLC0415

    trail = audit_trail.verify()
    lines = [f"Restored the backup of {manifest.made_at} (Pincite {manifest.pincite})."]
    if manifest.library:
        from pincite.library.store import Library  # noqa: PLC0415

        library = Library.open(engine_settings().library, create=False, read_only=True)
        report = library.verify()
        lines.append(
            f"Library {library.commit.version}: {report.documents:,} documents, {'every row reads' if report.clean else report.problems[0]}."
        )
    else:
        lines.append(f"The library was not in the backup; it was in {manifest.library_place}.")
    lines.append(f"Audit trail: {trail.rows:,} rows, {trail.broken or 'unbroken'}")
    if trail.head != manifest.audit_head and manifest.audit_rows:
        lines.append("The trail does not end as the backup's manifest says.")
    if kept := sorted(
        str(path) for folder in {web_home(), Path(engine_settings().library).parent} for path in folder.glob(f"*.replaced-{stamp}")
    ):
        lines.append(f"What was there before is kept: {', '.join(kept)}. Delete it when all is well.")
    return "\n".join(lines)


# --- one at a time ---------------------------------------------------------------------------------------------------


@contextmanager
def in_use(*, alone: bool = False) -> Iterator[None]:
    """Hold this home as in use, or, `alone`, only while nobody else does; raises PinciteError. Ends with the process."""
    handle = os.open(web_home() / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "`pincite serve` runs in this home" if alone else "A restore runs in this home"
            raise PinciteError(f"{what}.", what_to_do="Stop it first." if alone else "Wait until it has ended.") from None
        yield
    finally:
        os.close(handle)


# --- pieces ----------------------------------------------------------------------------------------------------------


def audit_lines() -> Iterator[bytes]:
    """The audit trail as JSON lines, oldest first, each row with the hashes that chain it."""
    from pincite.web.editorial.models import AuditRow  # noqa: PLC0415

    fields = ("sequence", "at", "actor", "actor_name", "action", "subject", "detail", "previous", "hash")
    for row in AuditRow.objects.order_by("sequence").values(*fields).iterator():
        yield json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _near(place: str) -> Path:
    """A folder on the library's file system where that can be written, so that the copy is made of links."""
    parent = Path(place).parent
    return parent if "://" not in place and os.access(parent, os.W_OK) else web_home()


@contextmanager
def _staging(near: Path) -> Iterator[Path]:
    near.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=near, prefix=".pincite-backup-") as folder:
        yield Path(folder)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
