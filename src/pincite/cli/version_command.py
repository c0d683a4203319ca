"""`pincite version`."""

from __future__ import annotations

import click


def version_line() -> str:
    """ "pincite 0.1.0"."""
    from importlib.metadata import version

    return f"pincite {version('pincite')}"


@click.command("version")
def command() -> None:
    """Show the version."""
    click.echo(version_line())
