"""Adding, retiring and restoring: who may, what is written down, what hostile uploads come to."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pincite.library.guarding import writing
from pincite.library.store import Library
from pincite.pipeline import ask
from pincite.records import Answer
from pincite.web import engine
from pincite.web.configuration import web_home
from pincite.web.editorial import audit_trail
from pincite.web.editorial.models import AuditRow
from pincite.web.editorial.policies import Refused
from pincite.web.jobs import worker
from pincite.web.jobs.models import Job
from pincite.web.library import actions, ingesting, uploads

QUESTION = "What is the treatment for Baastrup's disease?"
CARE = b"# Care after a knee sprain\n\nRest for two days is advised. Ibuprofen 400 mg relieved pain.\n"


@pytest.fixture
def dave(client: Client, people: dict[str, Any], own_library: Path) -> Client:
    """A librarian's browser on a library of its own."""
    client.force_login(people["dave"])
    return client


def sent(client: Client, *files: tuple[str, bytes], **fields: str) -> Any:
    uploaded = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post("/library/add", {"files": uploaded, "format": "md", "once": "1", **fields})


def work() -> None:
    while worker.run_once() is not None:
        pass


def left_of_uploads() -> list[str]:
    return sorted(str(one.relative_to(web_home())) for one in (web_home() / "uploads").rglob("*") if one.is_file())


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "erin", "frank"])
def test_only_librarians_change_the_library(client: Client, people: dict[str, Any], who: str, answer: Answer) -> None:
    client.force_login(people[who])
    name = answer.references[0].document_id
    for address in ("/library/add", f"/library/retire?document={name}", f"/library/restore?document={name}", "/jobs/"):
        assert client.get(address).status_code == 403, address
    assert sent(client, ("a.md", CARE)).status_code == 403
    assert client.post("/library/retire", {"document": name, "why": "x"}).status_code == 403
    assert client.post("/library/restore", {"document": name}).status_code == 403
    for attempt in (
        lambda: actions.retire(name, by=people[who], why="x"),
        lambda: actions.restore(name, by=people[who]),
        lambda: actions.add([], by=people[who]),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.kind == "forbidden"
    assert not AuditRow.objects.exists()
    assert not Job.objects.exists()


def test_a_visitor_is_asked_to_sign_in(client: Client, db: Any) -> None:
    response = client.get("/library/add")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=/library/add")


def test_a_closed_account_may_nothing(people: dict[str, Any]) -> None:
    people["dave"].is_active = False
    assert not actions.may(people["dave"])


def test_a_form_without_its_token_adds_nothing(people: dict[str, Any], own_library: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["dave"])
    assert sent(client, ("a.md", CARE)).status_code == 403
    assert not Job.objects.exists()
    assert left_of_uploads() == [] or all("incoming" in one for one in left_of_uploads())


# --- adding ----------------------------------------------------------------------------------------------------------


def test_an_upload_becomes_a_document_a_report_and_two_audit_rows(dave: Client) -> None:
    response = sent(dave, ("care.md", CARE), ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)))
    assert response.status_code == 303
    address = response.headers["Location"]
    assert "Waiting" in dave.get(address).content.decode()
    work()
    shown = dave.get(address).content.decode()
    assert "Care after a knee sprain" in shown
    assert "1 added" in shown
    assert "is of a kind that is not read" in shown
    assert left_of_uploads() == []
    assert list(AuditRow.objects.values_list("action", flat=True)) == ["upload", "add-documents"]
    assert AuditRow.objects.filter(actor="dave").count() == 2
    assert audit_trail.verify().broken is None
    assert Library.open(engine.library().place).verify().clean
    assert Job.objects.get(kind="ingest").report["files"][0]["documents"][0]["outcome"] == "added"


def test_a_pasted_text_is_added_under_the_name_given(dave: Client) -> None:
    response = sent(dave, text=CARE.decode(), title="../../Ward/protocol.v2", format="md")
    work()
    job = Job.objects.get(pk=response.headers["Location"].split("/")[2])
    file = job.report["files"][0]
    assert (file["name"], file["counts"]) == ("Ward protocol v2.md", {"added": 1})


def test_the_same_again_changes_nothing_and_the_same_form_makes_one_job(dave: Client) -> None:
    first, again = sent(dave, ("a.md", CARE)), sent(dave, ("a.md", CARE))
    assert first.headers["Location"] == again.headers["Location"]
    sent(dave, ("b.md", CARE), once="2")
    work()
    counts = [job.report["counts"] for job in Job.objects.filter(kind="ingest").order_by("created_at")]
    assert counts == [{"added": 1}, {"unchanged": 1}]


def test_an_empty_form_and_an_empty_file_say_what_is_missing(dave: Client) -> None:
    assert "Choose at least one file" in sent(dave).content.decode()
    response = sent(dave, ("empty.md", b""))
    assert response.status_code == 400
    assert "Choose at least one file" in response.content.decode() or "empty" in response.content.decode()
    assert not Job.objects.exists()


