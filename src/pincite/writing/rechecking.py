"""A stored answer that a model wrote → every sentence that is not a quote checked once more, with no model. For `pincite check`."""

from __future__ import annotations

from typing import NamedTuple

from pincite.answering.plain import plain_words
from pincite.library.store import Library
from pincite.records import Answer, Statement
from pincite.verification.verify import all_statements
from pincite.writing.plain import judge_wording
from pincite.writing.quotes import supports_of


class Restated(NamedTuple):
    """A sentence in other words than its quotes, and why it may not stand; `why` is empty where it may."""

    statement: Statement
    why: str


def recheck(answer: Answer, library: Library) -> list[Restated]:
    """One row for each sentence of a model's answer that is not simply a quote; what the answer says of itself is not believed."""
    if not answer.composer.startswith("model:"):
        return []
    found = []
    for statement in all_statements(answer):
        if any(statement.text == citation.quote.exact for citation in statement.citations) or _by_table(statement, answer.explained):
            continue
        judged = judge_wording(statement.text, supports_of(statement.citations, library))
        found.append(Restated(statement, judged.why))
    return found


def _by_table(statement: Statement, explained: dict[str, str]) -> bool:
    """Whether the words are those of the table of plain words, for the quote itself."""
    if len(statement.citations) != 1:
        return False

    def bare(text: str) -> str:
        for meaning in explained.values():
            text = text.replace(f" ({meaning})", "")
        return text

    return bare(statement.text) == bare(plain_words(statement.citations[0].quote.exact)[0])
