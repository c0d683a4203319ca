"""The words that people read for what the records hold as codes: tiers, designs, statuses, directions, strength; links of identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from pincite.records import Citation, Reference, Statement
from pincite.rendering.safe import plain, web_address

ANSWERING_TIERS = ("guideline", "label", "research")
TIER_HEADINGS = {
    "guideline": "From the guidelines",
    "label": "From FDA drug labels",
    "research": "From the research",
    "patient": "Written for patients",
}
TIER_SILENT = {
    "guideline": "No guideline in this library answers this question.",
    "label": "No drug label in this library answers this question.",
    "research": "No research in this library answers this question.",
}
TIERS = {"guideline": "guideline", "label": "drug label", "research": "research", "patient": "written for patients"}
DESIGNS = {
    "guideline": "guideline",
    "appropriateness-criteria": "appropriateness criteria",
    "consensus": "consensus statement",
    "technology-appraisal": "technology appraisal",
    "drug-label": "drug label",
    "safety-communication": "safety communication",
    "systematic-review": "systematic review",
    "meta-analysis": "meta-analysis",
    "rct": "randomised trial",
    "controlled-trial": "controlled trial, not randomised",
    "cohort": "cohort study",
    "case-control": "case-control study",
    "cross-sectional": "cross-sectional study",
    "diagnostic-study": "diagnostic study",
    "case-series": "case series",
    "case-report": "case report",
    "narrative-review": "narrative review",
    "qualitative": "qualitative study",
    "economic": "economic study",
    "protocol": "protocol, no results yet",
    "animal": "animal study",
    "in-vitro": "laboratory study",
    "editorial": "editorial",
    "retraction-notice": "retraction notice",
    "patient-information": "patient information",
    "unknown": "design not stated",
}
STATUSES = {
    "current": "current",
    "retracted": "RETRACTED",
    "concern": "EXPRESSION OF CONCERN",
    "superseded": "SUPERSEDED by a newer version",
    "unknown": "status unknown",
}
PRECEDENCES = {"local": "local guidance", "preferred": "preferred source"}
EXTENTS = {
    "full-text": "full text held",
    "abstract": "only the abstract held",
    "label": "label held",
    "record": "summary record, not the original's words",
}
DIRECTIONS = {
    "for": "in favour",
    "against": "against",
    "neutral": "neither for nor against",
    "increase": "increase",
    "decrease": "decrease",
    "no-difference": "no difference",
}
INTENTS = {"definition": "what it is", "other": "general question"}
VERDICTS = {
    "partly": "only partly supported by its source",
    "contradicted": "contradicted by its source",
    "not-found": "not found in its source",
    "uncited": "without a citation",
}
RECOMMENDING = ("recommendation",)


def facts_of(statement: Statement, references: dict[int, Reference], *, extents: bool) -> tuple[str, ...]:
    """What stands in brackets after a statement: direction, strength in the source's words, design and year; `extents`: also what is held."""
    # Only of a recommendation is it news that it takes no side.
    told = statement.direction and (statement.direction != "neutral" or statement.kind in RECOMMENDING)
    facts = [DIRECTIONS[statement.direction]] if statement.direction and told else []
    facts += _strength(statement)
    cited = list(dict.fromkeys(citation.reference for citation in statement.citations))
    sources = [_source(references[number], extents=extents) for number in cited if number in references]
    if len(set(sources)) == 1:
        facts.append(sources[0])
    else:
        facts += [f"[{number}] {source}" for number, source in zip(cited, sources, strict=False)]
    if statement.verdict.label in VERDICTS:
        facts.append(f"CHECK: {VERDICTS[statement.verdict.label]}")
    return tuple(facts)


def _strength(statement: Statement) -> list[str]:
    """Strength and certainty as the source words them; only a recommendation is expected to have them, so only there is silence said."""
    words = []
    if statement.strength:
        words.append(f"strength: {plain(statement.strength)}")
    if statement.certainty:
        words.append(f"certainty: {plain(statement.certainty)}")
    if statement.kind in RECOMMENDING:
        missing = [name for name, value in (("strength", statement.strength), ("certainty", statement.certainty)) if not value]
        if missing:
            words.append(f"{' and '.join(missing)} not stated")
    return words


def _source(reference: Reference, *, extents: bool) -> str:
    words = DESIGNS[reference.design]
    if reference.year:
        words += f" {reference.year}"
    if reference.precedence:
        words += f", {PRECEDENCES[reference.precedence]}"
    if reference.status in ("retracted", "concern", "superseded"):
        words += f", {STATUSES[reference.status]}"
    if extents and reference.extent in ("record", "abstract"):
        words += ", summary record" if reference.extent == "record" else ", abstract only"
    return words


def marks_of(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """One citation per reference number, in order: what the [n] marks stand for."""
    first: dict[int, Citation] = {}
    for citation in citations:
        first.setdefault(citation.reference, citation)
    return tuple(first.values())


def source_line(reference: Reference) -> str:
    """Who, where, when: authors (three, then "et al."), or the organization; venue; year."""
    authors = [plain(author) for author in reference.authors if plain(author).lower().rstrip(".") != "et al"]
    who = ", ".join(authors[:3]) + (" et al." if len(authors) > 3 or len(authors) < len(reference.authors) else "")
    organization = plain(reference.organization or "")
    venue = plain(reference.venue or "")
    year = str(reference.year) if reference.year and str(reference.year) not in venue else ""
    parts = [who or organization, organization if who and organization not in venue else "", venue, year]
    return ". ".join(part.rstrip(".") for part in parts if part) + "." if any(parts) else ""


def links_of(reference: Reference) -> tuple[tuple[str, str | None], ...]:
    """Identifiers as shown, each with its address, or None where its form is not that of such an identifier."""
    links: list[tuple[str, str | None]] = []
    if reference.doi:
        doi = plain(reference.doi)
        links.append(
            (
                f"DOI {doi}",
                f"https://doi.org/{quote(doi, safe='/.()-_;:')}" if re.fullmatch(r"10\.\d+/\S+", doi) else None,
            )
        )
    for name, value, form, address in (
        ("PMID", reference.pmid, r"\d{1,9}", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
        ("", reference.pmcid, r"PMC\d{1,10}", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
        ("Set ID", reference.setid, r"[0-9a-fA-F-]{36}", "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={}"),
    ):
        if value:
            shown = plain(value)
            known = re.fullmatch(form, shown) is not None
            links.append((f"{name} {shown}".strip(), address.format(shown) if known else None))
    if reference.url:
        links.append((plain(reference.url), web_address(reference.url)))
    return tuple(links)


def address_of(reference: Reference) -> str | None:
    """The best address for a reference's title: DOI, PubMed, PMC, DailyMed, else its own."""
    return next((address for _, address in links_of(reference) if address), None)


def looked_up_of(reference: Reference) -> str:
    """What the lists of retractions said on the day they were last asked; empty where they never were."""
    if not reference.looked_up:
        return ""
    found = "retracted" if reference.status == "retracted" else "not retracted"
    return f"{found} when looked up on {plain(reference.looked_up)}"


def held_of(reference: Reference) -> str:
    """How much of a source the library holds, with the note of a summary record."""
    held = EXTENTS[reference.extent]
    note = plain(reference.note or "").rstrip(".")
    if not note or (reference.extent == "record" and note.lower().startswith("summary record")):
        return held  # the note says the same
    return f"{held}; {note}"
