"""One model, asked within one time budget: messages in, text out, whole or as it comes. Over any OpenAI-compatible server.

Servers differ in what they accept: a JSON schema for the reply, the name of the token limit, a temperature. What a server refuses
is taken back, one thing at a time, and remembered. Whatever else goes wrong is a ModelError with one sentence.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from pincite.errors import ModelAnswerError, ModelError
from pincite.models.endpoint import Endpoint
from pincite.models.exchange import Exchange

Message = Mapping[str, str]
# One token is about 4 letters; each comes in an event of about 250 bytes. Far above any honest reply of so many tokens.
_BYTES_PER_TOKEN, _LETTERS_PER_TOKEN = 2_000, 12
_MOST_ERROR_BYTES = 20_000
_MOST_LIST_BYTES = 2_000_000
_REFUSES = (400, 415, 422, 500, 501)
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)


class Model(Protocol):
    """What writing needs of a model; tests and the liar's bed bring their own."""

    @property
    def name(self) -> str:
        """As the server calls it."""
        ...

    @property
    def local(self) -> bool:
        """Whether it runs on this computer."""
        ...

    @property
    def parameters(self) -> dict[str, str | int | float]:
        """What it was asked with, for the record."""
        ...

    def stream(self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None) -> Iterator[str]:
        """The reply in pieces, as it comes; raises ModelError."""
        ...


