"""Where the tools get library, encoder and answers from: this process alone (stdio), or the engine of the web application."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from pincite.errors import NotFoundError, PinciteError, QuestionError
from pincite.pipeline import ask
from pincite.records import Answer, Citation, Filters

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder
    from pincite.library.store import Library

Audience = Literal["clinician", "patient"]
# Questions of one thread, as in the web application; each is answered from the one before.
LONGEST_THREAD = 12


class Question(NamedTuple):
    """A question that can be asked, with its scope and the questions that it follows, first to last."""

    text: str
    audience: Audience = "clinician"
    filters: Filters = Filters()
    after: tuple[str, ...] = ()
    everything: bool = False


class Published(NamedTuple):
    """A public article, as a list names it."""

    slug: str
    question: str
    says: str  # approved, or pending review


class Backend(Protocol):
    """What the tools need; implementations may be called from several threads at once."""

    def library(self) -> Library:
        """The library at its newest version; raises LibraryError."""
        ...

    def encoder(self) -> Encoder | None:
        """The encoder for questions to that library, None where there is none."""
        ...

    def ask(self, question: Question) -> Answer:
        """The answer; raises QuestionError, LibraryError."""
        ...

    def address(self, citation: Citation) -> str | None:
        """The page on which a citation's words stand marked, where there are pages."""
        ...

    def articles(self) -> Sequence[Published]:
        """Public articles, newest first."""
        ...

    def article(self, slug: str) -> str:
        """A public article as Markdown; raises NotFoundError."""
        ...

    def told(self, error: PinciteError) -> str:
        """The sentence that a caller is told."""
        ...


class LocalBackend:
    """One person's own library, opened beside the first messages so that a client need not wait for it.

    `opening` gives library and encoder; what it raises is raised by every call.
    """

    def __init__(self, opening: Callable[[], tuple[Library, Encoder | None]]) -> None:
        self._opening = opening
        self._lock = threading.Lock()
        self._held: tuple[Library, Encoder | None] | None = None
        threading.Thread(target=self._open_early, name="library", daemon=True).start()

    def _open_early(self) -> None:
        try:
            self._open()
        except PinciteError:
            return  # the first call tries again, and tells whoever asked

    def _open(self) -> tuple[Library, Encoder | None]:
        with self._lock:
            library, encoder = self._held or self._opening()
            self._held = (library.refresh(), encoder)
            return self._held

    def library(self) -> Library:
        """The library at its newest version; raises LibraryError."""
        return self._open()[0]

    def encoder(self) -> Encoder | None:
        """The encoder that made the library's vectors."""
        library, encoder = self._open()
        return encoder if library.commit.vectors else None

    def ask(self, question: Question) -> Answer:
        """The answer; raises QuestionError, LibraryError."""
        if len(question.after) >= LONGEST_THREAD:
            raise QuestionError(f"A thread holds at most {LONGEST_THREAD} questions.", what_to_do="Ask this one as a new question.")
        library, encoder = self.library(), self.encoder()
        follow: Answer | None = None
        for position, text in enumerate((*question.after, question.text)):
            follow = ask(
                text,
                library=library,
                encoder=encoder,
                audience=question.audience,
                filters=question.filters,
                follow=follow,
                everything=question.everything and position == len(question.after),
            )
        assert follow is not None
        return follow

    def address(self, citation: Citation) -> str | None:
        """None: there are no pages."""
        return None

    def articles(self) -> Sequence[Published]:
        """None: articles are kept by the web application."""
        return ()

    def article(self, slug: str) -> str:
        """Raises NotFoundError: articles are kept by the web application."""
        raise NotFoundError("There are no articles here.", what_to_do="They are published by the web application: connect to its address.")

    def told(self, error: PinciteError) -> str:
        """The error as it is: whoever asks owns the library."""
        return str(error)
