"""`pincite audit`: somebody else's text in, a verdict on each of its claims out; one text, or many as a batch."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pincite.cli.options import format_option, library_option

if TYPE_CHECKING:
    from pincite.records import Audit, Loaded
    from pincite.settings import Settings

_FAILING = ("contradicted", "partly", "not-found", "uncited")


@click.command("audit")
@click.argument("sources", nargs=-1, required=True, metavar="PATH|URL|-")
@click.option("--all", "everything", is_flag=True, help="Also list the claims that stand.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the report to this file; for several texts to this folder, from which a stopped batch goes on.",
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

    Several texts or a folder make a batch: a table of counts (text, md), the claims of all (csv, lines, json as one line each), or
    with --out FOLDER a report each, with a table of them in index.csv.
    """
    import datetime

    from pincite import pipeline
    from pincite.cli.auditing import expanded, is_folder
    from pincite.cli.opening import encoder_soon, open_library, settings_of

    several = len(sources) > 1 or is_folder(sources[0]) or (out is not None and out.is_dir())
    if several and form == "html" and out is None:
        raise click.UsageError("Name a folder with --out for the HTML reports of several texts.")
    settings = settings_of(place)
    encoder_of = encoder_soon(settings)
    names = expanded(sources, without=out)
    library = open_library(settings)
    encoder = encoder_of(library)
    today = datetime.datetime.now(datetime.UTC).date()

    def audit(loaded: Loaded, progress: Callable[[int, int], None] | None = None) -> Audit:
        return pipeline.audit(loaded, library=library, encoder=encoder, today=today, progress=progress)

    if several:
        made_with = f"{library.state().version} {encoder.name if encoder is not None else 'words'}"
        failed = _many(names, audit, settings, out=out, form=form, fail_on=fail_on, made_with=made_with)
    else:
        failed = _one(names[0], audit, settings, out=out, form=form, fail_on=fail_on, everything=everything)
    if failed:
        click.get_current_context().exit(1)


def _one(
    name: str, audit: Callable[..., Audit], settings: Settings, *, out: Path | None, form: str, fail_on: tuple[str, ...], everything: bool
) -> bool:
    """Audit one text and write its report; whether it failed what was asked of it."""
    from pincite import registry
    from pincite.cli.auditing import read
    from pincite.cli.output import Progress, emit, emit_bytes, save
    from pincite.rendering.audits import terminal
    from pincite.rendering.terminal import colour_wanted, terminal_width

    progress = Progress()
    try:
        made = audit(read(name, settings), lambda done, total: progress.say(f"Checked {done} of {total} claims"))
    finally:
        progress.done()
    if form == "text" and out is None:
        emit(terminal.render(made, width=terminal_width(), colour=colour_wanted(sys.stdout), everything=everything))
        return _fails(made, fail_on)
    report = registry.load("audit_writers", form)(made)
    if out is not None:
        save(out, report)
    else:
        emit_bytes(report)
    return _fails(made, fail_on)


def _fails(made: Audit, fail_on: tuple[str, ...]) -> bool:
    return any(claim.verdict.label in fail_on for claim in made.claims)


def _many(
    names: list[str],
    audit: Callable[..., Audit],
    settings: Settings,
    *,
    out: Path | None,
    form: str,
    fail_on: tuple[str, ...],
    made_with: str,
) -> bool:
    """Audit texts one after another; a text that cannot be read is named and counted, the others go on. Raises PinciteError at the end."""
    from pincite import registry
    from pincite.cli.auditing import TABLE, Batch
    from pincite.cli.output import Progress, emit, save
    from pincite.errors import PinciteError
    from pincite.rendering.safe import plain

    progress = Progress()
    batch = Batch(out, form=form, made_with=made_with, write=registry.load("audit_writers", form))
    failed, unread = False, 0
    for position, name in enumerate(names):
        progress.say(f"Auditing {position + 1} of {len(names)}: {name}")
        try:
            row = batch.row(name, audit, settings, show=_shower(form, name, first=not batch.rows))
        except PinciteError as error:
            progress.done()
            click.echo(f"pincite: {plain(str(error))}", err=True)
            unread += 1
            continue
        except KeyboardInterrupt:
            progress.done()
            if out is not None:
                click.echo(f"pincite: {position} of {len(names)} texts are done; the same command goes on from there.", err=True)
            raise
        failed = failed or any(row.counts[label] for label in fail_on)
    progress.done()
    if out is not None:
        save(out / TABLE, b"\xef\xbb\xbf" + batch.table("csv").encode())
    if out is not None or form in ("text", "md"):
        emit(batch.table("md" if form == "md" else "tsv"))
    if unread:
        others = "The others were audited." if unread < len(names) else "None was audited."
        raise PinciteError(f"{unread} of {len(names)} texts could not be read.", what_to_do=others)
    return failed


def _shower(form: str, name: str, *, first: bool) -> Callable[[Audit], None] | None:
    """Prints the claims of one text of a batch as soon as it is audited, in the forms that can be joined end to end."""
    from pincite.cli.output import emit
    from pincite.rendering.audits import lines, table

    def json_line(made: Audit) -> None:
        emit(made.model_dump_json(by_alias=True) + "\n")

    def csv_rows(made: Audit) -> None:
        emit(("\ufeff" if first else "") + table.render([made], heading=first))

    def finding_lines(made: Audit) -> None:
        emit(lines.render(made, name=None if name == "-" else name))

    return {"json": json_line, "csv": csv_rows, "lines": finding_lines}.get(form)
