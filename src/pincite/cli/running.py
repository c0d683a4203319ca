"""Runs one command line and turns every way it can end into an exit code and at most one line on stderr.

0 done; 1 a problem that the user can mend; 2 wrong usage; 130 interrupted; 141 the reader of our output went away.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence

import click

from pincite.cli.commands import pincite
from pincite.errors import PinciteError

INTERRUPTED, PIPE_CLOSED = 130, 141
_SYSTEM = {
    errno.ENOSPC: "The disk is full.",
    errno.EDQUOT: "The disk quota is used up.",
    errno.EROFS: "The file system is read-only.",
}


def run(arguments: Sequence[str]) -> int:
    """Run `pincite` with `arguments`; returns its exit code."""
    _open_closed_streams()
    try:
        result = pincite.main(list(arguments), prog_name="pincite", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        return _fail(error.format_message(), error)
    except (click.Abort, KeyboardInterrupt) as error:
        return _fail("Interrupted.", error, code=INTERRUPTED)
    except (BrokenPipeError, SystemExit):
        # click itself turns a closed pipe into SystemExit(1). Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except PinciteError as error:
        return _fail(str(error), error)
    except OSError as error:
        return _fail(_system_line(error), error)
    except MemoryError as error:
        return _fail("There is not enough memory.", error)
    except Exception as error:  # the last door: a defect of ours still ends in one line
        line = f"Something went wrong inside Pincite ({type(error).__name__}: {error})."
        return _fail(f"{line} Set PINCITE_DEBUG=1 to see where, and please report it.", error)
    return result if isinstance(result, int) else 0


def _open_closed_streams() -> None:
    """Give a stream that was closed (`<&-`, `>&-`) nothing to read or nowhere to write, in the order of their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open until the process ends


def _system_line(error: OSError) -> str:
    """What the system refused, for which file, and what may help."""
    where = f" ({os.fsdecode(error.filename)})" if isinstance(error.filename, str | bytes) else ""
    if error.errno in _SYSTEM:
        return f"{_SYSTEM[error.errno]}{where} Free some space or name another place with --library or PINCITE_HOME."
    if isinstance(error, PermissionError):
        return f"Permission denied{where}. Name a place where you may write with --library or PINCITE_HOME."
    return f"{error.strerror or error}{where}."


def _fail(line: str, error: BaseException, *, code: int = 1) -> int:
    from pincite.rendering.safe import plain

    if os.environ.get("PINCITE_DEBUG"):
        traceback.print_exception(error)
    click.echo(f"pincite: {plain(line)}", err=True)
    return code
