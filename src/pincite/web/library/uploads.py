"""Uploaded files on their way to the worker: in a private folder, under numbers, never under the names they came with.

    PINCITE_HOME/web/uploads/<job>/0, 1, 2 …    what was sent
    PINCITE_HOME/web/uploads/<job>/0.read       what the parsing process made of it, line by line

A folder goes when its job has ended; one that belongs to no job goes after a day.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from pincite.rendering.safe import plain
from pincite.web.configuration import web_home
from pincite.web.jobs.models import Job

MOST_FILES = 50
_INCOMING = "incoming"
_ORPHAN_SECONDS = 86_400
_LONGEST_NAME = 200
# Endings that tell one kind of text from another, where the content alone cannot; everything else is known by its bytes.
_TEXT_ENDINGS = (".md", ".markdown", ".txt", ".text", ".html", ".htm", ".xhtml", ".xml", ".nxml", ".nbib", ".yaml", ".yml", ".json")


def folder_of(pk: uuid.UUID, *, make: bool = False) -> Path:
    """The private folder of a job's files."""
    return _private(pk.hex) if make else _home() / pk.hex


def shown_name(name: str) -> str:
    """A file's name as people see it: the last part of whatever was sent, on one line, without hidden characters."""
    name = plain(name.replace("\\", "/").rpartition("/")[2])
    return name[-_LONGEST_NAME:] or "a file without a name"


def reading_name(name: str) -> str:
    """The name that readers are given: no ending, except one that tells kinds of text apart, so that the content decides.

    >>> reading_name("invoice.pdf.exe"), reading_name("notes v1.2.md")
    ('invoice_pdf', 'notes v1_2.md')
    """
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name
    kept = f".{ending.lower()}" if f".{ending.lower()}" in _TEXT_ENDINGS else ""
    return (stem.replace(".", "_") or "file") + kept


def remove(pk: uuid.UUID) -> None:
    """Delete a job's files."""
    shutil.rmtree(folder_of(pk), ignore_errors=True)


def sweep() -> int:
    """Delete the folders of jobs that have ended, and what has belonged to no job for a day; returns how many."""
    gone = 0
    open_ = Job.objects.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING)).values_list("pk", flat=True)
    kept = {pk.hex for pk in open_}
    ended = {pk.hex for pk in Job.objects.filter(kind__in=("ingest", "audit")).values_list("pk", flat=True)} - kept
    for entry in [*_home().iterdir(), *_private(_INCOMING).iterdir()]:
        if entry.name in kept or entry.name == _INCOMING:
            continue
        try:
            if entry.name not in ended and time.time() - entry.stat().st_mtime < _ORPHAN_SECONDS:
                continue
        except OSError:
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink(missing_ok=True)
        gone += 1
    return gone


class PrivateFile(UploadedFile):
    """An upload that already lies in the private folder."""

    def __init__(self, path: Path, *, name: str, size: int, sha256: str) -> None:
        super().__init__(None, name, "application/octet-stream", size)
        self.path = path
        self.sha256 = sha256


class PrivateUploadHandler(FileUploadHandler):
    """Streams every file of a form into the private folder; stops at the limits of size and number."""

    def __init__(self, request: HttpRequest, *, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes = most_bytes
        self.total = 0
        self.files = 0
        self.too_much = ""
        self._file: Any = None
        self._path: Path | None = None
        self._hash = hashlib.sha256()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """The next file begins."""
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > MOST_FILES:
            self._stop(f"At most {MOST_FILES} files can be sent together.")
        handle, path = tempfile.mkstemp(dir=_private(_INCOMING))
        self._file, self._path, self._hash = os.fdopen(handle, "wb"), Path(path), hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what came; nothing is passed on to other handlers."""
        self.total += len(raw_data)
        if self.total > self.most_bytes:
            self._stop(f"Files of more than {self.most_bytes // 1_000_000:,} MB together cannot be sent.")
        self._hash.update(raw_data)
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> PrivateFile:
        """The file is whole and on disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        assert self._path is not None
        name, path, self._path = shown_name(self.file_name or ""), self._path, None
        return PrivateFile(path, name=name, size=file_size, sha256=self._hash.hexdigest())

    def upload_interrupted(self) -> None:
        """The sender went away, or a limit was reached."""
        if self._path is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
            self._path = None

    def _stop(self, why: str) -> None:
        self.too_much = why
        self.upload_interrupted()
        raise StopUpload(connection_reset=True)


def pasted(text: str, *, name: str) -> PrivateFile:
    """A text typed into the form as if it had been sent as a file."""
    data = text.encode("utf-8", "replace")
    handle, path = tempfile.mkstemp(dir=_private(_INCOMING))
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return PrivateFile(Path(path), name=shown_name(name), size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _home() -> Path:
    folder = web_home() / "uploads"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _private(name: str) -> Path:
    folder = _home() / name
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder
