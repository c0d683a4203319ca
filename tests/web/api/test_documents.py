from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pincite.web.editorial.models import AuditRow
from pincite.web.jobs.models import Job
from tests.web.api.conftest import Caller, is_problem


def _links(response: Any) -> dict[str, str]:
    found = [part.strip().split("; rel=") for part in response.headers["Link"].split(",")]
    return {name.strip('"'): address.strip("<>").removeprefix("/api/v1") for address, name in found}


def test_the_library_says_what_it_holds(anybody: Caller) -> None:
    held = anybody.ok("GET", "/library")
    assert held["documents"] == sum(held["tier"].values()) == sum(held["status"].values()) > 100
    assert held["years"]["oldest"] < held["years"]["newest"]


def test_following_the_links_gives_every_document_once(anybody: Caller) -> None:
    found, path = [], "/documents?limit=80"
    while path:
        response = anybody.get(path)
        page = response.json()
        found += [one["id"] for one in page["items"]]
        path = _links(response).get("next", "")
    assert len(found) == len(set(found)) == page["total"]
    assert found == sorted(found)
    back = _links(anybody.get("/documents?limit=80&offset=80"))
    assert back["first"] == back["prev"] == "/documents?limit=80&offset=0"


def test_beyond_the_end_is_an_empty_page(anybody: Caller) -> None:
    page = anybody.ok("GET", "/documents?offset=1000000000")
    assert page["items"] == []
    assert page["total"] > 100


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "offset=-1", "limit=x", "offset=1e9", "limit=99999999999999999999", "offset=10000000000", "since=99999"],
)
def test_a_page_that_cannot_be_is_refused(anybody: Caller, query: str) -> None:
    assert is_problem(anybody.get(f"/documents?{query}"), 422)["errors"][0]["in"] == "query"


def test_documents_are_filtered(anybody: Caller) -> None:
    found = anybody.ok("GET", "/documents?tier=guideline&since=2015&q=BACK%20pain")["items"]
    assert found
    for one in found:
        assert one["tier"] == "guideline"
        assert one["year"] is None or one["year"] >= 2015
    assert anybody.ok("GET", "/documents?q=nosuchword")["total"] == 0


def test_a_document_has_its_text_and_every_passage_stands_in_it(anybody: Caller) -> None:
    identifier = anybody.ok("GET", "/documents?limit=1")["items"][0]["id"]
    document = anybody.ok("GET", f"/documents/{identifier}")
    assert document["passages"]
    for passage in document["passages"]:
        assert document["text"][passage["start"] : passage["end"]] == passage["text"]


def test_a_quote_is_shown_in_its_context(anybody: Caller) -> None:
    identifier = anybody.ok("GET", "/documents?limit=1")["items"][0]["id"]
    text = anybody.ok("GET", f"/documents/{identifier}")["text"]
    found = anybody.client.get(
        "/api/v1/quotes", {"document_id": identifier, "start": 20, "end": 60, "exact": text[20:60], "around": 10}
    ).json()
    assert (found["before"], found["quote"]["exact"], found["after"], found["stands"]) == (text[10:20], text[20:60], text[60:70], True)
    wrong = anybody.client.get("/api/v1/quotes", {"document_id": identifier, "start": 20, "end": 60, "exact": "other words"}).json()
    assert wrong["stands"] is False
    is_problem(anybody.get(f"/quotes?document_id={identifier}&start=5&end=5"), 404)
    is_problem(anybody.get(f"/quotes?document_id={identifier}&start=5&end=2000000000"), 404)


@pytest.mark.parametrize(
    "identifier",
    ["nix", "..%2F..%2Fetc%2Fpasswd", "x'%20OR%20'1'='1", "%00", "pmid:%F0%9F%98%80", "a" * 3000, "pmid:", "%E2%80%AE", "x%0Ay"],
)
def test_an_identifier_that_names_nothing_is_not_found(anybody: Caller, identifier: str) -> None:
    assert anybody.get(f"/documents/{identifier}").status_code in (400, 404)


