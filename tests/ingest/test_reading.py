"""Files, folders, archives: everything is read or reported."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from pincite.ingest.reading import read, read_bytes
from pincite.ingest.unpacking import Source, Unpacker
from pincite.records import Reading, Unread
from pincite.settings import Limits

RECORD = b"""id: a-record
tier: research
design: rct
title: A trial
seen_at: [https://example.org/a]
statements:
- {kind: finding, text: Pain fell by 2 points., locator: Abstract}
"""


def named(name: str) -> bytes:
    return RECORD.replace(b"a-record", name.encode())


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def only(items: list[Reading | Unread]) -> Unread:
    assert len(items) == 1
    assert isinstance(items[0], Unread)
    return items[0]


def test_a_folder_is_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_bytes(named("b"))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "c.yaml").write_bytes(named("c"))
    (tmp_path / ".hidden.yaml").write_bytes(named("hidden"))
    begun: list[str] = []
    items = list(read([tmp_path], progress=lambda number, name: begun.append(f"{number} {Path(name).name}")))
    assert [item.document.id for item in items if isinstance(item, Reading)] == ["c", "b"]
    assert begun == ["1 c.yaml", "2 b.yaml"]


@pytest.mark.parametrize("form", ["zip", "tar", "tar.gz", "gz", "nested"])
def test_archives_are_opened(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.yaml.{form}"
    if form == "zip":
        path.write_bytes(zipped({"x.yaml": RECORD}))
    elif form == "nested":
        path.write_bytes(zipped({"inner.zip": zipped({"x.yaml": RECORD})}))
    elif form == "gz":
        path.write_bytes(gzip.compress(RECORD))
    else:
        with tarfile.open(path, "w:gz" if form == "tar.gz" else "w") as archive:
            entry = tarfile.TarInfo("x.yaml")
            entry.size = len(RECORD)
            archive.addfile(entry, io.BytesIO(RECORD))
    (item,) = read([path])
    assert isinstance(item, Reading)
    assert item.document.id == "a-record"


def test_standard_input_is_read() -> None:
    (item,) = read(["-"], stdin=io.BytesIO(RECORD))
    assert isinstance(item, Reading)
    assert item.document.source == "standard input"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.xml", b"", "is empty"),
        ("blank.xml", b" \n", "is empty"),
        ("x.zip", zipped({"../../etc/passwd": RECORD}), "outside"),
        ("x.zip", zipped({"/abs.yaml": RECORD}), "outside"),
        ("x.zip", b"PK\x03\x04 broken", "damaged archive"),
        ("x.gz", b"\x1f\x8b broken", "damaged archive"),
        ("x.zip", zipped({"a.zip": zipped({"b.zip": zipped({"c.yaml": RECORD})})}), "inside 2 others"),
        ("bomb.gz", gzip.compress(b"0" * 30_000_000), "hostile"),
        ("x.yaml", b"id: [", "not valid YAML"),
        ("x.yaml", b"id: \xff\xfe\xfa", "not valid utf-8"),
        ("a.xml", b"<article><front>" * 400, "not well-formed"),
    ],
)
def test_what_cannot_be_read_is_reported_with_a_reason(name: str, data: bytes, reason: str) -> None:
    unread = only(list(read_bytes(name, data)))
    assert reason in unread.reason
    assert "\n" not in unread.reason
    assert not unread.skipped


def test_an_encrypted_member_is_named_and_the_others_are_read() -> None:
    data = bytearray(zipped({"a.yaml": RECORD, "b.yaml": named("b")}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    items = list(read_bytes("x.zip", bytes(data)))
    assert isinstance(items[0], Unread)
    assert "encrypted" in items[0].reason
    assert isinstance(items[1], Reading)


def test_links_in_a_tar_are_not_followed() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("x.yaml")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    assert "not followed" in only(list(read_bytes("x.tar", buffer.getvalue()))).reason


def test_limits_hold_for_files_members_and_all_that_is_unpacked() -> None:
    small = Unpacker(Limits(max_file_bytes=100, max_archive_members=2, max_archive_bytes=150))
    data = zipped({"a": b"x" * 90, "b": b"x" * 90, "c": b"x"})
    kinds = [type(item).__name__ if isinstance(item, Source) else item.reason for item in small.open_bytes("z.zip", data)]
    assert kinds[0] == "Source"
    assert "unpacks to more than 150 bytes" in kinds[1]
    assert "more than 2 members" in kinds[2]
    (item,) = small.open_stream("s", io.BytesIO(b"x" * 101))
    assert isinstance(item, Unread)


def test_an_unknown_kind_is_skipped_and_the_known_ones_are_named() -> None:
    unread = only(list(read_bytes("song.mp3", b"\x00\x01\x02\xff" * 50)))
    assert unread.skipped
    assert "jats" in unread.reason


def test_missing_and_special_files_are_reported(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reasons = [item.reason for item in read([tmp_path / "none", tmp_path / "pipe"]) if isinstance(item, Unread)]
    assert reasons == ["does not exist", "is no ordinary file"]
