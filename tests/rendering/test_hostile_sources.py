"""Whatever stands in a source, an answer's text obeys nobody but Pincite."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser

import pytest
from docx import Document
from lxml import etree
from markdown_it import MarkdownIt

from pincite.records import Answer
from pincite.rendering import bibtex, csl, docx, html, jsonout, markdown, ris, terminal
from pincite.rendering.safe import inert, plain, web_address

OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
TAGS = {
    "article",
    "section",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "ul",
    "ol",
    "li",
    "span",
    "a",
    "small",
    "em",
    "strong",
    "cite",
}


@pytest.mark.parametrize("write", [terminal.write, markdown.write, html.write, jsonout.write, bibtex.write, csl.write])
def test_no_control_or_direction_character_reaches_the_output(hostile_answer: Answer, write: object) -> None:
    assert not OBEYED.search(write(hostile_answer).decode())  # type: ignore[operator]


def test_html_holds_only_our_own_tags_and_no_handler_or_script_address(hostile_answer: Answer) -> None:
    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in TAGS
            for name, value in attrs:
                assert name in ("class", "id", "href", "rel", "role", "value") or name.startswith("data-")
                if name == "href":
                    assert str(value).startswith(("#ref-", "https://", "http://"))

    Parser().feed(html.render(hostile_answer))
    etree.fromstring(html.render(hostile_answer).encode(), etree.XMLParser(resolve_entities=False))


def test_markdown_shows_a_source_s_words_and_makes_no_link_or_tag_of_them(hostile_answer: Answer) -> None:
    text = markdown.render(hostile_answer)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.content for token in [*tokens, *inline] if token.type in ("html_block", "html_inline")} <= {
        *(f'<a id="ref-{number}">' for number in range(1, 6)),
        "</a>",
    }
    for link in (token for token in inline if token.type == "link_open"):
        assert str(link.attrs["href"]).startswith(("#ref-", "https://doi.org", "https://dailymed", "https://pubmed", "https://pmc"))
    assert not {token.type for token in [*tokens, *inline]} & {
        "image",
        "code_inline",
        "fence",
        "table_open",
        "ordered_list_open",
    }


def test_ris_keeps_one_record_for_each_reference(hostile_answer: Answer) -> None:
    lines = ris.write(hostile_answer).decode().split("\r\n")
    assert sum(line.startswith("TY  - ") for line in lines) == len(hostile_answer.references)
    assert sum(line == "ER  - " for line in lines) == len(hostile_answer.references)
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in lines[:-1])


def test_bibtex_keeps_its_braces_paired(hostile_answer: Answer) -> None:
    text = bibtex.write(hostile_answer).decode()
    depth = 0
    entries = 0
    for char in text:
        entries += char == "@" and depth == 0
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert entries == len(hostile_answer.references)


def test_csl_stays_json(hostile_answer: Answer) -> None:
    assert len(json.loads(csl.write(hostile_answer))) == len(hostile_answer.references)


def test_a_word_document_can_be_opened(hostile_answer: Answer) -> None:
    assert Document(io.BytesIO(docx.write(hostile_answer))).paragraphs


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        ("https://", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, address: str | None) -> None:
    assert web_address(url) == address


def test_plain_leaves_letters_of_every_script_alone() -> None:
    for text in ("Förster–Ångström 5 µg ≥ 3 ± 1", "腰痛", "ألم أسفل الظهر", "naïve café", "emoji 🙂"):
        assert plain(text) == text


def test_inert_keeps_every_offset() -> None:
    text = "a\x1b[31m\u202eb\nc"
    assert len(inert(text)) == len(text)
    assert inert(text).endswith("b\nc")
