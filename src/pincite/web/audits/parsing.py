"""Runs in a process of its own: one text that somebody handed in → a line of JSON, the `Loaded` that is audited, on standard output.

Limits on memory, time and output are set before a byte of it is read. Standard input says what to read:
`{"name", "url", "path", "seconds", "memory", "limits"}`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pincite.web.jobs.parsing import confine


def main() -> None:
    """Read what standard input names."""
    asked = json.load(sys.stdin)
    confine(seconds=asked["seconds"], memory=asked["memory"])
    from pincite.auditing.loading import load  # noqa: PLC0415 - after the limits are set
    from pincite.errors import UnreadableError  # noqa: PLC0415
    from pincite.settings import Limits  # noqa: PLC0415

    told: dict[str, Any]
    try:
        loaded = load(Path(asked["path"]).read_bytes(), name=asked["name"], url=asked["url"], limits=Limits(**asked["limits"]))
        told = {"loaded": loaded.model_dump(mode="json")}
    except UnreadableError as error:
        told = {"unreadable": str(error)}
    # ASCII, so that a lone surrogate in a text is no problem here and an error of the record where it is read.
    sys.stdout.write(json.dumps(told, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
