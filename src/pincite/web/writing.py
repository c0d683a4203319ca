"""Written answers for the pages: who may ask the model, how often at once, and the answers given lately.

Off unless the site turned it on and a model is configured. The model is asked beside a finished extractive answer, so that whatever
it does, the page is whole.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings

from pincite import pipeline
from pincite.errors import SettingsError
from pincite.models.chat import ChatModel
from pincite.models.endpoint import Endpoint, endpoint_of, leaves_this_computer
from pincite.records import Answer, Statement, Written
from pincite.web import engine
from pincite.web.configuration import engine_settings
from pincite.web.engine import Asked

# A model on one machine answers one question at a time well; more at once only makes all of them late.
AT_ONCE = 2
KEPT_ANSWERS = 100
BUSY = "The model is busy with other questions; ask again in a minute for its wording."

_free = threading.BoundedSemaphore(AT_ONCE)
_kept: OrderedDict[_Key, Answer] = OrderedDict()
_keeping = threading.Lock()


class _Key(NamedTuple):
    version: str
    asked: Asked
    model: str


def endpoint() -> Endpoint | None:
    """The model that may write here; None where the site has not turned it on, or none is configured."""
    if not settings.WEB.written:
        return None
    try:
        return endpoint_of(engine_settings())
    except SettingsError:
        return None


def warning() -> str:
    """What visitors must know before they ask: that their question goes to a model elsewhere; "" where it does not."""
    found = endpoint()
    return (leaves_this_computer(found) or "") if found else ""


def writing(asked: Asked) -> Iterator[Statement | Answer]:
    """Each checked sentence as soon as it stands, and last the whole answer; raises QuestionError, LibraryError."""
    answer = engine.ask(asked)
    chosen = endpoint()
    if chosen is None:
        yield answer
        return
    library = engine.library()
    key = _Key(answer.library.version, asked, f"{chosen.model} {chosen.url}")
    with _keeping:
        kept = _kept.get(key)
    if kept is not None:
        yield kept
        return
    if not _free.acquire(blocking=False):
        yield answer.model_copy(update={"written": _busy(answer, chosen)})
        return
    try:
        for item in pipeline.writing(answer, library=library, model=ChatModel(chosen)):
            if isinstance(item, Answer) and item.written is not None and item.written.note is None:
                _keep(key, item)
            yield item
    finally:
        _free.release()


def written(asked: Asked) -> Answer:
    """The whole answer at once, within the model's time budget."""
    *_, last = writing(asked)
    assert isinstance(last, Answer)
    return last


def forget() -> None:
    """Start anew: between tests."""
    with _keeping:
        _kept.clear()


def _keep(key: _Key, answer: Answer) -> None:
    with _keeping:
        _kept[key] = answer
        while len(_kept) > KEPT_ANSWERS:
            _kept.popitem(last=False)


def _busy(answer: Answer, chosen: Endpoint) -> Written:
    use = "plain" if answer.audience == "patient" else "bottom-line"
    return Written.model_validate({"use": use, "model": chosen.model, "on_this_computer": chosen.local, "prompt": "", "note": BUSY})
