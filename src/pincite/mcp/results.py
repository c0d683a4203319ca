"""What the tools return beside `Answer` and `Audit`: search results, a source at a quote, a stored answer checked again."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from pincite.records import Check, Citation, Design, Record, Reference, Status, Tier


class Titled(Record):
    """A record that prints its schema's name under `schema`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Found(Record):
    """One passage that a search returned."""

    rank: int
    score: float
    document_id: str
    passage_id: str
    title: str
    tier: Tier
    design: Design
    year: int | None
    status: Status
    section: str
    start: int  # code points into the document's text
    end: int
    text: str


class SearchResults(Titled):
    """Passages, best first; the fields of `pincite search --format json`."""

    schema_: Literal["pincite.search/1"] = Field("pincite.search/1", alias="schema")
    query: str
    results: tuple[Found, ...]


class Source(Titled):
    """The words at one place of a document, with what stands around them and what the document is."""

    schema_: Literal["pincite.source/1"] = Field("pincite.source/1", alias="schema")
    reference: Reference
    section: str
    page: int | None
    start: int
    end: int
    before: str
    exact: str
    after: str
    passage_ids: tuple[str, ...]  # that the words stand in
    retired: str | None  # why this library no longer answers from the document
    flags: tuple[str, ...]  # words in the document that try to instruct a reader or a model


class CheckedCitation(Record):
    """One citation of a stored answer, looked up in the library of today."""

    statement: str
    citation: Citation
    check: Check


class CheckSummary(Record):
    """How many citations of a stored answer stand."""

    citations: int
    standing: int
    failed: int


class CheckedAnswer(Titled):
    """Does every quote of a stored answer still stand? The fields of `pincite check --format json`."""

    schema_: Literal["pincite.check/1"] = Field("pincite.check/1", alias="schema")
    question: str
    summary: CheckSummary
    citations: tuple[CheckedCitation, ...]
