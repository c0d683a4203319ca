"""`pincite stats`: what the library holds, how old it is, and what was retracted or replaced."""

from __future__ import annotations

from collections import Counter

import click

from pincite.cli.options import format_option, library_option

_COUNTED = ("tier", "design", "extent", "status")


@click.command("stats")
@format_option("text", "json")
@library_option
def command(form: str, place: str | None) -> None:
    """Count what the library holds, by tier, design, extent, status and year."""
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.output import emit, emit_json

    library = open_library(settings_of(place))
    headers = [one.header for one in library.documents()]
    counts = {name: dict(Counter(str(getattr(header, name)) for header in headers).most_common()) for name in _COUNTED}
    years = sorted(header.year for header in headers if header.year)
    retired = sum(header.retired is not None for header in headers)
    state = library.state()
    if form == "json":
        span = {"oldest": years[0], "newest": years[-1]} if years else None
        held = {
            "place": library.place,
            **state.model_dump(mode="json"),
            "vectors": library.commit.vectors,
            "encoder": library.commit.encoder,
        }
        emit_json({"schema": "pincite.stats/1", "library": held, **counts, "years": span, "retired": retired})
        return
    lines = [
        f"Library {state.version} at {library.place}",
        f"{state.documents:,} documents, {state.passages:,} passages, {library.commit.vectors:,} with vectors",
    ]
    if years:
        lines.append(f"years {years[0]} to {years[-1]}, {len(headers) - len(years):,} without a year; newest source {state.newest}")
    lines += [f"{name}: " + ", ".join(f"{value} {count:,}" for value, count in found.items()) for name, found in counts.items() if found]
    if retired:
        lines.append(f"retired, not used to answer: {retired:,}")
    emit("".join(f"{line}\n" for line in lines))
