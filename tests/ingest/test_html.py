"""HTML pages: what is read, what is left out, what a page says of itself, and hostile input."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from pincite.errors import UnreadableError
from pincite.ingest.html import reader
from pincite.ingest.reading import Source
from pincite.records import Draft

PAGE = """<!doctype html><html lang=en><head><title>Low back pain | Guidance | NICE</title>
<meta property="og:site_name" content="NICE"><link rel=canonical href="https://www.nice.org.uk/guidance/ng59">
<meta name="DC.date" content="2016-11-30"><script>var a = "<p>script text</p>"</script></head><body class="has-sidebar">
<div class="cookie-banner"><p>We use cookies.</p><button>OK</button></div><nav><ul><li><a href=1>Home</a></li></ul></nav>
<div><ul><li><a href=a>Topics A to Z</a><li><a href=b>Products</a><li><a href=c>About us</a></ul></div>
<main><h1>Low back pain and sciatica in over 16s</h1><p>This guideline covers back pain.<sup><a href="#r1">1</a></sup></p>
<h2>Recommendations</h2><h3>Recommendation 1.2.1</h3><p>Consider a <b>group</b> exercise programme.</p>
<ul><li>Do not offer belts<li>Do not offer <i>traction</i><ul><li>nested item</ul></ul>
<div style="display: none">hidden by style</div><p aria-hidden=true>hidden by aria</p><p hidden>hidden by attribute</p>
<table><caption>Doses</caption><thead><tr><th>Drug<th>Dose</thead><tbody><tr><td>Ibuprofen<td>400 mg<tr><td>Naproxen<td>500 mg</table>
<p>Platelets 10<sup>9</sup>/L and 1.73 m<sup>2</sup>.</p>
<h2>References</h2><ol><li>Smith J. Pain. 2010. doi:10.1000/abc.123. PMID: 1234567</ol></main>
<footer><p>Copyright notice</p></footer></body></html>"""


def draft(page: str | bytes, name: str = "page.html") -> Draft:
    data = page.encode() if isinstance(page, str) else page
    (only,) = reader.drafts(Source(name, data))
    assert isinstance(only, Draft)
    return only


def lines(page: str | bytes) -> list[str]:
    return [block.text for block in draft(page).blocks]


def test_a_guideline_page_becomes_its_recommendations_with_their_sections() -> None:
    found = draft(PAGE)
    header = found.header
    assert (header.tier, header.design, header.extent) == ("guideline", "guideline", "full-text")
    assert (header.title, header.organization, header.date) == (
        "Low back pain and sciatica in over 16s",
        "NICE",
        "2016-11-30",
    )
    assert (header.year, header.language, header.url) == (2016, "en", "https://www.nice.org.uk/guidance/ng59")
    by_text = {block.text: (block.section, block.kind) for block in found.blocks}
    assert by_text["Consider a group exercise programme."] == ("Recommendation 1.2.1", "recommendation")
    assert by_text["Do not offer traction"] == ("Recommendation 1.2.1", "recommendation")
    assert "nested item" in by_text
    assert found.cited[0].doi == "10.1000/abc.123"
    assert found.cited[0].pmid == "1234567"


def test_a_table_is_read_row_by_row_with_its_headers() -> None:
    table = next(block for block in draft(PAGE).blocks if block.kind == "table")
    assert table.text.split("\n") == ["Doses", "Drug: Ibuprofen; Dose: 400 mg", "Drug: Naproxen; Dose: 500 mg"]


@pytest.mark.parametrize(
    "furniture",
    [
        "cookies",
        "Home",
        "Topics A to Z",
        "Copyright",
        "script text",
        "hidden by style",
        "hidden by aria",
        "hidden by attribute",
    ],
)
def test_furniture_and_hidden_text_are_left_out(furniture: str) -> None:
    assert furniture not in "\n".join(lines(PAGE))


def test_citation_marks_go_and_powers_stay() -> None:
    found = lines(PAGE)
    assert "This guideline covers back pain." in found
    assert "Platelets 10^9/L and 1.73 m2." in found


def test_a_paragraph_with_links_and_a_box_called_sidebar_layout_stay() -> None:
    page = "<body><div class='sidebar layout'><h1>Gout</h1><p>See <a href=a>one</a>, <a href=b>two</a> and <a href=c>three</a> for what to eat with gout.</p></div></body>"
    assert lines(page) == ["See one, two and three for what to eat with gout."]


def test_journal_meta_tags_win() -> None:
    page = (
        '<html><head><meta name="citation_title" content="A trial of rest"><meta name="citation_author" content="Doe J">'
        '<meta name="citation_author" content="Roe R"><meta name="citation_doi" content="10.1234/ABC"><meta name="citation_pmid" content="123456">'
        '<meta name="citation_publication_date" content="2019/05/07"><meta name="citation_journal_title" content="Pain"></head>'
        "<body><h2>Abstract</h2><p>We enrolled 20.</p><h2>Methods</h2><p>Rest.</p><h2>Results</h2><p>Better.</p></body>"
    )
    header = draft(page).header
    assert (header.title, header.authors, header.doi, header.pmid) == (
        "A trial of rest",
        ("Doe J", "Roe R"),
        "10.1234/abc",
        "123456",
    )
    assert (header.date, header.venue, header.tier) == ("2019-05-07", "Pain", "research")


def test_json_ld_gives_date_and_author_and_a_broken_one_nothing() -> None:
    good = '<script type="application/ld+json">{"@graph":[{"datePublished":"2020-01-02","author":[{"name":"A Person"}],"publisher":{"name":"Org"}}]}</script>'
    header = draft(f"<html><head>{good}</head><body><p>Text of the page.</p></body>").header
    assert (header.date, header.authors, header.organization) == ("2020-01-02", ("A Person",), "Org")
    bad = '<script type="application/ld+json">' + "[" * 50_000 + "</script>"
    assert draft(f"<html><head>{bad}</head><body><p>Text of the page.</p></body>").header.date is None


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<html><meta charset=iso-8859-1><p>Ménière 5 µg</p>".encode(), "Ménière 5 µg"),  # declared wrongly
        ("<html><meta charset=utf-8><p>Ménière – 5 µg</p>".encode("cp1252"), "Ménière – 5 µg"),
        ("<html><meta charset=windows-1250><p>łokieć</p>".encode("cp1250"), "łokieć"),
        ("<html><p>Ménière</p>".encode("utf-16"), "Ménière"),
    ],
)
def test_the_encoding_is_found_though_declared_wrongly(data: bytes, text: str) -> None:
    assert lines(data) == [text]


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200 + "deep text" + "</div>" * 200,
        "<ul><li>" * 200 + "deep text",
        "<p>never closed <b>deep text <li>x <td>y",
    ],
)
def test_depth_and_missing_tags_do_no_harm(page: str) -> None:
    assert "deep text" in "\n".join(lines(f"<html><body>{page}"))


@pytest.mark.parametrize("page", ["<div>" * 10_000, "<ul><li>" * 10_000, "<table><tr><td>" * 5_000, "<b><i>" * 5_000])
def test_absurd_depth_is_refused_and_never_half_read(page: str) -> None:
    with pytest.raises(UnreadableError, match="deeply"):
        draft(f"<html><body>First words. {page} deep text")


def test_a_large_page_is_read_in_linear_time() -> None:
    began = time.process_time()
    found = lines("<html><body>" + "<div><p>Some text of a long page, over and over.</p></div>" * 40_000)
    assert len(found) == 40_000
    assert time.process_time() - began < 12


def test_script_is_text_of_no_one_and_nothing_is_fetched() -> None:
    page = '<html><body><script src="http://127.0.0.1:1/x.js">steal()</script><img src="http://127.0.0.1:1/x"><iframe src=//x>frame</iframe><p onclick="x()">Text.</p></body>'
    assert lines(page) == ["Text."]


@pytest.mark.parametrize("page", [b"<html></html>", b"<html><body><script>x</script></body></html>", b"\x00\x01\x02\x03" * 500])
def test_a_page_without_text_is_refused(page: bytes) -> None:
    with pytest.raises(UnreadableError):
        draft(page)


def test_cut_and_spoilt_pages_give_a_draft_or_a_named_refusal(spoilt: object) -> None:
    for data in spoilt(PAGE.encode(), 150):  # type: ignore[operator]
        with suppress(UnreadableError):
            list(reader.drafts(Source("page.html", data)))


def test_accepts_html_by_its_first_bytes_and_no_xml() -> None:
    assert reader.accepts(Source("x", b"<!DOCTYPE html><html>")) > 80
    assert reader.accepts(Source("x.html", b"plain")) > 0
    assert reader.accepts(Source("x.xml", b"<?xml version='1.0'?><article><front/></article>")) == 0


def test_a_form_around_the_whole_page_stays_and_a_search_form_goes() -> None:
    page = (
        "<body><form id=aspnet><form></form><h1>Gout</h1><p>Gout is a painful swelling of a joint, often of the big toe.</p></form></body>"
    )
    assert lines(page) == ["Gout is a painful swelling of a joint, often of the big toe."]
    search = "<body><form><label>Search this site</label></form><h1>Gout</h1><p>Gout is a painful swelling of a joint, often of the big toe.</p></body>"
    assert lines(search) == ["Gout is a painful swelling of a joint, often of the big toe."]
