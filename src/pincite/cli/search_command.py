"""`pincite search`: the ranked passages that a query finds, with their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pincite.cli.options import filter_options, format_option, library_option, words_of

if TYPE_CHECKING:
    from pincite.records import ScoredPassage


@click.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages.")
@filter_options
@format_option("text", "json")
@library_option
def command(*, query: tuple[str, ...], limit: int, tiers: tuple[str, ...], since: int | None, form: str, place: str | None) -> None:
    """Show the passages that QUERY finds, best first, with their scores."""
    from pincite.cli.opening import encoder_soon, open_library, settings_of
    from pincite.cli.output import emit, emit_json
    from pincite.records import Filters
    from pincite.retrieval.searching import search

    words = words_of(query)
    filters = Filters.model_validate({"tiers": tiers, "since": since})
    settings = settings_of(place)
    encoder_of = encoder_soon(settings)
    library = open_library(settings)
    found = search(library, words, filters=filters, limit=limit, encoder=encoder_of(library))
    if form == "json":
        results = [_result(one, rank) for rank, one in enumerate(found, start=1)]
        emit_json({"schema": "pincite.search/1", "query": words, "results": results})
    elif not found:
        emit("Nothing in this library matches.\n")
    else:
        emit("\n".join(_shown(one, rank) for rank, one in enumerate(found, start=1)))


def _result(one: ScoredPassage, rank: int) -> dict[str, Any]:
    passage, header = one.passage, one.header
    return {
        "rank": rank,
        "score": one.score,
        "lexical": one.lexical,
        "cosine": one.cosine,
        "document_id": one.document_id,
        "passage_id": passage.id,
        "title": header.title,
        "tier": header.tier,
        "design": header.design,
        "year": header.year,
        "status": header.status,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }


def _shown(one: ScoredPassage, rank: int) -> str:
    from pincite.rendering.safe import plain
    from pincite.rendering.terminal import terminal_width, wrapped
    from pincite.rendering.wording import DESIGNS, STATUSES

    header = one.header
    facts = [
        f"{one.score:.3f}",
        DESIGNS[header.design],
        str(header.year or "year unknown"),
        STATUSES[header.status],
        plain(one.passage.id),
    ]
    if one.passage.section:
        facts.append(plain(one.passage.section))
    width = terminal_width()
    lines = [
        *wrapped(f"{rank}. {plain(header.title)}", width=width),
        *wrapped("; ".join(facts), width=width, indent="   "),
        *wrapped(plain(one.passage.text), width=width, indent="   "),
    ]
    return "".join(f"{line}\n" for line in lines)
