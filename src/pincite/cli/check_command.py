"""`pincite check`: does every quote of a stored answer still stand in this library?"""

from __future__ import annotations

import click

from pincite.cli.options import format_option, library_option
from pincite.errors import PinciteError


@click.command("check")
@click.argument("answer", metavar="ANSWER.json")
@format_option("text", "json")
@library_option
def command(answer: str, form: str, place: str | None) -> None:
    """Check ANSWER.json ("-": standard input); exits 1 when a quote no longer stands."""
    from pincite.cli.answers import read_answer
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit, emit_json
    from pincite.rendering.safe import plain
    from pincite.verification.verify import recheck

    stored = read_answer(answer)
    rows = recheck(stored, open_library(settings_of(place)).documents_by_id)
    failed = [row for row in rows if row.check.outcome == "fail"]
    if form == "json":
        citations = [
            {
                "statement": row.statement,
                "citation": row.citation.model_dump(mode="json"),
                "check": row.check.model_dump(mode="json"),
            }
            for row in rows
        ]
        summary = {"citations": len(rows), "standing": len(rows) - len(failed), "failed": len(failed)}
        emit_json({"schema": "pincite.check/1", "question": stored.question, "summary": summary, "citations": citations})
    else:
        for row in failed:
            emit(f"[{row.citation.reference}] {plain(row.statement)}\n    {plain(row.check.says)}\n")
        emit(f"{len(rows) - len(failed)} of {len(rows)} quotes stand in this library.\n")
    if failed:
        one = len(failed) == 1
        raise PinciteError(
            f"{len(failed)} quote{'' if one else 's'} no longer stand{'s' if one else ''} in this library.",
            what_to_do="Ask again.",
        )