def test_too_much_is_refused_while_it_is_still_coming(dave: Client, settings: Any) -> None:
    settings.WEB = settings.WEB.model_copy(update={"max_upload_bytes": 300_000})
    response = sent(dave, ("big.md", b"x" * 400_000))
    assert response.status_code == 413
    assert "cannot be sent" in response.content.decode()
    assert left_of_uploads() == []
    response = sent(dave, *[(f"{number}.md", b"x") for number in range(uploads.MOST_FILES + 1)])
    assert response.status_code == 413
    assert "At most 50 files" in response.content.decode()
    assert not Job.objects.exists()
    assert left_of_uploads() == []


def test_a_pasted_text_too_large_for_a_form_is_told_so(dave: Client) -> None:
    response = sent(dave, text="ä" * 1_400_000)
    assert response.status_code == 413
    assert "Send it as a file" in response.content.decode()


def test_files_lie_in_a_private_folder_under_numbers(dave: Client) -> None:
    sent(dave, ("../../../etc/passwd", CARE))
    (file,) = left_of_uploads()
    folder = web_home() / "uploads"
    assert file.endswith("/0")
    assert (folder.stat().st_mode & 0o777, (web_home() / file).stat().st_mode & 0o777) == (0o700, 0o600)
    assert Job.objects.get().payload["files"][0]["name"] == "passwd"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\me\\a.pdf", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x\r\nSet-Cookie: a", "x Set-Cookie: a"),
        ("", "a file without a name"),
        ("/", "a file without a name"),
        ("n" * 500 + ".pdf", "n" * 196 + ".pdf"),
    ],
)
def test_a_file_name_is_shown_and_nothing_more(name: str, shown: str) -> None:
    assert uploads.shown_name(name) == shown


@pytest.mark.parametrize(
    ("name", "given"),
    [("a.pdf", "a"), ("a.exe", "a"), ("v1.2 notes.MD", "v1_2 notes.md"), ("plain", "plain"), (".docx", "file"), ("a.b.html", "a_b.html")],
)
def test_a_kind_is_told_by_content_and_an_ending_only_tells_texts_apart(name: str, given: str) -> None:
    assert uploads.reading_name(name) == given


def test_hostile_files_are_refused_one_by_one_and_the_rest_goes_on(dave: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 50_000_000)
    outside = io.BytesIO()
    with zipfile.ZipFile(outside, "w") as archive:
        archive.writestr("../../evil.md", CARE)
    entities = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><article article-type="x"><front>&x;</front></article>'
    names = ("bomb.zip", "outside.zip", "entities.xml", "broken.pdf", "care.pdf")
    response = sent(dave, *zip(names, (bomb.getvalue(), outside.getvalue(), entities, b"%PDF-1.7 nothing", CARE), strict=True))
    work()
    files = {file["name"]: file for file in Job.objects.get(pk=response.headers["Location"].split("/")[2]).report["files"]}
    for name in names[:4]:
        assert files[name]["read"] == 0, files[name]
        assert files[name]["unread"], name
    assert files["care.pdf"]["counts"] == {"added": 1}  # markdown, whatever its name says
    assert dave.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"MEMORY": 25_000_000}, "broke the reader"),
        ({"WALL_SECONDS": 0}, "took longer than"),
    ],
)
def test_a_file_that_is_too_much_for_its_process_is_refused_with_the_reason(
    dave: Client, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int], reason: str
) -> None:
    for name, value in limits.items():
        monkeypatch.setattr(ingesting, name, value)
    sent(dave, ("care.md", CARE))
    work()
    job = Job.objects.get(kind="ingest")
    assert job.state == Job.State.DONE
    assert reason in job.report["files"][0]["unread"][0]["reason"]
    assert job.report["counts"] == {}


