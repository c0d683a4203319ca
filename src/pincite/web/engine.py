"""The one engine of this process: the library at its newest version, the encoder, and the answers given lately.

Pages, API and jobs all ask here. An answer is a pure function of library version, question, audience, scope and what it
follows, so a kept answer is the same bytes as a new one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from pincite.errors import EncoderError, LibraryError, QuestionError
from pincite.library.starter import open_library
from pincite.pipeline import ask as ask_pipeline
from pincite.records import Answer, Filters
from pincite.web import monitoring
from pincite.web.configuration import engine_settings

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder
    from pincite.library.store import Library

Audience = Literal["clinician", "patient"]

# A look at the library's newest commit costs 2 ms; asked at most this often, new documents are seen within two seconds.
REFRESH_SECONDS = 2.0
# Answers kept: about 100 kB each. A thread's earlier questions, another reader of a shared link, the print view.
KEPT_ANSWERS = 200
# Questions of one thread; each is answered from the one before.
LONGEST_THREAD = 12

_log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """A question with its scope, and the questions that it follows, first to last."""

    question: str
    audience: Audience = "clinician"
    tiers: tuple[str, ...] = ()
    since: int | None = None
    after: tuple[str, ...] = ()
    everything: bool = False


class _Engine:
    def __init__(self) -> None:
        self._opening = threading.Lock()
        self._library: Library | None = None
        self._looked = 0.0
        self._encoder: Encoder | None = None
        self._encoder_read = threading.Event()
        self._answers: OrderedDict[tuple[str, bool, Asked], Answer] = OrderedDict()
        self._keeping = threading.Lock()

    def library(self) -> Library:
        """The library at its newest version; raises LibraryError."""
        with self._opening:
            now = time.monotonic()
            if self._library is None:
                self._library = open_library(engine_settings().library)
                threading.Thread(target=self._read_encoder, name="encoder", daemon=True).start()
                self._looked = now
            elif now - self._looked > REFRESH_SECONDS:
                self._library = self._library.refresh()
                self._looked = now
            return self._library

    def look_again(self) -> None:
        """The next look at the library is one at its newest commit: somebody here has just changed it."""
        self._looked = -REFRESH_SECONDS

    def encoder(self) -> Encoder | None:
        """The encoder for questions, None while it is being read (seconds after a start) or where there is none."""
        return self._encoder

    def _read_encoder(self) -> None:
        from pincite.library.encoder import load_encoder  # noqa: PLC0415 - onnxruntime, beside the first request

        try:
            settings = engine_settings()
            self._encoder = load_encoder(settings.encoder, cache=settings.cache)
        except EncoderError as error:
            _log.warning("Searching by words alone: %s", error)
        finally:
            self._encoder_read.set()

    def wait_for_encoder(self, seconds: float = 60.0) -> None:
        """Until the encoder is read or known to be missing: for the start of a server and for tests."""
        self.library()
        self._encoder_read.wait(seconds)

    def ask(self, asked: Asked) -> Answer:
        """The answer; raises QuestionError, LibraryError."""
        if len(asked.after) >= LONGEST_THREAD:
            raise QuestionError(f"A thread holds at most {LONGEST_THREAD} questions.", what_to_do="Ask this one as a new question.")
        library = self.library()
        follow: Answer | None = None
        for position, earlier in enumerate(asked.after):
            follow = self._one(library, asked._replace(question=earlier, after=asked.after[:position], everything=False), follow)
        return self._one(library, asked, follow)

    def _one(self, library: Library, asked: Asked, follow: Answer | None) -> Answer:
        limit = engine_settings().limits.max_question_characters
        if len(asked.question) > limit:
            raise QuestionError(f"The question has over {limit:,} characters.", what_to_do="Ask in a few sentences.")
        encoder = self._encoder if library.commit.vectors else None
        key = (library.commit.version, encoder is not None, asked)
        with self._keeping:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = ask_pipeline(
            asked.question,
            library=library,
            encoder=encoder,
            audience=asked.audience,
            filters=Filters(tiers=asked.tiers, since=asked.since) if asked.tiers or asked.since else None,
            follow=follow,
            everything=asked.everything,
        )
        with self._keeping:
            self._answers[key] = answer
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Start anew: after a restore, and between tests."""
        self.__init__()  # type: ignore[misc]


_engine = _Engine()

library: Callable[[], Library] = _engine.library
encoder: Callable[[], Encoder | None] = _engine.encoder
look_again: Callable[[], None] = _engine.look_again
ask: Callable[[Asked], Answer] = monitoring.counted(_engine.ask)
wait_for_encoder = _engine.wait_for_encoder
forget = _engine.forget


def ready() -> str | None:
    """None when the library can be read, else why not: for health checks."""
    try:
        library().state()
    except LibraryError as error:
        return str(error)
    return None