def test_a_librarian_retires_and_restores(as_: Callable[[str], Caller], own_library: Path) -> None:
    dave = as_("dave")
    identifier = dave.ok("GET", "/documents?limit=1")["items"][0]["id"]
    assert dave.ok("POST", "/library/retire", {"document_id": identifier, "why": "Replaced"})["retired"] == "Replaced"
    is_problem(dave.post("/library/retire", {"document_id": identifier, "why": "Again"}), 409)
    assert dave.ok("GET", f"/documents/{identifier}")["retired"] == "Replaced"
    assert dave.ok("POST", "/library/restore", {"document_id": identifier})["retired"] is None
    assert [row.action for row in AuditRow.objects.filter(actor="dave")] == ["retire", "restore"]
    is_problem(dave.post("/library/retire", {"document_id": "nix", "why": "x"}), 404)


def _sent(secret: str, *files: tuple[str, bytes], **headers: str) -> Any:
    data = {"files": [SimpleUploadedFile(name, content) for name, content in files]}
    client = Client(raise_request_exception=False)
    return client.post("/api/v1/documents", data, headers={"Authorization": f"Bearer {secret}", **headers})


def test_a_librarian_adds_documents_as_long_work(as_: Callable[[str], Caller], token: Callable[..., str]) -> None:
    response = _sent(token("dave"), ("protocol.md", b"# Our protocol\n\nRest is not advised."))
    assert response.status_code == 202, response.content
    job = response.json()
    assert (job["kind"], job["state"]) == ("ingest", "queued")
    assert as_("dave").call("GET", response.headers["Location"].removeprefix("/api/v1")).json()["id"] == job["id"]
    assert AuditRow.objects.get().action == "upload"
    for name in ("carol", "alice"):
        is_problem(as_(name).get(f"/jobs/{job['id']}"), 404)
    assert as_("dave").ok("POST", f"/jobs/{job['id']}/cancel")["state"] == "cancelled"


def test_sending_the_same_again_gives_the_same_job(token: Callable[..., str]) -> None:
    secret = token("dave")
    sent = [_sent(secret, ("a.md", b"# A\n\nText."), **{"Idempotency-Key": "monday"}).json()["id"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert Job.objects.count() == 1


def test_nobody_else_adds_documents_and_nothing_is_kept_of_what_they_sent(token: Callable[..., str], people: dict[str, Any]) -> None:
    is_problem(_sent(token("carol"), ("a.md", b"# A")), 403)
    session = Client(raise_request_exception=False)
    session.force_login(people["carol"], backend="django.contrib.auth.backends.ModelBackend")
    is_problem(session.post("/api/v1/documents", {"files": SimpleUploadedFile("a.md", b"# A")}), 403)
    is_problem(_sent("pin_wrong", ("a.md", b"# A")), 401)
    assert Job.objects.count() == AuditRow.objects.count() == 0


def test_a_librarians_session_needs_its_csrf_token_for_an_upload(people: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(people["dave"], backend="django.contrib.auth.backends.ModelBackend")
    is_problem(client.post("/api/v1/documents", {"files": SimpleUploadedFile("a.md", b"# A")}), 403)
    client.get("/accounts/password/change/")
    csrf = client.cookies["csrftoken"].value
    response = client.post("/api/v1/documents", {"files": SimpleUploadedFile("a.md", b"# A")}, headers={"X-CSRFToken": csrf})
    assert response.status_code == 202, response.content


def test_uploads_that_hold_nothing_or_too_much_are_refused(token: Callable[..., str], as_: Callable[[str], Caller], settings: Any) -> None:
    secret = token("dave")
    is_problem(_sent(secret), 400)
    is_problem(_sent(secret, ("empty.md", b"")), 400)
    is_problem(as_("dave").post("/documents", {}), 415)
    is_problem(as_("dave").call("POST", "/documents", b"garbage", content_type="multipart/form-data; boundary=x"), 400)
    settings.WEB = settings.WEB.model_copy(update={"max_upload_bytes": 1000})
    is_problem(_sent(secret, ("big.md", b"x" * 5000)), 413)
    assert Job.objects.count() == 0
