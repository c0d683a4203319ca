"""`pincite export`: a stored answer, or its references, in another format."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pincite.errors import PinciteError


@click.command("export")
@click.argument("answer", metavar="ANSWER.json")
@click.option("--to", "name", required=True, metavar="NAME", help="ris, bibtex, csl, md, html, docx, fhir, text or json.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write here instead of standard output.",
)
def command(answer: str, name: str, out: Path | None) -> None:
    """Write ANSWER.json ("-": standard input) as NAME: the answer (md, html, docx, fhir, text, json) or its references (ris, bibtex, csl)."""
    from pincite import registry
    from pincite.cli.answers import read_answer
    from pincite.cli.output import emit_bytes, save

    write = registry.load("writers", name)
    data: bytes = write(read_answer(answer))
    if out is not None:
        save(out, data)
    elif name == "docx" and sys.stdout.isatty():
        raise PinciteError("A Word document cannot be shown here.", what_to_do="Name a file with --out.")
    else:
        emit_bytes(data)
