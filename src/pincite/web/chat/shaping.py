"""Text and records in the shapes of the OpenAI chat protocol: models, completions, chunks, usage, errors."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from typing import Any

from pincite.records import Answer, Citation
from pincite.rendering import wording
from pincite.rendering.safe import plain
from pincite.verification.verify import all_statements

MODELS = {
    "pincite": "Clinical answers with pinpoint citations, in the sources' own words.",
    "pincite-patient": "The same facts in plain words; no number changed.",
}
# A token is about four letters of English. There is no tokenizer here, and nobody is billed.
LETTERS_A_TOKEN = 4
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_CODES = {401: "invalid_api_key", 403: "insufficient_scope", 404: "not_found", 413: "too_large", 429: "rate_limit_exceeded"}


def model(name: str) -> dict[str, Any]:
    """One entry of the list of models."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "pincite", "name": name, "description": MODELS[name]}


def completion_id(said: str, model_name: str) -> str:
    """The same for the same reply, so that the same request has the same bytes but for its time."""
    return f"chatcmpl-{hashlib.sha256(f'{model_name} {said}'.encode()).hexdigest()[:24]}"


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return math.ceil(len(text) / LETTERS_A_TOKEN)


def usage(prompt: str, said: str) -> dict[str, int]:
    """About how much was read and written."""
    read, wrote = tokens(prompt), tokens(said)
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def completion(said: str, *, model_name: str, created: int, counted: dict[str, int], more: dict[str, Any]) -> dict[str, Any]:
    """A whole reply; `more` (citations) stands beside what the protocol knows."""
    message = {"role": "assistant", "content": said, "refusal": None}
    return {
        "id": completion_id(said, model_name),
        "object": "chat.completion",
        "created": created,
        "model": model_name,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": counted,
        **more,
    }


def chunks(said: str, *, model_name: str, created: int, counted: dict[str, int] | None, more: dict[str, Any]) -> Iterator[str]:
    """A reply as server-sent events, a line of its text at a time; `counted` is sent where the client asked for it."""
    base = {"id": completion_id(said, model_name), "object": "chat.completion.chunk", "created": created, "model": model_name}

    def event(delta: dict[str, Any], *, finish: str | None = None, **beside: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _event({**base, "choices": [choice], **beside})

    yield event({"role": "assistant", "content": ""})
    for line in said.splitlines(keepends=True):
        yield event({"content": line})
    yield event({}, finish="stop", **more)
    if counted is not None:
        yield _event({**base, "choices": [], "usage": counted})
    yield "data: [DONE]\n\n"


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def citations(answer: Answer, pages: dict[Citation, str]) -> list[dict[str, Any]]:
    """Every citation of the answer once, with the words quoted, the source, and the page on which they stand marked."""
    references = {one.number: one for one in answer.references}
    cited = dict.fromkeys(citation for statement in all_statements(answer) for citation in statement.citations)
    return [
        {
            "number": one.reference,
            "title": plain(references[one.reference].title),
            "url": wording.address_of(references[one.reference]),
            "page": pages.get(one),
            "document_id": one.document_id,
            "quote": one.quote.exact,
            "start": one.quote.start,
            "end": one.quote.end,
        }
        for one in cited
    ]


def error(status: int, message: str) -> dict[str, Any]:
    """An error as OpenAI clients read it."""
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": _CODES.get(status)}}
