"""JATS articles: structure, citation marks, tables, what is known about them; 320 real ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.reading import read, read_bytes
from pincite.records import Reading, Unread

ARTICLE = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS-archivearticle1.dtd">
<article article-type="{kind}" xmlns:xlink="http://www.w3.org/1999/xlink" xml:lang="en">
<front><journal-meta><journal-title-group><journal-title>Spine</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="pmid">123</article-id><article-id pub-id-type="pmc">456</article-id>
<article-id pub-id-type="doi">10.1000/ABC</article-id>
<title-group><article-title>{title}</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Roe</surname><given-names>Jane B.</given-names></name></contrib></contrib-group>
<pub-date pub-type="epub"><day>3</day><month>12</month><year>2009</year></pub-date><pub-date pub-type="ppub"><year>2010</year></pub-date>
<volume>3</volume><issue>2</issue><fpage>5</fpage><lpage>9</lpage>
{related}
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"/></permissions>
<abstract><sec><title>Methods</title><p>We randomly assigned 180 patients.</p></sec></abstract>
<kwd-group><kwd>back pain</kwd></kwd-group></article-meta></front>
<body>{body}</body>
<back><ref-list><ref id="r1"><label>1</label><element-citation><person-group><name><surname>Doe</surname><given-names>J</given-names></name></person-group>
<article-title>Old trial</article-title><source>BMJ</source><year>2001</year><volume>1</volume><pub-id pub-id-type="pmid">99</pub-id></element-citation></ref></ref-list></back>
</article>"""


def article(body: str = "<p>Text.</p>", *, title: str = "A trial", kind: str = "research-article", related: str = "") -> bytes:
    return ARTICLE.format(body=body, title=title, kind=kind, related=related).encode()


def reading(data: bytes) -> Reading:
    (item,) = read_bytes("a.xml", data)
    assert isinstance(item, Reading), item
    return item


def body_text(xml: str) -> str:
    found = reading(article(f"<sec><title>Results</title>{xml}</sec>"))
    return "\n".join(passage.text for passage in found.passages if passage.section.startswith("Results"))


X = '<xref ref-type="bibr" rid="r{0}">{0}</xref>'


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"It fell [{X.format(1)},{X.format(2)}]. Next.", "It fell. Next."),
        (f"It fell [{X.format(1)}–{X.format(3)}], then rose.", "It fell, then rose."),
        (f"It fell<sup>{X.format(1)},{X.format(2)}</sup>.", "It fell."),
        (f"It fell.<sup>{X.format(1)}</sup> Next.", "It fell. Next."),
        (f"It fell (see {X.format(1)} and {X.format(2)}).", "It fell."),
        (f"As shown in [{X.format(4)}], it fell.", "As shown in [4], it fell."),
        (
            'It fell (<xref ref-type="bibr">Doe et al., 2001</xref>; <xref ref-type="bibr">Roe, 2002</xref>).',
            "It fell.",
        ),
        ('<xref ref-type="bibr">Doe et al. (2001)</xref> found it.', "Doe et al. (2001) found it."),
        ('See <xref ref-type="table">Table 2</xref> (<xref ref-type="fig">Fig. 1</xref>).', "See Table 2 (Fig. 1)."),
        ("10<sup>6</sup> cells, 25 kg/m<sup>2</sup>, CO<sub>2</sub>, 1<sup>st</sup>", "10^6 cells, 25 kg/m2, CO2, 1st"),
        ("5 mg kg<sup>−1</sup> of drug", "5 mg kg^−1 of drug"),
        ("It rose.<sup>12</sup> Next<sup>3,4</sup> it fell.", "It rose. Next it fell."),
        ("A (n = 5) and [sic] stay.", "A (n = 5) and [sic] stay."),
    ],
)
def test_citation_marks_go_without_debris_and_figures_stay(xml: str, text: str) -> None:
    assert body_text(f"<p>{xml}</p>") == text


def test_lists_have_a_line_for_each_item() -> None:
    assert body_text("<p>Use:<list><list-item><p>rest</p></list-item><list-item><p>ice</p></list-item></list></p>") == "Use:\nrest\nice"


def test_a_table_becomes_rows_with_the_headers_of_their_columns() -> None:
    table = """<table-wrap><label>Table 1</label><caption><p>Pain</p></caption><table>
    <thead><tr><th rowspan="2">Time</th><th colspan="2">Group</th></tr><tr><th>A</th><th>B</th></tr></thead>
    <tbody><tr><td rowspan="2">Week 1</td><td>3.2<sup>a</sup></td><td>4.1</td></tr><tr><td>3.0</td><td/></tr></tbody></table>
    <table-wrap-foot><p>a: mean</p></table-wrap-foot></table-wrap>"""
    found = reading(article(f"<sec><title>Results</title>{table}</sec>"))
    (passage,) = (passage for passage in found.passages if passage.kind == "table")
    assert passage.section == "Results > Table 1"
    assert passage.text.split("\n") == [
        "Table 1. Pain",
        "Time: Week 1; Group, A: 3.2; Group, B: 4.1",
        "Time: Week 1; Group, A: 3.0",
        "a: mean",
    ]


