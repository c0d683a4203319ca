"""Ask, follow up, search; does an answer still stand; an answer in another format."""

from __future__ import annotations

import time
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from pincite import registry
from pincite.errors import QuestionError
from pincite.pipeline import ask as ask_pipeline
from pincite.records import Answer, Filters, Tier
from pincite.rendering import jsonout
from pincite.retrieval.searching import search as search_library
from pincite.retrieval.understanding import cleaned_question
from pincite.verification.verify import recheck
from pincite.web import engine
from pincite.web.api import schemas
from pincite.web.api.authentication import may
from pincite.web.api.limits import ASKING, READING
from pincite.web.api.machinery import get, post
from pincite.web.engine import Asked
from pincite.web.reading import logging as question_log

router = Router(tags=["Ask"], auth=may("ask", visitors=True), throttle=READING)

# The encoder is read seconds after a start; an answer without it would not be the answer of this library.
ENCODER_SECONDS = 30.0
_MEDIA = {
    "ris": ("application/x-research-info-systems", "ris"),
    "bibtex": ("application/x-bibtex", "bib"),
    "csl": ("application/vnd.citationstyles.csl+json", "json"),
    "md": ("text/markdown; charset=utf-8", "md"),
    "html": ("text/html; charset=utf-8", "html"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "fhir": ("application/fhir+json", "json"),
    "text": ("text/plain; charset=utf-8", "txt"),
    "json": ("application/json", "json"),
}


class AskQuery(Schema):
    """A question in an address."""

    q: schemas.Question
    audience: Literal["clinician", "patient"] = "clinician"
    tier: list[Tier] = Field(default=[], max_length=4, description="May be repeated.")
    since: schemas.Year | None = None
    everything: bool = False


class SearchQuery(Schema):
    """A search in an address."""

    q: schemas.Question
    tier: list[Tier] = Field(default=[], max_length=4, description="May be repeated.")
    since: schemas.Year | None = None
    limit: int = Field(10, ge=1, le=100)


@get(router, "/ask", response=Answer, throttle=ASKING, summary="Ask by address")
def ask_by_address(request: HttpRequest, query: Query[AskQuery]) -> HttpResponse:
    """The same as POST, for a question that follows no other."""
    asked = schemas.Ask(question=query.q, audience=query.audience, tiers=query.tier, since=query.since, everything=query.everything)
    return _json(answer_to(asked))


@post(router, "/ask", response=Answer, throttle=ASKING, summary="Ask a question")
def ask(request: HttpRequest, question: schemas.Ask) -> HttpResponse:
    """An answer in which every sentence carries a citation whose exact words stand in the stored source.

    Nothing found is an answer too (`answered: false`). The bytes are those of `pincite ask --format json` for the same library.
    A follow-up names what it follows: the earlier questions in `after`, or the last answer itself in `follow`.
    """
    return _json(answer_to(question))


@get(router, "/search", response=schemas.SearchResults, summary="Search passages")
def search(request: HttpRequest, query: Query[SearchQuery]) -> dict[str, Any]:
    """The passages that the words find, best first, with their scores. For an answer, ask."""
    words = cleaned_question(query.q)
    engine.wait_for_encoder(ENCODER_SECONDS)
    library = engine.library()
    found = search_library(
        library,
        words,
        filters=Filters(tiers=tuple(query.tier), since=query.since),
        limit=query.limit,
        encoder=engine.encoder() if library.commit.vectors else None,
    )
    results = [
        {
            "rank": rank,
            "score": one.score,
            "lexical": one.lexical,
            "cosine": one.cosine,
            "document_id": one.document_id,
            "passage_id": one.passage.id,
            "title": one.header.title,
            "tier": one.header.tier,
            "design": one.header.design,
            "year": one.header.year,
            "status": one.header.status,
            "section": one.passage.section,
            "start": one.passage.start,
            "end": one.passage.end,
            "text": one.passage.text,
        }
        for rank, one in enumerate(found, start=1)
    ]
    return {"schema": "pincite.search/1", "query": words, "results": results}


@post(router, "/check", response=schemas.Checked, summary="Does an answer still stand?")
def check(request: HttpRequest, answer: Answer) -> dict[str, Any]:
    """Every quote of a stored answer, looked up in the library of today."""
    rows = recheck(answer, engine.library().documents_by_id)
    failed = sum(row.check.outcome == "fail" for row in rows)
    return {
        "schema": "pincite.check/1",
        "question": answer.question,
        "summary": {"citations": len(rows), "standing": len(rows) - failed, "failed": failed},
        "citations": [{"statement": row.statement, "citation": row.citation, "check": row.check} for row in rows],
    }


@post(router, "/export", summary="An answer in another format")
def export(request: HttpRequest, wanted: schemas.ToExport) -> HttpResponse:
    """The answer (md, html, docx, fhir, text, json) or its references (ris, bibtex, csl), as a download."""
    kind, ending = _MEDIA[wanted.format]
    data: bytes = registry.load("writers", wanted.format)(wanted.answer)
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="pincite-answer.{ending}"'})


def asked_of(scope: schemas.Scope) -> Asked:
    """What the engine is asked; raises QuestionError."""
    after = tuple(cleaned_question(earlier) for earlier in scope.after)
    return Asked(cleaned_question(scope.question), scope.audience, tuple(sorted(set(scope.tiers))), scope.since, after, scope.everything)


def answer_to(scope: schemas.Scope) -> Answer:
    """The engine's answer to what a caller asks; raises QuestionError."""
    asked = asked_of(scope)
    follow = scope.follow if isinstance(scope, schemas.Ask) else None
    if follow is not None and asked.after:
        raise QuestionError("A question follows either `follow` or `after`, not both.")
    engine.wait_for_encoder(ENCODER_SECONDS)
    begun = time.monotonic()
    answer = engine.ask(asked) if follow is None else _following(asked, follow)
    question_log.note(answer, milliseconds=round(1000 * (time.monotonic() - begun)), by="api")
    return answer


def _following(asked: Asked, follow: Answer) -> Answer:
    """The answer to a question that follows an answer which the caller brings."""
    library = engine.library()
    return ask_pipeline(
        asked.question,
        library=library,
        encoder=engine.encoder() if library.commit.vectors else None,
        audience=asked.audience,
        filters=Filters.model_validate({"tiers": asked.tiers, "since": asked.since}),
        follow=follow,
        everything=asked.everything,
    )


def _json(answer: Answer) -> HttpResponse:
    return HttpResponse(jsonout.write(answer), content_type="application/json")
