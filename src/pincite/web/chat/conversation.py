"""The messages of a chat → what the engine is asked. The messages are the only state, so the same ones give the same answer.

The user's turns are the questions of one thread. System messages are not obeyed; only who reads is taken from them. What a client
puts around a question (documents found by the client, in its own tags) is taken off: Pincite answers from its library alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from pincite.errors import QuestionError
from pincite.records import Answer
from pincite.retrieval.understanding import cleaned_question
from pincite.web.engine import LONGEST_THREAD, Asked

Audience = Literal["clinician", "patient"]
# A window that moved with each turn would make every thread a new one, asked from its first question again: it moves by this many.
_STEP = LONGEST_THREAD // 2
_WRAPPED = re.compile(r"<(?P<tag>user_query|query|question)>(?P<question>.*?)</(?P=tag)>", re.IGNORECASE | re.DOTALL)
_CONTEXT = re.compile(r".*</(?:context|documents?|sources?|files?)>", re.IGNORECASE | re.DOTALL)


class Turns(NamedTuple):
    """What was said: texts of system messages, the user's turns, first to last."""

    system: tuple[str, ...]
    user: tuple[str, ...]


def turns_of(messages: Any) -> Turns:
    """The texts of a request's messages; raises QuestionError for what is no list of messages, or holds none of the user's."""
    if not isinstance(messages, list) or not messages:
        raise QuestionError("`messages` must be a list with at least one message.")
    system, user = [], []
    for message in messages:
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str):
            raise QuestionError("Each of `messages` must be an object with `role` and `content`.")
        if message["role"] in ("system", "developer"):
            system.append(_text(message.get("content")))
        elif message["role"] == "user":
            user.append(_text(message.get("content")))
    return Turns(tuple(system), tuple(user))


def _text(content: Any) -> str:
    """The text of a message; pictures and sound are left out."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, Mapping) and part.get("type", "text") in ("text", "input_text"))
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def question_of(text: str) -> str:
    """The question of a turn, without what the client wrapped around it; raises QuestionError."""
    wrapped = list(_WRAPPED.finditer(text))
    if wrapped:
        return cleaned_question(wrapped[-1]["question"])
    return cleaned_question(_CONTEXT.sub("", text, count=1) or text)


def asked_of(turns: Turns, *, audience: Audience, answered: Callable[[Asked], Answer]) -> Asked:
    """The last question in its thread; raises QuestionError where it cannot be asked.

    An earlier turn that could not be asked then is not part of the thread now; `answered` tries it, and keeps what it finds.
    """
    if not turns.user:
        raise QuestionError("`messages` holds no message of the user.", what_to_do="Add one with the role “user”.")
    question = question_of(turns.user[-1])
    reader: Audience = "patient" if audience == "patient" else audience_of(turns)
    earlier: list[str] = []
    for text in turns.user[:-1]:
        try:
            earlier.append(question_of(text))
        except QuestionError:
            continue
    kept: tuple[str, ...] = ()
    for text in window(earlier):
        try:
            answered(Asked(text, reader, after=kept))
        except QuestionError:
            continue
        kept = (*kept, text)
    return Asked(question, reader, after=kept)


def window(earlier: Sequence[str]) -> Sequence[str]:
    """The last earlier questions, at most as many as a thread holds beside its newest; it begins at a multiple of half a thread.

    >>> len(window(["q"] * 11)), len(window(["q"] * 12)), len(window(["q"] * 17)), len(window(["q"] * 18))
    (11, 6, 11, 6)
    """
    over = len(earlier) - (LONGEST_THREAD - 1)
    return earlier[-(-over // _STEP) * _STEP :] if over > 0 else earlier


class _Hint(NamedTuple):
    audience: Audience
    said_by: str
    pattern: re.Pattern[str]


@cache
def _hints() -> tuple[_Hint, ...]:
    rows = (line for line in (files("pincite") / "data" / "chat_audience.tsv").read_text("utf-8").splitlines() if line and line[0] != "#")
    found = []
    for row in rows:
        audience, said_by, pattern = row.split("\t")
        found.append(_Hint("patient" if audience == "patient" else "clinician", said_by, re.compile(pattern, re.IGNORECASE)))
    return tuple(found)


def audience_of(turns: Turns) -> Audience:
    """Who reads, as the newest hint says: the user's own words, then the system messages; a clinician where nobody says."""
    for said_by, texts in (("user", turns.user), ("system", turns.system)):
        for text in reversed(texts):
            for hint in _hints():
                if hint.said_by == said_by and hint.pattern.search(text):
                    return hint.audience
    return "clinician"
