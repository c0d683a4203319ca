"""`pincite check`: does a stored answer still stand in this library: its quotes, its sources, and what a model wrote on them?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pincite.cli.options import format_option, library_option
from pincite.errors import PinciteError

if TYPE_CHECKING:
    from pincite.records import Resting
    from pincite.verification.verify import Standing


@click.command("check")
@click.argument("answer", metavar="ANSWER.json")
@click.option(
    "--save", "to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the answer with moved quotes found again."
)
@format_option("text", "json")
@library_option
def command(answer: str, to: Path | None, form: str, place: str | None) -> None:
    """Check ANSWER.json ("-": standard input); exits 1 when a quote no longer stands, or a source was retracted since.

    Sentences that a model wrote are checked once more on their quotes; no model is asked.
    """
    from pincite.cli.answers import read_answer
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit, emit_json, save
    from pincite.living.touched import reanchored, rechecked, unsound
    from pincite.rendering import jsonout
    from pincite.rendering.safe import plain
    from pincite.writing.rechecking import recheck as recheck_written

    stored = read_answer(answer)
    library = open_library(settings_of(place))
    rows = rechecked(stored, library)
    failed = [(row, now) for row, now in rows if now is not None and not now.stands]
    moved = sum(now is not None and now.stands for _, now in rows)
    wrong = unsound(stored, library)
    restated = recheck_written(stored, library)
    refused = [said for said in restated if said.why]
    if to is not None:
        save(to, jsonout.render(reanchored(stored, library)).encode())
    if form == "json":
        summary = {"citations": len(rows), "standing": len(rows) - len(failed), "moved": moved, "failed": len(failed)}
        sources = [{"title": title, "says": says} for title, says in wrong]
        told = {"question": stored.question, "summary": summary, "sources": sources, "citations": [_row(row, now) for row, now in rows]}
        written = [{"statement": said.statement.text, "stands": not said.why, "why": said.why or None} for said in restated]
        emit_json({"schema": "pincite.check/1", **told} | ({"written": written} if written else {}))
    else:
        for title, says in wrong:
            emit(f"“{plain(title)}” {plain(says)}; this answer used it.\n")
        for row, now in failed:
            emit(f"[{row.citation.reference}] {plain(row.statement)}\n    {plain(row.check.says)}\n")
            if now is not None and now.new:
                emit(f"    The source now reads: “{plain(now.new)}”\n")
        for said in refused:
            emit(f"{plain(said.statement.text)}\n    {plain(said.why)}\n")
        if restated:
            emit(f"{len(restated) - len(refused)} of {len(restated)} sentences of {plain(stored.composer)} stand on their quotes.\n")
        elsewhere = f", {moved} of them at another place" if moved else ""
        emit(f"{len(rows) - len(failed)} of {len(rows)} quotes stand in this library{elsewhere}.\n")
    if failed:
        one = len(failed) == 1
        raise PinciteError(
            f"{len(failed)} quote{'' if one else 's'} no longer stand{'s' if one else ''} in this library.",
            what_to_do="Ask again.",
        )
    if wrong:
        raise PinciteError(
            f"{len(wrong)} source{'' if len(wrong) == 1 else 's'} of this answer must not be relied on.", what_to_do="Ask again."
        )
    if refused:
        single = len(refused) == 1
        raise PinciteError(f"{len(refused)} sentence{' says' if single else 's say'} more than the quotes.", what_to_do="Ask again.")


def _row(row: Standing, now: Resting | None) -> dict[str, Any]:
    return {
        "statement": row.statement,
        "citation": row.citation.model_dump(mode="json"),
        "check": row.check.model_dump(mode="json"),
        "now": now.model_dump(mode="json") if now else None,  # only where the words do not stand as quoted
    }