class ChatModel:
    """A model at an endpoint. The time budget of the endpoint begins when this is made, and covers all its calls."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._until = time.monotonic() + endpoint.seconds
        self._forms: list[str] = ["json_schema", "json_object", "none"]  # of the reply, best first; a refused one is taken out
        self._limit = "max_tokens"
        self._temperature: float | None = 0.0

    @property
    def name(self) -> str:
        """As the server calls it."""
        return self.endpoint.model

    @property
    def local(self) -> bool:
        """Whether it runs on this computer."""
        return self.endpoint.local

    @property
    def parameters(self) -> dict[str, str | int | float]:
        """What it was asked with, for the record."""
        asked: dict[str, str | int | float] = {self._limit: self.endpoint.tokens, "seconds": self.endpoint.seconds}
        if self._temperature is not None:
            asked["temperature"] = self._temperature
        return asked | {"response_format": self._forms[0]}

    def listed(self) -> tuple[str, ...]:
        """The models that the server lists; raises ModelError."""
        with Exchange(self.endpoint, "GET", "models", body=None, until=self._until, most_bytes=_MOST_LIST_BYTES) as reply:
            if reply.head.status != 200:
                raise _refused(reply)
            held = _parsed(b"".join(reply.chunks()))
        data = held.get("data") if isinstance(held, dict) else None
        if not isinstance(data, list):
            raise ModelAnswerError("The server's list of models has another form than OpenAI's.")
        return tuple(str(one["id"]) for one in data if isinstance(one, dict) and "id" in one)

    def ask(self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None) -> str:
        """The whole reply at once; raises ModelError."""
        return "".join(self._asked(messages, schema, streaming=False))

    def stream(self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None) -> Iterator[str]:
        """The reply in pieces, as it comes; raises ModelError, also after some pieces."""
        return self._asked(messages, schema, streaming=True)

    def _asked(self, messages: Sequence[Message], schema: Mapping[str, Any] | None, *, streaming: bool) -> Iterator[str]:
        most = 50_000 + self.endpoint.tokens * _BYTES_PER_TOKEN
        while True:
            body = self._body(messages, schema, streaming=streaming)
            with Exchange(self.endpoint, "POST", "chat/completions", body=body, until=self._until, most_bytes=most) as reply:
                if reply.head.status == 200:
                    yield from self._bounded(_contents(reply))
                    return
                error = _refused(reply)
                if reply.head.status not in _REFUSES or not self._take_back(str(error), schema):
                    raise error

    def _bounded(self, pieces: Iterator[str]) -> Iterator[str]:
        letters = 0
        for piece in pieces:
            letters += len(piece)
            if letters > self.endpoint.tokens * _LETTERS_PER_TOKEN:
                raise ModelAnswerError("The model's reply is far longer than it was allowed to be; the rest was not read.")
            yield piece

    def _body(self, messages: Sequence[Message], schema: Mapping[str, Any] | None, *, streaming: bool) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self.endpoint.model, "messages": [dict(one) for one in messages], "stream": streaming}
        body[self._limit] = self.endpoint.tokens
        if self._temperature is not None:
            body["temperature"] = self._temperature
        if schema is not None and self._forms[0] == "json_schema":
            body["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
        elif schema is not None and self._forms[0] == "json_object":
            body["response_format"] = {"type": "json_object", "schema": schema}  # as llama-cpp-python takes it
        return body

    def _take_back(self, refusal: str, schema: Mapping[str, Any] | None) -> bool:
        """Ask for less next time; False when nothing is left that the server might have refused."""
        if "max_completion_tokens" in refusal and self._limit == "max_tokens":
            self._limit = "max_completion_tokens"
        elif "temperature" in refusal and self._temperature is not None:
            self._temperature = None
        elif schema is not None and len(self._forms) > 1:
            self._forms.pop(0)
        else:
            return False
        return True


def without_thoughts(text: str) -> str:
    """A reply without what a reasoning model thinks aloud.

    >>> without_thoughts('<think>Hm {"a": 1}</think>{"a": 2}')
    '{"a": 2}'
    """
    return _THOUGHT.sub("", text)


def _refused(reply: Exchange) -> ModelError:
    """The sentence for a reply that is an error; what a server says is shortened and shown as its words."""
    status = reply.head.status
    if 300 <= status < 400:
        return ModelAnswerError(
            f"The model's server redirects (HTTP {status}), which is not followed.", what_to_do="Correct PINCITE_MODEL_URL."
        )
    said = ""
    try:
        data = b"".join(_first(reply.chunks(), _MOST_ERROR_BYTES))
        held = json.loads(data)
        found = held.get("error", held.get("detail", "")) if isinstance(held, dict) else ""
        said = str(found.get("message", "") if isinstance(found, dict) else found)
    except (ModelError, ValueError):
        pass
    words = f": “{' '.join(said.split())[:200]}”" if said else ""
    ways = {401: "Check PINCITE_MODEL_KEY.", 403: "Check PINCITE_MODEL_KEY.", 404: "Check PINCITE_MODEL_URL and the model's name."}
    return ModelAnswerError(f"The model's server refused (HTTP {status}){words}.", what_to_do=ways.get(status, ""))


def _first(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:most]
        most -= len(chunk)
        if most <= 0:
            return


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        kind = "a web page" if data.lstrip()[:1] == b"<" else "something that is not JSON"
        raise ModelAnswerError(
            f"The model's server answered with {kind}.", what_to_do="Check PINCITE_MODEL_URL; it often ends in /v1."
        ) from error


def _contents(reply: Exchange) -> Iterator[str]:
    """The text of a reply, from one JSON object or from events."""
    if reply.head.content_type != "text/event-stream":
        yield _content(_parsed(b"".join(reply.chunks())), "message")
        return
    ended = False
    for data in _events(reply.chunks()):
        if data == "[DONE]":
            return
        event = _parsed(data.encode())
        if isinstance(event, dict) and event.get("error"):
            raise ModelAnswerError(f"The model's server broke off with an error: “{str(event['error'])[:200]}”.")
        choices = event.get("choices") if isinstance(event, dict) else None
        if choices:
            yield _content(event, "delta")
            ended = ended or (isinstance(choices[0], dict) and choices[0].get("finish_reason") is not None)
    if not ended:
        raise ModelAnswerError("The model's server broke off in the middle of its reply.")


def _events(chunks: Iterator[bytes]) -> Iterator[str]:
    """The data of server-sent events, one line each, as these servers write them."""
    held = b""
    for chunk in chunks:
        held += chunk
        *lines, held = held.split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].decode("utf-8", "replace").strip()
    if held.startswith(b"data:"):
        yield held[5:].decode("utf-8", "replace").strip()


def _content(held: Any, where: str) -> str:
    """The words of the first choice; raises ModelAnswerError for a refusal and for another form."""
    try:
        said = held["choices"][0][where]
        if said.get("refusal"):
            raise ModelAnswerError("The model refused to answer.")
        content = said.get("content")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ModelAnswerError("The model's server answered in another form than OpenAI's.") from error
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    if content is not None and not isinstance(content, str):
        raise ModelAnswerError("The model's server answered in another form than OpenAI's.")
    return content or ""
