"""`pincite watch`: questions that are asked again after the library changed, and what became of their answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pincite.cli.options import format_option, library_option, words_of

if TYPE_CHECKING:
    from pincite.library.store import Library
    from pincite.living.watching import Ask
    from pincite.settings import Settings


@click.group("watch")
def command() -> None:
    """Ask saved questions again after the library changed, and show what is different."""


@command.command("add")
@click.argument("question", nargs=-1, required=True)
@click.option("--audience", type=click.Choice(["clinician", "patient"]), default="clinician", show_default=True, help="Who reads.")
@library_option
def add(question: tuple[str, ...], audience: str, place: str | None) -> None:
    """Watch QUESTION ("-": read it from standard input), beginning with its answer of today."""
    from pincite.cli.output import emit
    from pincite.living import watching
    from pincite.rendering.safe import plain
    from pincite.retrieval.understanding import cleaned_question

    asked = cleaned_question(words_of(question))
    library, ask = _opened(place)
    watch = watching.add(asked, library=library, ask=ask, audience="patient" if audience == "patient" else "clinician")
    answered = watch.answer is not None and watch.answer.answered
    emit(f"{watch.id}  {plain(watch.question)}\n" + ("" if answered else "This library does not answer it yet.\n"))


@command.command("list")
@format_option("text", "json")
@library_option
def list_(form: str, place: str | None) -> None:
    """List the watched questions."""
    from pincite.cli.output import emit, emit_json, emit_table
    from pincite.living.watching import watches

    library, _ = _opened(place)
    held = watches(library)
    version = library.state().version
    if form == "json":
        rows = [
            watch.model_dump(mode="json", exclude={"answer"})
            | {"answered": bool(watch.answer and watch.answer.answered), "library": watch.answer.library.version if watch.answer else None}
            for watch in held
        ]
        emit_json({"schema": "pincite.watches/1", "library": version, "watches": rows})
    elif held:
        due = [watch.answer is None or watch.answer.library.version != version for watch in held]
        emit_table(
            [watch.id, watch.audience, "to be asked again" if late else "up to date", watch.question]
            for watch, late in zip(held, due, strict=True)
        )
    else:
        emit("No question is watched. Begin with: pincite watch add QUESTION\n")


@command.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="ID...")
@library_option
def remove(names: tuple[str, ...], place: str | None) -> None:
    """Watch a question no longer, named by its ID; what was found stays."""
    from pincite.cli.output import emit
    from pincite.living import watching
    from pincite.rendering.safe import plain

    library, _ = _opened(place)
    for name in names:
        emit(f"Removed: {plain(watching.remove(name, library=library).question)}\n")


@command.command("run")
@format_option("text", "json")
@library_option
def run(form: str, place: str | None) -> None:
    """Ask the watched questions whose answers are of an older library, and show what is different."""
    from pincite.cli.output import emit, emit_json
    from pincite.errors import PinciteError
    from pincite.living import watching
    from pincite.records import Watch
    from pincite.rendering.digests import change_lines
    from pincite.rendering.safe import plain

    library, ask = _opened(place)
    failed: list[tuple[Watch, PinciteError]] = []
    asked, found = 0, []
    for watch, change in watching.run(library, ask=ask, failed=lambda watch, error: failed.append((watch, error))):
        asked += 1
        if change is None:
            continue
        found.append(change)
        if form == "text":
            emit("\n".join([f"{watch.id}  {plain(watch.question)}", *(f"    {line}" for line in change_lines(change))]) + "\n")
    for watch, error in failed:
        click.echo(f"pincite: {watch.id} was not asked: {plain(str(error))}", err=True)
    if form == "json":
        summary = {"asked": asked, "changed": len(found), "failed": len(failed)}
        changes = [change.model_dump(mode="json") for change in found]
        emit_json({"schema": "pincite.watch/1", "library": library.state().version, "summary": summary, "changes": changes})
    else:
        emit(f"{asked:,} asked again, {len(found):,} changed; the others are up to date.\n")
    if failed:
        raise PinciteError(f"{len(failed)} of the watched questions could not be asked.", what_to_do="The lines above say why.")


@command.command("digest")
@click.option("--to", "form", type=click.Choice(["atom", "json"]), required=True, help="Atom or JSON Feed.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@library_option
def digest(form: str, file: Path, place: str | None) -> None:
    """Write the newest changes of watched answers and of documents to FILE as a feed."""
    from pincite.cli.output import emit, save
    from pincite.living.events import events
    from pincite.living.watching import changed
    from pincite.rendering.digests import LATEST, entry_of
    from pincite.rendering.digests import digest as made

    library, _ = _opened(place)
    entries = [*map(entry_of, changed(library)), *map(entry_of, events(library, latest=LATEST))]
    save(file, made(entries, "atom" if form == "atom" else "json", title="Pincite: what changed"))
    emit(f"{file}: {len(entries):,} entr{'y' if len(entries) == 1 else 'ies'}.\n")


def _opened(place: str | None) -> tuple[Library, Ask]:
    """The library and the way to ask it; the encoder is read when the first question is asked."""
    from pincite.cli.opening import open_library, settings_of

    settings = settings_of(place)
    library = open_library(settings)
    return library, _asker(library, settings)


def _asker(library: Library, settings: Settings) -> Ask:
    from functools import cache

    from pincite import pipeline
    from pincite.cli.opening import encoder_soon
    from pincite.library.encoder import Encoder
    from pincite.living.watching import Audience
    from pincite.records import Answer

    @cache
    def encoder() -> Encoder | None:
        return encoder_soon(settings)(library)

    def ask(question: str, audience: Audience) -> Answer:
        return pipeline.ask(question, library=library, encoder=encoder(), audience=audience)

    return ask
