"""What changed, for editors: the page, watched questions, feeds, the webhook, the mail; and what readers are told."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from pincite.errors import NetworkError
from pincite.ingest.reading import read_bytes
from pincite.library.store import Library
from pincite.records import Notice, Reading
from pincite.web import engine
from pincite.web.accounts import tokens
from pincite.web.editorial import actions, living, webhook
from pincite.web.editorial.models import AuditRow
from pincite.web.jobs import duties, worker
from pincite.web.jobs.models import Job
from pincite.web.jobs.work import KINDS
from tests.living.labels import MAXIMUM, label
from tests.web.articles.changing import publish

PAGE = "/editorial/changes/"
DOSE = "What is the maximum dose of naproxen?"
ACUPUNCTURE = "Which patients with chronic low back pain benefit from acupuncture?"
ACP, TRIAL = "acp-2017-noninvasive-low-back-pain", "pmcid:PMC2758834"
OLD, NEW = MAXIMUM.format(most="1,500 mg"), MAXIMUM.format(most="1,000 mg")


@pytest.fixture(autouse=True)
def _by_words_alone(_own_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_ENCODER", "none")


@pytest.fixture
def held(own_library: Path, people: dict[str, Any]) -> Library:
    """A library of the test's own that holds the label."""
    library = Library.open(own_library)
    library.add([label()])
    engine.forget()
    return library


def lowered(library: Library) -> None:
    """The maker lowers the maximum dose."""
    library.add([label(version=2, date="20260301", most="1,000 mg")])
    engine.look_again()


def work(*kinds: str) -> list[Job]:
    """Everything that is due now of these kinds, done."""
    duties.look()
    done = []
    while (job := next(iter(Job.objects.filter(kind__in=kinds, state="queued").order_by("created_at")), None)) is not None:
        worker.run_once(pk=job.pk)
        job.refresh_from_db()
        done.append(job)
        if job.state != "done":
            break
    return done


def signed_in(people: dict[str, Any], name: str) -> Client:
    client = Client()
    client.force_login(people[name])
    return client


@pytest.mark.parametrize("who", ["alice", "bob", "dave", "erin", "frank"])
def test_only_editors_see_what_changed(held: Library, people: dict[str, Any], who: str) -> None:
    client = signed_in(people, who)
    assert client.get(PAGE).status_code == 403
    for address, sent in (("watch", {"question": DOSE}), ("unwatch", {"watch": "x"}), ("handle", {"key": "x"})):
        assert client.post(f"{PAGE}{address}", sent).status_code == 403
    assert client.get(f"{PAGE}feed.atom").status_code == 403
    assert Client().get(PAGE).status_code == 302
    assert Client().get(f"{PAGE}feed.json").status_code == 403


def test_a_lower_dose_is_told_with_both_sentences_the_article_and_the_changed_answer(held: Library, people: dict[str, Any]) -> None:
    carol = signed_in(people, "carol")
    assert carol.post(f"{PAGE}watch", {"question": DOSE, "audience": "clinician"}).status_code == 303
    article = publish(actions.send(engine.ask(engine.Asked(DOSE)), by=people["alice"]), people)
    assert "Nothing changed" in carol.get(PAGE).content.decode()
    lowered(held)
    assert [job.report["changed"] for job in work("watch-questions")] == [1]
    assert work("watch-questions") == []
    page = carol.get(PAGE).content.decode()
    for words in (f"<del>{OLD}</del>", f"<ins>{NEW}</ins>", f"/editorial/articles/{article.pk}/", "answer changed", "The source now reads"):
        assert words in page
    assert living.recheck() > 0
    kinds = {alert.kind for alert in living.banner(article)}
    assert {"dose", "replaced"} <= kinds
    (dose,) = [alert for alert in living.banner(article) if alert.kind == "dose"]
    assert (dose.old_quote, dose.new_quote) == (OLD, NEW)
    public = Client().get(article.get_absolute_url()).content.decode()
    assert "Changed since this text was approved" in public
    assert "The doses in" in public
    assert living.recheck() == 0


def test_what_was_handled_leaves_the_page_once_and_is_written_down(held: Library, people: dict[str, Any]) -> None:
    carol = signed_in(people, "carol")
    lowered(held)
    page = carol.get(PAGE).content.decode()
    key = page.partition('name="key" value="')[2].partition('"')[0]
    for _ in range(2):
        assert carol.post(f"{PAGE}handle", {"key": key}).status_code == 303
    assert AuditRow.objects.filter(action="handle-change", subject=key).count() == 1
    assert "Nothing changed" in carol.get(PAGE).content.decode()
    assert "Handled by Carol" in carol.get(f"{PAGE}?all=1").content.decode()
    assert carol.post(f"{PAGE}handle", {"key": "event:nothing"}).status_code == 404
    assert carol.get(f"{PAGE}handle").status_code == 405


