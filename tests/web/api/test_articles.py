import datetime
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from pincite.web.editorial import audit_trail
from pincite.web.editorial.models import Alert, Article, AuditRow
from tests.web.api.conftest import Caller, is_problem
from tests.web.conftest import QUESTION

As = Callable[[str], Caller]


def test_an_article_goes_from_question_to_public_page_and_back_through_the_api(as_: As, anybody: Caller) -> None:
    alice, bob, carol = as_("alice"), as_("bob"), as_("carol")
    response = alice.post("/articles", {"question": QUESTION, "submit": False})
    assert response.status_code == 201
    made = response.json()
    assert response.headers["Location"] == f"/api/v1/articles/{made['id']}/workspace"
    path, base = f"/articles/{made['id']}", made["current"]["sha256"]
    key = made["statements"][0]["key"]

    moved = alice.ok("POST", f"{path}/edit", {"edit": {"do": "move", "base": base, "key": key, "steps": 1}})
    assert moved["current"]["number"] == 2
    is_problem(alice.post(f"{path}/edit", {"edit": {"do": "remove", "base": base, "key": key}}), 409)
    base = moved["current"]["sha256"]
    noted = alice.ok(
        "POST", f"{path}/edit", {"edit": {"do": "add-note", "base": base, "part": "bottom-line", "text": "See the ward's sheet."}}
    )
    base, note = noted["current"]["sha256"], noted["notes"][0]["id"]
    unnoted = alice.ok("POST", f"{path}/edit", {"edit": {"do": "remove-note", "base": base, "note": note}})
    base = unnoted["current"]["sha256"]
    worded = alice.ok("POST", f"{path}/edit", {"edit": {"do": "reword", "base": base, "key": key, "text": "It always cures everybody."}})
    assert next(one for one in worded["statements"] if one["key"] == key)["verdict"] not in ("quoted", "supported")
    restored = alice.ok("POST", f"{path}/edit", {"edit": {"do": "restore", "base": worded["current"]["sha256"], "number": 2}})
    assert restored["current"]["sha256"] == moved["current"]["sha256"]
    base = restored["current"]["sha256"]

    assert alice.ok("POST", f"{path}/submit")["state"] == "submitted"
    assert carol.ok("POST", f"{path}/assign", {"reviewer": "bob", "due": "2099-01-31"})["assignments"][0]["name"] == "Bob"
    commented = bob.ok("POST", f"{path}/comment", {"base": base, "text": "How many patients?", "statement": key})
    is_problem(bob.post(f"{path}/approve", {"base": base}), 409)
    assert bob.ok("POST", f"/comments/{commented['comments'][0]['id']}/resolve")["comments"][0]["resolved_by"] == "Bob"
    assert "approve" in bob.ok("POST", f"{path}/review", {"base": base, "decision": "accept"})["allowed"]
    assert bob.ok("POST", f"{path}/approve", {"base": base})["state"] == "approved"
    is_problem(anybody.get(path), 404)
    carol.ok("POST", f"{path}/publish")

    public = anybody.ok("GET", path)
    assert (public["standing"], public["approved_by"]["name"], public["revision"]["sha256"]) == ("approved", "Bob", base)
    assert public["revision"]["content"]["answer"]["schema"] == "pincite.answer/1"
    assert [one["id"] for one in anybody.ok("GET", f"/articles?slug={public['slug']}")["items"]] == [made["id"]]

    assert carol.ok("POST", f"{path}/schedule", {"on": "2099-01-01"})["review_due"] == "2099-01-01"
    is_problem(carol.post(f"{path}/schedule", {"on": "2001-01-01"}), 409)
    assert carol.ok("POST", f"{path}/reopen", {"why": "A newer trial."})["state"] == "submitted"
    assert carol.ok("POST", f"{path}/withdraw", {"why": "The trial was retracted."})["state"] == "withdrawn"
    gone = anybody.ok("GET", path)
    assert (gone["standing"], gone["revision"], gone["withdrawn"]["why"]) == ("withdrawn", None, "The trial was retracted.")
    assert anybody.ok("GET", "/articles")["total"] == 0

    numbers = [one["number"] for one in carol.ok("GET", f"{path}/revisions")["items"]]
    assert numbers == sorted(numbers)
    assert carol.ok("GET", f"{path}/revisions/2")["sha256"] == moved["current"]["sha256"]
    trail = as_("erin").ok("GET", f"/audit-trail?subject=article:{made['id']}&limit=200")["items"]
    assert [row["action"] for row in reversed(trail)][-4:] == ["publish", "schedule", "reopen", "withdraw"]
    assert as_("erin").ok("GET", "/audit-trail/verify")["broken"] is None


