"""Answer → a FHIR R4 collection Bundle: a DocumentReference for each source, a Communication for each statement that points at its sources.

R4 has no resource for an answer; a Communication ("information transmitted to a receiver") claims the least. Dates that an answer does not
have are not made up, so nothing here needs one. FHIR forbids empty values: absent facts are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pincite.records import Answer, Reference, Statement
from pincite.rendering.jsonout import dumps
from pincite.rendering.safe import inert, plain
from pincite.rendering.wording import DESIGNS, STATUSES, address_of, facts_of, held_of, source_line

_IDENTIFIERS = (
    ("https://doi.org", "doi"),
    ("https://pubmed.ncbi.nlm.nih.gov", "pmid"),
    ("https://pmc.ncbi.nlm.nih.gov", "pmcid"),
    ("https://dailymed.nlm.nih.gov", "setid"),
)


def write(answer: Answer) -> bytes:
    """The `fhir` writer: JSON, UTF-8; the same answer gives the same identifiers."""
    addresses = {reference.number: _urn(answer, f"reference {reference.number}") for reference in answer.references}
    references = {reference.number: reference for reference in answer.references}
    entries = [_entry(addresses[reference.number], _document(reference)) for reference in answer.references]
    for number, (part, statement) in enumerate(_statements(answer), start=1):
        entries.append(_entry(_urn(answer, f"statement {number}"), _communication(answer, part, statement, references, addresses)))
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
    if entries:
        bundle["entry"] = entries
    return dumps(bundle).encode()


def _statements(answer: Answer) -> Iterator[tuple[str, Statement]]:
    """Every statement with the part of the page where it stands; the bottom line's repeats are kept."""
    yield from (("Bottom line", statement) for statement in answer.bottom_line)
    for section in answer.sections:
        yield from ((section.heading, statement) for statement in section.statements)
    for conflict in answer.conflicts:
        yield from (("Where sources disagree", statement) for statement in chain.from_iterable(conflict.sides))
    yield from (("Only indirect evidence", statement) for statement in answer.indirect)


def _entry(address: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": address, "resource": {name: value for name, value in resource.items() if value}}


def _document(reference: Reference) -> dict[str, Any]:
    facts = (source_line(reference), STATUSES[reference.status], held_of(reference))
    attachment = {"title": plain(reference.title), "url": address_of(reference)}
    named = [{"system": system, "value": plain(value)} for system, name in _IDENTIFIERS if (value := getattr(reference, name))]
    return {
        "resourceType": "DocumentReference",
        "identifier": [*named, {"value": plain(reference.document_id)}],
        "status": "superseded" if reference.status == "superseded" else "current",
        "type": {"text": DESIGNS[reference.design]},
        "author": [{"display": shown} for author in reference.authors if (shown := plain(author))],
        "description": "; ".join(fact for fact in facts if fact),
        "content": [{"attachment": {name: value for name, value in attachment.items() if value}}],
    }


def _communication(
    answer: Answer, part: str, statement: Statement, references: dict[int, Reference], addresses: dict[int, str]
) -> dict[str, Any]:
    notes = [f"Directness: indirect, {plain(statement.indirect_because or '')}"] if statement.directness == "indirect" else []
    notes += facts_of(statement, references, extents=True)
    notes += [
        f"Quoted from {plain(citation.document_id)}, characters {citation.quote.start} to {citation.quote.end}: {inert(citation.quote.exact)}"
        for citation in statement.citations
    ]
    cited = dict.fromkeys(citation.reference for citation in statement.citations if citation.reference in addresses)
    return {
        "resourceType": "Communication",
        "status": "completed",
        "category": [{"text": plain(part)}],
        "topic": {"text": plain(answer.question)},
        "about": [{"reference": addresses[number]} for number in cited],
        "payload": [{"contentString": plain(statement.text)}],
        "note": [{"text": note} for note in notes],
    }


def _urn(answer: Answer, name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'pincite {answer.library.version} {answer.question} {name}')}"
