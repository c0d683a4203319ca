"""Reads PubMed citations: XML (PubmedArticleSet, streamed) and tagged text (.nbib, MEDLINE).

Both forms become a `_Citation`; what is done with it stands in one place, `document`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pincite.errors import UnreadableError
from pincite.ingest import metadata
from pincite.ingest.markup import text_of
from pincite.ingest.sections import section_kind
from pincite.ingest.unpacking import Source
from pincite.ingest.xml import plain, stream
from pincite.records import Block, CitedReference, Draft, Header, Relation, SectionKind, Unread
from pincite.terms.designs import classify_design, tier_of

if TYPE_CHECKING:
    from lxml.etree import _Element

# RefType of CommentsCorrections, and the same link as a tag of the text form.
_RELATIONS = {
    "RetractionIn": "retracted-by",
    "RetractionOf": "retracts",
    "RetractedandRepublishedIn": "retracted-by",
    "RetractedandRepublishedFrom": "retracts",
    "CorrectedandRepublishedIn": "corrected-by",
    "CorrectedandRepublishedFrom": "corrects",
    "ErratumIn": "corrected-by",
    "ErratumFor": "corrects",
    "ExpressionOfConcernIn": "concern-in",
    "ExpressionOfConcernFor": "concern-about",
    "UpdateIn": "updated-by",
    "UpdateOf": "updates",
    "CommentOn": "comments-on",
    "RIN": "retracted-by",
    "ROF": "retracts",
    "RRI": "retracted-by",
    "RRF": "retracts",
    "CRI": "corrected-by",
    "CRF": "corrects",
    "EIN": "corrected-by",
    "EFR": "corrects",
    "ECI": "concern-in",
    "ECF": "concern-about",
    "UIN": "updated-by",
    "UOF": "updates",
    "CON": "comments-on",
}
# MEDLINE names languages by three letters, ISO 639-1 by two.
_LANGUAGES = {
    "eng": "en", "fre": "fr", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "jpn": "ja",
    "chi": "zh", "kor": "ko", "dut": "nl", "pol": "pl", "cze": "cs", "tur": "tr", "swe": "sv", "dan": "da",
    "nor": "no", "fin": "fi", "hun": "hu",
}  # fmt: skip
# NLM's own categories of abstract parts, for labels that no table knows ("WHAT WE DID").
_CATEGORIES: dict[str, SectionKind] = {
    "BACKGROUND": "background",
    "OBJECTIVE": "objective",
    "METHODS": "methods",
    "RESULTS": "results",
    "CONCLUSIONS": "conclusion",
}
_TAG = re.compile(r"^([A-Z]{2,4}) *- (.*)$")
# "METHODS: We …" inside the one abstract field of the text form.
_LABEL = re.compile(r"(?:(?<=^)|(?<=[.?!)] ))([A-Z][A-Z &/,'’-]{3,60}): (?=\S)")


@dataclass
class _Citation:
    pmid: str = ""
    doi: str = ""
    pmcid: str = ""
    title: str = ""
    vernacular: str = ""
    parts: list[tuple[str, str, str]] = field(default_factory=list)  # label, NLM category, text
    other: list[tuple[str, str]] = field(default_factory=list)  # heading and text of further abstracts
    authors: list[str] = field(default_factory=list)
    journal: str = ""
    date: tuple[str, str, str] = ("", "", "")
    online: str | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    languages: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    major: list[str] = field(default_factory=list)
    minor: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    cited: list[CitedReference] = field(default_factory=list)
    licence: str = ""


class MedlineReader:
    """PubMed citations, one or tens of thousands in a file."""

    name = "medline"

    def accepts(self, source: Source) -> int:
        """Certain for PubMed's root elements and for text that begins with a PMID field."""
        head = source.data[:4000]
        if re.search(rb"<(?:PubmedArticleSet|PubmedArticle|MedlineCitationSet|PubmedBookArticleSet)[\s>]", head):
            return 95
        if re.match(rb"(?:\xef\xbb\xbf)?\s*PMID *- \d", head):
            return 95
        return 60 if source.name.lower().endswith(".nbib") else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft for each citation; books and deleted citations yield an Unread that is skipped."""
        found = False
        for citation in cleaned(source):
            found = True
            if isinstance(citation, Unread):
                yield citation
            elif not citation.title and not citation.parts:
                yield Unread(name=f"{source.name} (PMID {citation.pmid or 'unknown'})", reason="has neither title nor abstract")
            else:
                yield document(citation)
        if not found:
            raise UnreadableError("holds no PubMed citation")


reader = MedlineReader()


def cleaned(source: Source) -> Iterator[_Citation | Unread]:
    """The citations of either form."""
    if source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from _from_xml(source)
    else:
        yield from _from_text(source)


def document(citation: _Citation) -> Draft:
    """One citation as a draft; without an abstract it holds its title alone."""
    title = citation.title.strip()
    bracketed = re.fullmatch(r"\[(.+)\]\.?", title)  # PubMed's own translation of a foreign title
    title = bracketed[1] if bracketed else title
    title = title.removesuffix(".") or citation.vernacular  # PubMed ends every title with a full stop
    blocks = [Block(text=title or "Untitled", section="Title", kind="title"), *_abstract(citation)]
    abstract = "\n".join(block.text for block in blocks[1:])
    relations = tuple(dict.fromkeys(citation.relations))
    design = classify_design(publication_types=citation.types, title=title, abstract=abstract)
    doi, pmid = metadata.doi(citation.doi), metadata.pmid(citation.pmid)
    pmc = re.fullmatch(r"PMC\d+", citation.pmcid.strip())
    issued = metadata.iso_date(*citation.date)
    notes = [
        "Title only: PubMed holds no abstract." if len(blocks) == 1 else "",
        f"Original title: {citation.vernacular}" if citation.vernacular and citation.vernacular != title else "",
    ]
    header = Header(
        tier=tier_of(design),
        design=design,
        extent="abstract",
        status=metadata.status(title, relations, citation.types),
        title=title or "Untitled",
        authors=tuple(citation.authors),
        venue=metadata.venue(
            citation.journal,
            year=issued[:4] if issued else "",
            volume=citation.volume,
            issue=citation.issue,
            pages=citation.pages,
        ),
        year=int(issued[:4]) if issued else None,
        date=min(filter(None, (citation.online, issued)), default=None) if (citation.online or "9") < (issued or "9") else issued,
        doi=doi,
        pmid=pmid,
        pmcid=pmc[0] if pmc else None,
        url=metadata.link(pmid=pmid) or metadata.link(doi=doi),
        licence=citation.licence or None,
        language=_LANGUAGES.get(citation.languages[0], citation.languages[0]) if citation.languages else None,
        publication_types=tuple(citation.types),
        mesh=tuple(dict.fromkeys((*citation.major, *citation.minor))),
        keywords=tuple(dict.fromkeys(citation.keywords)),
        n=metadata.sample_size(abstract),
        relations=relations,
        notes=" ".join(note for note in notes if note) or None,
    )
    return Draft(header=header, blocks=tuple(blocks), cited=tuple(citation.cited))


def _abstract(citation: _Citation) -> Iterator[Block]:
    for label, category, text in citation.parts:
        if not text:
            continue
        kind = section_kind(label) if label else "abstract"
        if kind in ("body", "abstract"):
            kind = _CATEGORIES.get(category, "abstract")
        yield Block(text=text, section=f"Abstract > {label}" if label else "Abstract", kind=kind)
    for heading, text in citation.other:
        yield Block(text=text, section=heading, kind="patient" if section_kind(heading) == "patient" else "abstract")


# --- XML -------------------------------------------------------------------------------------------------------------


def _from_xml(source: Source) -> Iterator[_Citation | Unread]:
    # Files of NLM's older distribution hold bare MedlineCitation elements.
    whole = "PubmedArticle" if b"<PubmedArticle>" in source.data or b"<PubmedArticle " in source.data else "MedlineCitation"
    for element in stream(source.data, whole, "PubmedBookArticle", "DeleteCitation"):
        if element.tag == whole:
            yield _citation(element)
        elif element.tag == "PubmedBookArticle":
            number = plain(element.find(".//PMID"))
            yield Unread(name=f"{source.name} (PMID {number})", reason="is a book or a chapter, which is not read", skipped=True)
        else:
            numbers = [plain(node) for node in element.findall("PMID")]
            shown = ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
            yield Unread(name=source.name, reason=f"says that PubMed deleted {shown}; nothing was removed here", skipped=True)


def _citation(element: _Element) -> _Citation:
    medline = element if element.tag == "MedlineCitation" else element.find("MedlineCitation")
    article = medline.find("Article") if medline is not None else None
    if medline is None or article is None:
        return _Citation()
    ids = {node.get("IdType", ""): plain(node) for node in element.findall("PubmedData/ArticleIdList/ArticleId")}
    for node in article.findall("ELocationID"):
        if node.get("EIdType") == "doi" and node.get("ValidYN", "Y") == "Y":
            ids.setdefault("doi", plain(node))
    issue = article.find("Journal/JournalIssue")
    result = _Citation(
        pmid=plain(medline.find("PMID")),
        doi=ids.get("doi", ""),
        pmcid=ids.get("pmc", ""),
        title=_one_line(article.find("ArticleTitle")),
        vernacular=_one_line(article.find("VernacularTitle")),
        journal=plain(article.find("Journal/ISOAbbreviation"))
        or plain(article.find("Journal/Title"))
        or plain(medline.find("MedlineJournalInfo/MedlineTA")),
        volume=plain(issue.find("Volume")) if issue is not None else "",
        issue=plain(issue.find("Issue")) if issue is not None else "",
        pages=plain(article.find("Pagination/MedlinePgn")),
        languages=[plain(node) for node in article.findall("Language")],
        types=[plain(node) for node in article.findall("PublicationTypeList/PublicationType")],
        licence=plain(article.find("Abstract/CopyrightInformation"))[:300],
    )
    result.parts = [
        (node.get("Label", "").strip(" :"), node.get("NlmCategory", ""), _one_line(node))
        for node in article.findall("Abstract/AbstractText")
    ]
    if len(result.parts) == 1 and not result.parts[0][0]:
        result.parts = _labelled(result.parts[0][2])
    for other in medline.findall("OtherAbstract"):
        if other.get("Language", "eng") == "eng":
            heading = other.get("Type", "").replace("-", " ").capitalize() or "Other abstract"
            result.other.extend((heading, _one_line(node)) for node in other.findall("AbstractText") if plain(node))
    result.authors = [name for name in map(_author, article.findall("AuthorList/Author")) if name]
    date = article.find("Journal/JournalIssue/PubDate")
    if date is not None:
        season = re.search(r"(1[89]|20|21)\d\d", plain(date.find("MedlineDate")))
        result.date = (
            plain(date.find("Year")) or (season[0] if season else ""),
            plain(date.find("Month")),
            plain(date.find("Day")),
        )
    online = article.find("ArticleDate")
    if online is not None:
        result.online = metadata.iso_date(plain(online.find("Year")), plain(online.find("Month")), plain(online.find("Day")))
    for subject in medline.findall("MeshHeadingList/MeshHeading"):
        parts = subject.findall("DescriptorName") + subject.findall("QualifierName")
        group = result.major if any(part.get("MajorTopicYN") == "Y" for part in parts) else result.minor
        group.append(plain(subject.find("DescriptorName")))
    result.keywords = [plain(node) for node in medline.findall("KeywordList/Keyword") if plain(node)]
    for node in medline.findall("CommentsCorrectionsList/CommentsCorrections"):
        _relate(result, node.get("RefType", ""), pmid=plain(node.find("PMID")), printed=plain(node.find("RefSource")))
    listed = element.findall("PubmedData/ReferenceList")  # which may hold titled lists
    for number, node in enumerate((node for one in listed for node in one.iter("Reference")), start=1):
        found = {part.get("IdType", ""): plain(part) for part in node.iter("ArticleId")}
        result.cited.append(
            CitedReference(
                label=str(number),
                text=plain(node.find("Citation"))[:1000],
                doi=metadata.doi(found.get("doi", "")),
                pmid=metadata.pmid(found.get("pubmed", "")),
            )
        )
    return result


def _one_line(element: _Element | None) -> str:
    """Text of a title or abstract part; pretty-printed files put line breaks before sub- and superscripts, which go."""
    if element is None:
        return ""
    for node in element.iter("sub", "sup") if len(element) else ():
        before = node.getprevious()
        parent = node.getparent()
        if before is not None and before.tail and "\n" in before.tail[-40:]:
            before.tail = before.tail.rstrip()
        elif before is None and parent is not None and parent.text and "\n" in parent.text[-40:]:
            parent.text = parent.text.rstrip()
    return " ".join(text_of(element).split())


def _author(node: _Element) -> str:
    if node.get("ValidYN") == "N":
        return ""
    surname = plain(node.find("LastName"))
    if not surname:
        return plain(node.find("CollectiveName"))
    return metadata.author(surname=surname, given=plain(node.find("Initials")) or plain(node.find("ForeName")))


def _relate(citation: _Citation, kind: str, *, pmid: str = "", printed: str = "") -> None:
    relation = _RELATIONS.get(kind)
    number = metadata.pmid(pmid)
    if relation and (number or printed):
        citation.relations.append(Relation(kind=relation, target=f"pmid:{number}" if number else printed[:300]))


def _labelled(text: str) -> list[tuple[str, str, str]]:
    """The parts of an abstract printed in one piece with labels in capitals; one unlabelled part otherwise."""
    marks = [match for match in _LABEL.finditer(text) if section_kind(match[1]) != "body"]
    if len(marks) < 2 or marks[0].start() > 0:
        return [("", "", text)]
    ends = [match.start() for match in marks[1:]] + [len(text)]
    return [(mark[1].strip(), "", text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]


# --- tagged text -----------------------------------------------------------------------------------------------------


def _from_text(source: Source) -> Iterator[_Citation]:
    text = source.data.decode("utf-8-sig")
    for entry in re.split(r"(?m)^(?=PMID *- )", text):
        if entry.strip():
            yield _tagged(_fields(entry))


def _fields(entry: str) -> dict[str, list[str]]:
    """Tag → its values; a line that begins with blanks goes on with the value above."""
    values: dict[str, list[str]] = defaultdict(list)
    tag = ""
    for line in entry.splitlines():
        match = _TAG.match(line)
        if match:
            tag = match[1]
            values[tag].append(match[2].strip())
        elif tag and line.strip():
            values[tag][-1] += " " + line.strip()
    return values


def _tagged(values: dict[str, list[str]]) -> _Citation:
    def first(tag: str) -> str:
        return values[tag][0] if values.get(tag) else ""

    identifiers = values.get("LID", []) + values.get("AID", []) + values.get("SO", [])
    year, month, day = [*re.split(r"[ /-]", first("DP")), "", "", ""][:3]
    result = _Citation(
        pmid=first("PMID"),
        doi=next((value for value in identifiers if "[doi]" in value), ""),
        pmcid=first("PMC"),
        title=first("TI") or first("BTI"),
        vernacular=first("TT"),
        parts=_labelled(first("AB")) if first("AB") else [],
        other=[("Other abstract", value) for value in values.get("OAB", [])],
        authors=values.get("AU", []) + values.get("CN", []),
        journal=first("TA") or first("JT"),
        date=(year, month, day),
        volume=first("VI"),
        issue=first("IP"),
        pages=first("PG"),
        languages=values.get("LA", []),
        types=values.get("PT", []),
        keywords=[value.lstrip("*") for value in values.get("OT", [])],
        licence=first("CI")[:300],
    )
    online = next((value for value in values.get("DEP", []) if re.fullmatch(r"\d{8}", value)), "")
    result.online = metadata.iso_date(online[:4], online[4:6], online[6:]) if online else None
    for value in values.get("MH", []):
        (result.major if "*" in value else result.minor).append(value.split("/")[0].strip("* "))
    for tag in _RELATIONS:
        for value in values.get(tag, []):
            number = re.search(r"PMID: *(\d+)", value)
            _relate(result, tag, pmid=number[1] if number else "", printed=value)
    return result
