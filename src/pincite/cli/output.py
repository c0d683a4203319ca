"""What commands print: results on stdout as UTF-8, progress on stderr, so that a pipe gets results only."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from pincite.errors import PinciteError

# On a terminal progress is rewritten in place; elsewhere (a log) a line now and then is enough.
_TERMINAL_SECONDS, _LOG_SECONDS = 0.1, 15.0


def emit(text: str) -> None:
    """Print `text` as it is; a terminal that cannot show a character gets "?"."""
    stream = sys.stdout.buffer
    encoding = (sys.stdout.encoding or "utf-8") if sys.stdout.isatty() else "utf-8"
    stream.write(text.encode(encoding, "replace"))
    stream.flush()


def emit_bytes(data: bytes) -> None:
    """Write `data` to stdout, byte for byte."""
    stream = sys.stdout.buffer
    stream.write(data)
    stream.flush()


def emit_json(value: Any) -> None:
    """Print `value` as JSON."""
    from pincite.rendering.jsonout import dumps

    emit(dumps(value))


def emit_table(rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns; the last column is cut to the window on a terminal, and whole in a pipe."""
    from pincite.rendering.safe import plain
    from pincite.rendering.terminal import columns, terminal_width

    shown = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    limit = terminal_width() if sys.stdout.isatty() else None
    lines = []
    for row in shown:
        cells = [cell + " " * (width - columns(cell)) for cell, width in zip(row[:-1], widths, strict=False)]
        line = "  ".join([*cells, row[-1]])
        lines.append(line if limit is None or len(line) <= limit else line[: limit - 1] + "…")
    emit("".join(f"{line}\n" for line in lines))


def save(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole or not at all; raises PinciteError when it cannot be written."""
    try:
        if path.exists() and not path.is_file():  # a pipe or device, such as /dev/stdout, is written to and not replaced
            path.write_bytes(data)
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PinciteError(f"{path} cannot be written: {error.strerror}.", what_to_do="Name another place with --out.") from error


class Progress:
    """A line on stderr that says how far a long step is; `done` clears it on a terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0 if self._terminal else _LOG_SECONDS)
        self._shown = False

    def say(self, text: str) -> None:
        """Show `text`, unless something was shown a moment ago."""
        now = time.monotonic()
        if now < self._next:
            return
        from pincite.rendering.safe import plain

        self._next = now + (_TERMINAL_SECONDS if self._terminal else _LOG_SECONDS)
        self._shown = True
        click.echo(f"\r\x1b[K{plain(text)[:100]}" if self._terminal else plain(text), err=True, nl=not self._terminal)

    def done(self) -> None:
        """Clear the line."""
        if self._terminal and self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)
