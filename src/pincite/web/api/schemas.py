"""What goes in and what comes out, beside the records of `pincite.records`: every field with its limits.

Fields that nobody knows are errors: a misspelt scope must not be passed over in silence.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pincite.records import Answer, Check, Citation, Passage, Quote, Tier
from pincite.web.editorial.content import Content

Year = Annotated[int, Field(ge=1000, le=9999, description="Only sources of that year or later; those without a year stay.")]
Text = Annotated[str, Field(max_length=10_000)]
Key = Annotated[str, Field(max_length=64, description="A statement's key, as `statements` of the article gives it.")]
Base = Annotated[
    str,
    Field(
        min_length=64,
        max_length=64,
        pattern="^[0-9a-f]{64}$",
        description="sha256 of the revision that you have read; 409 if it has changed.",
    ),
]
Question = Annotated[str, Field(max_length=8_000, description="One question in English, at most 2,000 characters.")]
Export = Literal["ris", "bibtex", "csl", "md", "html", "docx", "fhir", "text", "json"]


class Input(BaseModel):
    """What a caller sends."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    what_to_do: str | None = None
    errors: list[FieldError] | None = None


class FieldError(BaseModel):
    """One field that is missing or cannot be used."""

    model_config = ConfigDict(populate_by_name=True)

    in_: str = Field(alias="in", description="body, query or path")
    pointer: str = Field(description="JSON pointer to the field.")
    detail: str
    code: str


# --- asking ----------------------------------------------------------------------------------------------------------


class Scope(Input):
    """A question with its scope and the questions that it follows."""

    question: Question
    audience: Literal["clinician", "patient"] = "clinician"
    tiers: list[Tier] = Field(default=[], max_length=4, description="Only these tiers; none named: all.")
    since: Year | None = None
    everything: bool = Field(False, description="Also what is held back to keep a page readable.")
    after: list[Question] = Field(
        default=[], max_length=11, description="Earlier questions of the thread, first to last; each is answered anew."
    )


class Ask(Scope):
    """A question; with `follow` or `after`, one that follows others."""

    follow: Answer | None = Field(None, description="The answer that this question follows, as it was given. Not together with `after`.")


class SearchResult(BaseModel):
    """A ranked passage."""

    rank: int
    score: float = Field(description="Fused, 0 to 1.")
    lexical: float = Field(description="BM25; 0 where only the meaning matched.")
    cosine: float | None
    document_id: str
    passage_id: str
    title: str
    tier: str
    design: str
    year: int | None
    status: str
    section: str
    start: int
    end: int
    text: str


class SearchResults(BaseModel):
    """What a query finds, best first; the same as `pincite search --format json`."""

    schema_: Literal["pincite.search/1"] = Field("pincite.search/1", alias="schema")
    query: str
    results: list[SearchResult]


class CheckedCitation(BaseModel):
    """One quote of an answer, checked."""

    statement: str
    citation: Citation
    check: Check


class CheckSummary(BaseModel):
    """How many quotes stand."""

    citations: int
    standing: int
    failed: int


class Checked(BaseModel):
    """Does every quote of an answer still stand; the same as `pincite check --format json`."""

    schema_: Literal["pincite.check/1"] = Field("pincite.check/1", alias="schema")
    question: str
    summary: CheckSummary
    citations: list[CheckedCitation]


class ToExport(Input):
    """An answer and the format it is wanted in."""

    answer: Answer
    format: Export


# --- library ---------------------------------------------------------------------------------------------------------


class DocumentSummary(BaseModel):
    """A document without its text."""

    id: str
    title: str
    tier: str
    design: str
    extent: str
    status: str
    authors: list[str]
    organization: str | None
    venue: str | None
    year: int | None
    date: str | None
    version: str | None
    doi: str | None
    pmid: str | None
    pmcid: str | None
    setid: str | None
    url: str | None
    conditions: list[str]
    interventions: list[str]
    drug: str | None
    text_sha256: str
    source: str = Field(description="Name of the file or address that it was read from.")
    flags: list[str] = Field(description="Words in it that try to steer a reader or a model.")
    retired: str | None = Field(description="Why this library no longer answers from it; null: it does.")


class DocumentDetail(DocumentSummary):
    """A document with its text and the passages that are searched and cited: `text[start:end]`, in code points."""

    text: str
    passages: list[Passage]
    related: list[str] = Field(description="Other documents held of the same publication.")


class InContext(BaseModel):
    """A stretch of a document with the words around it."""

    document_id: str
    title: str
    status: str
    text_sha256: str
    quote: Quote
    passage_id: str | None
    section: str | None
    page: int | None
    before: str
    after: str
    stands: bool | None = Field(description="Is `exact` what stands there; null where none was sent.")


