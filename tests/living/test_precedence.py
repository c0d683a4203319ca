"""Local and preferred sources lead their tier, visibly, and hide no disagreement."""

from __future__ import annotations

from typing import Any

import pytest

from pincite.library.store import Library
from pincite.pipeline import ask
from pincite.records import Answer
from pincite.rendering import terminal
from tests.library.making import made

QUESTION = "Is vertebroplasty recommended for osteoporotic vertebral compression fracture?"
FOR = "We recommend vertebroplasty for adults with painful osteoporotic vertebral compression fracture."
AGAINST = "We recommend against vertebroplasty for adults with painful osteoporotic vertebral compression fracture."


def society(name: str, text: str, **more: Any) -> Any:
    told: dict[str, Any] = {
        "tier": "guideline",
        "design": "guideline",
        "extent": "full-text",
        "year": 2020,
        "organization": f"Society {name}",
    }
    title = "Osteoporotic vertebral compression fracture: care"
    return made(name, text, title=f"{title} ({name})", conditions=("osteoporotic vertebral compression fracture",), **(told | more))


def first(answer: Answer) -> str:
    return answer.bottom_line[0].citations[0].document_id


@pytest.fixture
def held(library: Library) -> Library:
    library.add([society("for", FOR), society("against", AGAINST, design="consensus")])
    return library


def sides(answer: Answer) -> list[set[str]]:
    return [{one.citations[0].document_id for side in conflict.sides for one in side} for conflict in answer.conflicts]


@pytest.mark.parametrize("mark", ["local", "preferred"])
def test_a_marked_source_leads_and_is_labelled_and_the_disagreement_stays(held: Library, mark: Any) -> None:
    before = ask(QUESTION, library=held)
    assert first(before) == "for"
    assert sides(before) == [{"for", "against"}]
    held.mark(["against"], precedence=mark)
    after = ask(QUESTION, library=held)
    assert first(after) == "against"
    assert sides(after) == sides(before)
    assert {one.citations[0].document_id for one in after.bottom_line} == {"for", "against"}
    words = {"local": "local guidance", "preferred": "preferred source"}[mark]
    page = terminal.render(after, width=200, colour=False)
    assert words in page.partition("Step by step")[0]
    assert f"{words}: leads its tier" in page
    assert next(one for one in after.references if one.document_id == "against").precedence == mark


def test_local_comes_before_preferred_and_a_mark_taken_away_leaves_no_trace(held: Library) -> None:
    before = ask(QUESTION, library=held)
    held.mark(["for"], precedence="preferred")
    held.mark(["against"], precedence="local")
    assert first(ask(QUESTION, library=held)) == "against"
    held.mark(["for", "against"])
    assert ask(QUESTION, library=held) == before


def test_a_mark_lifts_no_source_over_another_tier(library: Library) -> None:
    trial = "Vertebroplasty reduced pain in osteoporotic vertebral compression fracture compared with sham."
    library.add([society("for", FOR), made("trial", trial, title="Vertebroplasty trial", design="rct", year=2021)])
    library.mark(["trial"], precedence="local")
    answer = ask(QUESTION, library=library)
    assert first(answer) == "for"


def test_a_marked_source_that_is_retracted_is_still_left_out(held: Library) -> None:
    held.mark(["against"], precedence="local")
    held.add([society("against", AGAINST, design="consensus", status="retracted")])
    answer = ask(QUESTION, library=held)
    assert [one.document_id for one in answer.left_out] == ["against"]
    assert all("against" not in ids for ids in sides(answer))