def test_a_watch_is_ended_and_each_step_is_written_down(held: Library, people: dict[str, Any]) -> None:
    carol = signed_in(people, "carol")
    carol.post(f"{PAGE}watch", {"question": f" {DOSE} ", "audience": "patient"})
    page = carol.get(PAGE).content.decode()
    assert "for patients, up to date" in page
    name = page.partition('name="watch" value="')[2].partition('"')[0]
    assert carol.post(f"{PAGE}unwatch", {"watch": name}).status_code == 303
    assert "No question is watched" in carol.get(PAGE).content.decode()
    assert carol.post(f"{PAGE}unwatch", {"watch": name}).status_code == 404
    assert carol.post(f"{PAGE}watch", {"question": " "}).status_code == 409
    assert list(AuditRow.objects.filter(subject=f"watch:{name}").order_by("sequence").values_list("action", flat=True)) == [
        "watch",
        "unwatch",
    ]


def test_hostile_words_of_a_source_stay_words(held: Library, people: dict[str, Any]) -> None:
    carol = signed_in(people, "carol")
    held.add([label(version=2, date="20260301", uses="Use &lt;script&gt;alert(1)&lt;/script&gt; for the relief of pain.")])
    engine.look_again()
    page = carol.get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- feeds -----------------------------------------------------------------------------------------------------------


def test_the_feeds_open_to_an_editors_token_of_that_scope_and_to_no_other(held: Library, people: dict[str, Any]) -> None:
    lowered(held)
    _, secret = tokens.issue(by=people["carol"], name="Reader", scopes=["changes"], expires_at=None)
    _, other = tokens.issue(by=people["carol"], name="Other", scopes=["read"], expires_at=None)
    assert "changes" not in tokens.scopes_for(people["dave"])
    for found in (
        Client().get(f"{PAGE}feed.atom", {"token": secret}),
        Client().get(f"{PAGE}feed.atom", headers={"Authorization": f"Bearer {secret}"}),
        signed_in(people, "carol").get(f"{PAGE}feed.atom"),
    ):
        assert found.status_code == 200
        assert "private" in found["Cache-Control"]
        feed = Xml.fromstring(found.content)
        assert NEW in (feed.findtext("{*}entry/{*}content") or "")
    told = json.loads(Client().get(f"{PAGE}feed.json", {"token": secret}).content)
    assert len(told["items"]) == 1
    assert Client().get(f"{PAGE}feed.json", {"token": other}).status_code == 403
    assert Client().get(f"{PAGE}feed.json", {"token": "pin_wrong"}).status_code == 401


# --- webhook ---------------------------------------------------------------------------------------------------------

SECRET = "a secret of at least sixteen"


