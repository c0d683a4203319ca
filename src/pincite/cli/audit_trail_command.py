"""`pincite audit-trail`: proves that nobody changed who approved what, and writes the trail out."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group("audit-trail")
def command() -> None:
    """Verify or export the trail of editorial and account actions."""


@command.command("verify")
def verify() -> None:
    """Read the whole trail; exit 1 and name the first broken link where there is one."""
    from pincite.cli.output import emit
    from pincite.cli.web import start_django
    from pincite.errors import PinciteError

    start_django()
    from pincite.web.editorial import audit_trail

    found = audit_trail.verify()
    if found.broken is not None:
        raise PinciteError(
            f"The audit trail is broken after {found.rows:,} good rows: {found.broken}",
            what_to_do="Compare with a backup; somebody changed the database past Pincite.",
        )
    emit(f"{found.rows:,} rows, unbroken; the last hash is {found.head}.\n")


@command.command("export")
@click.option("--out", type=click.Path(path_type=Path), help="File to write (default: standard output).")
def export(out: Path | None) -> None:
    """Write all rows as JSON lines, oldest first, with their hashes."""
    from pincite.cli.output import save
    from pincite.cli.web import start_django

    start_django()
    from pincite.web.backup import audit_lines

    if out is not None:
        save(out, b"".join(audit_lines()))
        return
    for line in audit_lines():
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
