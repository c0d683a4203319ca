"""What `pincite audit` reads, and how a batch of texts is kept so that it can be stopped and goes on."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pincite.errors import PinciteError, UnreadableError

if TYPE_CHECKING:
    from pincite.records import Audit, Loaded
    from pincite.settings import Settings

COUNTED = ("claims", "quoted", "supported", "partly", "contradicted", "not-found", "uncited")
INDEX = "index.jsonl"
_SUFFIX = {"text": "txt", "lines": "txt"}


def expanded(sources: tuple[str, ...]) -> list[str]:
    """The texts named: files of folders in the order of their names (hidden ones left out), addresses and "-" as they are."""
    names: list[str] = []
    for source in sources:
        path = Path(source)
        if source == "-" or is_address(source) or not path.is_dir():
            names.append(source)
            continue
        names += [
            str(one)
            for one in sorted(path.rglob("*"))
            if one.is_file() and not any(part.startswith(".") for part in one.relative_to(path).parts)
        ]
    if not names:
        raise PinciteError(
            "There is no text to audit there.", what_to_do="Name a file, a folder with files, an address, or - for standard input."
        )
    return names


def is_address(name: str) -> bool:
    """Whether a name is a web address."""
    return name.lower().startswith(("http://", "https://"))


def content(name: str, settings: Settings) -> tuple[bytes, str | None]:
    """The bytes of a text and, where it came from the web, its address; raises PinciteError."""
    limit = settings.limits.max_file_bytes
    if is_address(name):
        from pincite.auditing.fetching import fetch

        return fetch(name)
    try:
        if name == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.", document=name) from error
    if len(data) > limit:
        raise UnreadableError(f"{name} has over {limit:,} bytes.", what_to_do="Audit a smaller text.", document=name)
    return data, None


def read(name: str, settings: Settings) -> Loaded:
    """The text of a file, an address, or standard input, made ready; raises PinciteError."""
    data, url = content(name, settings)
    return _loaded(name, data, url)


def _loaded(name: str, data: bytes, url: str | None) -> Loaded:
    from pincite.auditing.loading import load

    shown = "standard input" if name == "-" else name if url else Path(name).name
    return load(data, name=shown, url=url)


class Row(NamedTuple):
    """One text of a batch."""

    name: str
    counts: dict[str, int]
    file: str


class Batch:
    """Many texts, one at a time; with a folder, each report is written when it is done and the index says what is."""

    def __init__(self, folder: Path | None, *, form: str, library: str, write: Callable[[Audit], bytes]) -> None:
        self.folder, self.form, self.library, self.write = folder, form, library, write
        self.rows: list[Row] = []
        self._done: dict[str, dict[str, object]] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._done = self._index(folder / INDEX)

    def row(self, name: str, audit: Callable[[Loaded], Audit], settings: Settings) -> Row:
        """Audit one text, or take what an earlier run of this batch found for the same bytes and library; raises PinciteError."""
        data, url = content(name, settings)
        sha256 = hashlib.sha256(data).hexdigest()
        key = f"{name} {sha256} {self.form} {self.library}"
        known = self._done.get(key)
        if known is not None and self.folder is not None and (self.folder / str(known["file"])).is_file():
            row = Row(name, {key: int(value) for key, value in dict(known["counts"]).items()}, str(known["file"]))  # type: ignore[call-overload]
        else:
            made = audit(_loaded(name, data, url))
            summary = made.summary.model_dump()
            row = Row(name, {key: summary[key.replace("-", "_")] for key in COUNTED}, self._keep(name, key, made))
        self.rows.append(row)
        return row

    def table(self) -> str:
        """All rows so far as tab-separated text with a heading."""
        lines = ["\t".join(("name", *COUNTED, *(("report",) if self.folder is not None else ())))]
        for row in self.rows:
            cells = [_one_line(row.name), *(str(row.counts[key]) for key in COUNTED)]
            lines.append("\t".join([*cells, *([row.file] if self.folder is not None else [])]))
        return "\n".join(lines) + "\n"

    def _keep(self, name: str, key: str, audit: Audit) -> str:
        if self.folder is None:
            return ""
        from pincite.cli.output import save

        file = f"{Path(name).stem[:60] or 'text'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.{_SUFFIX.get(self.form, self.form)}"
        save(self.folder / file, self.write(audit))
        summary = audit.summary.model_dump()
        line = {"key": key, "file": file, "counts": {key: summary[key.replace("-", "_")] for key in COUNTED}}
        with (self.folder / INDEX).open("a", encoding="utf-8") as index:
            index.write(json.dumps(line, ensure_ascii=False) + "\n")
        return file

    @staticmethod
    def _index(path: Path) -> dict[str, dict[str, object]]:
        """What earlier runs finished; a line cut off by a kill is skipped, its text is audited again."""
        found: dict[str, dict[str, object]] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    one = json.loads(line)
                    found[str(one["key"])] = one
                except (ValueError, KeyError, TypeError):
                    continue
        return found


def _one_line(name: str) -> str:
    from pincite.rendering.safe import plain

    return plain(name)
