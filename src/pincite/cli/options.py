"""Options that several commands share, and arguments made safe to use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from pincite.errors import QuestionError

Command = TypeVar("Command", bound=Callable[..., Any])

TIERS = ("guideline", "label", "research", "patient")  # records.Tier, without importing it: `--help` must be quick
# What is read from standard input before the question's own limit speaks; stops an endless stream.
_STDIN_BYTES = 1_000_000


def library_option(command: Command) -> Command:
    """`--library PATH`: another library than the one of the settings."""
    return click.option("--library", "place", metavar="PATH", help="The library to use (default: in PINCITE_HOME).")(command)


def format_option(*names: str) -> Callable[[Command], Command]:
    """`--format NAME`; the first name is the default."""
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True, help="How to print.")


def filter_options(command: Command) -> Command:
    """`--tier` (may be repeated) and `--since`."""
    since = click.option("--since", type=click.IntRange(1000, 9999), metavar="YEAR", help="Only sources of that year or later.")
    tier = click.option("--tier", "tiers", type=click.Choice(TIERS), multiple=True, help="Only this tier; may be repeated.")
    return tier(since(command))


def words_of(arguments: tuple[str, ...]) -> str:
    """The question or query: the arguments joined, or standard input for "-"; bytes that are no UTF-8 become "�"."""
    if arguments == ("-",):
        data = sys.stdin.buffer.read(_STDIN_BYTES + 1)
        if len(data) > _STDIN_BYTES:
            raise QuestionError("Standard input holds too much for a question.", what_to_do="Ask in a few sentences.")
        return data.decode("utf-8", "replace").strip()
    return " ".join(arguments).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
