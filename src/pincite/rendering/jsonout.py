"""Answer → `pincite.answer/1`, the JSON that other programs rely on: keys in the order of the records, `schema` first."""

from __future__ import annotations

import json
import re
from typing import Any

from pincite.records import Answer

# Valid inside JSON strings, and yet obeyed by a terminal or an editor that shows the file: C1 controls, hidden and direction-changing
# characters, line separators. Written as \u escapes they come back unchanged when the JSON is read.
_OBEYED = re.compile(r"[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")


def dumps(value: Any) -> str:
    """`value` as indented JSON with readable letters, ending in a newline; whatever a terminal would obey is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _OBEYED.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"


def render(answer: Answer) -> str:
    """`answer` as JSON text."""
    return dumps(answer.model_dump(mode="json", by_alias=True))


def write(answer: Answer) -> bytes:
    """The `json` writer: UTF-8."""
    return render(answer).encode()
