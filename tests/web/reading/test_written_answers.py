"""A model writes beside a finished page: only checked sentences arrive, and whatever it does, the page is whole."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.models import scripted
from tests.models.scripted import Server, saying, serving
from tests.web.conftest import QUESTION

pytestmark = pytest.mark.django_db
WORDS = "fluoroscopy-guided interspinous infiltration lowered mean pain"
CLOSE = f"In Baastrup's disease, {WORDS}."
LIE = f"In Baastrup's disease, gabapentin and {WORDS}."


def close(handler: scripted.Handler) -> None:
    """A good sentence and a lie."""
    handler.events([saying(*_draft(handler))])


def dies(handler: scripted.Handler) -> None:
    """A good sentence, then the server is gone in mid-stream."""
    handler.events([saying(*_draft(handler))[:-30]], finish=False)
    handler.close_connection = True


def _draft(handler: scripted.Handler) -> list[tuple[str, list[int]]]:
    quotes = json.loads(handler.server.asked[-1]["messages"][1]["content"])["quotes"]
    number = next(one["number"] for one in quotes if WORDS in one["words"])
    return [(CLOSE, [number]), (LIE, [number])]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Any]:
    """Turns written answers on, for a server."""
    from pincite.web import configuration, writing

    def on(server: Server, **more: str) -> None:
        told = {"PINCITE_MODEL_URL": server.url, "PINCITE_MODEL": "scripted", "PINCITE_MODEL_SECONDS": "5", **more}
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        configuration.engine_settings.cache_clear()
        settings.WEB = settings.WEB.model_copy(update={"written": True})
        writing.forget()

    yield on
    writing.forget()


def events(client: Client) -> list[tuple[str, dict[str, str]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the test client reads an asynchronous stream at once
        text = b"".join(client.get("/ask/written", {"q": QUESTION})).decode()  # type: ignore[arg-type]
    found = []
    for block in filter(None, text.split("\n\n")):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_without_the_setting_no_page_offers_it_and_nothing_is_asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(close) as server:
        monkeypatch.setenv("PINCITE_MODEL_URL", server.url)
        monkeypatch.setenv("PINCITE_MODEL", "scripted")
        assert "data-writing" not in client.get("/ask", {"q": QUESTION}).content.decode()
        assert client.get("/ask/written", {"q": QUESTION}).status_code == 404
        assert client.get("/ask", {"q": QUESTION, "written": "1"}).status_code == 200
    assert not server.asked


def test_checked_sentences_stream_in_and_the_lie_never_does(client: Client, site: Any) -> None:
    with serving(close) as server:
        site(server)
        page = client.get("/ask", {"q": QUESTION}).content.decode()
        assert 'data-writing="/ask/written?' in page
        assert "writing.js" in page
        assert not server.asked  # the page itself waits for nothing
        found = events(client)
    assert [name for name, _ in found] == ["said", "done"]
    assert found[0][1]["text"] == CLOSE
    html = found[1][1]["html"]
    assert 'id="bottom-line"' in html
    assert "written by scripted, every sentence checked against its quotes; 3 rejected" in html
    assert "gabapentin and" not in json.dumps(found)


@pytest.mark.parametrize(
    ("does", "said"), [(dies, 1), (scripted.is_a_web_page, 0), (scripted.hangs, 0), (scripted.closes, 0), (scripted.sends_ten_megabytes, 0)]
)
def test_a_model_that_fails_leaves_a_whole_page(does: scripted.Reply, said: int, client: Client, site: Any) -> None:
    with serving(does) as server:
        site(server, PINCITE_MODEL_SECONDS="0.5" if does is scripted.hangs else "10")
        found = events(client)
        page = client.get("/ask", {"q": QUESTION, "written": "1"}).content.decode()
    assert [name for name, _ in found] == ["said"] * said + ["done"]
    for whole in (found[-1][1]["html"], page):
        assert 'id="bottom-line"' in whole
        assert 'id="steps"' in whole
        assert "It did not finish" in whole or "In the sources&#x27; own words: " in whole


def test_without_scripts_the_whole_page_comes_within_the_budget(client: Client, site: Any) -> None:
    with serving(close) as server:
        site(server)
        assert "written=1" in client.get("/ask", {"q": QUESTION}).content.decode()
        page = client.get("/ask", {"q": QUESTION, "written": "1"}).content.decode()
        assert "every sentence checked against its quotes" in page
        asked = len(server.asked)
        word = client.get("/ask/download/json", {"q": QUESTION, "written": "1"})
        assert len(server.asked) == asked  # kept: the file is the page
    assert json.loads(word.content)["composer"] == "model:scripted"


def test_a_model_elsewhere_is_warned_of_on_the_page(client: Client, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(close) as server:
        site(server, PINCITE_MODEL_URL="https://models.example.org/v1")
        page = client.get("/ask", {"q": QUESTION}).content.decode()
    assert "Questions leave this computer" in page
    assert "data-writing-start" in page  # nothing is sent before the visitor asks for it


def test_a_busy_model_is_not_waited_for(client: Client, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from pincite.web import writing

    with serving(close) as server:
        site(server)
        full = threading.BoundedSemaphore(1)
        full.acquire()
        monkeypatch.setattr(writing, "_free", full)
        found = events(client)
        full.release()
    assert [name for name, _ in found] == ["done"]
    assert "busy" in found[0][1]["html"]
    assert not server.asked


def test_an_editor_sees_a_proposal_with_its_verdict_before_it_is_saved(client: Client, site: Any, people: Any, article: Any) -> None:
    from pincite.web.editorial import actions, content

    held = next(one for one in content.placed(actions.content_of(article.current)) if WORDS in one.statement.text)
    client.force_login(people["carol"])
    for text, says in ((CLOSE, "bear it out"), (LIE, "do not bear out")):
        with serving(saying((text, [1]))) as server:
            site(server)
            address = f"/editorial/articles/{article.pk}"
            assert "Say this more simply" in client.get(f"{address}/edit").content.decode()
            page = client.post(f"{address}/simpler", {"key": held.key, "base": article.current.sha256}).content.decode()
        assert says in page
        assert text.replace("'", "&#x27;") in page
    article.refresh_from_db()
    assert article.revisions.count() == 1


def test_a_model_that_fails_an_editor_is_a_line(client: Client, site: Any, people: Any, article: Any) -> None:
    from pincite.web.editorial import actions, content

    held = next(content.placed(actions.content_of(article.current)))
    client.force_login(people["carol"])
    with serving(scripted.refuses) as server:
        site(server)
        reply = client.post(f"/editorial/articles/{article.pk}/simpler", {"key": held.key})
    assert reply.status_code == 409
    assert "refused to answer" in reply.content.decode()


def test_who_may_not_edit_gets_no_proposal(client: Client, site: Any, people: Any, article: Any) -> None:
    with serving(close) as server:
        site(server)
        client.force_login(people["frank"])
        assert client.post(f"/editorial/articles/{article.pk}/simpler", {"key": "x"}).status_code in (403, 404)
    assert not server.asked
