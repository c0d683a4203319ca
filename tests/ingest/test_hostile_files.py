"""Files made to harm, to hang or to stop the rest: each ends as one reason, and the others are read."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from pincite.ingest.reading import read, read_bytes
from pincite.records import Reading, Unread

PAGE = "<html><body><h1>Asthma</h1><p{}>Inhaled steroids prevent attacks of asthma in adults.</p></body></html>"


def test_what_may_not_be_looked_at_stops_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("a-closed", "b-open"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.html").write_text(PAGE.format(""))
    (tmp_path / "z.html").write_text(PAGE.format(""))
    scandir = os.scandir

    def refusing(path: Path) -> Any:
        if str(path).endswith("a-closed"):  # the tests may run as root, for whom no folder is closed
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    items = list(read([tmp_path]))
    assert [Path(item.document.source).name for item in items if isinstance(item, Reading)] == ["page.html", "z.html"]
    unread = [item for item in items if isinstance(item, Unread)]
    assert [(Path(item.name).name, item.reason) for item in unread] == [("a-closed", "may not be read: permission denied")]


@pytest.mark.parametrize(
    "attributes",
    [
        "".join(f" a{number}=1" for number in range(50_000)),
        "".join(f" a{number}" for number in range(50_000)),
        "".join(f' a{number}=x" b{number}="<y>"' for number in range(25_000)),
    ],
)
def test_a_tag_with_thousands_of_attributes_is_refused_at_once(attributes: str) -> None:
    began = time.monotonic()
    (item,) = read_bytes("page.html", PAGE.format(attributes).encode())
    assert isinstance(item, Unread)
    assert "attributes" in item.reason
    assert time.monotonic() - began < 2


def test_long_values_and_many_tags_are_no_crowd() -> None:
    drawing = ' data-path="' + "M 10 10 L 5 5 " * 5_000 + '" class="a b"'
    (item,) = read_bytes("page.html", PAGE.format(drawing).replace("</body>", "<i class='x'>a</i> " * 600).encode())
    assert isinstance(item, Reading)


@pytest.mark.parametrize("data", [b"BZh91AY&SYgarbage", b"\xfd7zXZ\x00garbage"])
def test_a_packed_file_that_is_no_tar_is_named_in_words(data: bytes) -> None:
    (item,) = read_bytes("pages.bz2", data)
    assert isinstance(item, Unread)
    assert item.reason == "is a damaged archive (it holds no tar archive, or its beginning is damaged)"
