"""`pincite encode`: makes the vectors that are missing; may be interrupted and goes on where it stopped."""

from __future__ import annotations

import click

from pincite.cli.options import library_option


@click.command("encode")
@library_option
def command(place: str | None) -> None:
    """Encode passages that have no vector yet. Interrupt it as you like: it goes on where it stopped."""
    from pincite.cli.opening import encode_missing, open_library, settings_of
    from pincite.cli.output import emit

    settings = settings_of(place)
    library = open_library(settings)
    made = encode_missing(library, settings)
    emit(f"{made:,} passages encoded; {library.commit.vectors:,} of {library.state().passages:,} have vectors.\n")