def test_sections_keep_their_headings_and_kinds() -> None:
    found = reading(
        article(
            "<sec><title>Methods</title><sec><title>Outcomes</title><p>Pain.</p></sec></sec><sec><title>CONCLUSION</title><p>Ok.</p></sec>"
        )
    )
    assert [(passage.section, passage.kind) for passage in found.passages[1:]] == [
        ("Abstract > Methods", "methods"),
        ("Methods > Outcomes", "methods"),
        ("CONCLUSION", "conclusion"),
    ]


def test_what_is_known_about_an_article_is_kept() -> None:
    document = reading(article()).document
    assert document.id == "pmcid:PMC456"
    assert (document.pmid, document.doi, document.venue) == ("123", "10.1000/abc", "Spine 2010;3(2):5-9")
    assert (document.year, document.date, document.authors, document.n) == (2010, "2009-12-03", ("Roe JB",), 180)
    assert (document.design, document.tier, document.extent, document.language) == (
        "rct",
        "research",
        "full-text",
        "en",
    )
    assert document.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert document.keywords == ("back pain",)
    (cited,) = document.cited
    assert (cited.label, cited.pmid, cited.text) == ("1", "99", "Doe J. Old trial. BMJ 2001;1")


@pytest.mark.parametrize(
    ("title", "kind", "related", "status", "relations"),
    [
        ("RETRACTED: A trial", "research-article", "", "retracted", []),
        ("Retracted tears of the rotator cuff", "research-article", "", "unknown", []),
        ("A trial", "research-article", '<related-article related-article-type="retraction-forward" ext-link-type="pubmed" xlink:href="77"/>', "retracted", ["retracted-by pmid:77"]),
        ("Retraction: A trial", "retraction", '<related-article related-article-type="retracted-article" xlink:href="10.1000/X"/>', "unknown", ["retracts doi:10.1000/x"]),
        ("A trial", "research-article", '<related-article related-article-type="correction-forward" xlink:href="10.1000/y"/>', "unknown", ["corrected-by doi:10.1000/y"]),
    ],
)  # fmt: skip
def test_retractions_and_corrections_are_seen(title: str, kind: str, related: str, status: str, relations: list[str]) -> None:
    document = reading(article(title=title, kind=kind, related=related)).document
    assert document.status == status
    assert [f"{relation.kind} {relation.target}" for relation in document.relations] == relations


def test_a_practice_guideline_is_of_the_guideline_tier() -> None:
    assert reading(article(title="Clinical practice guideline for low back pain")).document.tier == "guideline"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE article [<!ENTITY a "b">]><article><front><article-meta/></front>&a;</article>', "entities"),
        (b'<!DOCTYPE article [<!ENTITY a SYSTEM "file:///etc/passwd">]><article><front/>&a;</article>', "entities"),
        (article()[:-300], "not well-formed"),
        (b"<article><front/></article>", "neither title"),
        (article("<sec>" * 300 + "</sec>" * 300), "not well-formed"),
    ],
)
def test_hostile_and_broken_articles_are_refused_with_a_reason(data: bytes, reason: str) -> None:
    (item,) = read_bytes("a.xml", data)
    assert isinstance(item, Unread)
    assert reason in item.reason


def test_entities_of_html_that_the_dtd_would_name_are_read() -> None:
    assert "α fell" in reading(article("<p>&alpha; fell</p>")).document.text


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2500), st.binary(max_size=8))
def test_damage_never_escapes_the_reader(position: int, noise: bytes) -> None:
    data = article()
    list(read_bytes("a.xml", data[:position] + noise + data[position + len(noise) :]))
    list(read_bytes("a.nxml", data[:position]))


def test_real_articles_are_read_without_debris(corpora: Path) -> None:
    paths = sorted((corpora / "jats").iterdir())[::8]
    debris = re.compile(r"\[[\s,;–-]*\]|\([\s,;]+\)|[\ue000-\uf8ff]|,\s,| \.(?:\s|$)")
    found = 0
    for item in read(paths):
        assert isinstance(item, Reading), item
        text = item.document.text
        for passage in item.passages:
            assert text[passage.start : passage.end] == passage.text
            found += len(debris.findall(passage.text)) if passage.kind not in ("table", "figure") else 0
    assert found <= 3
