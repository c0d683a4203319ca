"""`pincite list`: the documents that a library holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pincite.cli.options import TIERS, format_option, library_option

if TYPE_CHECKING:
    from pincite.library.store import Held


@click.command("list")
@click.option("--tier", "tiers", type=click.Choice(TIERS), multiple=True, help="Only this tier; may be repeated.")
@format_option("text", "json")
@library_option
def command(tiers: tuple[str, ...], form: str, place: str | None) -> None:
    """List the documents of the library."""
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit, emit_json, emit_table
    from pincite.records import Filters

    filters = Filters.model_validate({"tiers": tiers})
    held = list(open_library(settings_of(place)).documents(filters))
    if form == "json":
        emit_json(
            [
                {
                    "id": one.id,
                    **one.header.model_dump(mode="json"),
                    "text_sha256": one.text_sha256,
                    "source": one.source,
                    "flags": one.flags,
                }
                for one in held
            ]
        )
    elif not held:
        emit("This library holds no such document.\n")
    else:
        heading = ("document", "tier", "design", "year", "status", "extent", "title")
        emit_table([heading, *(_row(one) for one in held)])


def _row(one: Held) -> tuple[str, ...]:
    from pincite.rendering.wording import DESIGNS
    from pincite.rendering.wording import TIERS as TIER_WORDS

    header = one.header
    year = str(header.year) if header.year else ""
    status = ", ".join(
        [header.status, *(["flagged"] if one.flags else []), *filter(None, [header.precedence]), *(["retired"] if header.retired else [])]
    )
    return (one.id, TIER_WORDS[header.tier], DESIGNS[header.design], year, status, header.extent, header.title)