class LibraryInfo(BaseModel):
    """What the library holds."""

    version: str
    documents: int
    passages: int
    newest: str | None
    vectors: int
    encoder: str | None
    tier: dict[str, int]
    design: dict[str, int]
    extent: dict[str, int]
    status: dict[str, int]
    years: dict[str, int] | None


class JobInfo(BaseModel):
    """Long work and how far it is."""

    id: UUID
    kind: str
    state: str
    done: int
    total: int | None
    says: str
    report: Any
    created_at: datetime.datetime
    finished_at: datetime.datetime | None


# --- checked texts -----------------------------------------------------------------------------------------------------


class NewAudit(Input):
    """A text to be checked, or the address of a page."""

    text: str = Field("", max_length=1_500_000, description="Plain text, Markdown or HTML, with its reference list where it has one.")
    name: str = Field("Pasted text", min_length=1, max_length=150, description="By which the report calls it.")
    url: str = Field("", max_length=2000, description="Instead of `text`: a page of the open web, where the operator allows fetching.")


class AuditInfo(BaseModel):
    """A checked text without its report."""

    id: UUID
    name: str
    given: str = Field(description="pasted, file or page")
    url: str
    state: str = Field(description="waiting, running, done, failed or stopped")
    problem: str = Field(description="Why it failed.")
    says: str = Field(description="The whole audit in a line.")
    claims: int
    contradicted: int
    shared: bool = Field(description="Whether a link is out by which anybody can read the report.")
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    job: JobInfo | None = Field(description="The work on it: `done` of `total` claims.")


class AuditDetail(AuditInfo):
    """A checked text; with its report when it is done."""

    report: dict[str, Any] | None = Field(description="pincite.audit/1")


class OneDocument(Input):
    """A document."""

    document_id: str = Field(min_length=1, max_length=300)


class Retire(OneDocument):
    """A document, and why it is no longer to be used."""

    why: str = Field(min_length=1, max_length=500)


# --- articles --------------------------------------------------------------------------------------------------------


class PersonInfo(BaseModel):
    """A person as readers see them."""

    name: str
    credentials: str
    position: str
    competing_interests: str


class RevisionInfo(BaseModel):
    """One text of an article, without the text."""

    number: int
    sha256: str
    says: str
    by: str
    at: datetime.datetime


class RevisionDetail(RevisionInfo):
    """One text of an article."""

    content: Content


class AlertInfo(BaseModel):
    """A change of a source, or a review that is due."""

    id: int
    kind: str
    says: str
    document_id: str
    title: str
    statement: str
    old_quote: str
    new_quote: str
    raised_at: datetime.datetime
    resolved_at: datetime.datetime | None
    resolution: str


class ArticleSummary(BaseModel):
    """An article without its text."""

    id: int
    slug: str
    url: str = Field(description="Path of its public page.")
    question: str
    state: str
    standing: Literal["approved", "pending", "withdrawn", "rejected"] | None = Field(
        description="What it is to the public; pending: no human has approved it yet; null: not public."
    )
    topics: list[str]
    published_at: datetime.datetime | None
    approved_at: datetime.datetime | None
    approved_by: PersonInfo | None
    review_due: datetime.date | None
    updated_at: datetime.datetime
    banners: list[str] = Field(description="What changed in its sources since it was approved.")


class Withdrawal(BaseModel):
    """When and why an article was withdrawn."""

    at: datetime.datetime
    why: str


class ArticleDetail(ArticleSummary):
    """An article as the public sees it."""

    revision: RevisionDetail | None = Field(description="The approved text, else the newest; null where it was withdrawn or rejected.")
    withdrawn: Withdrawal | None


class StatementInfo(BaseModel):
    """A statement of a draft with the key that edits and comments name."""

    key: str
    part: str
    heading: str
    text: str
    verdict: str


class CommentInfo(BaseModel):
    """A remark."""

    id: int
    revision: int
    statement: str
    quoted: str
    text: str
    by: str
    at: datetime.datetime
    resolved_by: str | None
    resolved_at: datetime.datetime | None


class ReviewInfo(BaseModel):
    """A reviewer's decision on one revision, with what they declared that day."""

    id: int
    revision: int
    decision: str
    comment: str
    by: str
    credentials: str
    position: str
    competing_interests: str
    at: datetime.datetime


class AssignmentInfo(BaseModel):
    """Whose turn it is, or was."""

    reviewer: str = Field(description="User name.")
    name: str
    due: datetime.date | None
    assigned_at: datetime.datetime
    ended_at: datetime.datetime | None


class Workspace(ArticleSummary):
    """An article as those see it who work on it."""

    author: str
    current: RevisionInfo
    approved: RevisionInfo | None
    statements: list[StatementInfo]
    notes: list[dict[str, str]]
    comments: list[CommentInfo]
    reviews: list[ReviewInfo]
    assignments: list[AssignmentInfo]
    alerts: list[AlertInfo]
    allowed: list[str] = Field(description="The actions that you can take now.")


