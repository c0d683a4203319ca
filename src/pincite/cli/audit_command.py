"""`pincite audit`: somebody else's text in, a verdict on each of its claims out; one text, or a folder as a batch."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pincite.cli.options import format_option, library_option

_FAILING = ("contradicted", "partly", "not-found", "uncited")


@click.command("audit")
@click.argument("sources", nargs=-1, required=True, metavar="PATH|URL|-")
@click.option("--all", "everything", is_flag=True, help="Also list the claims that stand.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write here; for several texts a folder, which also makes a stopped batch go on."
)
@click.option(
    "--fail-on",
    type=click.Choice(_FAILING),
    multiple=True,
    help="Exit 1 when a claim comes out so; may be repeated.",
)
@format_option("text", "md", "html", "json", "csv", "lines")
@library_option
def command(
    *, sources: tuple[str, ...], everything: bool, out: Path | None, fail_on: tuple[str, ...], form: str, place: str | None
) -> None:
    """Audit a text, page, PDF or DOCX: what this library bears out of it, claim by claim.

    Several texts or a folder make one table (or, with --out FOLDER, one report each and index.csv).
    """
    import datetime

    from pincite import pipeline, registry
    from pincite.cli.auditing import Batch, expanded, read
    from pincite.cli.opening import encoder_soon, open_library, settings_of
    from pincite.cli.output import Progress, emit, emit_bytes, save
    from pincite.errors import PinciteError
    from pincite.rendering.audits import terminal
    from pincite.rendering.terminal import colour_wanted, terminal_width

    settings = settings_of(place)
    encoder_of = encoder_soon(settings)
    names = expanded(sources)
    library = open_library(settings)
    encoder = encoder_of(library)
    today = datetime.datetime.now(datetime.UTC).date()
    progress = Progress()
    write = registry.load("audit_writers", form)
    if len(names) == 1 and not (out is not None and out.is_dir()):
        loaded = read(names[0], settings)
        try:
            audit = pipeline.audit(
                loaded,
                library=library,
                encoder=encoder,
                today=today,
                progress=lambda done, total: progress.say(f"Checked {done} of {total} claims"),
            )
        finally:
            progress.done()
        if out is not None:
            save(out, write(audit))
        elif form == "text":
            emit(terminal.render(audit, width=terminal_width(), colour=colour_wanted(sys.stdout), everything=everything))
        else:
            emit_bytes(write(audit))
        failed = any(claim.verdict.label in fail_on for claim in audit.claims)
    else:
        batch = Batch(out, form=form, library=library.state().version, write=write)
        failed = False
        unread = 0
        for position, name in enumerate(names):
            progress.say(f"Auditing {position + 1} of {len(names)}: {name}")
            try:
                row = batch.row(name, lambda loaded: pipeline.audit(loaded, library=library, encoder=encoder, today=today), settings)
            except PinciteError as error:
                progress.done()
                click.echo(f"pincite: {name}: {error}", err=True)
                unread += 1
                continue
            failed = failed or any(row.counts[label] for label in fail_on)
        progress.done()
        emit(batch.table())
        if unread:
            raise PinciteError(f"{unread} of {len(names)} texts could not be read.", what_to_do="The others were audited.")
    if failed:
        sys.exit(1)
