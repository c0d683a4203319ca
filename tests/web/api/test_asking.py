import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pincite.records import Answer
from pincite.rendering import jsonout
from tests.web.api.conftest import Caller, is_problem
from tests.web.conftest import QUESTION


def test_an_answer_is_byte_for_byte_what_the_command_line_prints(anybody: Caller, shared_home: Path) -> None:
    command = [sys.executable, "-m", "pincite.cli", "ask", QUESTION, "--format", "json"]
    printed = subprocess.run(command, env={**os.environ, "PINCITE_HOME": str(shared_home)}, capture_output=True, check=True).stdout
    response = anybody.post("/ask", {"question": QUESTION, "audience": "clinician"})
    assert response.headers["Content-Type"] == "application/json"
    assert response.content == printed


def test_an_address_asks_the_same(anybody: Caller) -> None:
    posted = anybody.post("/ask", {"question": QUESTION, "audience": "patient", "tiers": ["research", "guideline"], "since": 2010})
    asked = anybody.client.get(
        "/api/v1/ask", {"q": f"  {QUESTION}\n", "audience": "patient", "tier": ["guideline", "research"], "since": 2010}
    )
    assert posted.status_code == asked.status_code == 200
    assert posted.content == asked.content
    answer = posted.json()
    assert answer["audience"] == "patient"
    assert {one["tier"] for one in answer["references"]} <= {"research", "guideline"}
    assert min(one["year"] for one in answer["references"] if one["year"]) >= 2010


def test_a_follow_up_names_the_questions_before_it_or_the_answer_itself(anybody: Caller) -> None:
    first = anybody.post("/ask", {"question": QUESTION})
    after = anybody.post("/ask", {"question": "And if injections fail?", "after": [QUESTION]})
    follow = anybody.post("/ask", {"question": "And if injections fail?", "follow": first.json()})
    assert after.status_code == 200
    assert after.content == follow.content
    assert after.json()["understood"]["follow_up_of"]
    both = {"question": "And if injections fail?", "follow": first.json(), "after": [QUESTION]}
    is_problem(anybody.post("/ask", both), 400)


def test_nothing_found_is_an_answer(anybody: Caller) -> None:
    answer = anybody.ok("POST", "/ask", {"question": "How is a broken carburettor repaired?"})
    assert answer["answered"] is False


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"question": ""}, 400, None),
        ({"question": " \n "}, 400, None),
        ({"question": "Quel est le traitement de la maladie pour une personne?"}, 400, None),
        ({"question": "x" * 3000}, 400, None),
        ({"question": "x" * 9000}, 422, "#/question"),
        ({}, 422, "#/question"),
        ({"question": QUESTION, "audience": "vet"}, 422, "#/audience"),
        ({"question": QUESTION, "tiers": ["blog"]}, 422, "#/tiers/0"),
        ({"question": QUESTION, "since": 10**400}, 422, "#/since"),
        ({"question": QUESTION, "tier": "label"}, 422, "#/tier"),
        ({"question": QUESTION, "follow": {"schema": "pincite.answer/1"}}, 422, "#/follow/question"),
        ({"question": QUESTION, "after": ["a"] * 12}, 422, "#/after"),
        ([], 422, "#"),
        (None, 422, "#"),
    ],
)
def test_what_cannot_be_asked_is_told_field_by_field(anybody: Caller, body: Any, status: int, pointer: str | None) -> None:
    problem = is_problem(anybody.post("/ask", json.dumps(body)), status)
    if pointer:
        assert pointer in [error["pointer"] for error in problem["errors"]]


def test_search_ranks_passages_with_their_scores(anybody: Caller) -> None:
    found = anybody.ok("GET", "/search?q=Baastrup%20injection&limit=5&tier=research")
    assert found["schema"] == "pincite.search/1"
    assert [one["rank"] for one in found["results"]] == [1, 2, 3, 4, 5]
    scores = [one["score"] for one in found["results"]]
    assert scores == sorted(scores, reverse=True)
    assert {one["tier"] for one in found["results"]} == {"research"}


def test_an_answer_is_checked_against_the_library_of_today(anybody: Caller, answer: Answer) -> None:
    stored = json.loads(jsonout.render(answer))
    standing = anybody.ok("POST", "/check", stored)["summary"]
    assert standing["failed"] == 0 < standing["citations"]
    stored["bottom_line"][0]["citations"][0]["quote"]["exact"] += " never"
    assert anybody.ok("POST", "/check", stored)["summary"]["failed"] == 1


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("ris", "application/x-research-info-systems", b"TY  - "),
        ("bibtex", "application/x-bibtex", b"@"),
        ("csl", "application/vnd.citationstyles.csl+json", b"["),
        ("md", "text/markdown; charset=utf-8", b"# "),
        ("html", "text/html; charset=utf-8", b"<article "),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
        ("fhir", "application/fhir+json", b"{"),
        ("text", "text/plain; charset=utf-8", b""),
        ("json", "application/json", b"{"),
    ],
)
def test_an_answer_is_exported(anybody: Caller, answer: Answer, form: str, kind: str, begins: bytes) -> None:
    response = anybody.post("/export", {"answer": json.loads(jsonout.render(answer)), "format": form})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == kind
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    assert response.content.lower().startswith(begins.lower())


def test_a_format_that_nobody_knows_is_refused(anybody: Caller, answer: Answer) -> None:
    is_problem(anybody.post("/export", {"answer": json.loads(jsonout.render(answer)), "format": "exe"}), 422)


def test_questions_are_logged_only_where_a_log_is_kept(anybody: Caller, settings: Any) -> None:
    from pincite.web.reading.models import QuestionLog

    anybody.ok("POST", "/ask", {"question": QUESTION})
    assert QuestionLog.objects.count() == 0
    settings.WEB = settings.WEB.model_copy(update={"question_log_days": 7})
    anybody.ok("POST", "/ask", {"question": QUESTION})
    assert QuestionLog.objects.get().by == "api"
