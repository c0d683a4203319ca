"""`pincite mark`: local guidance and preferred sources that lead their tier, and guidelines that stand although a newer one is held."""

from __future__ import annotations

import click

from pincite.cli.options import library_option


@click.command("mark")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option("--local", "mark", flag_value="local", help="Guidance of this hospital: it leads its tier.")
@click.option("--preferred", "mark", flag_value="preferred", help="A source to prefer: it leads its tier, after local guidance.")
@click.option("--none", "mark", flag_value="none", help="Take the mark away.")
@click.option("--stands", "mark", flag_value="stands", help="Not superseded: answer from it although a newer issue is held.")
@click.option("--superseded", "mark", flag_value="superseded", help="Undo --stands.")
@library_option
def command(documents: tuple[str, ...], mark: str | None, place: str | None) -> None:
    """Mark each DOCUMENT, named by its id. A mark is shown with every answer and hides no disagreement."""
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit
    from pincite.rendering.safe import plain

    if mark is None:
        raise click.UsageError("Name a mark: --local, --preferred, --none, --stands or --superseded.")
    library = open_library(settings_of(place))
    named = [name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name in documents]
    if mark in ("stands", "superseded"):
        changed = library.stand(named, stands=mark == "stands")
    else:
        changed = library.mark(named, precedence="local" if mark == "local" else "preferred" if mark == "preferred" else None)
    emit(f"Marked {len(changed)}: {', '.join(map(plain, changed))}.\n" if changed else "Nothing to change.\n")