def test_a_quoted_sentence_is_added_from_a_document(as_: As) -> None:
    alice = as_("alice")
    made = alice.ok("POST", "/articles", {"question": QUESTION, "submit": False})
    passage = alice.ok("GET", "/search?q=Baastrup%20fluoroscopy%20injection&limit=1")["results"][0]
    document = alice.ok("GET", f"/documents/{passage['document_id']}")
    start, end = next(one for one in document["passages"] if one["id"] == passage["passage_id"])["sentences"][0]
    edit = {
        "do": "add",
        "base": made["current"]["sha256"],
        "part": "indirect",
        "document_id": passage["document_id"],
        "start": start,
        "end": end,
    }
    added = alice.post(f"/articles/{made['id']}/edit", {"edit": edit})
    assert added.status_code == 200, added.content
    assert document["text"][start:end] in [one["text"] for one in added.json()["statements"]]


def test_an_answer_cannot_be_smuggled_in(as_: As, answer: Any) -> None:
    forged = {"question": QUESTION, "answer": answer.model_dump(mode="json", by_alias=True)}
    is_problem(as_("alice").post("/articles", forged), 422)
    assert Article.objects.count() == 0


def test_an_answer_that_found_nothing_becomes_no_article(as_: As) -> None:
    is_problem(as_("alice").post("/articles", {"question": "How is a broken carburettor repaired?"}), 409)


ACTIONS: list[tuple[str, Any]] = [
    ("submit", None),
    ("discard", None),
    ("publish", None),
    ("assign", {"reviewer": "bob"}),
    ("withdraw", {"why": "x"}),
    ("reopen", {"why": "x"}),
    ("schedule", {"on": "2099-01-01"}),
    ("comment", {"text": "x"}),
    ("review", {"decision": "accept"}),
    ("approve", {}),
    ("edit", {"edit": {"do": "remove", "key": "x"}}),
]


@pytest.mark.parametrize(("action", "body"), ACTIONS)
def test_whom_an_article_does_not_concern_finds_none_and_leaves_no_trace(as_: As, article: Any, action: str, body: Any) -> None:
    if body is not None and action in ("comment", "review", "approve"):
        body = body | {"base": article.current.sha256}
    if action == "edit":
        body = {"edit": body["edit"] | {"base": article.current.sha256}}
    rows = audit_trail.verify().rows
    for name in ("frank", "ivan", "dave", "erin", "grace"):
        problem = is_problem(as_(name).post(f"/articles/{article.pk}/{action}", body), 404)
        missing = is_problem(as_(name).post(f"/articles/{article.pk + 1}/{action}", body), 404)
        assert problem == missing
    assert audit_trail.verify().rows == rows


def test_an_author_does_not_approve_their_own(as_: As, article: Any) -> None:
    rows = AuditRow.objects.count()
    alice, base = as_("alice"), article.current.sha256
    is_problem(alice.post(f"/articles/{article.pk}/approve", {"base": base}), 403)
    is_problem(alice.post(f"/articles/{article.pk}/review", {"base": base, "decision": "accept"}), 403)
    is_problem(alice.post(f"/articles/{article.pk}/publish"), 403)
    assert AuditRow.objects.count() == rows


