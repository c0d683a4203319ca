"""The command line: `pincite COMMAND`, one file per command, each imported only when it runs."""

from __future__ import annotations

import sys


def main() -> None:
    """The `pincite` program: runs the command that the arguments name and exits with its code."""
    from pincite.cli.running import run

    sys.exit(run(sys.argv[1:]))
