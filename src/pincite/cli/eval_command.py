"""`pincite eval`: a public test set → measures of this installation."""

from __future__ import annotations

import click

from pincite.cli.options import format_option


@click.command("eval")
@click.argument("name", metavar="SET")
@click.argument("path", metavar="PATH")
@click.option("--limit", type=click.IntRange(min=1), help="Take that many questions only.")
@format_option("text", "json")
def command(*, name: str, path: str, limit: int | None, form: str) -> None:
    """Measure this installation on the test set SET (bioasq, pubmedqa), read from PATH, in libraries of its own."""
    from pincite.cli.output import Progress, emit, emit_json
    from pincite.evaluation.running import run

    progress = Progress()
    try:
        report = run(name, path, limit=limit, progress=lambda what, done, of: progress.say(f"{what}: {done:,} of {of:,}"))
    finally:
        progress.done()
    if form == "json":
        told = report.model_dump(mode="json")
        emit_json({"schema": told.pop("schema_"), **told})
    else:
        emit(f"{report}\n")
