"""`pincite show`: one document, or exactly the text into which its quotes point."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from pincite.cli.options import format_option, library_option

if TYPE_CHECKING:
    from pincite.records import Document


@click.command("show")
@click.argument("document")
@click.option(
    "--text",
    "only_text",
    is_flag=True,
    help="Print exactly the document's text: what offsets count and text_sha256 fixes.",
)
@format_option("text", "json")
@library_option
def command(document: str, only_text: bool, form: str, place: str | None) -> None:
    """Show DOCUMENT, named by its id as `pincite list` prints it."""
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit, emit_bytes, emit_json
    from pincite.rendering.safe import inert

    library = open_library(settings_of(place))
    held = library.document(document.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    if only_text and sys.stdout.isatty():
        emit(inert(held.text) + "\n")
    elif only_text:
        emit_bytes(held.text.encode())
    elif form == "json":
        passages = [passage.model_dump(mode="json") for passage in library.passages(held.id)]
        emit_json({**held.model_dump(mode="json"), "passages": passages})
    else:
        emit("".join(f"{line}\n" for line in _shown(held)))


def _shown(held: Document) -> Iterator[str]:
    from pincite.appraisal.currency import retraction_of
    from pincite.rendering.safe import inert, plain
    from pincite.rendering.terminal import terminal_width, wrapped
    from pincite.rendering.wording import DESIGNS, EXTENTS, PRECEDENCES, STATUSES
    from pincite.rendering.wording import TIERS as TIER_WORDS

    width = terminal_width()
    yield from wrapped(plain(held.title), width=width)
    asked = f"looked up on {held.looked_up}" if held.looked_up else "never looked up"
    retraction = f"{retraction_of(held)}, {asked}" if held.tier in ("research", "guideline") else None
    facts: tuple[tuple[str, str | None], ...] = (
        ("document", held.id),
        ("tier", TIER_WORDS[held.tier]),
        ("design", DESIGNS[held.design]),
        ("status", STATUSES[held.status]),
        ("retraction", retraction),
        ("notices", "; ".join(f"{notice.kind} by {notice.by}{f' of {notice.date}' if notice.date else ''}" for notice in held.notices)),
        ("superseded by", held.superseded_by),
        ("precedence", PRECEDENCES[held.precedence] if held.precedence else None),
        ("retired", held.retired),
        ("extent", EXTENTS[held.extent]),
        ("authors", ", ".join(held.authors)),
        ("organization", held.organization),
        ("venue", held.venue),
        ("year", str(held.year) if held.year else None),
        ("date", held.date),
        ("version", held.version),
        ("drug", held.drug),
        ("population", held.population),
        ("DOI", held.doi),
        ("PMID", held.pmid),
        ("PMCID", held.pmcid),
        ("set id", held.setid),
        ("address", held.url),
        ("licence", held.licence),
        ("relations", "; ".join(f"{relation.kind} {relation.target}" for relation in held.relations)),
        ("notes", held.notes),
        ("flagged", "; ".join(held.flags)),
        ("read from", held.source),
        ("sha256 of text", held.text_sha256),
    )
    for name, value in facts:
        if value:
            yield from wrapped(f"{name}: {plain(value)}", width=width, indent="  ")
    yield ""
    for paragraph in inert(held.text).split("\n"):
        yield from wrapped(paragraph, width=width)
        if not paragraph:
            yield ""
