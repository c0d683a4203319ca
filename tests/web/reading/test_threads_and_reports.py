"""What a reader keeps or sends: threads, reports, answers for the editors, and the question log."""

from __future__ import annotations

from typing import Any

import pytest
from answer_pages import QUESTION, ask
from django.test import Client

from pincite.web.editorial.models import Article, AuditRow, Report
from pincite.web.reading import logging
from pincite.web.reading.models import QuestionLog, Thread


def test_a_thread_keeps_its_answers_and_only_its_owner_sees_it(client: Client, people: dict[str, Any]) -> None:
    client.force_login(people["frank"])
    saved = client.post("/threads/save", {"q": "And if injections fail?", "after": [QUESTION]})
    address = saved.headers["Location"]
    thread = Thread.objects.get()
    assert [turn.question for turn in thread.turns.all()] == [QUESTION, "And if injections fail?"]
    body = client.get(address).content.decode()
    assert "193-" in body
    assert "And if injections fail?" in body
    assert "Baastrup" in client.get(address + "?turn=1").content.decode()
    assert thread.title in client.get("/threads/").content.decode().replace("&#x27;", "'")
    for other in ("alice", "erin", None):
        client.logout()
        if other:
            client.force_login(people[other])
        expected = 404 if other else 302
        assert client.get(address).status_code == expected
        assert client.post(f"{address}delete").status_code == expected
    assert Thread.objects.exists()


def test_a_stored_answer_downloads_as_it_was_given_and_only_for_its_owner(client: Client, people: dict[str, Any]) -> None:
    import re

    client.force_login(people["frank"])
    body = client.get(client.post("/threads/save", {"q": QUESTION}).headers["Location"]).content.decode()
    address = re.search(r'href="(/ask/download/md\?thread=[^"]+)"', body)
    assert address
    file = address[1].replace("&amp;", "&")
    assert client.get(file).content.decode().startswith("# ")
    for bad in ("/ask/download/md?thread=x&turn=1", file.replace("turn=1", "turn=9"), file.replace("turn=1", "turn=x")):
        assert client.get(bad).status_code == 404
    client.force_login(people["erin"])
    assert client.get(file).status_code == 404


def test_a_thread_is_deleted_only_after_it_was_asked(client: Client, people: dict[str, Any]) -> None:
    client.force_login(people["frank"])
    address = client.post("/threads/save", {"q": QUESTION}).headers["Location"]
    assert "Delete this thread?" in client.get(f"{address}delete").content.decode()
    assert Thread.objects.exists()
    assert client.post(f"{address}delete").status_code == 303
    assert not Thread.objects.exists()


def test_visitors_are_sent_to_sign_in_and_back(client: Client) -> None:
    for path in ("/send", "/threads/save"):
        response = client.post(path, {"q": QUESTION})
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/accounts/login/?next=%2Fask%3Fq%3D")
    assert not Article.objects.exists()
    assert not Thread.objects.exists()


def test_what_the_editors_get_is_asked_again_here(client: Client, people: dict[str, Any]) -> None:
    client.force_login(people["frank"])
    response = client.post("/send", {"q": QUESTION, "audience": "patient", "answer": '{"question": "forged"}'})
    article = Article.objects.get()
    assert response.status_code == 303
    assert response.headers["Location"] == f"/editorial/articles/{article.pk}/"
    assert article.state == Article.State.SUBMITTED
    assert article.question == QUESTION
    assert article.current.content["answer"]["audience"] == "clinician"


@pytest.mark.parametrize(("name", "state"), [("alice", "draft"), ("frank", "submitted")])
def test_an_author_can_edit_a_draft_before_the_editors_see_it_and_a_reader_cannot(
    client: Client, people: dict[str, Any], name: str, state: str
) -> None:
    client.force_login(people[name])
    assert ("Edit as a draft first" in client.get(ask()).content.decode()) == (name == "alice")
    response = client.post("/send", {"q": QUESTION, "draft": "1"})
    article = Article.objects.get()
    assert article.state == state
    assert response.headers["Location"] == f"/editorial/articles/{article.pk}/" + ("edit" if name == "alice" else "")


