"""`pincite remove`: takes documents out of the library."""

from __future__ import annotations

import sys

import click

from pincite.cli.options import library_option


@click.command("remove")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@library_option
def command(documents: tuple[str, ...], yes: bool, place: str | None) -> None:
    """Remove each DOCUMENT, named by its id. Asks first on a terminal; if one is not held, nothing is removed."""
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit
    from pincite.rendering.safe import plain

    library = open_library(settings_of(place))
    named = [name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in documents]
    held = {document.id: document.title for document in map(library.document, dict.fromkeys(named))}
    if not yes and sys.stdin.isatty():
        for name, title in held.items():
            click.echo(f"{plain(name)}: {plain(title)}", err=True)
        click.confirm(f"Remove {len(held)} document{'s' if len(held) > 1 else ''}?", abort=True, err=True)
    gone = library.remove(held)
    emit(f"Removed {len(gone)}: {', '.join(map(plain, gone))}.\n")
