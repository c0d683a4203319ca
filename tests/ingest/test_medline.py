"""PubMed citations in both forms."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.reading import read, read_bytes
from pincite.records import Document, Reading, Unread

CITATION = """<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article>
<Journal><JournalIssue><Volume>3</Volume><Issue>2</Issue><PubDate><MedlineDate>2010 Mar-Apr</MedlineDate></PubDate></JournalIssue>
<Title>The spine journal</Title><ISOAbbreviation>Spine J</ISOAbbreviation></Journal>
<ArticleTitle>Rest for <i>sciatica</i>.</ArticleTitle><Pagination><MedlinePgn>5-9</MedlinePgn></Pagination>
<ELocationID EIdType="doi">10.1000/A</ELocationID>{abstract}
<AuthorList><Author><LastName>Roe</LastName><ForeName>Jane B</ForeName><Initials>JB</Initials></Author><Author><CollectiveName>Group</CollectiveName></Author></AuthorList>
<Language>eng</Language><PublicationTypeList><PublicationType>{type}</PublicationType></PublicationTypeList></Article>
<CommentsCorrectionsList>{links}</CommentsCorrectionsList>
<MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Adult</DescriptorName></MeshHeading>
<MeshHeading><DescriptorName MajorTopicYN="N">Sciatica</DescriptorName><QualifierName MajorTopicYN="Y">therapy</QualifierName></MeshHeading></MeshHeadingList>
</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pmc">PMC7</ArticleId></ArticleIdList></PubmedData></PubmedArticle>"""
ABSTRACT = """<Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see.</AbstractText>
<AbstractText Label="WHAT WE FOUND" NlmCategory="RESULTS">CO
 <sub>2</sub> fell in 12 of 30.</AbstractText></Abstract>"""


def citation(*, pmid: int = 5, abstract: str = ABSTRACT, kind: str = "Randomized Controlled Trial", links: str = "") -> str:
    return CITATION.format(pmid=pmid, abstract=abstract, type=kind, links=links)


def file(*parts: str) -> bytes:
    return f"<PubmedArticleSet>{''.join(parts)}</PubmedArticleSet>".encode()


def document(data: bytes) -> Document:
    (item,) = read_bytes("a.xml", data)
    assert isinstance(item, Reading), item
    return item.document


def test_a_citation_keeps_its_parts_and_identifiers() -> None:
    (item,) = read_bytes("a.xml", file(citation()))
    assert isinstance(item, Reading)
    found = item.document
    assert (found.id, found.doi, found.pmid) == ("pmcid:PMC7", "10.1000/a", "5")
    assert (found.title, found.venue, found.year) == ("Rest for sciatica", "Spine J 2010;3(2):5-9", 2010)
    assert (found.authors, found.mesh, found.design) == (("Roe JB", "Group"), ("Sciatica", "Adult"), "rct")
    assert (found.extent, found.language, found.status) == ("abstract", "en", "unknown")
    assert [(passage.kind, passage.text) for passage in item.passages[1:]] == [
        ("objective", "To see."),
        ("results", "CO2 fell in 12 of 30."),
    ]


def test_retraction_and_concern_are_seen() -> None:
    link = '<CommentsCorrections RefType="{}"><RefSource>Spine 2011</RefSource><PMID>8</PMID></CommentsCorrections>'
    retracted = document(file(citation(links=link.format("RetractionIn"))))
    assert (retracted.status, retracted.relations[0].kind, retracted.relations[0].target) == (
        "retracted",
        "retracted-by",
        "pmid:8",
    )
    assert document(file(citation(links=link.format("ExpressionOfConcernIn")))).status == "concern"
    assert document(file(citation(kind="Retracted Publication"))).status == "retracted"
    assert document(file(citation(links=link.format("RetractionOf")))).status == "unknown"


def test_a_citation_without_an_abstract_is_kept_by_its_title() -> None:
    found = document(file(citation(abstract="")))
    assert found.text == "Rest for sciatica"
    assert "Title only" in (found.notes or "")


def test_books_and_deletions_are_reported_and_the_rest_is_read() -> None:
    items = list(
        read_bytes(
            "a.xml",
            file(
                "<PubmedBookArticle><BookDocument><PMID>1</PMID></BookDocument></PubmedBookArticle>",
                citation(),
                "<DeleteCitation><PMID>2</PMID></DeleteCitation>",
            ),
        )
    )
    assert [type(item).__name__ for item in items] == ["Unread", "Reading", "Unread"]
    assert all(item.skipped for item in items if isinstance(item, Unread))


def test_what_stood_before_the_damage_is_kept() -> None:
    items = list(read_bytes("a.xml", file(citation(), citation(pmid=6))[:-400]))
    assert isinstance(items[0], Reading)
    assert isinstance(items[-1], Unread)
    assert "not well-formed" in items[-1].reason


TAGGED = b"""
PMID- 31
DP  - 2019 Mar 5
TI  - Rest for
      sciatica.
AB  - BACKGROUND: Pain is common. METHODS: We treated 20 men. RESULTS: It fell.
FAU - Roe, Jane
AU  - Roe J
LA  - eng
PT  - Randomized Controlled Trial
TA  - Spine
VI  - 3
LID - 10.1000/b [doi]
MH  - Adult
MH  - *Sciatica/therapy
RIN - Spine. 2020. PMID: 77
PMC - PMC9

PMID- 32
TI  - Another.
DP  - 2020
"""


def test_tagged_text_is_read_like_xml() -> None:
    first, second = read_bytes("a.nbib", TAGGED)
    assert isinstance(first, Reading)
    assert isinstance(second, Reading)
    found = first.document
    assert (found.pmid, found.pmcid, found.doi, found.title, found.date) == (
        "31",
        "PMC9",
        "10.1000/b",
        "Rest for sciatica",
        "2019-03-05",
    )
    assert (found.status, found.design, found.mesh) == ("retracted", "rct", ("Sciatica", "Adult"))
    assert [passage.kind for passage in first.passages] == ["title", "background", "methods", "results"]
    assert second.document.id == "pmid:32"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000), st.binary(max_size=8))
def test_damage_never_escapes_the_reader(position: int, noise: bytes) -> None:
    for data in (file(citation()), TAGGED):
        list(read_bytes("a.nbib", data[:position] + noise + data[position:]))


def test_the_real_citation_is_read(corpora: Path) -> None:
    (item,) = read([corpora / "medline" / "pubmed-29768149.xml"])
    assert isinstance(item, Reading)
    assert (item.document.n, item.document.year) == (3849, 2018)
    assert "fast-acting β2-agonist" in item.document.text
