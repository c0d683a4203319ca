"""Settings and library for the commands; the first use of a library indexes the starter records, and says so on stderr."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from pincite.cli.output import Progress
from pincite.errors import EncoderError, LibraryBusyError, LibraryError

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder
    from pincite.library.store import Library
    from pincite.settings import Settings

# Two commands that meet on a new library: the second waits for the first, which needs some seconds, up to a minute on a slow disk.
_WAIT_SECONDS = 120.0
# A writer beside this one: a web application that makes the vectors of what was just added (60 passages a second).
_PATIENCE_SECONDS = 600.0
_Made = TypeVar("_Made")


def settings_of(place: str | None) -> Settings:
    """The settings of this process, with the library at `place` when one is named; raises SettingsError."""
    from pincite.settings import load_settings

    # PINCITE_DEBUG belongs to the command line alone.
    environ = {name: value for name, value in os.environ.items() if name != "PINCITE_DEBUG"}
    return load_settings(environ | {"PINCITE_LIBRARY": place} if place else environ)


def open_library(settings: Settings) -> Library:
    """The library of `settings`; a new one gets the starter records and their vectors. Raises LibraryError."""
    from pincite.library import starter
    from pincite.library.store import Library

    library = Library.open(settings.library)
    if library.commit.starter:
        return library
    if not library.state().documents:
        click.echo("Indexing the starter library (first use only) …", err=True)
    until = time.monotonic() + _WAIT_SECONDS
    while not library.commit.starter:
        try:
            library = starter.open_library(settings.library)
            if library.commit.starter:
                encode_missing(library, settings)
            break
        except LibraryBusyError:
            if time.monotonic() > until:
                raise
            library = library.refresh()
        except LibraryError:
            if library.state().documents:
                break  # it cannot be written, but what it holds can be read
            raise
    return library


def encoder_soon(settings: Settings) -> Callable[[Library], Encoder | None]:
    """Begin to load the encoder for questions beside other work; to be called with the library when it is open.

    That gives None for a library without vectors, and None with a line on stderr where the encoder is missing or wrong.
    """
    from pincite.library.encoder import load_encoder

    def load() -> Encoder | None:
        return load_encoder(settings.encoder, cache=settings.cache)

    # A new library is encoded first, which loads (and once rewrites) the same model.
    held = "://" in settings.library or Path(settings.library).is_dir()
    early = ThreadPoolExecutor(1).submit(load) if held else None

    def encoder_of(library: Library) -> Encoder | None:
        if not library.commit.vectors:
            return None
        try:
            return early.result() if early is not None else load()
        except EncoderError as error:
            _by_words_alone(error)
            return None

    return encoder_of


def patiently(act: Callable[[], _Made], *, progress: Progress) -> _Made:
    """What `act`, which writes to the library, returns; waits for another process that is writing, and raises LibraryBusyError after ten minutes.

    A web application beside this command may be making vectors; nothing of `act` has been done while the lock is held by another.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return act()
        except LibraryBusyError:
            if time.monotonic() >= until:
                raise
            progress.say("Waiting for another process that is writing to the library")


def encode_missing(library: Library, settings: Settings) -> int:
    """Make the vectors that are missing; without an encoder the library works by words alone. Returns how many were made."""
    from pincite.library.encoder import load_encoder
    from pincite.library.starter import Shipped

    progress = Progress()
    try:
        encoder = load_encoder(settings.encoder, cache=settings.cache)
        if encoder is None:
            return 0
        return patiently(
            lambda: library.encode_missing(
                Shipped(encoder), progress=lambda done, total: progress.say(f"Encoded {done:,} of {total:,} passages")
            ),
            progress=progress,
        )
    except EncoderError as error:
        _by_words_alone(error)
        return 0
    finally:
        progress.done()


def _by_words_alone(error: EncoderError) -> None:
    click.echo(f"pincite: searching by words alone: {error}", err=True)
