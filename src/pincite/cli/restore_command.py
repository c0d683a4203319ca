"""`pincite restore`: a home as it was when `pincite backup` ran."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--force", is_flag=True, help="Replace what the home holds; the old files are kept beside the new ones.")
def command(file: Path, force: bool) -> None:
    """Put back what FILE holds, after checking all of it. Stop `pincite serve` first."""
    from pincite.cli.output import emit
    from pincite.cli.web import need_web

    need_web()
    from pincite.web import backup

    emit(backup.restore(file, force=force) + "\n")
