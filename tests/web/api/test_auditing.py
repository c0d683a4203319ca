"""A text handed in over the API: at once or as long work, for its owner alone, by the scopes of the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pincite.cli.commands import pincite
from pincite.web.audits.models import CheckedText
from pincite.web.configuration import web_home
from pincite.web.jobs import worker
from pincite.web.jobs.models import Job
from tests.web.api.conftest import Caller, is_problem
from tests.web.audits.sample import TEXT

LONG = TEXT + "Roses need sun. " * 400


def _sent(secret: str, *files: tuple[str, bytes], field: str = "file", **headers: str) -> Any:
    data = {field: [SimpleUploadedFile(name, content) for name, content in files]}
    return Client(raise_request_exception=False).post("/api/v1/audits", data, headers={"Authorization": f"Bearer {secret}", **headers})


def test_a_short_text_is_answered_with_its_report_in_the_bytes_of_the_command_line(as_: Callable[[str], Caller], tmp_path: Path) -> None:
    alice = as_("alice")
    response = alice.post("/audits", {"text": TEXT, "name": "leaflet.md"})
    assert response.status_code == 200, response.content
    made = response.json()
    assert (made["state"], made["report"]["schema"], made["job"]["state"]) == ("done", "pincite.audit/1", "done")
    file = tmp_path / "leaflet.md"
    file.write_text(TEXT)
    told = CliRunner().invoke(pincite, ["audit", str(file), "--format", "json"])
    place = response.headers["Location"].removeprefix("/api/v1")
    assert alice.get(f"{place}/report").content == told.stdout_bytes
    assert alice.get(f"{place}/report?format=csv").headers["Content-Type"].startswith("text/csv")
    is_problem(alice.get(f"{place}/report?format=exe"), 422)
    assert alice.ok("GET", place) == made
    listed = alice.ok("GET", "/audits")
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert "report" not in listed["items"][0]


def test_a_file_and_a_long_text_are_long_work(as_: Callable[[str], Caller], token: Callable[..., str]) -> None:
    alice = as_("alice")
    places = []
    for response in (_sent(token("alice"), ("leaflet.md", TEXT.encode())), alice.post("/audits", {"text": LONG})):
        assert response.status_code == 202, response.content
        assert (response.json()["state"], response.json()["report"]) == ("waiting", None)
        places.append(response.headers["Location"].removeprefix("/api/v1"))
        is_problem(alice.get(f"{places[-1]}/report"), 409)
        assert alice.ok("GET", f"/jobs/{response.json()['job']['id']}")["kind"] == "audit"
    while worker.run_once() is not None:
        pass
    assert [alice.ok("GET", place)["state"] for place in places] == ["done", "done"]


def test_sending_the_same_again_gives_the_same_audit(token: Callable[..., str]) -> None:
    sent = [_sent(token("alice"), ("a.md", TEXT.encode()), **{"Idempotency-Key": "monday"}).json()["id"] for _ in range(2)]
    assert sent[0] == sent[1]
    assert CheckedText.objects.count() == 1


def test_a_text_is_its_owners_alone_and_goes_for_good(as_: Callable[[str], Caller], token: Callable[..., str], anybody: Caller) -> None:
    place = f"/audits/{_sent(token('alice'), ('a.md', TEXT.encode())).json()['id']}"
    for name in ("bob", "carol", "dave", "erin", "frank"):
        for method, path in (("GET", place), ("GET", f"{place}/report"), ("DELETE", place)):
            is_problem(as_(name).call(method, path), 404)
        assert as_(name).ok("GET", "/audits")["total"] == 0
    for method, path in (("GET", place), ("GET", "/audits"), ("DELETE", place), ("POST", "/audits")):
        is_problem(anybody.call(method, path), 401)
    assert as_("alice").call("DELETE", place).status_code == 204
    is_problem(as_("alice").get(place), 404)
    assert not CheckedText.objects.exists()
    assert Job.objects.get().state == Job.State.CANCELLED


@pytest.mark.parametrize(
    ("method", "path", "scope"), [("POST", "/audits", "ask"), ("GET", "/audits", "read"), ("DELETE", "/audits/{id}", "write")]
)
def test_each_operation_needs_its_scope(token: Callable[..., str], method: str, path: str, scope: str) -> None:
    identifier = _sent(token("alice"), ("a.md", TEXT.encode())).json()["id"]
    others = [one for one in ("ask", "read", "write", "library") if one != scope]
    body = {"text": LONG} if method == "POST" else None
    is_problem(Caller(token("alice", *others)).call(method, path.format(id=identifier), body), 403)
    assert Caller(token("alice", scope)).call(method, path.format(id=identifier), body).status_code in (200, 202, 204)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": " "}, 400),
        ({"text": TEXT, "url": "https://example.org/"}, 400),
        ({"url": "file:///etc/passwd"}, 400),
        ({"url": "https://example.org/"}, 403),
        ({"words": TEXT}, 422),
        ({"text": 5}, 422),
        ({"text": "x" * 1_600_000}, 422),
        ({"text": "a\0b"}, 400),
        (b"[", 400),
        ([], 422),
    ],
)
def test_a_body_that_cannot_be_used_is_a_problem(as_: Callable[[str], Caller], body: Any, status: int) -> None:
    is_problem(as_("alice").post("/audits", body), status)
    assert not CheckedText.objects.exists()


def test_too_much_too_many_and_nothing_are_refused_and_not_kept(token: Callable[..., str], as_: Callable[[str], Caller]) -> None:
    secret = token("alice")
    before = set((web_home() / "uploads" / "incoming").iterdir()) if (web_home() / "uploads" / "incoming").is_dir() else set()
    is_problem(_sent(secret, ("huge.txt", b"x" * 26_000_000)), 413)
    is_problem(_sent(secret, ("a.md", b"# A"), ("b.md", b"# B")), 400)
    is_problem(_sent(secret, ("a.md", b"")), 400)
    is_problem(_sent(secret, ("a.md", b"# A"), field="files"), 400)
    is_problem(as_("alice").call("POST", "/audits", b"garbage", content_type="multipart/form-data; boundary=x"), 400)
    is_problem(as_("alice").call("POST", "/audits", b"words", content_type="text/plain"), 415)
    is_problem(as_("alice").call("POST", "/audits", json.dumps({"text": "x" * 2_100_000})), 413)
    assert not CheckedText.objects.exists()
    assert set((web_home() / "uploads" / "incoming").iterdir()) <= before


def test_a_session_needs_its_csrf_token(people: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(people["alice"], backend="django.contrib.auth.backends.ModelBackend")
    is_problem(client.post("/api/v1/audits", json.dumps({"text": LONG}), content_type="application/json"), 403)
    client.get("/check/")
    csrf = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post("/api/v1/audits", json.dumps({"text": LONG}), content_type="application/json", headers=csrf).status_code == 202
    upload = {"file": SimpleUploadedFile("a.md", TEXT.encode())}
    assert client.post("/api/v1/audits", upload, headers=csrf).status_code == 202
