"""`pincite retire`: documents that stay readable but are no longer used to answer, and back."""

from __future__ import annotations

import click

from pincite.cli.options import library_option
from pincite.errors import PinciteError


@click.command("retire")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option("--why", default="", metavar="TEXT", help="The reason, shown with the document; needed unless --undo.")
@click.option("--undo", is_flag=True, help="Use them to answer again.")
@library_option
def command(documents: tuple[str, ...], why: str, undo: bool, place: str | None) -> None:
    """Stop answering from each DOCUMENT, named by its id. It stays readable, also after it is added again, until --undo."""
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit
    from pincite.rendering.safe import plain

    if not undo and not why.strip():
        raise PinciteError("A document is not retired without a reason.", what_to_do='Say it with --why "…".')
    library = open_library(settings_of(place))
    named = [name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in documents]
    changed = library.restore(named) if undo else library.retire(named, why=why)
    done = "Restored" if undo else "Retired"
    emit(f"{done} {len(changed)}: {', '.join(map(plain, changed))}.\n" if changed else "Nothing to change.\n")