def test_an_attempt_after_a_killed_one_gives_the_report_that_the_first_would_have_given(
    dave: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = engine.library().state().documents
    sent(dave, ("care.md", CARE))
    tell = ingesting.audit_trail.append

    def dies(**_: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(ingesting.audit_trail, "append", dies)
    worker.run_once()
    job = Job.objects.get(kind="ingest")
    assert job.state == Job.State.QUEUED
    assert Library.open(engine.library().place).state().documents == before + 1  # it was added
    monkeypatch.setattr(ingesting.audit_trail, "append", tell)
    Job.objects.update(not_before=None)
    work()
    job.refresh_from_db()
    assert (job.state, job.report["counts"]) == (Job.State.DONE, {"added": 1})
    assert AuditRow.objects.filter(action="add-documents").count() == 1


def test_uploads_that_belong_to_nothing_are_swept_away_after_a_day(dave: Client) -> None:
    import os

    sent(dave, ("care.md", CARE))
    kept = left_of_uploads()
    orphan, new = uploads.pasted("x", name="a").path, uploads.pasted("x", name="b").path
    os.utime(orphan, (1, 1))
    assert uploads.sweep() == 1
    assert not orphan.exists()
    assert new.exists()
    assert set(kept) < set(left_of_uploads())


# --- jobs' pages -----------------------------------------------------------------------------------------------------


def test_a_job_is_seen_by_librarians_and_whoever_made_it(client: Client, people: dict[str, Any]) -> None:
    job = Job.objects.create(kind="test", key="a", created_by=people["frank"], total=4, done=1, state=Job.State.RUNNING, says="<b>half</b>")
    for who, status in ((None, 404), ("alice", 404), ("erin", 404), ("frank", 200), ("dave", 200)):
        client.logout()
        if who:
            client.force_login(people[who])
        assert client.get(f"/jobs/{job.pk}/").status_code == status, who
    shown = client.get(f"/jobs/{job.pk}/").content.decode()
    assert '<progress aria-label="Progress" max="4" value="1">' in shown
    assert "<b>half" not in shown
    part = client.get(f"/jobs/{job.pk}/", headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 1s"' in part


def test_a_job_that_has_ended_asks_no_more(dave: Client) -> None:
    job = Job.objects.create(kind="test", key="a", state=Job.State.FAILED, report={"failed": "the <b>disk</b> is full"}, attempts=5)
    shown = dave.get(f"/jobs/{job.pk}/").content.decode()
    assert "every 1s" not in shown
    assert "the &lt;b&gt;disk" in shown


def test_a_librarian_stops_a_job_and_nobody_else_does(client: Client, people: dict[str, Any]) -> None:
    job = Job.objects.create(kind="test", key="a", created_by=people["frank"])
    client.force_login(people["frank"])
    assert client.post(f"/jobs/{job.pk}/cancel").status_code == 403
    client.force_login(people["dave"])
    assert client.get(f"/jobs/{job.pk}/cancel").status_code == 405
    assert client.post(f"/jobs/{job.pk}/cancel").status_code == 303
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert AuditRow.objects.get().action == "cancel"


# --- retiring --------------------------------------------------------------------------------------------------------


def test_a_retired_document_answers_nothing_stays_readable_and_comes_back(dave: Client, answer: Answer) -> None:
    cited = answer.references[0]
    asked = dave.get(f"/library/retire?document={cited.document_id}")
    assert asked.status_code == 200
    response = dave.post("/library/retire", {"document": cited.document_id, "why": "our own <protocol> replaces it"})
    assert response.status_code == 303
    shown = dave.get(response.headers["Location"]).content.decode()
    assert "our own &lt;protocol&gt; replaces it" in shown
    assert "Not used to answer" in shown
    library = engine.library()
    without = ask(QUESTION, library=library)
    assert cited.document_id not in {reference.document_id for reference in without.references}
    assert (
        "retired from this library" in {left.why for left in without.left_out if left.document_id == cited.document_id}
    ) or not without.left_out
    assert [row.action for row in AuditRow.objects.all()] == ["retire"]
    assert AuditRow.objects.get().subject == f"document:{cited.document_id}"
    assert dave.post("/library/retire", {"document": cited.document_id, "why": "again"}).status_code == 409
    assert dave.post("/library/restore", {"document": cited.document_id}).status_code == 303
    assert [reference.document_id for reference in ask(QUESTION, library=engine.library()).references] == [
        reference.document_id for reference in answer.references
    ]
    assert dave.post("/library/restore", {"document": cited.document_id}).status_code == 409
    assert [row.action for row in AuditRow.objects.order_by("sequence")] == ["retire", "restore"]


def test_a_reason_is_needed(dave: Client, answer: Answer) -> None:
    assert dave.post("/library/retire", {"document": answer.references[0].document_id, "why": "  "}).status_code == 400
    assert not AuditRow.objects.exists()


def test_cut_off_between_library_and_database_the_same_action_writes_the_missing_row(
    people: dict[str, Any], own_library: Path, answer: Answer
) -> None:
    name = answer.references[0].document_id
    Library.open(own_library).retire([name], why="a copy")  # what was done before the process was killed
    actions.retire(name, by=people["dave"], why="a copy")
    assert AuditRow.objects.get().action == "retire"
    Library.open(own_library).restore([name])
    actions.restore(name, by=people["dave"])
    assert [row.action for row in AuditRow.objects.order_by("sequence")] == ["retire", "restore"]


def test_before_retiring_it_is_told_where_the_document_is_cited(dave: Client, article: Any) -> None:
    name = article.current.content["answer"]["references"][0]["document_id"]
    shown = dave.get(f"/library/retire?document={name}").content.decode()
    assert "1 article that you may not open cites it" in shown
    assert article.question not in shown.replace("&#x27;", "'")


def test_while_documents_are_added_retiring_says_to_wait(dave: Client, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    from pincite.library import writing as writer_module

    monkeypatch.setattr(writer_module, "writing", lambda place: writing(place, wait=0.0))
    name = answer.references[0].document_id
    with writing(engine.library().place):
        response = dave.post("/library/retire", {"document": name, "why": "x"})
    assert response.status_code == 409
    assert "Try again when that has finished" in response.content.decode()
    assert not AuditRow.objects.exists()