class Receiver:
    """A server on loopback that keeps what it is sent and answers with the statuses it was given, then 204."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.sent.append((dict(self.headers), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/changes?from=pincite"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return lambda **values: monkeypatch.setattr(settings, "WEB", settings.WEB.model_copy(update=values))


def test_the_webhook_is_told_once_signed_and_from_the_next_change_on(held: Library, receiver: Receiver, configured: Any) -> None:
    assert work("tell-changes") == []  # off unless configured
    configured(webhook_url=receiver.url, webhook_secret=SECRET, webhook_private=True)
    assert [job.report["told"] for job in work("tell-changes")] == [0]  # what was before is not told
    lowered(held)
    assert [job.report["told"] for job in work("tell-changes")] == [1]
    assert work("tell-changes") == []
    ((headers, body),) = receiver.sent
    stamp, _, told = headers["Pincite-Signature"].removeprefix("t=").partition(",v1=")
    assert hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() == told
    event = json.loads(body)["events"][0]
    assert (event["kinds"], event["sentences"][0]["new"]) == (["dose", "version", "text"], NEW)


def test_a_webhook_that_fails_is_tried_again_with_the_same_words(held: Library, receiver: Receiver, configured: Any) -> None:
    configured(webhook_url=receiver.url, webhook_secret=SECRET, webhook_private=True)
    work("tell-changes")
    lowered(held)
    receiver.statuses = [500, 302]
    (job,) = work("tell-changes")
    assert job.state == "queued"
    for _ in range(2):
        Job.objects.filter(pk=job.pk).update(not_before=None)
        worker.run_once(pk=job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert len(receiver.sent) == 3
    assert len({headers["Pincite-Delivery"] for headers, _ in receiver.sent}) == 1


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://localhost/", "http://[::1]/", "ftp://example.org/"]
)
def test_the_webhook_reaches_no_private_address_unless_it_may(url: str, receiver: Receiver) -> None:
    for address in (url, receiver.url):
        with pytest.raises(NetworkError):
            webhook.deliver(b"{}", url=address, secret=SECRET, timestamp=1)
    assert receiver.sent == []


def test_the_editors_are_mailed_once_a_day_what_is_new_and_not_handled(
    held: Library, people: dict[str, Any], configured: Any, django_capture_on_commit_callbacks: Any
) -> None:
    configured(change_mail=True)
    assert [job.report["mailed"] for job in work("mail-changes")] == [0]
    assert work("mail-changes") == []  # of this day
    lowered(held)
    mail.outbox.clear()
    Job.objects.filter(kind="mail-changes").delete()  # the next day
    with django_capture_on_commit_callbacks(execute=True):
        assert [job.report["mailed"] for job in work("mail-changes")] == [1]
    assert {message.to[0] for message in mail.outbox} == {"carol@example.org", "heidi@example.org"}
    assert NEW in mail.outbox[0].body
    Job.objects.filter(kind="mail-changes").delete()
    assert [job.report["mailed"] for job in work("mail-changes")] == [0]


def test_every_kind_of_work_about_changes_is_known() -> None:
    assert {"watch-questions", "tell-changes", "mail-changes"} <= set(KINDS)


# --- readers ---------------------------------------------------------------------------------------------------------


def test_a_retraction_list_changes_the_answer_and_flags_what_used_it(held: Library, people: dict[str, Any], corpora: Path) -> None:
    data = (corpora / "jats" / "PMC2758834.nxml").read_bytes()
    held.add([one for one in read_bytes("PMC2758834.nxml", data) if isinstance(one, Reading)])
    engine.look_again()
    frank = signed_in(people, "frank")
    before = frank.get("/ask", {"q": ACUPUNCTURE}).content.decode()
    thread = frank.post("/threads/save", {"q": ACUPUNCTURE}).headers["Location"]
    assert "Changed since" not in frank.get(thread).content.decode()
    article = publish(actions.send(engine.ask(engine.Asked(ACUPUNCTURE)), by=people["alice"]), people)

    told = Notice(kind="retraction", by="Retraction Watch", date="2026-10-01")
    held.look_up({"doi:10.1186/1471-2474-10-114": [told], "doi:10.7326/M16-2367": [told]}, by="Retraction Watch", on="2026-11-20")
    engine.look_again()
    after = frank.get("/ask", {"q": ACUPUNCTURE}).content.decode()
    assert "Left out on purpose" in after
    left_out = after.partition("Left out on purpose")[2].partition("</section>")[0]
    for name in (ACP, TRIAL):
        assert f"/library/document/{name}" in left_out
    assert left_out.count(": retracted") == 2
    assert "retracted" not in before
    kept = frank.get(thread).content.decode()
    assert kept.count("was retracted; this answer used it") == 2
    assert living.recheck() == 2
    assert {(alert.kind, alert.document_id) for alert in living.banner(article)} == {("retracted", ACP), ("retracted", TRIAL)}
    assert "was retracted" in Client().get(article.get_absolute_url()).content.decode()
    page = frank.get(f"/library/document/{TRIAL}").content.decode()
    assert "yes, looked up on 20 November 2026" in page
    assert "Not used to answer" in page


def test_a_saved_answer_shows_both_wordings_and_links_to_where_the_others_stand_now(held: Library, people: dict[str, Any]) -> None:
    frank = signed_in(people, "frank")
    thread = frank.post("/threads/save", {"q": DOSE}).headers["Location"]
    lowered(held)
    page = frank.get(thread).content.decode()
    assert f"“{OLD}”" in page
    assert f"It now reads: “{NEW}”" in page


def test_a_librarian_marks_a_source_and_nobody_else(held: Library, people: dict[str, Any]) -> None:
    name = label().document.id
    dave = signed_in(people, "dave")
    for who in ("carol", "alice", "frank", "erin"):
        assert signed_in(people, who).post("/library/mark", {"document": name, "mark": "local"}).status_code == 403
    assert Client().post("/library/mark", {"document": name, "mark": "local"}).status_code == 403
    for _ in range(2):
        assert dave.post("/library/mark", {"document": name, "mark": "local"}).status_code == 303
    page = dave.get(f"/library/document/{name}").content.decode()
    assert "local guidance" in page
    assert "Leads its tier" not in Client().get(f"/library/document/{name}").content.decode()
    assert "local guidance" in Client().get("/ask", {"q": DOSE}).content.decode()
    assert dave.post("/library/mark", {"document": name, "mark": "best"}).status_code == 409
    assert dave.post("/library/mark", {"document": name, "mark": "none"}).status_code == 303
    rows = AuditRow.objects.filter(action="mark", subject=f"document:{name}").order_by("sequence")
    assert [row.detail["mark"] for row in rows] == ["local", "none"]


def test_a_superseded_guideline_says_by_what_and_a_librarian_can_undo_it(held: Library, people: dict[str, Any]) -> None:
    dave = signed_in(people, "dave")
    name = "acr-2014-management-vertebral-compression-fractures"
    page = dave.get(f"/library/document/{name}").content.decode()
    assert "acr-2018-management-vertebral-compression-fractures" in page
    assert "It is not superseded" in page
    assert dave.post("/library/mark", {"document": name, "mark": "stands"}).status_code == 303
    assert "Let newer issues supersede it" in dave.get(f"/library/document/{name}").content.decode()
    assert not held.refresh().document(name).superseded_by
