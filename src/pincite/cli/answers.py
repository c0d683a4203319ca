"""Stored answers as the commands take them: a file of `pincite ask --format json`, or "-" for standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pincite.errors import PinciteError

if TYPE_CHECKING:
    from pincite.records import Answer

# An answer with every statement held back shown is far below 1 MB; this is only against a mistaken file,
# which pydantic would take half a minute to refuse at 50 MB.
_MOST_BYTES = 5_000_000


def read_answer(name: str) -> Answer:
    """The answer in file `name`, or on standard input for "-"; raises PinciteError when it is none."""
    from pydantic import ValidationError

    from pincite.records import Answer

    shown = "Standard input" if name == "-" else name
    try:
        if name == "-":
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PinciteError(f"{shown} cannot be read: {reason}.", document=name) from error
    make_one = "Make one with: pincite ask QUESTION --format json > answer.json"
    if len(data) > _MOST_BYTES:
        raise PinciteError(f"{shown} is too large for an answer.", what_to_do=make_one, document=name)
    try:
        return Answer.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        detail = f"{place}: {first['msg']}" if place else first["msg"]
        raise PinciteError(f"{shown} holds no pincite.answer/1 ({detail}).", what_to_do=make_one, document=name) from error
