"""`pincite models`: what works of the language model that the settings name."""

from __future__ import annotations

import click

from pincite.errors import ModelError


@click.group("models")
def command() -> None:
    """The language model that `ask --model` uses: none by default, nothing is called unless you ask for it."""


@command.command("check")
@click.option("--model", default="default", metavar="NAME", help="Another model than that of the settings.")
def check(model: str) -> None:
    """Try the configured model: server, plain reply, structured reply, streaming; exits 1 when one does not work.

    This sends three short test messages to the server; none holds a question of yours.
    """
    from pincite.cli.modelling import endpoint_of
    from pincite.cli.opening import settings_of
    from pincite.cli.output import emit
    from pincite.models.checking import check as tried
    from pincite.rendering.safe import plain

    endpoint = endpoint_of(settings_of(None), model)
    emit(f"{plain(endpoint.model)} at {plain(endpoint.url)}{'' if endpoint.local else ' (not on this computer)'}\n")
    failed = []
    for step in tried(endpoint):
        emit(f"{'works' if step.works else 'FAILS':<6} {step.name:<17} {step.seconds:6.1f} s  {plain(step.says)}\n")
        if not step.works:
            failed.append(step.name)
    if failed:
        raise ModelError(f"Not everything works: {', '.join(failed)}.", what_to_do="Answers fall back to the sources' own words.")
