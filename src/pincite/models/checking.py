"""What works of a configured model, tried step by step: behind `pincite models check`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pincite.errors import ModelAnswerError, ModelError
from pincite.models.chat import ChatModel, Message, without_thoughts
from pincite.models.endpoint import Endpoint

_HELLO: list[Message] = [{"role": "user", "content": "Reply with the one word: ready"}]
_JSON: list[Message] = [{"role": "user", "content": 'Reply with JSON only, in this form: {"ready": true}'}]
_SCHEMA = {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"], "additionalProperties": False}


class Tried(NamedTuple):
    """One step: its name, whether it works, a sentence, and how long it took."""

    name: str
    works: bool
    says: str
    seconds: float


def check(endpoint: Endpoint) -> Iterator[Tried]:
    """Reachable and listed, a plain reply, a reply in the form of a schema, a reply in pieces; each with a time budget of its own."""
    for name, step in (("server", _listed), ("plain reply", _plain), ("structured reply", _structured), ("streaming", _streaming)):
        tried = _tried(name, step, endpoint)
        yield tried
        if name == "server" and not tried.works and "No model server answers" in tried.says:
            return


def _tried(name: str, step: Callable[[ChatModel], str], endpoint: Endpoint) -> Tried:
    began = time.monotonic()
    try:
        works, says = True, step(ChatModel(endpoint))
    except ModelError as error:
        works, says = False, str(error)
    return Tried(name, works, says, time.monotonic() - began)


def _listed(model: ChatModel) -> str:
    known = model.listed()
    if model.name in known:
        return f"answers, and lists {model.name} among {len(known)} model{'' if len(known) == 1 else 's'}"
    shown = ", ".join(known[:5]) or "none"
    raise ModelAnswerError(f"The server answers, but does not list {model.name}; it lists: {shown}.")


def _plain(model: ChatModel) -> str:
    said = without_thoughts(model.ask(_HELLO)).strip()
    if not said:
        raise ModelAnswerError("The model's reply is empty.")
    return f"“{' '.join(said.split())[:60]}”"


def _structured(model: ChatModel) -> str:
    said = without_thoughts(model.ask(_JSON, schema=_SCHEMA))
    form = str(model.parameters["response_format"])
    try:
        fits = isinstance(json.loads(said).get("ready"), bool)
    except (ValueError, AttributeError):
        fits = False
    if not fits:
        raise ModelAnswerError(f"The reply does not have the form asked for ({form}); written answers will mostly fall back.")
    return "by schema" if form == "json_schema" else f"by {form}; the server refuses json_schema"


def _streaming(model: ChatModel) -> str:
    began = time.monotonic()
    first, pieces = 0.0, 0
    for piece in model.stream(_HELLO):
        if piece:
            pieces += 1
            first = first or time.monotonic() - began
    if not pieces:
        raise ModelAnswerError("The model's reply is empty.")
    return f"first words after {first:.1f} s, {pieces} piece{'' if pieces == 1 else 's'}"
