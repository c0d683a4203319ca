"""Finding documents and reading one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pincite.library.store import Library
from pincite.records import Answer, Reading
from pincite.web import engine
from pincite.web.library import presenting
from pincite.web.library.searching import Wanted, find, folded, listed


@pytest.fixture
def ids(db: Any) -> list[str]:
    return [one.id for one in listed(engine.library())]


def page(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


def found(**wanted: Any) -> list[Any]:
    return find(engine.library(), Wanted(**wanted))


@pytest.mark.parametrize("words", ["baastrup", "BAASTRUP disease", "Baastrup's", "disease baastrup"])
def test_words_in_title_or_conditions_find_a_document_in_any_order(words: str, ids: list[str]) -> None:
    assert 0 < len(found(q=words)) < len(ids)


def test_identifiers_and_authors_are_found_and_accents_do_not_matter(ids: list[str]) -> None:
    held = next(one for one in listed(engine.library()) if one.header.pmid and one.header.authors)
    assert held in found(q=f"pmid:{held.header.pmid}")
    assert held in found(q=held.header.authors[0])
    assert folded("Ångström") == folded("angstrom")


def test_filters_narrow_and_combine(ids: list[str]) -> None:
    labels = found(tiers=("label",))
    assert labels
    assert all(one.header.tier == "label" for one in labels)
    assert len(found(tiers=("label", "guideline"))) > len(labels)
    trials = found(design="rct", since=2015)
    assert trials
    assert all(one.header.design == "rct" and (one.header.year or 9999) >= 2015 for one in trials)
    assert found(status="retired") == []
    assert all(one.header.status == "retracted" for one in found(status="retracted"))


def test_a_document_with_the_words_in_its_title_comes_first(ids: list[str]) -> None:
    assert "baastrup" in found(q="baastrup")[0].title


def test_the_list_says_what_is_held_and_pages_through_it(client: Client, ids: list[str]) -> None:
    first = page(client, "/library/")
    assert engine.library().state().version in first
    assert "Page 1 of" in first
    second = page(client, "/library/?page=2&order=title")
    assert "Page 2 of" in second
    assert "order=title&amp;page=3" in second
    assert "Add documents" not in first


def test_htmx_gets_the_results_alone(client: Client, ids: list[str]) -> None:
    part = page(client, "/library/?q=baastrup", hx_request="true")
    assert "<html" not in part
    assert "documents found" in part
    assert "#quote" in part  # passages in the text, with the quote in the link


@pytest.mark.parametrize("query", ["?q=zzzz+qqqq", "?since=2199", "?q=%00%FF", "?since=abc&tier=nonsense&page=-3", "?q=" + "x" * 5000])
def test_whatever_is_asked_gives_a_page(client: Client, ids: list[str], query: str) -> None:
    page(client, f"/library/{query}")


def test_nothing_found_says_what_to_try(client: Client, ids: list[str]) -> None:
    assert "Try fewer words" in page(client, "/library/?q=zzzz+qqqq")


def test_a_document_page_shows_every_passage_with_an_anchor(client: Client, answer: Answer, db: Any) -> None:
    name = answer.references[0].document_id
    shown = page(client, f"/library/document/{name}")
    for passage in engine.library().passages(name):
        assert f'id="p{passage.ordinal}"' in shown
    assert answer.references[0].text_sha256 in shown


def test_the_quoted_words_and_only_they_are_marked(client: Client, answer: Answer, db: Any) -> None:
    citation = answer.bottom_line[0].citations[0]
    shown = page(client, f"/library/document/{citation.document_id}?start={citation.quote.start}&end={citation.quote.end}")
    marked = shown.partition('<mark id="quote">')[2].partition("</mark>")[0]
    from html import unescape

    assert unescape(marked) == citation.quote.exact
    assert shown.count("<mark") == 1


@pytest.mark.parametrize(
    "query",
    ["?start=5", "?start=9&end=3", "?start=0&end=99999999999999999999", "?page=99999", "?page=x", "?passage=7777", "?start=-1&end=²"],
)
def test_an_odd_address_shows_the_document_without_a_mark(client: Client, ids: list[str], query: str) -> None:
    assert "<mark" not in page(client, f"/library/document/{ids[0]}{query}")


def test_a_document_is_found_by_its_identifier_too(client: Client, ids: list[str]) -> None:
    held = next(one for one in listed(engine.library()) if one.header.pmid)
    response = client.get(f"/library/document/pmid:{held.header.pmid}?start=1&end=3")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/library/document/")
    assert response.headers["Location"].endswith("?start=1&end=3")


def test_a_document_that_is_not_held_is_404_and_names_no_command(client: Client, db: Any) -> None:
    response = client.get("/library/document/nothing-of-the-sort")
    assert response.status_code == 404
    assert b"pincite list" not in response.content


def test_a_large_document_comes_in_pages_and_a_quote_opens_its_own(client: Client, own_library: Path, db: Any) -> None:
    sentences = [f"Sentence number {number} speaks of vertebroplasty." for number in range(400)]
    Library.open(own_library).add([many("large", sentences)])
    engine.look_again()
    first = page(client, "/library/document/large")
    assert "Page 1 of 7" in first
    assert len(first) < 60_000
    passage = engine.library().passages("large")[390]
    quoted = page(client, f"/library/document/large?start={passage.start}&end={passage.end}")
    assert "Page 7 of 7" in quoted
    assert sentences[390] in quoted.partition("<mark")[2].partition("</mark>")[0]
    assert 'id="p200"' in page(client, "/library/document/large?passage=200")


def test_what_a_source_says_of_itself_is_text_and_nothing_else(client: Client, own_library: Path, db: Any) -> None:
    evil = "<script>alert(1)</script>\u202egnp.exe"
    reading = many(
        "evil",
        [f"{evil} Pain fell."],
        title=evil,
        authors=(evil,),
        url="javascript:alert(1)",
        venue='"><img src=x onerror=alert(1)>',
        licence="javascript:alert(2)",
    )
    Library.open(own_library).add([reading])
    engine.look_again()
    for address in ("/library/document/evil", "/library/?q=pain+fell", "/library/?order=newest&q=alert"):
        shown = page(client, address)
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript' not in shown
        assert "\u202e" not in shown


def test_a_whole_date_is_written_out() -> None:
    reading = many("a", ["Pain fell."], date="2017-05-03")
    assert ("Date", "3 May 2017", None) in presenting.facts(reading.document)


def test_where_a_document_is_cited_is_told_to_those_who_may_know(client: Client, people: dict[str, Any], article: Any) -> None:
    from pincite.web.editorial import actions
    from pincite.web.reading.models import Thread, Turn

    name = article.current.content["answer"]["references"][0]["document_id"]
    thread = Thread.objects.create(owner=people["frank"], title="My thread on Baastrup")
    Turn.objects.create(thread=thread, position=0, question="q", answer=article.current.content["answer"])
    address = f"/library/document/{name}"

    def shown_to(who: str | None) -> str:
        client.logout()
        if who:
            client.force_login(people[who])
        return page(client, address).partition("Where it is cited")[2]

    assert article.question not in shown_to(None).replace("&#x27;", "'")
    assert article.question in shown_to("alice").replace("&#x27;", "'")
    assert "My thread" in shown_to("frank")
    assert "My thread" not in shown_to("carol")
    assert "not public" in shown_to("carol")
    actions.publish(article, by=people["carol"])
    assert article.question in shown_to(None).replace("&#x27;", "'")
    actions.withdraw(article, by=people["carol"], why="a test")
    assert article.question not in shown_to(None).replace("&#x27;", "'")


def many(name: str, sentences: list[str], **header: Any) -> Reading:
    """A document whose every sentence is a passage."""
    import hashlib

    from pincite.records import Document, Passage

    text = "\n\n".join(sentences)
    told = {"tier": "research", "extent": "abstract", "title": f"Title of {name}"} | header
    document = Document(id=name, source=f"{name}.xml", text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest(), **told)
    passages, start = [], 0
    for ordinal, sentence in enumerate(sentences):
        end = start + len(sentence)
        place = {"section": "Abstract", "kind": "abstract", "start": start, "end": end, "sentences": ((start, end),)}
        passages.append(Passage(id=f"{name}#{ordinal}", document_id=name, ordinal=ordinal, text=sentence, **place))
        start = end + 2
    return Reading(document=document, passages=tuple(passages))
