"""`pincite mcp`: the library as tools of an assistant on this computer, over standard input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pincite.cli.options import library_option
from pincite.errors import PinciteError

if TYPE_CHECKING:
    from pincite.library.encoder import Encoder
    from pincite.library.store import Library


@click.command("mcp")
@library_option
def command(place: str | None) -> None:
    """Serve the tools ask, audit, search, get_source and check_answer to an assistant (Model Context Protocol, stdio).

    An assistant starts this by itself; see docs/assistants.md for what to write into its settings. Nothing but the protocol
    goes to standard output. It ends when standard input does.
    """
    try:
        from pincite.mcp.server import make_server
    except ImportError as error:  # absent, or older than 2
        raise PinciteError(f"The MCP server is not installed: {error}.", what_to_do="Run: pip install 'pincite[mcp]'") from error
    from pincite.cli.opening import encoder_soon, open_library, settings_of
    from pincite.mcp.backends import LocalBackend

    settings = settings_of(place)

    def opening() -> tuple[Library, Encoder | None]:
        encoder_of = encoder_soon(settings)
        library = open_library(settings)
        return library, encoder_of(library)

    make_server(LocalBackend(opening)).run("stdio")
