"""The `pincite` group: which commands there are, and where; a command's module is imported when it is named or listed."""

from __future__ import annotations

from importlib import import_module

import click

# In the order in which people meet them.
COMMANDS = (
    "ask",
    "search",
    "audit",
    "add",
    "feed",
    "list",
    "show",
    "remove",
    "retire",
    "mark",
    "events",
    "watch",
    "check",
    "export",
    "verify",
    "stats",
    "library",
    "encode",
    "serve",
    "mcp",
    "account",
    "backup",
    "restore",
    "audit-trail",
    "models",
    "eval",
    "version",
)


class LazyGroup(click.Group):
    """A group whose commands live in `pincite.cli.NAME_command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"pincite.cli.{cmd_name.replace('-', '_')}_command").command
        assert isinstance(command, click.Command)
        return command


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from pincite.cli.version_command import version_line

        click.echo(version_line())
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version.")
def pincite() -> None:
    """Clinical answers in which every sentence carries a pinpoint citation.

    The first use indexes a starter library of evidence records; no network is needed. Not a diagnosis, not emergency advice.
    """
