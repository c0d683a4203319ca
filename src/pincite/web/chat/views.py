"""/v1/models and /v1/chat/completions: one engine call behind the protocol that every chat client speaks.

Parameters that Pincite does not know (temperature, tools …) are ignored: an answer is what the library says. Each request names all
earlier turns, whose answers the engine still holds, so a thread costs one new answer a turn.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from pincite.errors import NotFoundError, PinciteError, QuestionError
from pincite.records import Answer, Citation
from pincite.rendering import conversation as message
from pincite.verification.verify import all_statements
from pincite.web import engine, errors, limits
from pincite.web.api.limits import MOST_BYTES, READS_A_MINUTE
from pincite.web.assistants import ENCODER_SECONDS, admit, page_of
from pincite.web.chat import conversation, shaping, tasks
from pincite.web.errors import HttpProblem
from pincite.web.reading import logging as question_log

View = Callable[..., HttpResponseBase]

_log = logging.getLogger(__name__)


def _endpoint(*methods: str, name: str, per_minute: Callable[[], int]) -> Callable[[View], View]:
    """A view of the protocol: token, methods, rate, and every error in its shape."""

    def made(view: View) -> View:
        @csrf_exempt  # a token is asked for, never a cookie
        @wraps(view)
        def endpoint(request: HttpRequest, **named: str) -> HttpResponseBase:
            try:
                admit(request, "ask")
                if request.method not in methods:
                    raise HttpProblem(405, f"This address takes {', '.join(methods)}.", headers={"Allow": ", ".join(methods)})
                if wait := limits.allow(request, name, per_minute()):
                    raise HttpProblem(
                        429, "Too many requests in one minute.", what_to_do=f"Wait {wait} seconds.", headers={"Retry-After": str(wait)}
                    )
                return view(request, **named)
            except PinciteError as error:
                return _told(request, error)
            except RequestDataTooBig:
                return _told(request, HttpProblem(413, f"A request may hold {MOST_BYTES:,} bytes.", what_to_do="Send fewer messages."))
            except OperationalError as error:
                _log.error("%s: %s", request.path, error)
                return _told(request, HttpProblem(503, "The database is busy.", what_to_do="Try again in a moment."))

        return endpoint

    return made


@_endpoint("GET", "HEAD", name="read", per_minute=lambda: READS_A_MINUTE)
def models(request: HttpRequest) -> HttpResponse:
    """The two models: for clinicians, and for patients."""
    return _json({"object": "list", "data": [shaping.model(name) for name in shaping.MODELS]})


@_endpoint("GET", "HEAD", name="read", per_minute=lambda: READS_A_MINUTE)
def model(request: HttpRequest, name: str) -> HttpResponse:
    """One model; 404 for every other name."""
    return _json(shaping.model(_known(name)))


@_endpoint("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", name="read", per_minute=lambda: READS_A_MINUTE)
def nothing(request: HttpRequest) -> HttpResponse:
    """404: embeddings, pictures, speech and the like."""
    raise NotFoundError("There is nothing at this address.", what_to_do="Pincite serves /v1/models and /v1/chat/completions.")


@_endpoint("POST", name="ask", per_minute=lambda: int(settings.WEB.asks_a_minute))
def completions(request: HttpRequest) -> HttpResponseBase:
    """The reply to the last message, whole or as server-sent events."""
    wanted = _body(request)
    name = _known(wanted.get("model") if wanted.get("model") is not None else "pincite")
    turns = conversation.turns_of(wanted.get("messages"))
    said, more = _reply(name, turns, structured=_wants_json(wanted))
    counted = shaping.usage("\n".join((*turns.system, *turns.user)), said)
    created = int(time.time())
    if wanted.get("stream") is not True:
        return _json(shaping.completion(said, model_name=name, created=created, counted=counted, more=more))
    options = wanted.get("stream_options")
    asked_for = isinstance(options, dict) and options.get("include_usage") is True
    events = shaping.chunks(said, model_name=name, created=created, counted=counted if asked_for else None, more=more)
    response = StreamingHttpResponse(_in_time(events), content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold the events back
    return response


def _reply(name: str, turns: conversation.Turns, *, structured: bool) -> tuple[str, dict[str, Any]]:
    """The text of the reply, and what stands beside it; raises QuestionError, LibraryError."""
    for text, before in tasks.set_by(turns.system, turns.user):
        task = tasks.task_of(text, structured=structured)
        if task is not None:
            return tasks.done(task, text, questions=before), {}
    engine.wait_for_encoder(ENCODER_SECONDS)
    asked = conversation.asked_of(turns, audience="patient" if name == "pincite-patient" else "clinician", answered=engine.ask)
    begun = time.monotonic()
    answer = engine.ask(asked)
    question_log.note(answer, milliseconds=round(1000 * (time.monotonic() - begun)), by="api")
    pages = _pages(answer)
    return message.render(answer, address=pages.get), {"citations": shaping.citations(answer, pages)}


def _pages(answer: Answer) -> dict[Citation, str]:
    cited = (citation for statement in all_statements(answer) for citation in statement.citations)
    return {citation: page_of(citation, answer) for citation in cited}


async def _in_time(events: Iterable[str]) -> AsyncIterator[str]:
    """The events one by one; the server stops asking for more when the client has gone."""
    for event in events:
        yield event


def _body(request: HttpRequest) -> dict[str, Any]:
    """The request's JSON object; raises HttpProblem, QuestionError."""
    if request.content_type != "application/json":  # also keeps out forms of other sites, which cannot send it unasked
        raise HttpProblem(415, "The body must be JSON.", what_to_do="Send the header Content-Type: application/json.")
    try:
        value = json.loads(request.body.decode())
    except (UnreadablePostError, RawPostDataException) as error:
        raise QuestionError("The body could not be read.") from error
    except (ValueError, RecursionError) as error:
        raise QuestionError("The body is not JSON in UTF-8.") from error
    if not isinstance(value, dict):
        raise QuestionError("The body must be a JSON object.")
    return value


def _wants_json(wanted: dict[str, Any]) -> bool:
    form = wanted.get("response_format")
    return isinstance(form, dict) and form.get("type") in ("json_object", "json_schema")


def _known(name: Any) -> str:
    """The name of a model there is; clients may put a provider before it (“openai/pincite”). Raises NotFoundError."""
    known = str(name).rpartition("/")[2].removesuffix(":latest")
    if known not in shaping.MODELS:
        raise NotFoundError(f"There is no model “{str(name)[:100]}”.", what_to_do=f"The models are {' and '.join(shaping.MODELS)}.")
    return known


def _told(request: HttpRequest, error: PinciteError) -> HttpResponse:
    status, happened, what_to_do = errors.in_words(error, during=f"{request.method} {request.path}")
    response = _json(shaping.error(status, " ".join(part for part in (happened, what_to_do) if part)), status=status)
    for name, value in errors.headers_of(error, status).items():
        response.headers[name] = value
    return response


def _json(value: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(value), status=status, content_type="application/json", headers={"Cache-Control": "no-store"})
