"""What loads at first use is loaded before somebody waits for it."""

from __future__ import annotations

from typing import Any

import pytest

from pincite.errors import LibraryError
from pincite.web import engine, warming
from pincite.web.editorial import checking


def test_one_question_is_answered_and_one_statement_judged(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    real = checking.judge

    def judge(statement: Any, text: str, *, context: str) -> Any:
        judged.append(context)
        return real(statement, text, context=context)

    monkeypatch.setattr(checking, "judge", judge)
    assert warming.warm()
    assert len(judged) == 1


@pytest.mark.parametrize("error", [LibraryError("torn"), RuntimeError("a defect")])
def test_what_goes_wrong_is_logged_and_stops_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception, caplog: Any) -> None:
    def torn() -> None:
        raise error

    monkeypatch.setattr(engine, "library", torn)
    assert not warming.warm()
    assert "Not warmed" in caplog.text
