"""Calls that a chat client makes for itself (a title, tags, follow-ups …): told by general rules, answered from the words given.

Nothing is searched for them: a title is the beginning of the first question, tags are the conditions and treatments it names.
The rules are those of data/chat_tasks.tsv: a kind of task, an order, and talk about the conversation itself, all in one message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pincite import terms
from pincite.rendering.safe import plain

# Templates are long, because they quote the conversation; what is wanted stands at one of their ends.
_BEGINNING, _END = 1500, 300
_LONGEST_TITLE, _MOST_TAGS, _FEW_WORDS, _SHORT_ORDER = 60, 4, 3, 8
_BARE = ("title", "tags")
_HISTORY = re.compile(r"<chat_history>(.*?)(?:</chat_history>|\Z)|(\|\|>\s*(?:user|conversation)\b.*)", re.IGNORECASE | re.DOTALL)
_TURN = re.compile(
    r"(?:^|\n|\|\|>)\s*[*#]*(?:user|human)[*]*\s*:[*]*\s*(.+?)(?=\n\s*[*#]*(?:assistant|ai|user|human|response)\b|\|\|>|\n\n|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# In the order in which they are told apart where a template names several: a title template may speak of emoji and summaries.
_FIRST = ("completion", "follow-ups", "queries", "tags", "title", "image", "emoji", "tools", "language", "summary")


class Task(NamedTuple):
    """What is wanted, and under which key of a JSON object where one is asked for."""

    kind: str
    key: str | None


class _Rule(NamedTuple):
    kind: str
    key: str | None
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[_Rule, ...]:
    rows = (line for line in (files("pincite") / "data" / "chat_tasks.tsv").read_text("utf-8").splitlines() if line and line[0] != "#")
    return tuple(
        _Rule(kind, None if key == "-" else key, re.compile(pattern, re.IGNORECASE | re.DOTALL))
        for kind, key, pattern in (row.split("\t") for row in rows)
    )


def task_of(text: str, *, structured: bool = False) -> Task | None:
    """The task that a message sets for the client's own sake; None for a question. `structured`: the request wants JSON."""
    ends = text if len(text) <= _BEGINNING + _END else f"{text[:_BEGINNING]}\n{text[-_END:]}"
    found = {rule.kind: rule for rule in reversed(_rules()) if rule.pattern.search(ends)}
    orders = any(rule.kind == "order" and rule.pattern.search(ends) for rule in _rules())
    kind = next((kind for kind in _FIRST if kind in found), None)
    if not orders or kind is None or not ("about" in found or (kind in _BARE and _says_no_more(text))):
        return None
    key = found[kind].key
    wanted = structured or (key is not None and re.search(rf"[{{\"'`]\s*{key}\s*[\"'`]?\s*:", ends) is not None)
    return Task(kind, key if wanted else None)


def _says_no_more(text: str) -> bool:
    """Whether an order is so short that only the conversation can be meant: "Generate a short title." """
    return len(text.split()) <= _SHORT_ORDER and not terms.find(text)


def set_by(system: Sequence[str], user: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    """The texts that may set a task, each with the questions before it: the last message, and system messages where it asks nothing.

    Some clients set a task in a system message, with no word of the user's or a few beside it ("Language: English"). Beside a
    question, a system message is how somebody wants to be answered, whatever orders it gives.
    """
    last = user[-1] if user else ""
    found: list[tuple[str, Sequence[str]]] = [(last, user[:-1])] if last else []
    if system and len(last.split()) <= _FEW_WORDS and "?" not in last and not terms.find(last):
        found.append(("\n".join(system), user[:-1]))
    return found


def done(task: Task, text: str, *, questions: Sequence[str]) -> str:
    """The reply to a task, from the conversation that its text quotes, else from the earlier questions; the same each time."""
    first = _first_question(text) or next(iter(questions), "")
    value: str | list[str]
    match task.kind:
        case "title":
            value = _title(first)
        case "tags":
            value = _tags(first)
        case "follow-ups" | "queries":
            value = []
        case "emoji":
            value = "💬"
        case "language":
            value = "English"
        case "summary":
            value = f"The user asked: {_cut(plain(first), 300)}" if first else "The user has asked nothing yet."
        case _:
            value = ""
    if task.key is not None:
        return json.dumps({task.key: value}, ensure_ascii=False)
    return value if isinstance(value, str) else ", ".join(value)


def _first_question(text: str) -> str:
    history = _HISTORY.search(text)
    if history is None:
        return ""
    turn = _TURN.search(history.group())
    return turn.group(1).strip().strip('"').strip() if turn else ""


def _title(question: str) -> str:
    """The question itself, as far as a list of conversations shows it."""
    return _cut(plain(question).rstrip(" ?.!"), _LONGEST_TITLE) or "Clinical question"


def _tags(question: str) -> list[str]:
    named = [mention.label for mention in terms.find(question) if mention.kind in ("condition", "drug", "intervention")]
    return list(dict.fromkeys(["Health", *named]))[:_MOST_TAGS]


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return text[: longest - 1].rpartition(" ")[0].rstrip(" ,;:") + "…"
