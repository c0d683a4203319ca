"""`pincite backup`: database and library in one file."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE when it exists.")
def command(file: Path, force: bool) -> None:
    """Write what people decided and what the library holds to FILE (.tar.gz), while the site goes on."""
    from pincite.cli.output import emit
    from pincite.cli.web import start_django

    start_django()
    from pincite.web import backup

    emit(backup.backup(file, force=force) + "\n")
