"""The starter library for written answers, and a model of the tests that says what is next in its queue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from pincite.errors import ModelError
from pincite.library.starter import open_library
from pincite.library.store import Library
from pincite.models.chat import Message
from pincite.pipeline import ask
from pincite.records import Answer

QUESTION = "What is the treatment for Baastrup's disease?"


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return open_library(tmp_path_factory.mktemp("writing") / "library")


@pytest.fixture(scope="session")
def extractive(library: Library) -> Answer:
    return ask(QUESTION, library=library)


class Scripted:
    """Says its replies in order, the last one again and again; a ModelError among them is raised."""

    name, local = "scripted", True
    parameters: dict[str, str | int | float] = {"temperature": 0}  # noqa: RUF012 - one for all

    def __init__(self, *replies: str | ModelError | Callable[[dict[str, Any]], str]) -> None:
        self.replies = list(replies)
        self.asked: list[Sequence[Message]] = []

    def stream(self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None) -> Iterator[str]:
        self.asked.append(messages)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, ModelError):
            raise reply
        text = reply(json.loads(messages[1]["content"])) if callable(reply) else reply
        for at in range(0, len(text), 11):
            yield text[at : at + 11]


def saying(*statements: tuple[str, Sequence[int]]) -> str:
    return json.dumps({"statements": [{"text": text, "quotes": list(quotes)} for text, quotes in statements]})
