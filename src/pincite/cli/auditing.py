"""What `pincite audit` reads, and how a batch of texts is kept so that it can be stopped and goes on."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pincite.errors import NetworkError, PinciteError, UnreadableError

if TYPE_CHECKING:
    from pincite.records import Audit, Loaded
    from pincite.settings import Settings

COUNTED = ("claims", "quoted", "supported", "partly", "contradicted", "not-found", "uncited")
INDEX, TABLE = "index.jsonl", "index.csv"
_SUFFIX = {"text": "txt", "lines": "txt"}


def expanded(sources: tuple[str, ...], *, without: Path | None = None) -> list[str]:
    """The texts named: files of folders in the order of their names (hidden ones left out), addresses and "-" as they are.

    `without`: a folder whose files are not texts to audit but reports; raises PinciteError where nothing is left.
    """
    names: list[str] = []
    apart = without.resolve() if without is not None else None
    for source in sources:
        path = Path(source)
        if not is_folder(source):
            names.append(source)
            continue
        names += [
            str(one)
            for one in sorted(path.rglob("*"))
            if one.is_file()
            and not any(part.startswith(".") for part in one.relative_to(path).parts)
            and not (apart is not None and apart in one.resolve().parents)
        ]
    if not names:
        raise PinciteError(
            "There is no text to audit there.", what_to_do="Name a file, a folder with files, an address, or - for standard input."
        )
    return names


def is_folder(name: str) -> bool:
    """Whether a name is a folder of texts."""
    return name != "-" and not is_address(name) and Path(name).is_dir()


def is_address(name: str) -> bool:
    """Whether a name is a web address."""
    return name.lower().startswith(("http://", "https://"))


def content(name: str, settings: Settings) -> tuple[bytes, str | None]:
    """The bytes of a text and, where it came from the web, its address; raises PinciteError."""
    limit = settings.limits.max_file_bytes
    if is_address(name):
        if settings.cut_off:
            raise NetworkError("The network is turned off by PINCITE_OFFLINE.", what_to_do="Unset it, or save the page and audit the file.")
        from pincite.auditing.fetching import fetch

        with _named(name):
            return fetch(name)
    try:
        if name == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{_shown(name)} cannot be read: {getattr(error, 'strerror', None) or error}.", document=name) from error
    if len(data) > limit:
        raise UnreadableError(f"{_shown(name)} has over {limit:,} bytes.", what_to_do="Audit a smaller text.", document=name)
    return data, None


def read(name: str, settings: Settings) -> Loaded:
    """The text of a file, an address, or standard input, made ready; raises PinciteError."""
    data, url = content(name, settings)
    return _loaded(name, data, url)


def _loaded(name: str, data: bytes, url: str | None) -> Loaded:
    from pincite.auditing.loading import load

    with _named(name):
        return load(data, name=_shown(name if url else Path(name).name), url=url)


def _shown(name: str) -> str:
    from pincite.rendering.safe import plain

    return "standard input" if name == "-" else plain(name)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Errors of reading say what is wrong ("is empty"); of which text, they say here."""
    try:
        yield
    except UnreadableError as error:
        end = "" if error.what_to_do or error.what_happened.endswith(".") else "."
        raise UnreadableError(f"{_shown(name)} {error.what_happened}{end}", what_to_do=error.what_to_do, document=name) from error


class Row(NamedTuple):
    """One text of a batch."""

    name: str
    counts: dict[str, int]
    file: str


class Batch:
    """Many texts, one at a time; with a folder, each report is written when it is done and the index says what is.

    Of each text only its counts stay in memory.
    """

    def __init__(self, folder: Path | None, *, form: str, made_with: str, write: Callable[[Audit], bytes]) -> None:
        """`made_with`: what else decides the outcome (the library's version, the encoder); another one begins anew. Raises PinciteError."""
        self.folder, self.form, self.write = folder, form, write
        self.made_with = f"{version('pincite')} {made_with}"
        self.rows: list[Row] = []
        self._done: dict[str, Row] = {}
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise PinciteError(
                    f"{folder} is no folder that reports can be written to.", what_to_do="Name another with --out."
                ) from error
            self._done = _index(folder / INDEX)

    def row(self, name: str, audit: Callable[[Loaded], Audit], settings: Settings, *, show: Callable[[Audit], None] | None = None) -> Row:
        """Audit one text, or take what an earlier run of this batch found for the same bytes; raises PinciteError.

        `show` is given an audit that was made now and is not kept in a folder.
        """
        data, url = content(name, settings)
        key = " ".join((json.dumps(name), hashlib.sha256(data).hexdigest(), self.form, self.made_with))
        known = self._done.get(key)
        if known is not None and self.folder is not None and (self.folder / known.file).is_file():
            row = known._replace(name=name)
        else:
            made = audit(_loaded(name, data, url))
            row = Row(name, counted(made), "" if self.folder is None else report_name(name, self.form))
            if self.folder is not None:
                self._keep(self.folder, key, row, made)
            elif show is not None:
                show(made)
        self.rows.append(row)
        return row

    def table(self, form: str = "tsv") -> str:
        """All rows so far with a heading: tab-separated (`tsv`), comma-separated (`csv`), or Markdown (`md`)."""
        from pincite.rendering.audits.table import harmless
        from pincite.rendering.markdown import escape
        from pincite.rendering.safe import plain

        kept = self.folder is not None
        rows = [["name", *COUNTED, *(["report"] if kept else [])]]
        rows += [[plain(row.name), *(str(row.counts[key]) for key in COUNTED), *([row.file] if kept else [])] for row in self.rows]
        if form == "md":
            lines = ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]
            return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n"
        if form == "csv":
            import csv
            import io

            out = io.StringIO()
            csv.writer(out, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
            return out.getvalue()
        return "".join("\t".join(harmless(cell) for cell in row) + "\n" for row in rows)

    def _keep(self, folder: Path, key: str, row: Row, audit: Audit) -> None:
        """The report first, then the line that says it is there: a kill between the two only costs the one audit."""
        from pincite.cli.output import save

        save(folder / row.file, self.write(audit))
        line = json.dumps({"key": key, "file": row.file, "counts": row.counts})
        with (folder / INDEX).open("a+b") as index:
            index.seek(0, os.SEEK_END)
            if index.tell():
                index.seek(-1, os.SEEK_END)
                if index.read(1) != b"\n":  # a line that a kill cut off: it must not spoil this one
                    line = f"\n{line}"
            index.write(f"{line}\n".encode())


def counted(audit: Audit) -> dict[str, int]:
    """How many claims came out how, in the order of `COUNTED`."""
    summary = audit.summary.model_dump()
    return {key: int(summary[key.replace("-", "_")]) for key in COUNTED}


def report_name(name: str, form: str) -> str:
    """The file name of a text's report: what is harmless of its own name, and a few letters that no other text's has.

    >>> report_name("leaflets/=x y.html", "md")
    'x_y-315b5c4a.md'
    """
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem).strip("_.-")[:60] or "text"
    return f"{stem}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}.{_SUFFIX.get(form, form)}"


def _index(path: Path) -> dict[str, Row]:
    """What earlier runs finished; a line cut off by a kill is skipped, its text is audited again."""
    found: dict[str, Row] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                one = json.loads(line)
                counts = {key: int(one["counts"][key]) for key in COUNTED}
                found[str(one["key"])] = Row("", counts, Path(str(one["file"])).name)
            except (ValueError, KeyError, TypeError):
                continue
    return found