class NewArticle(Scope):
    """A question whose answer is to become an article. The server asks it itself: what is published was never in other hands."""

    submit: bool = Field(True, description="Send it to the editors at once; false keeps it a draft.")


class Assign(Input):
    """Whose turn it is."""

    reviewer: str = Field(max_length=150, description="User name.")
    due: datetime.date | None = None


class NewComment(Input):
    """A remark on one statement, or on the whole."""

    base: Base
    text: Text
    statement: str = Field("", max_length=64, description="A statement's key; empty: the whole article.")


class Decide(Input):
    """A reviewer's decision."""

    base: Base
    decision: Literal["accept", "request-changes", "reject"]
    comment: Text = ""


class Approve(Input):
    """Approval of exactly one revision."""

    base: Base
    next_review: datetime.date | None = Field(None, description="Default: in a year.")


class Why(Input):
    """A reason, which the audit trail keeps."""

    why: str = Field(max_length=1000)


class Schedule(Input):
    """The day of the next review."""

    on: datetime.date


class Settle(Input):
    """Why nothing has to change."""

    resolution: str = Field(max_length=500)


class Handle(Input):
    """What came of a report."""

    outcome: str = Field(max_length=500)


class Move(Input):
    """One statement further down (negative: up) in its part."""

    do: Literal["move"]
    base: Base
    key: Key
    steps: int = Field(ge=-1000, le=1000)


class Remove(Input):
    """Take one statement out."""

    do: Literal["remove"]
    base: Base
    key: Key


class Reword(Input):
    """Other words for one statement, judged by its quotes at once."""

    do: Literal["reword"]
    base: Base
    key: Key
    text: Text


class Add(Input):
    """A new statement: one sentence of a document, quoted."""

    do: Literal["add"]
    base: Base
    part: str = Field(max_length=50, description="As `statements[].part`: bottom-line, section-0, …")
    document_id: str = Field(max_length=300)
    start: int = Field(ge=0, le=2_147_483_647)
    end: int = Field(ge=0, le=2_147_483_647)


class AddNote(Input):
    """An editor's note."""

    do: Literal["add-note"]
    base: Base
    part: str = Field(max_length=50)
    text: str = Field(max_length=4000)


class RemoveNote(Input):
    """Take an editor's note out."""

    do: Literal["remove-note"]
    base: Base
    note: str = Field(max_length=64)


class Restore(Input):
    """The text of an earlier revision as a new one."""

    do: Literal["restore"]
    base: Base
    number: int = Field(ge=1, le=2_147_483_647)


class Edit(Input):
    """One change to a draft."""

    edit: Annotated[Move | Remove | Reword | Add | AddNote | RemoveNote | Restore, Field(discriminator="do")]


# --- reports, threads, audit trail -----------------------------------------------------------------------------------


class NewReport(Input):
    """What a reader found wrong."""

    text: str = Field(min_length=1, max_length=5000)
    question: str = Field("", max_length=2000)
    statement: str = Field("", max_length=2000)
    page: str = Field("", max_length=2000, pattern="^(/.*)?$", description="Path on this site.")
    contact: str = Field("", max_length=200, description="How the editors can ask back; not required.")
    article: int | None = Field(None, ge=1, le=2**63 - 1, description="Id of a public article.")


class ReportInfo(BaseModel):
    """A reader's report as the editors see it."""

    id: int
    text: str
    question: str
    statement: str
    page: str
    contact: str
    article: int | None
    at: datetime.datetime
    handled_at: datetime.datetime | None
    outcome: str


class Received(BaseModel):
    """The number under which something was taken in."""

    id: int


class ThreadInfo(BaseModel):
    """A saved thread."""

    id: UUID
    title: str
    questions: int
    created_at: datetime.datetime
    updated_at: datetime.datetime


class TurnInfo(BaseModel):
    """One question of a thread with its answer as it was given."""

    position: int
    question: str
    audience: str
    asked_at: datetime.datetime
    answer: dict[str, Any] = Field(description="pincite.answer/1")


class ThreadDetail(ThreadInfo):
    """A saved thread with its answers."""

    turns: list[TurnInfo]


class AuditRowInfo(BaseModel):
    """One row of the audit trail."""

    sequence: int
    at: str
    actor: str
    actor_name: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


class AuditVerified(BaseModel):
    """Does the chain hold."""

    rows: int
    head: str
    broken: str | None


class Me(BaseModel):
    """Who you are here."""

    username: str
    name: str
    roles: list[str]
    scopes: list[str]
    token: str | None = Field(description="Name of the token in use; null with a session.")
