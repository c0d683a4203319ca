"""Backup and restore of both stores: while others write, into a new home, of damaged files, cut off in between."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections, transaction

from pincite.errors import PinciteError
from pincite.ingest import read
from pincite.library.store import Library
from pincite.records import Reading
from pincite.web import backup, configuration, engine
from pincite.web.accounts.models import User
from pincite.web.editorial import actions, audit_trail
from pincite.web.editorial.models import Article

sqlite_only = pytest.mark.skipif(bool(django_settings.WEB.database_url), reason="needs a SQLite file of its own")


def use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("PINCITE_HOME", str(home))
    configuration.engine_settings.cache_clear()
    engine.forget()


def point_database_at(home: Path) -> None:
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = str(home / "web" / "pincite.sqlite3")


def notes(folder: Path, count: int) -> list[Reading]:
    folder.mkdir()
    for number in range(count):
        (folder / f"note-{number}.md").write_text(f"# Note {number}\n\nRest helped {number} of 100 patients with back pain in this ward.\n")
    return [one for one in read([folder]) if isinstance(one, Reading)]


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as archive:
        return {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isreg()}  # type: ignore[union-attr]


def repack(file: Path, parts: dict[str, bytes]) -> None:
    with tarfile.open(file, "w:gz") as archive:
        for name, data in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


@sqlite_only
def test_a_backup_made_while_others_write_restores_to_one_moment(
    home: Path, file_database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: dict[str, User], answer: Any
) -> None:
    stop, written = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def write_on() -> None:
        connections["default"] = connection_of_home
        try:
            library = Library.open(home / "library")
            for one in notes(tmp_path / "notes", 30):
                if stop.is_set():
                    break
                library.add([one])
                actions.send(answer, by=people["alice"])
                written.set()
        except BaseException as error:
            failed.append(error)
        finally:
            connections["default"].close()

    connection_of_home = connections["default"].copy()
    connection_of_home.inc_thread_sharing()
    writer = threading.Thread(target=write_on)
    writer.start()
    assert written.wait(30)
    said = backup.backup(tmp_path / "b.tar.gz")
    stop.set()
    writer.join()
    assert failed == []
    assert "database" in said
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o077 == 0
    held = json.loads(members(tmp_path / "b.tar.gz")["manifest.json"])
    articles_now = Article.objects.count()

    use(new := tmp_path / "new", monkeypatch)
    configuration.web_home()
    point_database_at(new)
    report = backup.restore(tmp_path / "b.tar.gz")
    assert "unbroken" in report
    assert "every row reads" in report
    library = Library.open(new / "library", create=False)
    assert library.commit.version == held["library"]
    assert library.commit.documents >= 194
    assert library.verify().clean
    assert audit_trail.verify().head == held["audit_head"]
    assert 0 < Article.objects.count() <= articles_now
    with transaction.atomic():
        audit_trail.append(actor=None, action="test", subject="test:1")  # life goes on
    library.add([one for one in read([tmp_path / "notes" / "note-29.md"]) if isinstance(one, Reading)])
    assert library.verify().clean
    assert not list(new.glob(".*")), "nothing is left of the way there"


@sqlite_only
def test_what_is_there_is_not_replaced_unless_forced_and_then_kept(
    home: Path, file_database: None, tmp_path: Path, people: dict[str, User], answer: Any
) -> None:
    backup.backup(tmp_path / "b.tar.gz")
    with pytest.raises(PinciteError, match="exists"):
        backup.backup(tmp_path / "b.tar.gz")
    actions.send(answer, by=people["alice"])
    with pytest.raises(PinciteError, match="a database with accounts"):
        backup.restore(tmp_path / "b.tar.gz")
    assert Article.objects.count() == 1
    assert "kept" in backup.restore(tmp_path / "b.tar.gz", force=True)
    assert Article.objects.count() == 0
    kept = next((home / "web").glob("pincite.sqlite3.replaced-*[0-9Z]"))
    with sqlite3.connect(kept) as old:
        assert old.execute("SELECT count(*) FROM editorial_article").fetchone() == (1,)
    assert list(home.glob("library.replaced-*"))


@sqlite_only
def test_a_backup_is_not_restored_under_a_running_site(home: Path, file_database: None, tmp_path: Path) -> None:
    backup.backup(tmp_path / "b.tar.gz")
    with backup.in_use(), pytest.raises(PinciteError, match="runs in this home"):
        backup.restore(tmp_path / "b.tar.gz", force=True)


@sqlite_only
def test_a_restore_that_was_cut_off_is_finished_at_the_next_start(
    home: Path, file_database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: dict[str, User], answer: Any
) -> None:
    actions.send(answer, by=people["alice"])
    backup.backup(tmp_path / "b.tar.gz")
    use(new := tmp_path / "new", monkeypatch)
    configuration.web_home()
    point_database_at(new)
    real, renamed = Path.rename, []

    def cut(self: Path, to: Path) -> Path:
        if ".restored-" in self.name and renamed:
            raise KeyboardInterrupt
        renamed.append(self)
        return real(self, to)

    monkeypatch.setattr(Path, "rename", cut)
    with pytest.raises(KeyboardInterrupt):
        backup.restore(tmp_path / "b.tar.gz")
    monkeypatch.setattr(Path, "rename", real)
    assert not (new / "library").exists()
    assert backup.finish_restore()
    assert not backup.finish_restore()
    assert Library.open(new / "library", create=False).verify().clean
    assert Article.objects.count() == 1


DAMAGE = {
    "another byte": lambda parts: parts | {"database.sqlite3": parts["database.sqlite3"][:-1] + b"x"},
    "cut short": lambda parts: {name: data for name, data in parts.items() if name != "database.sqlite3"},
    "something added": lambda parts: parts | {"../../outside": b"x"},
    "no manifest": lambda parts: {name: data for name, data in parts.items() if name != "manifest.json"},
    "another format": lambda parts: {"manifest.json": b'{"format": "pincite.backup/9"}'},
    "not ours": lambda parts: {"manifest.json": b"[]"},
    "a newer version": lambda parts: (
        parts | {"manifest.json": parts["manifest.json"].replace(b'"migrations": [', b'"migrations": ["editorial.9999_later",')}
    ),
}


@sqlite_only
def test_a_damaged_or_foreign_file_changes_nothing(home: Path, file_database: None, tmp_path: Path, people: dict[str, User]) -> None:
    backup.backup(good := tmp_path / "b.tar.gz")
    parts = members(good)
    (tmp_path / "garbage.tar.gz").write_bytes(b"\x1f\x8b" + b"no archive" * 100)
    (tmp_path / "short.tar.gz").write_bytes(good.read_bytes()[:-2000])
    bad = [tmp_path / "garbage.tar.gz", tmp_path / "short.tar.gz", tmp_path / "absent.tar.gz"]
    for number, damage in enumerate(DAMAGE.values()):
        bad.append(tmp_path / f"bad-{number}.tar.gz")
        repack(bad[-1], damage(dict(parts)))

    def files() -> list[Path]:
        return sorted(path for path in home.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal", ".lock")))

    before = files()
    for file in bad:
        with pytest.raises(PinciteError):
            backup.restore(file, force=True)
    assert files() == before
    assert not (tmp_path.parent / "outside").exists()
    assert User.objects.filter(username="alice").exists()


@sqlite_only
def test_a_link_in_a_backup_is_refused(home: Path, file_database: None, tmp_path: Path) -> None:
    backup.backup(good := tmp_path / "b.tar.gz")
    parts = members(good)
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as archive:
        for name in ("manifest.json", "database.sqlite3"):
            entry = tarfile.TarInfo(name)
            if name == "manifest.json":
                entry.size = len(parts[name])
                archive.addfile(entry, io.BytesIO(parts[name]))
            else:
                entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(entry)
    with pytest.raises(PinciteError):
        backup.restore(tmp_path / "bad.tar.gz", force=True)


def test_a_library_is_copied_at_its_commit_and_not_a_step_further(
    own_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pincite.library import copying

    library = Library.open(own_library)
    before = library.commit
    one, two = notes(tmp_path / "notes", 2)
    real = copying._copy_table
    added = []

    def meanwhile(source: Path, to: Path, *, version: int) -> None:
        if not added:
            added.append(library.add([one]))
        real(source, to, version=version)

    monkeypatch.setattr(copying, "_copy_table", meanwhile)
    commit = copying.copy_library(str(own_library), tmp_path / "copy")
    assert commit == before
    assert library.commit.documents == before.documents + 1
    copy = Library.open(tmp_path / "copy")
    assert copy.verify().clean
    copy.add([two])
    assert copy.verify().clean
    assert copy.commit.documents == before.documents + 1
    assert Library.open(own_library).verify().clean, "the copy shares files, and changes none"


@pytest.mark.skipif(not django_settings.WEB.database_url, reason="needs PostgreSQL: .ci/with-postgresql")
@pytest.mark.django_db(transaction=True)
def test_postgresql_is_dumped_and_restored_whole(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: dict[str, User], answer: Any
) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    parts = connection.settings_dict
    monkeypatch.setenv("PINCITE_WEB_DATABASE_URL", f"postgresql://{parts['USER']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}")
    article = actions.send(answer, by=people["alice"])
    backup.backup(tmp_path / "b.tar.gz")
    actions.send(answer, by=people["alice"])
    with pytest.raises(PinciteError, match="a database with accounts"):
        backup.restore(tmp_path / "b.tar.gz")
    connections.close_all()
    report = backup.restore(tmp_path / "b.tar.gz", force=True)
    assert "unbroken" in report
    assert "manifest" not in report, "what the manifest says of the trail was read at the moment of the dump"
    assert [one.pk for one in Article.objects.all()] == [article.pk]
    assert audit_trail.verify().broken is None
    with connection.cursor() as cursor, pytest.raises(Exception, match="never change"):
        cursor.execute("DELETE FROM editorial_auditrow")


def test_where_the_tools_of_postgresql_are_missing_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(PinciteError, match="pg_dump is not installed"):
        backup._run_postgresql("pg_dump")


def test_the_exported_trail_can_be_checked_by_others(article: Any) -> None:
    import hashlib

    previous = "0" * 64
    for line in backup.audit_lines():
        row = json.loads(line)
        fields = [row[name] for name in ("sequence", "at", "actor", "actor_name", "action", "subject", "detail", "previous")]
        assert row["previous"] == previous
        previous = row["hash"]
        assert (
            hashlib.sha256(json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest() == previous
        )


def test_the_command_names_the_first_broken_link(article: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from pincite.cli import web
    from pincite.cli.running import run

    monkeypatch.setattr(web, "start_django", lambda: None)
    assert run(["audit-trail", "verify"]) == 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE editorial_auditrow DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER editorial_auditrow_no_update")
        cursor.execute("UPDATE editorial_auditrow SET actor = 'mallory' WHERE sequence = 2")
    assert run(["audit-trail", "verify"]) == 1
    assert "Row 2" in capsys.readouterr().err
