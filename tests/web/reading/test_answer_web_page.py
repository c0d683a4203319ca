"""The question field and the answer page, as a browser without JavaScript sees them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from answer_pages import DISPUTED, QUESTION, ask, pins
from django.test import Client

from pincite.records import Answer
from pincite.web.engine import Asked
from pincite.web.reading.presenting import answer_context


def test_the_ask_page_offers_answered_examples_and_says_what_is_held(client: Client) -> None:
    body = client.get("/").content.decode()
    assert "Do not enter names of patients" in body
    assert "193" in body
    assert "Guidelines" in body
    assert "Newest publication" in body
    for address in re.findall(r'href="(/ask\?q=[^"]+)" data-example', body):
        answer = client.get(address).content.decode()
        assert "This library does not answer this question" not in answer


def test_an_answer_page_has_all_parts_in_the_order_of_the_design(client: Client) -> None:
    body = client.get("/ask", {"q": DISPUTED}).content.decode()
    ids = ["bottom-line", "steps", "tier-guideline", "tier-label", "tier-research", "conflicts", "missing", "references", "next", "about"]
    places = [body.index(f'id="{name}"') for name in ids]
    assert places == sorted(places)
    assert "No drug label in this library answers this question." in body
    assert "strength: Strong" in body
    assert "badge-strength" in body
    assert "certainty not stated" in body
    assert body.count("<h1") == 1


def test_every_cited_sentence_leads_to_its_very_words(client: Client) -> None:
    body = client.get(ask()).content.decode()
    addresses = pins(body)
    assert len(addresses) > 8
    assert body.count('class="statement"') <= len(addresses)
    for address in addresses[:4]:
        page = client.get(address).content.decode()
        marked = re.search(r'<mark id="quote">([^<]+)</mark>', page)
        assert marked
        assert marked[1] in body


def test_steps_are_an_ordered_list_with_arrows_and_the_point_at_which_to_go_on(client: Client) -> None:
    body = client.get(ask()).content.decode()
    steps = body[body.index('<ol class="steps">') :]
    assert steps.index("Injections") < steps.index("Procedures and surgery")
    assert "“after failed conservative treatment”" in steps
    assert "<svg" in steps
    assert "point at which to go on" not in steps  # the arrow says it


def test_what_holds_for_every_source_is_said_once_and_no_internal_name_is_shown(client: Client) -> None:
    body = client.get(ask()).content.decode()
    references = body[body.index('id="references"') : body.index('id="next"')]
    assert "Every source here: status unknown; summary record, not the original&#x27;s words." in references
    assert references.count("status unknown") == 1
    shown = re.sub(r"<[^>]+>", " ", references)
    assert "okada-2014" not in shown
    assert 'href="/library/document/okada-2014' in references
    assert "Summarised from: Abstract" in shown


@pytest.mark.parametrize(("reasons", "together"), [(("on gout", "on gout"), "on gout"), (("on gout", "on pain"), "")])
def test_one_reason_for_all_indirect_evidence_is_said_once(answer: Answer, reasons: tuple[str, ...], together: str) -> None:
    aside = tuple(
        answer.bottom_line[0].model_copy(update={"directness": "indirect", "indirect_because": why, "text": f"Sentence {number}."})
        for number, why in enumerate(reasons)
    )
    context = answer_context(answer.model_copy(update={"indirect": aside}), Asked(answer.question), reader="clinician", back="/")
    indirect = next(child for part in context["parts"] if part.kind == "missing" for child in part.parts if child.kind == "indirect")
    assert indirect.because == together
    assert [item.because for item in indirect.items] == ([None, None] if together else list(reasons))


def test_a_result_is_not_called_a_direction(client: Client) -> None:
    body = client.get(ask()).content.decode()
    assert "result: decrease" in body
    assert "direction: in favour" in body
    assert "direction: decrease" not in body
    assert "neither for nor against" not in body  # of findings; only a recommendation can take no side


def test_disagreeing_sources_stand_side_by_side(client: Client) -> None:
    body = client.get("/ask", {"q": DISPUTED}).content.decode()
    assert "side-by-side" in body
    assert "Side A" in body
    assert "Side B" in body


def test_the_reader_switch_keeps_the_question_and_its_scope(client: Client) -> None:
    body = client.get(ask(since="2010", tier=["research", "guideline"])).content.decode()
    patient = next(found for found in re.findall(r'href="(/ask\?[^"]+)"[^>]*data-switch', body) if "patient" in found)
    assert "since=2010" in patient
    assert "tier=research" in patient
    assert "tier=guideline" in patient
    page = client.get(patient.replace("&amp;", "&")).content.decode()
    assert "The source&#x27;s words" in page or "The source's words" in page
    assert "Reading grade" in page


def test_a_student_reads_the_sources_words_with_terms_explained(client: Client) -> None:
    clinician = client.get("/ask", {"q": DISPUTED}).content.decode()
    student = client.get("/ask", {"q": DISPUTED, "audience": "student"}).content.decode()
    assert "Words explained" in student
    assert "Words explained" not in clinician
    said = r'class="said">([^<]+)'
    assert re.findall(said, student) == re.findall(said, clinician)


def test_a_follow_up_is_read_in_its_thread_and_earlier_turns_stand_above(client: Client) -> None:
    body = client.get("/ask", {"q": "And if injections fail?", "after": QUESTION}).content.decode()
    assert "following" in body or "Baastrup" in body
    assert 'class="turns"' in body
    assert body.index('class="turns"') < body.index("<h1>")
    form = body[body.index('id="q-next"') :]
    assert form.index(f'name="after" value="{QUESTION.replace(chr(39), "&#x27;")}"') < form.index(
        'name="after" value="And if injections fail?"'
    )


def test_an_emergency_stands_before_everything_else(client: Client) -> None:
    body = client.get("/ask", {"q": "I have numbness between my legs and cannot pass urine"}).content.decode()
    assert body.index("emergency care now") < body.index("<h1>")


def test_a_question_without_an_answer_says_so_and_each_tier_speaks(client: Client) -> None:
    response = client.get("/ask", {"q": "What is the capital of France?"})
    body = response.content.decode()
    assert response.status_code == 200
    assert "This library does not answer this question." in body
    assert "pincite add" not in body
    assert "--all" not in body
    assert 'action="/send"' not in body
    assert "Tell the editors what is missing" in body
    assert all(f'id="tier-{tier}"' in body for tier in ("guideline", "label", "research"))


def test_what_is_held_back_is_one_link_away(client: Client) -> None:
    body = client.get("/ask", {"q": DISPUTED}).content.decode()
    address = re.search(r'href="([^"]*everything=1[^"]*)"', body)
    assert address
    everything = client.get(address[1].replace("&amp;", "&")).content.decode()
    assert everything.count('class="statement"') > body.count('class="statement"')
    assert "--all" not in body
    assert b"--all" not in client.get("/ask/download/md", {"q": DISPUTED}).content


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "The question is empty."),
        ("   \t ", "The question is empty."),
        ("\x01\x02\x1b[31m", "31"),
        ("what is the", "only small words"),
        ("x" * 10_000_000, "at most 2,000 can be asked"),
        ("¿Cuál es el tratamiento de la enfermedad de Baastrup?", "English only"),
        ("?!", "no words"),
    ],
)
def test_a_question_that_cannot_be_asked_gives_one_line_at_the_field(client: Client, question: str, says: str) -> None:
    if says == "31":  # what is left of a control sequence is a question without an answer, and harmless
        body = client.get("/ask", {"q": question}).content
        assert b"\x1b" not in body
        assert b"\x01" not in body
        return
    response = client.get("/ask", {"q": question})
    body = response.content.decode()
    assert response.status_code == 400
    assert body.count('id="q-error"') == 1
    assert says in body
    assert 'aria-invalid="true"' in body
    assert len(body) < 20_000
    if question.strip() and len(question) < 100:
        assert question in body


@pytest.mark.parametrize("given", [{"since": "soon"}, {"tier": "gossip"}, {"audience": "alien"}])
def test_a_wrong_scope_is_told_and_the_question_is_kept(client: Client, given: dict[str, str]) -> None:
    response = client.get("/ask", {"q": QUESTION, **given})
    assert response.status_code == 400
    assert "Baastrup" in response.content.decode()


def test_markup_in_a_question_stays_text(client: Client) -> None:
    attack = "What treats <script>alert(1)</script> \"onmouseover=x Baastrup's disease?"
    body = client.get("/ask", {"q": attack}).content.decode()
    assert "<script>alert" not in body
    assert '"onmouseover' not in body


def test_a_page_has_no_inline_script_or_style(client: Client) -> None:
    for address in ("/", ask(), "/report", pins(client.get(ask()).content.decode())[0]):
        body = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", body), address


@pytest.mark.parametrize(
    ("form", "begins"), [("ris", b"TY  -"), ("bibtex", b"@"), ("csl", b"["), ("md", b"# "), ("json", b"{"), ("docx", b"PK")]
)
def test_an_answer_downloads_in_every_form(client: Client, form: str, begins: bytes) -> None:
    response = client.get(f"/ask/download/{form}", {"q": QUESTION})
    assert response.status_code == 200
    assert response.content.lstrip().startswith(begins)
    assert 'filename="what-is-the-treatment-for-baastrups-disease.' in response.headers["Content-Disposition"]


def test_an_unknown_download_is_not_found_and_an_empty_one_is_told(client: Client) -> None:
    assert client.get("/ask/download/exe", {"q": QUESTION}).status_code == 404
    assert client.get("/ask/download/ris", {"q": ""}).status_code == 400


def test_an_address_that_asks_too_often_waits(client: Client, settings: Any) -> None:
    settings.WEB = settings.WEB.model_copy(update={"asks_a_minute": 2})
    codes = [client.get(ask()).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_an_answer_page_with_its_script_and_style_stays_light(client: Client) -> None:
    from django.contrib.staticfiles import finders

    files = ("pincite/pincite.css", "pincite/pincite.js", "django_htmx/htmx-2.min.js")
    weight = sum(len(open(finders.find(name), "rb").read()) for name in files)  # noqa: SIM115
    assert weight + len(client.get("/ask", {"q": DISPUTED}).content) < 200_000


def test_an_empty_library_offers_help(own_library: Any, client: Client) -> None:
    from pincite.library.store import Library

    library = Library.open(own_library)
    library.remove([held.id for held in library.documents()])
    body = client.get("/").content.decode()
    assert "This library is empty" in body
    assert "<textarea" not in body


def test_examples_of_another_library_come_from_its_documents(own_library: Any, client: Client) -> None:
    from pincite.library.store import Library
    from pincite.web.reading.examples import STARTER, examples

    library = Library.open(own_library)
    library.remove([document for _, document in STARTER])
    found = examples(library)
    assert found
    assert all(question.endswith("?") for question in found)
    assert not set(found) & {question for question, _ in STARTER}
