"""`pincite library`: where the library is and what state it is in; makes an empty one, or puts the starter records back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from pincite.cli.options import format_option, library_option
from pincite.errors import LibraryError

if TYPE_CHECKING:
    from pincite.records import Reading
    from pincite.settings import Settings


@click.command("library")
@click.option("--empty", "wanted", flag_value="empty", help="Make a library without the starter records.")
@click.option("--starter", "wanted", flag_value="starter", help="Add the starter records that are missing.")
@format_option("text", "json")
@library_option
def command(wanted: str | None, form: str, place: str | None) -> None:
    """Show the library's place and state."""
    from pincite.cli.opening import encode_missing, open_library, settings_of
    from pincite.cli.output import emit, emit_json
    from pincite.library.starter import create_empty

    settings = settings_of(place)
    if wanted == "empty":
        library = create_empty(settings.library)
        if library.state().documents:
            raise LibraryError(f"{library.place} is not empty.", what_to_do="Name another place with --library.")
    else:
        library = open_library(settings)
    if wanted == "starter":
        library.add(_shipped(settings))
        encode_missing(library, settings)
    state = library.state()
    if form == "json":
        emit_json({"schema": "pincite.library/1", "place": library.place, **state.model_dump(mode="json")})
    else:
        newest = f", newest source {state.newest}" if state.newest else ""
        emit(f"{library.place}\nversion {state.version}: {state.documents:,} documents, {state.passages:,} passages{newest}\n")


def _shipped(settings: Settings) -> Iterator[Reading]:
    from importlib.resources import as_file, files

    from pincite.ingest import read
    from pincite.records import Unread

    with as_file(files("pincite") / "data" / "starter") as folder:
        for item in read([folder], settings=settings):
            if not isinstance(item, Unread):
                yield item
