"""A source at its quote: as a page, as a fragment, as a card, after it changed, after it went."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from answer_pages import QUESTION, ask, pins
from django.test import Client


def test_the_page_names_the_source_and_leads_back(client: Client) -> None:
    address = pins(client.get(ask()).content.decode())[0]
    body = client.get(address).content.decode()
    for words in (
        "<mark",
        "Abstract",
        "systematic review",
        "status unknown",
        "summary record",
        "The whole document",
        "Copy citation",
        "Back to the answer",
    ):
        assert words in body
    assert "<html" in body


def test_htmx_gets_the_source_without_the_page_around_it(client: Client) -> None:
    address = pins(client.get(ask()).content.decode())[0]
    response = client.get(address, headers={"HX-Request": "true"})
    body = response.content.decode()
    assert "<html" not in body
    assert "<mark" in body
    assert "HX-Request" in response.headers["Vary"]
    card = client.get(address + "&card=1").content.decode()
    assert "<mark" not in card
    assert "systematic review" in card
    assert len(card) < 2500


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/nowhere/at/all", "/ask?q=a\nb"]
)
def test_the_way_back_leads_nowhere_else(client: Client, back: str) -> None:
    address = pins(client.get(ask()).content.decode())[0].split("?")[0]
    body = client.get(address, {"start": "0", "end": "10", "from": back}).content.decode()
    assert "evil" not in body
    assert "Back to" not in body
    assert "javascript:" not in body


@pytest.mark.parametrize(("start", "end"), [("999999999", "9999999999"), ("x", "y"), ("-1", "5"), ("10", "5"), ("0", "99999999")])
def test_a_place_that_is_not_in_the_text_breaks_nothing(client: Client, start: str, end: str) -> None:
    address = pins(client.get(ask()).content.decode())[0].split("?")[0]
    assert client.get(address, {"start": start, "end": end}).status_code == 200


def test_a_source_that_has_gone_says_so(client: Client) -> None:
    response = client.get("/source/no-such-document", {"start": "1", "end": "5"})
    assert response.status_code == 404
    assert "no longer holds this source" in response.content.decode()


def _saved(client: Client, people: dict[str, Any]) -> str:
    client.force_login(people["frank"])
    response = client.post("/threads/save", {"q": QUESTION})
    assert response.status_code == 303
    return str(response.headers["Location"])


def test_a_kept_quote_is_shown_to_its_owner_after_the_source_went(own_library: Any, client: Client, people: dict[str, Any]) -> None:
    from pincite.library.store import Library
    from pincite.web import engine

    thread = _saved(client, people)
    address = pins(client.get(thread).content.decode())[0]
    words = re.search(r'<mark id="quote">([^<]+)</mark>', client.get(address).content.decode())
    assert words
    Library.open(own_library).remove([urlsplit(address).path.removeprefix("/source/")])
    engine.forget()
    gone = client.get(address)
    assert gone.status_code == 404
    assert words[1] in gone.content.decode()
    client.force_login(people["erin"])
    assert words[1] not in client.get(address).content.decode()
    client.force_login(people["frank"])
    assert words[1] in client.get(thread).content.decode()


def test_a_changed_text_is_told_and_the_same_words_are_found_again(client: Client, people: dict[str, Any]) -> None:
    thread = _saved(client, people)
    address = pins(client.get(thread).content.decode())[0]
    sha = parse_qs(urlsplit(address).query)["sha256"][0]
    body = client.get(address.replace(sha, "0" * 16)).content.decode()
    assert "has changed since it was quoted" in body
    assert "still stand in it" in body
    assert "<mark" in body
    client.logout()
    assert "<mark" not in client.get(address.replace(sha, "0" * 16)).content.decode()


def test_hostile_words_of_a_source_stay_words(own_library: Any, client: Client) -> None:
    from pincite import ingest
    from pincite.library.store import Library
    from pincite.records import Reading

    file = own_library.parent / "hostile.md"
    file.write_text(
        "# <img src=x onerror=alert(1)> trial of kyphoplasty\n\n## Results\n\nKyphoplasty </p><script>alert(2)</script> reduced pain in 40 adults.\n"
    )
    readings = [one for one in ingest.read([file]) if isinstance(one, Reading)]
    assert readings
    Library.open(own_library).add(readings)
    document, passage = readings[0].document, readings[0].passages[-1]
    body = client.get(f"/source/{document.id}", {"start": passage.start, "end": passage.end}).content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert "<mark" in body