def test_lists_show_each_person_what_is_theirs(as_: As, anybody: Caller, article: Any) -> None:
    assert anybody.ok("GET", "/articles")["total"] == 0
    assert [one["id"] for one in as_("alice").ok("GET", "/articles?mine=true")["items"]] == [article.pk]
    assert as_("carol").ok("GET", "/articles?state=submitted&state=approved&topic=Baastrup's%20disease&q=treatment")["total"] == 1
    assert as_("ivan").ok("GET", "/articles")["total"] == 0
    for path in ("", "/workspace", "/revisions", "/revisions/1"):
        is_problem(as_("ivan").get(f"/articles/{article.pk}{path}"), 404)
    is_problem(as_("carol").get(f"/articles/{article.pk}/revisions/99"), 404)


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999999", "1.5", "abc", "%00", "1%27", "١"])
def test_a_number_that_no_article_has_is_not_found(as_: As, number: str) -> None:
    carol = as_("carol")
    for path in (
        f"/articles/{number}",
        f"/articles/{number}/workspace",
        f"/articles/1/revisions/{number}",
        f"/jobs/{number}",
        f"/threads/{number}",
    ):
        is_problem(carol.get(path), 404)
    for path in (f"/articles/{number}/publish", f"/comments/{number}/resolve"):
        is_problem(carol.post(path), 404)


def test_a_source_alert_is_settled(as_: As, article: Any) -> None:
    alert = Alert.objects.create(
        article=article, revision=article.current, kind="changed", fingerprint="f", says="The text of a source changed."
    )
    is_problem(as_("ivan").post(f"/alerts/{alert.pk}/settle", {"resolution": "x"}), 404)
    settled = as_("carol").ok("POST", f"/alerts/{alert.pk}/settle", {"resolution": "Says the same."})
    assert settled["alerts"][0]["resolution"] == "Says the same."
    assert settled["banners"] == []


def test_a_reader_reports_and_an_editor_answers(as_: As, anybody: Caller, article: Any) -> None:
    number = anybody.ok("POST", "/reports", {"text": "The dose is out of date.", "page": "/ask?q=x"})["id"]
    is_problem(anybody.post("/reports", {"text": "x", "article": article.pk}), 404)  # not public: not there
    is_problem(anybody.post("/reports", {"text": "x", "page": "https://evil.example/"}), 422)
    is_problem(anybody.post("/reports", {"text": "  "}), 400)
    carol = as_("carol")
    assert [one["id"] for one in carol.ok("GET", "/reports?open=true")["items"]] == [number]
    is_problem(as_("alice").post(f"/reports/{number}/handle", {"outcome": "x"}), 404)
    assert carol.ok("POST", f"/reports/{number}/handle", {"outcome": "Label replaced."})["outcome"] == "Label replaced."
    assert carol.ok("GET", "/reports?open=true")["total"] == 0


def test_threads_are_saved_read_and_deleted_by_their_owner_alone(as_: As) -> None:
    frank, carol = as_("frank"), as_("carol")
    made = frank.ok("POST", "/threads", {"question": "And if injections fail?", "after": [QUESTION]})
    assert [turn["question"] for turn in made["turns"]] == [QUESTION, "And if injections fail?"]
    path = f"/threads/{made['id']}"
    assert frank.ok("GET", path) == made
    assert [one["questions"] for one in frank.ok("GET", "/threads")["items"]] == [2]
    assert carol.ok("GET", "/threads")["total"] == 0
    for method in ("GET", "DELETE"):
        assert is_problem(carol.call(method, path), 404) == is_problem(carol.call(method, f"/threads/{uuid4()}"), 404)
    assert frank.call("DELETE", path).status_code == 204
    is_problem(frank.get(path), 404)


def test_a_user_name_that_does_not_exist_is_told_to_editors_only(as_: As, article: Any) -> None:
    is_problem(as_("carol").post(f"/articles/{article.pk}/assign", {"reviewer": "nobody"}), 409)
    is_problem(as_("alice").post(f"/articles/{article.pk}/assign", {"reviewer": "nobody"}), 403)
    far = (datetime.date.today() + datetime.timedelta(days=1)).isoformat()
    assert as_("carol").ok("POST", f"/articles/{article.pk}/assign", {"reviewer": "grace", "due": far})["state"] == "under-review"
