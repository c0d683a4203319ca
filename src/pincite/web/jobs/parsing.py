"""Runs in a process of its own: one uploaded file → a line of JSON for each document in it, on standard output.

A file is somebody else's: whatever it does to a parser, it does it here, with limits on memory, time and output,
without the settings, keys and connections of the web application. Standard input says what to read:
`{"name", "shown", "path", "seconds", "memory", "limits"}`. The last line is `{"end": true}`; without it the file was too much.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

MOST_OUTPUT = 4_000_000_000  # bytes of JSON


def main() -> None:
    """Read what standard input names."""
    asked = json.load(sys.stdin)
    confine(seconds=asked["seconds"], memory=asked["memory"])
    from pincite.ingest import read_bytes  # noqa: PLC0415 - after the limits are set
    from pincite.records import Unread  # noqa: PLC0415
    from pincite.settings import Settings  # noqa: PLC0415

    settings = Settings(home=Path("."), library="", limits=asked["limits"])
    given, shown = asked["name"], asked["shown"]
    for item in read_bytes(given, Path(asked["path"]).read_bytes(), settings=settings):
        if isinstance(item, Unread):
            _say({"unread": {**item.model_dump(mode="json"), "name": _shown(item.name, given, shown)}})
        else:
            value = item.model_dump(mode="json")
            value["document"]["source"] = _shown(item.document.source, given, shown)
            _say({"reading": value})
    _say({"end": True})


def confine(*, seconds: int, memory: int) -> None:
    """Limit this process; it also ends when the worker that started it does."""
    try:
        import resource  # noqa: PLC0415 - absent on Windows; the worker's time limit remains

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_OUTPUT, MOST_OUTPUT))
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    except (ImportError, AttributeError, OSError):
        pass


def _shown(name: str, given: str, shown: str) -> str:
    """A member of an archive under the archive's own name."""
    return shown + name.removeprefix(given) if name.startswith(given) else name


def _say(value: dict[str, Any]) -> None:
    # ASCII, so that a lone surrogate in a text is no problem here and an error of the record where it is read.
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
