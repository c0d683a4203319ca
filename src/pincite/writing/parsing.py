"""A model's reply, in pieces as it comes → the sentences that it proposes, each as soon as it is whole.

Whatever stands around them is passed over: thoughts, code fences, prose. A sentence that is cut off is no sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

# A reply that nests deeper than `{"statements": [{…}]}` in a list is nonsense; more sentences than this nobody asked for.
_DEEPEST = 4
MOST_PROPOSALS = 40
_MARKS = re.compile(r"\s*[\[(](\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)[\])](?=\s*(?:[.;,]|\[|$))")
_THINKING = re.compile(r"<think(?:ing)?>(.*?)</think(?:ing)?>", re.DOTALL)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "statements": {
            "type": "array",
            "maxItems": 8,
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "quotes": {"type": "array", "maxItems": 4, "items": {"type": "integer"}}},
                "required": ["text", "quotes"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["statements"],
    "additionalProperties": False,
}


class Proposal(NamedTuple):
    """A sentence and the numbers of the quotes that it names; -1 stands for something that is no number."""

    text: str
    quotes: tuple[int, ...]


def proposals(pieces: Iterable[str]) -> Iterator[Proposal]:
    """Every whole `{"text": …, "quotes": […]}` of a reply, in order."""
    reading = _Reading()
    count = 0
    for piece in pieces:
        for found in reading.more(piece):
            yield found
            count += 1
            if count >= MOST_PROPOSALS:
                return


class _Reading:
    """Where a reply stands: braces open, inside a string or not."""

    def __init__(self) -> None:
        self._held = ""
        self._at = 0
        self._open: list[int] = []
        self._quoted = self._escaped = False

    def more(self, piece: str) -> Iterator[Proposal]:
        self._held += piece
        if not self._open and "<think" in self._held:
            self._held = _THINKING.sub(lambda found: " " * len(found.group()), self._held)
            if "<think" in self._held:
                return
        while self._at < len(self._held):
            sign = self._held[self._at]
            self._at += 1
            if self._quoted:
                if self._escaped:
                    self._escaped = False
                elif sign == "\\":
                    self._escaped = True
                elif sign == '"':
                    self._quoted = False
            elif sign == '"' and self._open:
                self._quoted = True
            elif sign == "{":
                self._open.append(self._at - 1)
                if len(self._open) > _DEEPEST:
                    self._open.clear()
            elif sign == "}" and self._open:
                start = self._open.pop()
                if found := _proposal(self._held[start : self._at]):
                    yield found


def _proposal(text: str) -> Proposal | None:
    try:
        held = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, dict) or not isinstance(held.get("text"), str):
        return None
    named = held.get("quotes", held.get("citations", ()))
    numbers = [_number(one) for one in (named if isinstance(named, list) else [named])]
    said = " ".join(held["text"].split())
    # Marks that a model puts into the sentence count as named, so that an invented one is seen.
    for found in _MARKS.finditer(said):
        if found.group().strip()[0] == "[":
            numbers += [int(one) for one in re.findall(r"\d+", found[1])]
    bare = _MARKS.sub(lambda found: "" if found.group().strip()[0] == "[" else found.group(), said).strip()
    return Proposal(bare, tuple(dict.fromkeys(numbers)))


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"\s*\[?(\d{1,4})\]?\s*", value) if isinstance(value, str) else None
    return int(found[1]) if found else -1
