"""Reads JATS (NISO Z39.96) and its NLM forerunners: journal articles as PubMed Central and publishers give them.

Sections keep their headings ("Results > Pain"), tables become rows, citation marks go (`markup`), references are kept
apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pincite.errors import UnreadableError
from pincite.ingest import metadata
from pincite.ingest.markup import caption, table_lines, text_of
from pincite.ingest.sections import nested_kind, section_kind
from pincite.ingest.unpacking import Source
from pincite.ingest.xml import parse, plain
from pincite.records import Block, CitedReference, Draft, Header, Relation, SectionKind, Unread
from pincite.terms.designs import classify_design, tier_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_METHODS_READ = 4000  # code points: design and allocation stand at the beginning of the methods
_FLOATS = {"table-wrap", "fig", "boxed-text", "fig-group", "table-wrap-group"}
# What a related-article or an article type of JATS says about the other publication.
_RELATIONS = {
    "retracted-article": "retracts",
    "retraction-forward": "retracted-by",
    "retraction": "retracted-by",
    "corrected-article": "corrects",
    "correction-forward": "corrected-by",
    "correction": "corrected-by",
    "object-of-concern": "concern-about",
    "concern-forward": "concern-in",
    "expression-of-concern": "concern-in",
    "updated-article": "updates",
    "update": "updated-by",
    "commentary-article": "comments-on",
    "letter": "comments-on",
    "partial-retraction": "corrects",
}


class JatsReader:
    """Journal articles in JATS XML, one or many in a file."""

    name = "jats"

    def accepts(self, source: Source) -> int:
        """Certain where the first elements are those of a JATS article."""
        head = source.data[:4000]
        if re.search(rb"<(?:\w+:)?(?:pmc-articleset|article)[\s>]", head) and re.search(
            rb"<(?:\w+:)?front[\s>/]|JATS|NLM//DTD|article-type|<pmc-articleset", head
        ):
            return 95
        return 40 if source.name.lower().endswith(".nxml") else 0

    def drafts(self, source: Source) -> Iterator[Draft | Unread]:
        """One draft for each article; raises UnreadableError when the file is no JATS."""
        found = False
        for number, article in enumerate(cleaned(parse(source.data)), start=1):
            found = True
            try:
                yield document(article)
            except UnreadableError as error:
                yield Unread(name=f"{source.name} (article {number})", reason=str(error))
        if not found:
            raise UnreadableError("holds no JATS article")


reader = JatsReader()


def cleaned(root: _Element) -> Iterator[_Element]:
    """The articles below `root`, those inside another one (translations, peer reviews) left out."""
    for article in root.iter("article"):
        if article.find("front") is not None or article.find("front-stub") is not None:
            yield article


def document(article: _Element) -> Draft:
    """One article as a draft; raises UnreadableError when it has neither title nor text."""
    front = article.find("front")
    meta = front.find("article-meta") if front is not None else article.find("front-stub")
    if meta is None:
        raise UnreadableError("has no article-meta, so neither title nor identifiers")
    title = " ".join(text_of(meta.find("title-group/article-title")).split())
    subtitle = " ".join(text_of(part).rstrip(". ") for part in meta.findall("title-group/subtitle"))
    title = f"{title}: {subtitle}" if subtitle and title else title
    abstracts = list(_abstracts(meta))
    body = list(_body(article))
    blocks = [*abstracts, *body]
    if not title and not blocks:
        raise UnreadableError("has neither a title nor any text")
    blocks.insert(0, Block(text=title or "Untitled", section="Title", kind="title"))
    header = _header(article, meta, title=title, abstract="\n".join(block.text for block in abstracts), body=body)
    return Draft(header=header, blocks=tuple(blocks), cited=tuple(_references(article)))


# --- text ------------------------------------------------------------------------------------------------------------


def _abstracts(meta: _Element) -> Iterator[Block]:
    for abstract in meta.findall("abstract"):
        kind = abstract.get("abstract-type", "")
        if kind in ("graphical", "toc", "teaser", "precis", "video"):
            continue
        heading = " ".join(text_of(abstract.find("title")).split())
        name = heading if heading and section_kind(heading) != "abstract" else "Abstract"
        if kind in ("plain-language-summary", "executive-summary") and not heading:
            name = kind.replace("-", " ").capitalize()
        sections = abstract.findall("sec")
        for part in abstract:
            if part.tag == "sec":
                yield from _section(part, (name,))
            elif part.tag in ("p", "list"):
                yield from _paragraph(
                    part,
                    (name,),
                    default="patient" if section_kind(name) == "patient" else "abstract",
                    labelled=not sections,
                )


def _body(article: _Element) -> Iterator[Block]:
    for part in article.findall("body"):
        yield from _children(part, ())
    for part in article.findall("floats-group"):
        yield from _children(part, ())
    for part in article.findall("back/glossary"):
        yield from _children(part, (" ".join(text_of(part.find("title")).split()) or "Glossary",))
    for part in article.findall("back/app-group/app") + article.findall("back/app"):
        yield from _children(part, (" ".join(text_of(part.find("title")).split()) or "Appendix",))
    for part in article.findall("back/sec"):
        yield from _section(part, ())


def _section(section: _Element, above: tuple[str, ...]) -> Iterator[Block]:
    if section.get("sec-type") in ("supplementary-material", "display-objects") and not section.findall(".//table"):
        return
    title = " ".join(text_of(section.find("title")).split()).rstrip(":")
    if not title and section.get("sec-type"):
        title = section.get("sec-type", "").split("|")[0].replace("-", " ").capitalize()
    yield from _children(section, (*above, title) if title else above)


def _children(parent: _Element, headings: tuple[str, ...]) -> Iterator[Block]:
    for part in parent:
        tag = part.tag
        if tag == "sec":
            yield from _section(part, headings)
        elif tag in ("p", "list", "def-list", "disp-quote", "statement", "verse-group"):
            yield from _paragraph(part, headings)
        elif tag in _FLOATS:
            yield from _float(part, headings)


def _paragraph(part: _Element, headings: tuple[str, ...], *, default: SectionKind = "body", labelled: bool = False) -> Iterator[Block]:
    text = text_of(part)
    kind = nested_kind(headings)
    if kind in ("body", "abstract"):
        kind = default if default != "body" else kind
    if labelled and text:
        yield from _labelled(text, headings, default=kind)
    elif text:
        yield Block(text=text, section=" > ".join(headings), kind=kind)
    for inner in part.iter(*_FLOATS):
        if not any(parent.tag in _FLOATS for parent in inner.iterancestors() if parent is not part and part in parent.iterancestors()):
            yield from _float(inner, headings)


_LABEL = re.compile(r"(?:(?<=^)|(?<=[.\n] ))((?:[A-Z][A-Za-z]+)(?: (?:and |of |& )?[A-Za-z]+){0,3}): ?(?=[A-Z0-9])")


def _labelled(text: str, headings: tuple[str, ...], *, default: SectionKind) -> Iterator[Block]:
    """An abstract in one paragraph whose parts have labels, "Results: Pain fell.", cut at labels that name one."""
    marks = [match for match in _LABEL.finditer(text) if section_kind(match[1]) != "body"]
    if len(marks) < 2 or marks[0].start() > 0:
        yield Block(text=text, section=" > ".join(headings), kind=default)
        return
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        part = text[mark.end() : following.start() if following else len(text)].strip()
        if part:
            yield Block(text=part, section=" > ".join((*headings, mark[1])), kind=section_kind(mark[1]))


def _float(part: _Element, headings: tuple[str, ...]) -> Iterator[Block]:
    label = text_of(part.find("label")).rstrip(".: ")
    inside = (*headings, label) if label else headings
    if part.tag in ("fig-group", "table-wrap-group"):
        yield from _children(part, headings)
    elif part.tag == "fig":
        text = caption(part)
        if len(text) > len(label) + 2:
            yield Block(text=text, section=" > ".join(inside) or "Figure", kind="figure")
    elif part.tag == "boxed-text":
        title = " ".join(text_of(part.find("caption/title")).split()) or " ".join(text_of(part.find("title")).split())
        yield from _children(part, (*inside, title) if title else inside)
    else:
        text = "\n".join(table_lines(part))
        if len(text) > len(label) + 2:
            yield Block(text=text, section=" > ".join(inside) or "Table", kind="table")


# --- what is known about it ------------------------------------------------------------------------------------------


def _header(article: _Element, meta: _Element, *, title: str, abstract: str, body: list[Block]) -> Header:
    ids = {node.get("pub-id-type", ""): plain(node) for node in meta.findall("article-id")}
    pmc = re.search(r"\d+", ids.get("pmcid") or ids.get("pmc") or "")
    doi = metadata.doi(ids.get("doi", ""))
    pmid = metadata.pmid(ids.get("pmid", ""))
    pmcid = f"PMC{pmc[0]}" if pmc else None
    kind = article.get("article-type", "")
    subjects = [plain(node) for node in meta.findall("article-categories/subj-group[@subj-group-type='heading']/subject")]
    types = tuple(dict.fromkeys(value for value in (kind, *subjects) if value))
    relations = tuple(_relations(meta))
    design = classify_design(publication_types=types, title=title, abstract=abstract)
    if design == "unknown":
        # One trial in four says only in its methods that it was randomised.
        methods = " ".join(block.text for block in body if block.kind == "methods")[:_METHODS_READ]
        design = classify_design(publication_types=(), title="", abstract=methods)
    date, year = _dates(meta)
    return Header(
        tier=tier_of(design),
        design=design,
        extent="full-text" if body else "abstract",
        status=metadata.status(title, relations, types),
        title=title or "Untitled",
        authors=tuple(_authors(meta)),
        venue=_venue(article, meta, year),
        year=int(year) if year else None,
        date=date,
        doi=doi,
        pmid=pmid,
        pmcid=pmcid,
        url=metadata.link(doi=doi, pmid=pmid, pmcid=pmcid),
        licence=_licence(meta),
        language=article.get("{http://www.w3.org/XML/1998/namespace}lang", "en").lower()[:2] or "en",
        publication_types=types,
        keywords=tuple(_keywords(meta)),
        n=metadata.sample_size(abstract),
        relations=relations,
    )


def _authors(meta: _Element) -> Iterator[str]:
    for contributor in meta.findall("contrib-group/contrib"):
        if contributor.get("contrib-type", "author") != "author":
            continue
        name = contributor.find("name")
        if name is None:
            name = contributor.find("name-alternatives/name")
        if name is not None:
            yield metadata.author(surname=plain(name.find("surname")), given=plain(name.find("given-names")))
        else:
            collaboration = contributor.find("collab")
            if collaboration is not None:
                words = " ".join((collaboration.text or "").split()) or plain(collaboration)
                if words:
                    yield words[:200]


def _venue(article: _Element, meta: _Element, year: str | None) -> str | None:
    journal = article.find("front/journal-meta")
    if journal is None:
        return None
    name = plain(journal.find(".//journal-title")) or plain(journal.find("journal-id"))
    pages = plain(meta.find("fpage")) or plain(meta.find("elocation-id"))
    last = plain(meta.find("lpage"))
    return metadata.venue(
        name,
        year=year or "",
        volume=plain(meta.find("volume")),
        issue=plain(meta.find("issue")),
        pages=f"{pages}-{last}" if last and last != pages else pages,
    )


def _dates(meta: _Element) -> tuple[str | None, str | None]:
    """The earliest date of publication and the year of the issue, by which journals are cited.

    Deposit in PubMed Central and manuscript dates are none.
    """
    found: list[str] = []
    issue: str | None = None
    for node in meta.findall("pub-date"):
        kind = node.get("pub-type") or node.get("date-type") or ""
        if kind in ("pmc-release", "nihms-submitted", "received", "accepted", "preprint"):
            continue
        date = metadata.iso_date(plain(node.find("year")), plain(node.find("month")), plain(node.find("day")))
        if date:
            found.append(date)
            if kind in ("ppub", "collection", "issue", "epub-ppub") or node.get("publication-format") == "print":
                issue = max(issue or "", date[:4])
    if not found:
        return None, None
    first = min(date[:4] for date in found)
    # "2010" sorts before "2010-03-01": among dates of the first year the earliest precise one is taken.
    earliest = min((date for date in found if date[:4] == first), key=lambda date: (-len(date), date))
    return earliest, issue or first


def _licence(meta: _Element) -> str | None:
    node = meta.find("permissions/license")
    if node is None:
        return plain(meta.find("permissions/copyright-statement"))[:300] or None
    link = node.get("{http://www.w3.org/1999/xlink}href") or next(
        (
            part.get("{http://www.w3.org/1999/xlink}href")
            for part in node.iter("ext-link")
            if "creativecommons" in (part.get("{http://www.w3.org/1999/xlink}href") or "")
        ),
        None,
    )
    return link or plain(node)[:300] or node.get("license-type")


def _keywords(meta: _Element) -> Iterator[str]:
    for group in meta.findall("kwd-group"):
        if "abbr" in group.get("kwd-group-type", "").lower():
            continue
        for node in group.iter("kwd"):
            words = plain(node)
            if words:
                yield words


def _relations(meta: _Element) -> Iterator[Relation]:
    for node in meta.findall("related-article"):
        kind = _RELATIONS.get(node.get("related-article-type", ""))
        if kind is None:
            continue
        target = node.get("{http://www.w3.org/1999/xlink}href", "").strip()
        link = node.get("ext-link-type", "")
        doi = metadata.doi(target)
        if doi:
            yield Relation(kind=kind, target=f"doi:{doi}")
        elif link == "pubmed" and target.isdigit():
            yield Relation(kind=kind, target=f"pmid:{target}")
        elif target or plain(node):
            yield Relation(kind=kind, target=(plain(node) or target)[:300])


def _references(article: _Element) -> Iterator[CitedReference]:
    for number, entry in enumerate(article.findall("back//ref-list//ref"), start=1):
        citation = next(
            (
                node
                for node in entry
                if node.tag in ("mixed-citation", "element-citation", "citation", "nlm-citation", "citation-alternatives")
            ),
            None,
        )
        if citation is None:
            continue
        if citation.tag == "citation-alternatives" and len(citation):
            citation = citation[0]
        ids = {node.get("pub-id-type", ""): plain(node) for node in citation.iter("pub-id")}
        label = plain(entry.find("label")).strip(".[]() ") or str(number)
        yield CitedReference(
            label=label,
            text=_citation_text(citation)[:1000],
            doi=metadata.doi(ids.get("doi", "")),
            pmid=metadata.pmid(ids.get("pmid", "")),
        )


def _citation_text(citation: _Element) -> str:
    """The entry as printed, or put together from its parts where the file holds parts only."""
    if citation.tag == "mixed-citation" and re.search(r"[.,;]", "".join(child.tail or "" for child in citation) + (citation.text or "")):
        for node in citation.findall("pub-id"):
            node.text = ""
        return plain(citation)
    names = [
        metadata.author(surname=plain(name.find("surname")), given=plain(name.find("given-names"))) for name in citation.iter("name")
    ] + [plain(node) for node in citation.iter("collab")]
    pages = "-".join(dict.fromkeys(value for value in (plain(citation.find("fpage")), plain(citation.find("lpage"))) if value))
    source = metadata.venue(
        plain(citation.find("source")),
        year=plain(citation.find("year")),
        volume=plain(citation.find("volume")),
        issue=plain(citation.find("issue")),
        pages=pages,
    )
    parts = [
        ", ".join(names),
        plain(citation.find("article-title")) or plain(citation.find("chapter-title")),
        source or "",
    ]
    return ". ".join(part.rstrip(". ") for part in parts if part) or plain(citation)
