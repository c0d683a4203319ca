"""`pincite events`: what changed in held documents, and what of a stored answer rests on it."""

from __future__ import annotations

import click

from pincite.cli.options import format_option, library_option


@click.command("events")
@click.option("--since", type=click.IntRange(0), default=0, metavar="N", help="Only changes after commit N of the library.")
@click.option("--document", "documents", multiple=True, metavar="ID", help="Only of this document; may be repeated.")
@click.option("--answer", metavar="ANSWER.json", help="Only what touches this stored answer, with its quotes.")
@format_option("text", "json")
@library_option
def command(*, since: int, documents: tuple[str, ...], answer: str | None, form: str, place: str | None) -> None:
    """List the changes of held documents, oldest first: old and new facts and sentences, and how they matter."""
    from pincite.cli.answers import read_answer
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit, emit_json
    from pincite.living.events import events
    from pincite.living.touched import touched
    from pincite.rendering.digests import event_lines
    from pincite.rendering.safe import plain

    stored = read_answer(answer) if answer else None
    library = open_library(settings_of(place))
    named = [*documents, *(reference.document_id for reference in stored.references)] if stored else list(documents)
    found = events(library, since=since, documents=named or None)
    told = [(event, touched(stored, event, name=answer or "", library=library) if stored else None) for event in found]
    if stored:
        told = [(event, touch) for event, touch in told if touch is not None]
    if form == "json":
        rows = [{**event.model_dump(mode="json"), "touched": touch.model_dump(mode="json") if touch else None} for event, touch in told]
        emit_json({"schema": "pincite.events/1", "library": library.state().version, "commit": library.commit.number, "events": rows})
        return
    for event, touch in told:
        emit("\n".join([f"{event.number}  {event.at}  {', '.join(event.kinds)}", *(f"    {line}" for line in event_lines(event))]) + "\n")
        for quote in touch.quotes if touch else ():
            now = "stands" if quote.stands else f"now reads “{plain(quote.new)}”" if quote.new else "stands no more"
            emit(f"    rests on it: “{plain(quote.old)}” — {now}\n")
    emit(f"{len(told):,} change{'' if len(told) == 1 else 's'}; the library is at commit {library.commit.number}.\n")
