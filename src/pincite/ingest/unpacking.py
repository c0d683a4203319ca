"""Opens files, streams and archives within limits and yields their bytes as `Source`s; nothing is written to disk.

Archives are known by their first bytes, not their names. Archives can lie about sizes, so bytes are counted when read.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pincite.records import Unread
from pincite.settings import Limits

# Medical XML shrinks 5 to 20 times; deflate's own maximum is 1,032. Small members may be all blanks and harmless.
_BOMB_RATIO = 200
_BOMB_SIZE = 10_000_000
_DEPTH = 2
_OUTSIDE = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")


@dataclass(frozen=True)
class Source:
    """One thing to read: `name` as shown to people ("archive.zip/member.xml") and its bytes."""

    name: str
    data: bytes


def hidden(name: str) -> bool:
    """Whether any part of `name` is hidden: begins with a dot or is the folder that macOS adds to archives."""
    return any((part.startswith(".") and part not in (".", "..")) or part == "__MACOSX" for part in name.split("/"))


class _TooBigError(Exception):
    """A limit was reached while bytes were read; the message completes "FILE …"."""


class Unpacker:
    """Opens sources and counts what archives unpack to, over its whole life."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members = 0
        self._bytes = 0

    def open_file(self, path: Path) -> Iterator[Source | Unread]:
        """The sources in the file at `path`; raises OSError when it cannot be opened."""
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
            file.seek(0)
            if not _is_archive(head) and size > self._limits.max_file_bytes:
                yield Unread(name=str(path), reason=self._too_big())
                return
            yield from self._opened(str(path), file, head, 0)

    def open_stream(self, name: str, stream: BinaryIO) -> Iterator[Source | Unread]:
        """The sources in a stream that cannot be rewound, such as standard input."""
        data = stream.read(self._limits.max_file_bytes + 1)
        if len(data) > self._limits.max_file_bytes:
            yield Unread(name=name, reason=self._too_big())
            return
        yield from self.open_bytes(name, data)

    def open_bytes(self, name: str, data: bytes, *, depth: int = 0) -> Iterator[Source | Unread]:
        """The sources in `data`: itself, or the members of the archive that it is. `depth`: archives around it."""
        yield from self._opened(name, io.BytesIO(data), data[:512], depth)

    def _opened(self, name: str, file: BinaryIO, head: bytes, depth: int) -> Iterator[Source | Unread]:
        if not _is_archive(head):
            yield Source(name, file.read())
            return
        if depth >= _DEPTH:
            yield Unread(name=name, reason=f"is an archive inside {_DEPTH} others, which is not opened")
            return
        try:
            if head.startswith(b"PK"):
                yield from self._zip(name, file, depth)
            elif head.startswith(b"\x1f\x8b"):
                yield from self._gzip(name, file, depth)
            else:
                yield from self._tar(name, file, depth)
        except _TooBigError as error:
            yield Unread(name=name, reason=str(error))
        except (
            zipfile.BadZipFile,
            tarfile.TarError,
            EOFError,
            zlib.error,
            gzip.BadGzipFile,
            OSError,
            ValueError,
        ) as error:
            yield Unread(name=name, reason=f"is a damaged archive ({' '.join(str(error).split()) or type(error).__name__})")
        except (NotImplementedError, RuntimeError) as error:
            yield Unread(name=name, reason=f"is an archive that cannot be opened ({' '.join(str(error).split())})")

    def _zip(self, name: str, file: BinaryIO, depth: int) -> Iterator[Source | Unread]:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            # Office and e-book files are zip files too; they are for a reader.
            if any(entry.filename in ("[Content_Types].xml", "mimetype") for entry in entries):
                file.seek(0)
                yield Source(name, self._counted(file, None))
                return
            if not entries:
                yield Unread(name=name, reason="is an empty archive")
            for entry in sorted(entries, key=lambda entry: entry.filename):
                if entry.is_dir() or hidden(entry.filename):
                    continue
                member = f"{name}/{entry.filename}"
                refused = self._refused(entry.filename)
                if (entry.external_attr >> 16) & 0o170000 == 0o120000:
                    refused = "is a link, which is not followed"
                if entry.flag_bits & 1:
                    refused = "is encrypted; unpack it with its password first"
                if refused:
                    yield Unread(name=member, reason=refused)
                    continue
                try:
                    with archive.open(entry) as stream:
                        data = self._counted(stream, entry.compress_size)
                except _TooBigError as error:
                    yield Unread(name=member, reason=str(error))
                except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
                    yield Unread(name=member, reason=f"is damaged ({' '.join(str(error).split()) or type(error).__name__})")
                else:
                    yield from self.open_bytes(member, data, depth=depth + 1)

    def _gzip(self, name: str, file: BinaryIO, depth: int) -> Iterator[Source | Unread]:
        with gzip.open(file) as stream:
            head = stream.read(512)
            stream.seek(0)
            if _is_tar(head):
                file.seek(0)
                yield from self._tar(name, file, depth)
                return
            position = file.seek(0, io.SEEK_END)
            file.seek(0)
        with gzip.open(file) as stream:
            data = self._counted(stream, position)
        inner = name[:-3] if name.lower().endswith(".gz") else name
        yield from self.open_bytes(inner, data, depth=depth + 1)

    def _tar(self, name: str, file: BinaryIO, depth: int) -> Iterator[Source | Unread]:
        packed = file.seek(0, io.SEEK_END)
        file.seek(0)
        with _tarball(file) as archive:
            for entry in archive:
                if entry.isdir() or hidden(entry.name):
                    continue
                member = f"{name}/{entry.name}"
                refused = self._refused(entry.name)
                if not entry.isreg():
                    refused = "is a link or device, which is not followed"
                if refused:
                    yield Unread(name=member, reason=refused)
                    continue
                if entry.size > self._limits.max_file_bytes:
                    yield Unread(name=member, reason=self._too_big())
                    continue
                stream = archive.extractfile(entry)
                if stream is None:
                    continue
                data = self._counted(stream, packed)
                yield from self.open_bytes(member, data, depth=depth + 1)

    def _refused(self, member: str) -> str | None:
        self._members += 1
        if self._members > self._limits.max_archive_members:
            raise _TooBigError(f"holds more than {self._limits.max_archive_members:,} members; the rest was left out")
        if _OUTSIDE.search(member):
            return "has a name that points outside its archive"
        return None

    def _counted(self, stream: object, packed: int | None) -> bytes:
        """All bytes of `stream` within the limits; `packed` is its size before unpacking, None if it is not packed."""
        parts: list[bytes] = []
        size = 0
        while chunk := stream.read(1 << 20):  # type: ignore[attr-defined]
            size += len(chunk)
            self._bytes += len(chunk)
            parts.append(chunk)
            if size > self._limits.max_file_bytes:
                raise _TooBigError(self._too_big())
            if packed is not None and size > _BOMB_SIZE and size > _BOMB_RATIO * packed:
                raise _TooBigError(f"unpacks to more than {_BOMB_RATIO} times its size, as only a hostile archive does")
            if self._bytes > self._limits.max_archive_bytes:
                raise _TooBigError(f"unpacks to more than {self._limits.max_archive_bytes:,} bytes; the rest was left out")
        return b"".join(parts)

    def _too_big(self) -> str:
        return f"is larger than {self._limits.max_file_bytes:,} bytes (setting max_file_bytes)"


def _tarball(file: BinaryIO) -> tarfile.TarFile:
    """The tar archive in `file`, packed or not; raises ValueError where there is none, in words that fit all packings."""
    try:
        return tarfile.open(fileobj=file, mode="r:*")
    except tarfile.TarError as error:
        raise ValueError("it holds no tar archive, or its beginning is damaged") from error


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _is_archive(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")) or _is_tar(head)
