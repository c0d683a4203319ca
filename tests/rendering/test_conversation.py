"""An answer as one message of a chat: every mark a link of its own, nothing of a source obeyed."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from pincite.records import Answer, Citation
from pincite.rendering import conversation
from pincite.rendering.layout import Entry, Line, Part, Sentence, page


def links(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [str(child.attrs["href"]) for token in tokens for child in token.children or () if child.type == "link_open"]


def everything(parts: tuple[Part, ...]) -> list[Line | Sentence | Entry]:
    return [item for part in parts for item in (*part.items, *everything(part.parts))]


def address(citation: Citation) -> str:
    return f"https://site.example/source/{citation.document_id}?start={citation.quote.start}&end={citation.quote.end}"


def test_a_mark_leads_to_the_words_and_without_pages_to_the_source(answer: Answer) -> None:
    marks = [
        (mark.reference, address(mark)) for item in everything(page(answer).parts) if isinstance(item, Sentence) for mark in item.marks
    ]
    assert marks
    text = conversation.render(answer, address=address)
    assert all(f"[[{number}]]({where})" in text for number, where in marks)
    alone = conversation.render(answer)
    assert "site.example" not in alone
    assert "#ref-" not in alone
    assert links(alone)


def test_the_message_says_all_that_the_page_says_but_the_question(answer: Answer) -> None:
    text = re.sub(r"\\(.)", r"\1", conversation.render(answer))
    for item in everything(page(answer).parts):
        shown = item.title if isinstance(item, Entry) else item.text
        assert shown in text
    assert not text.startswith("#")


def test_urgent_advice_comes_first(answer: Answer) -> None:
    text = conversation.render(answer.model_copy(update={"urgent": "Seek emergency care now."}))
    assert text.startswith("> **Seek emergency care now.**")


def test_no_source_puts_a_tag_a_heading_or_a_link_of_its_own_into_the_message(hostile_answer: Answer) -> None:
    text = conversation.render(hostile_answer, address=address)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
    tokens = MarkdownIt("commonmark", {"html": True}).parse(text)
    kinds = {child.type for token in tokens for child in token.children or ()} | {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "image", "code_inline", "fence", "code_block"}
    for target in links(text):
        assert target.startswith(("https://", "http://"))
        assert "evil" not in target.partition("//")[2].partition("/")[0]


@pytest.mark.parametrize("where", ["https://a.example/x_(y)_z", 'https://a.example/"><b>'])
def test_no_address_leaves_its_link(answer: Answer, where: str) -> None:
    text = conversation.render(answer, address=lambda citation: where)
    assert f"]({where})" not in text
    assert links(text)[0].startswith("https://a.example/")
