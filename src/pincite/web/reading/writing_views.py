"""The written part of an answer page, while it is being written: server-sent events with sentences that were checked already.

The page itself is whole before this is asked for. A visitor who goes away ends the stream; the model's time is bounded anyway.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from pincite.errors import PinciteError
from pincite.records import Answer, Statement
from pincite.rendering.layout import written_lines
from pincite.rendering.safe import plain
from pincite.web import limits, writing
from pincite.web.engine import Asked
from pincite.web.errors import HttpProblem
from pincite.web.reading import asking
from pincite.web.reading.asking import AskForm, Reader
from pincite.web.reading.presenting import answer_context


def offered(asked: Asked, *, reader: Reader, answer: Answer) -> dict[str, str]:
    """What the answer page needs to have a model write beside it; empty where no model writes here."""
    if not answer.answered or writing.endpoint() is None:
        return {}
    return {
        "writing_address": f"{asking.written_address()}?{asking.query_of(asked, reader=reader)}",
        "written_whole": f"{asking.address_of(asked, reader=reader)}&written=1",
        "writing_warning": writing.warning(),
    }


@require_safe
def write(request: HttpRequest) -> StreamingHttpResponse:
    """Events `said` (a checked sentence) and last `done` (the parts of the page that changed), or `gone` with why nothing came."""
    form = AskForm(request.GET)
    if not form.is_valid() or writing.endpoint() is None:
        raise Http404
    wait = limits.allow(request, "write", settings.WEB.asks_a_minute)
    if wait:
        raise HttpProblem(429, "Too many requests from here.", what_to_do=f"Wait {wait} seconds.", headers={"Retry-After": str(wait)})
    events = _events(form.asked(), form.reader)
    response = StreamingHttpResponse(_in_threads(events), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _events(asked: Asked, reader: Reader) -> Iterator[str]:
    try:
        for item in writing.writing(asked):
            if isinstance(item, Statement):
                yield _event("said", text=plain(item.text))
            else:
                back = asking.address_of(asked, reader=reader)
                context = answer_context(item, asked, reader=reader, back=back)
                context["written_lines"] = list(written_lines(item.written)) if item.written else []
                yield _event("done", html=render_to_string("reading/_written.html", context))
    except PinciteError as error:
        yield _event("gone", text=str(error))


def _event(name: str, **data: str) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def _in_threads(events: Iterator[str]) -> AsyncIterator[str]:
    """Each event made in a thread of its own: the model's pauses must not hold up other readers."""
    step = sync_to_async(lambda: next(events, None), thread_sensitive=False)
    while (event := await step()) is not None:
        yield event
