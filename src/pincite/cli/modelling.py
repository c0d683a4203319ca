"""A language model for the commands: made from the settings, with the warning that it deserves, and used only where it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pincite.models.chat import Model
    from pincite.models.endpoint import Endpoint
    from pincite.records import Answer
    from pincite.settings import Settings

DEFAULT = "default"


def endpoint_of(settings: Settings, name: str) -> Endpoint:
    """The endpoint for a model name, “default” for that of the settings; warns on stderr when questions leave this computer.

    Raises SettingsError.
    """
    from pincite.models.endpoint import endpoint_of as configured
    from pincite.models.endpoint import leaves_this_computer

    endpoint = configured(settings, model="" if name == DEFAULT else name)
    if warning := leaves_this_computer(endpoint):
        click.echo(f"pincite: {warning}", err=True)
    return endpoint


def model_of(settings: Settings, name: str) -> Model:
    """The model of that name; its time budget begins now. Raises SettingsError."""
    from pincite.models.chat import ChatModel

    return ChatModel(endpoint_of(settings, name))


def asked_in_full(question: str, former: Answer | None, model: Model | None) -> str | None:
    """A follow-up question in full where a model was asked for and the thread bears its wording out; else None."""
    if former is None or model is None:
        return None
    from pincite import pipeline

    return pipeline.in_full(question, follow=former, model=model)


def with_reading(answer: Answer, question: str, in_full: str | None) -> Answer:
    """The answer under the question as it was typed, with the reading that was searched."""
    if in_full is None or in_full == question or answer.written is None:
        return answer
    return answer.model_copy(update={"question": question, "written": answer.written.model_copy(update={"read_as": in_full})})
