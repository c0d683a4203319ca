"""`pincite ask`: a question in, an answer with pinpoint citations out."""

from __future__ import annotations

import gc
import sys

import click

from pincite.cli.options import filter_options, format_option, library_option, words_of


@click.command("ask")
@click.argument("question", nargs=-1, required=True)
@click.option("--audience", type=click.Choice(["clinician", "patient"]), default="clinician", show_default=True, help="Who reads.")
@filter_options
@click.option("--follow", metavar="ANSWER.json", help="The answer that this question follows (--format json).")
@click.option("--all", "everything", is_flag=True, help="Also show what is held back to keep the page readable.")
@click.option(
    "--wording",
    type=click.Choice(["audience", "clinician"]),
    default="audience",
    help="clinician: the source's words for a patient too.",
)
@click.option("--model", metavar="NAME", help="Let this language model write (“default”: that of the settings); every sentence is checked.")
@format_option("text", "md", "html", "json")
@library_option
def command(
    *,
    question: tuple[str, ...],
    audience: str,
    tiers: tuple[str, ...],
    since: int | None,
    follow: str | None,
    everything: bool,
    wording: str,
    model: str | None,
    form: str,
    place: str | None,
) -> None:
    """Ask QUESTION ("-": read it from standard input) and print the answer.

    Nothing found is an answer too: it says so and exits 0.
    """
    from pincite import pipeline
    from pincite.cli.answers import read_answer
    from pincite.cli.modelling import asked_in_full, model_of, with_reading
    from pincite.cli.opening import encoder_soon, open_library, settings_of
    from pincite.cli.output import emit
    from pincite.records import Filters
    from pincite.rendering import html, jsonout, markdown, terminal
    from pincite.retrieval.understanding import cleaned_question

    gc.disable()  # one answer and out: collecting what importing the library engine leaves behind costs a tenth of the time
    asked = cleaned_question(words_of(question))
    former = read_answer(follow) if follow else None
    settings = settings_of(place)
    writer = model_of(settings, model) if model else None
    encoder_of = encoder_soon(settings)
    library = open_library(settings)
    in_full = asked_in_full(asked, former, writer)
    answer = pipeline.ask(
        in_full or asked,
        library=library,
        encoder=encoder_of(library),
        audience="patient" if audience == "patient" else "clinician",
        filters=Filters.model_validate({"tiers": tiers, "since": since}),
        follow=former,
        everything=everything,
    )
    if writer:
        answer = pipeline.written(answer, library=library, model=writer)
        answer = with_reading(answer, asked, in_full)
    clinician = wording == "clinician"
    match form:
        case "json":
            emit(jsonout.render(answer))
        case "md":
            emit(markdown.render(answer, clinician=clinician))
        case "html":
            emit(html.render(answer, clinician=clinician))
        case _:
            width, colour = terminal.terminal_width(), terminal.colour_wanted(sys.stdout)
            emit(terminal.render(answer, width=width, colour=colour, clinician=clinician))