def test_an_answer_that_found_nothing_is_not_sent(client: Client, people: dict[str, Any]) -> None:
    client.force_login(people["frank"])
    response = client.post("/send", {"q": "What is the capital of France?"})
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/ask?")
    assert not Article.objects.exists()


def test_a_form_without_its_token_changes_nothing(people: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["frank"])
    for path, data in (("/send", {"q": QUESTION}), ("/threads/save", {"q": QUESTION}), ("/report", {"text": "wrong"})):
        assert client.post(path, data).status_code == 403
    assert not Article.objects.exists()
    assert not Thread.objects.exists()
    assert not Report.objects.exists()


def test_a_report_reaches_the_queue_with_what_it_is_about(client: Client) -> None:
    back = ask()
    form = client.get("/report", {"page": back, "statement": "The dose is 20 mg."}).content.decode()
    assert "The dose is 20 mg." in form
    response = client.post("/report", {"text": "The dose is wrong.", "page": back, "statement": "The dose is 20 mg.", "question": QUESTION})
    assert response.status_code == 303
    assert response.headers["Location"] == back
    report = Report.objects.get()
    assert (report.text, report.statement, report.page) == ("The dose is wrong.", "The dose is 20 mg.", back)
    assert AuditRow.objects.filter(action="report").exists()


def test_an_empty_report_is_told_and_a_robot_is_ignored(client: Client) -> None:
    assert client.post("/report", {"text": "  "}).status_code == 400
    assert client.post("/report", {"text": "buy", "website": "http://spam.example"}).status_code == 303
    assert client.post("/report", {"text": "x", "page": "https://evil.example/"}).headers["Location"] == "/"
    assert Report.objects.count() == 1


def test_reports_from_one_address_are_limited(client: Client) -> None:
    codes = [client.post("/report", {"text": f"wrong {number}"}).status_code for number in range(8)]
    assert 303 in codes
    assert codes[-1] == 429
    assert Report.objects.count() < 8


@pytest.fixture
def logged(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that keeps questions for seven days."""
    settings.WEB = settings.WEB.model_copy(update={"question_log_days": 7})
    monkeypatch.setattr(logging, "_purged_at", [float("-inf")])


def test_questions_are_not_logged_unless_the_site_says_so(client: Client) -> None:
    client.get(ask())
    assert not QuestionLog.objects.exists()


def test_a_log_names_nobody_and_forgets_after_its_days(client: Client, people: dict[str, Any], logged: None) -> None:
    import datetime

    from django.utils import timezone

    old = QuestionLog.objects.create(question="old", audience="clinician", answered=True, library="1-a", milliseconds=1, by="page")
    QuestionLog.objects.filter(pk=old.pk).update(at=timezone.now() - datetime.timedelta(days=8))
    client.force_login(people["frank"])
    client.get(ask())
    row = QuestionLog.objects.get()
    assert (row.question, row.answered, row.by) == (QUESTION, True, "page")
    assert not any("frank" in str(value) for value in vars(row).values())


@pytest.mark.parametrize(("name", "status"), [("erin", 200), ("carol", 403), ("frank", 403), (None, 403)])
def test_only_administrators_read_the_log(client: Client, people: dict[str, Any], name: str | None, status: int, logged: None) -> None:
    if name:
        client.force_login(people[name])
    assert client.get("/questions/").status_code == status
    assert client.get("/questions/?csv").status_code == status
    QuestionLog.objects.create(question="kept", audience="clinician", answered=True, library="1-a", milliseconds=1, by="api")
    assert client.post("/questions/").status_code == (303 if status == 200 else 403)
    assert QuestionLog.objects.exists() == (status != 200)
    assert AuditRow.objects.filter(action="purge").exists() == (status == 200)


@pytest.mark.parametrize("attack", ['=HYPERLINK("http://evil.example")', "+1+1", "-2", "@SUM(A1)", " =1", "\t=1"])
def test_no_cell_of_the_export_is_a_formula(client: Client, people: dict[str, Any], logged: None, attack: str) -> None:
    import csv

    QuestionLog.objects.create(question=attack, audience="clinician", answered=True, library="1-a", milliseconds=1, by="api")
    client.force_login(people["erin"])
    rows = list(csv.reader(client.get("/questions/?csv").content.decode().splitlines()))
    assert rows[1][1].startswith("'")
    assert rows[1][1].endswith(attack.strip())
