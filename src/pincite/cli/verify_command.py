"""`pincite verify`: reads every row of the library and checks it against its document."""

from __future__ import annotations

import click

from pincite.cli.options import format_option, library_option
from pincite.errors import LibraryError


@click.command("verify")
@format_option("text", "json")
@library_option
def command(form: str, place: str | None) -> None:
    """Read and check everything that the library holds; exits 1 when something is damaged."""
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit, emit_json
    from pincite.rendering.safe import plain

    library = open_library(settings_of(place))
    report = library.verify()
    if form == "json":
        emit_json({"schema": "pincite.verify/1", **report.model_dump(mode="json"), "clean": report.clean})
    else:
        emit("".join(f"{plain(problem)}\n" for problem in report.problems))
        emit(f"Read {report.documents:,} documents, {report.passages:,} passages, {report.vectors:,} vectors: ")
        emit("nothing is wrong.\n" if report.clean else f"{len(report.problems):,} problem{'s' * (len(report.problems) > 1)}.\n")
    if not report.clean:
        raise LibraryError(
            f"The library {library.place} is damaged: {report.problems[0]}.",
            what_to_do="Restore it from a backup, or remove it and add its sources again.",
        )
