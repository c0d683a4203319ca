"""The errors a user can mend: what happened, to which document, what to do. The command line exits 1 with that line."""

from __future__ import annotations


class PinciteError(Exception):
    """Base of all. `str(error)` is one plain line; `what_to_do` names the way out; `retryable` says whether to try again."""

    retryable = False

    def __init__(self, what_happened: str, *, what_to_do: str = "", document: str | None = None) -> None:
        self.what_happened = what_happened
        self.what_to_do = what_to_do
        self.document = document
        super().__init__(" ".join(part for part in (what_happened, what_to_do) if part))


class QuestionError(PinciteError):
    """A question that cannot be asked: empty, too long, unreadable."""


class UnreadableError(PinciteError):
    """A file, or one entry of it, that a reader refuses or cannot read."""


class LibraryError(PinciteError):
    """The library cannot be opened, read or written: newer version, torn file, full disk, read-only folder."""


class LibraryBusyError(LibraryError):
    """Another process is writing to this library."""

    retryable = True


class NotFoundError(PinciteError):
    """No document, passage or answer by that name."""


class SettingsError(PinciteError):
    """A setting, in file or environment, that cannot be used."""


class UnknownNameError(PinciteError):
    """A reader, writer, check or encoder that is not installed; the message lists the known ones."""


class ModelError(PinciteError):
    """A language model that cannot be used; whoever asked for one gets the extractive answer and this line."""


class ModelSilentError(ModelError):
    """The model's server is absent, refuses the connection, or is slower than the time allowed."""

    retryable = True


class ModelAnswerError(ModelError):
    """The model's server answered with something that cannot be used: an error, a refusal, too much, no protocol."""


class EncoderError(PinciteError):
    """The sentence encoder is missing or its file has another hash; the library works on without vectors."""


class NetworkError(PinciteError):
    """An address that is refused, cannot be reached, answers with an error, too slowly or too much; or the network is turned off."""

    def __init__(self, what_happened: str, *, what_to_do: str = "", document: str | None = None, retryable: bool = False) -> None:
        super().__init__(what_happened, what_to_do=what_to_do, document=document)
        self.retryable = retryable


class FeedError(PinciteError):
    """A public source answered something that its reader does not understand, or cannot give what was asked for."""
