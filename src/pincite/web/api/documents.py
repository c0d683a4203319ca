"""The library: what it holds, one document with its passages, a quote in its context, adding and retiring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from ninja import Path, Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from pincite.errors import NotFoundError
from pincite.library.store import Held, Library
from pincite.records import Design, Document, Extent, Header, Quote, Tier
from pincite.records import Status as Currency
from pincite.web import engine
from pincite.web.api import schemas, showing
from pincite.web.api.authentication import BearerToken, UploadSession, may
from pincite.web.api.limits import READING, WRITING
from pincite.web.api.machinery import get, post
from pincite.web.api.paging import Page, Paging, paged
from pincite.web.errors import HttpProblem
from pincite.web.library import actions
from pincite.web.library.searching import folded
from pincite.web.library.uploads import PrivateFile, PrivateUploadHandler

router = Router(tags=["Library"], auth=may("read", visitors=True), throttle=READING)

CONTEXT = 64  # characters of a quote's prefix and suffix, as answers have them
_COUNTED = ("tier", "design", "extent", "status")


class DocumentQuery(Paging):
    """Which documents; each filter narrows."""

    q: str = Field("", max_length=200, description="Words of title, organisation, drug, condition or identifier; all must occur.")
    tier: list[Tier] = Field(default=[], max_length=4)
    design: list[Design] = Field(default=[], max_length=30)
    status: list[Currency] = Field(default=[], max_length=5)
    extent: list[Extent] = Field(default=[], max_length=4)
    since: schemas.Year | None = None


class QuoteQuery(Schema):
    """Which words of which document."""

    document_id: str = Field(min_length=1, max_length=300)
    start: int = Field(ge=0, le=2_147_483_647, description="In Unicode code points.")
    end: int = Field(ge=1, le=2_147_483_647)
    exact: str | None = Field(None, max_length=10_000, description="The words that should stand there.")
    around: int = Field(300, ge=0, le=5_000, description="How many characters of context on each side.")


def _ready(request: HttpRequest) -> None:
    """Before a byte of an upload is read: may this person, and where does it go."""
    actions.check(request.user)
    request.upload_handlers = [PrivateUploadHandler(request, most_bytes=settings.WEB.max_upload_bytes)]


@get(router, "/library", response=schemas.LibraryInfo, summary="What the library holds")
def library(request: HttpRequest) -> dict[str, Any]:
    """Version, counts by tier, design, extent and status, and how old it is."""
    library = engine.library()
    headers = [one.header for one in _held(library)]
    years = sorted(header.year for header in headers if header.year)
    return {
        **library.state().model_dump(),
        "vectors": library.commit.vectors,
        "encoder": library.commit.encoder,
        **{name: dict(Counter(str(getattr(header, name)) for header in headers).most_common()) for name in _COUNTED},
        "years": {"oldest": years[0], "newest": years[-1]} if years else None,
    }


@get(router, "/documents", response=Page[schemas.DocumentSummary], summary="List documents")
def documents(request: HttpRequest, response: HttpResponse, query: Query[DocumentQuery]) -> dict[str, Any]:
    """The documents held, by id."""
    words = folded(query.q).split()
    chosen: dict[str, Sequence[str]] = {"tier": query.tier, "design": query.design, "status": query.status, "extent": query.extent}

    def wanted(one: Held) -> bool:
        header = one.header
        if query.since is not None and header.year is not None and header.year < query.since:
            return False
        if any(values and getattr(header, name) not in values for name, values in chosen.items()):
            return False
        if not words:
            return True
        text = _searched(one)
        return all(word in text for word in words)

    return paged(request, response, [one for one in _held(engine.library()) if wanted(one)], query, _listed)


@get(router, "/documents/{path:document_id}", response=schemas.DocumentDetail, summary="One document")
def document(request: HttpRequest, document_id: Path[str]) -> dict[str, Any]:
    """A document with its text and passages, by its id or by an identifier such as `pmid:…`; offsets are code points of `text`."""
    library = engine.library()
    held = library.document(document_id)
    return {
        **_summary(held.id, held, text_sha256=held.text_sha256, source=held.source, flags=held.flags),
        "text": held.text,
        "passages": library.passages(held.id),
        "related": list(library.related(held.id)),
    }


@post(
    router,
    "/documents",
    auth=[BearerToken("library"), UploadSession(_ready)],
    throttle=WRITING,
    response={202: schemas.JobInfo},
    summary="Add documents",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    }
                }
            },
        }
    },
)
def add(request: HttpRequest, response: HttpResponse) -> Any:
    """Send files in the field `files` (guidelines, papers, labels, records, archives); they are read as long work, whose state `Location` names.

    The header Idempotency-Key makes sending the same again safe: it gives the same job.
    """
    if not isinstance(request.upload_handlers[0], PrivateUploadHandler):  # a token's; a session's were made ready before
        _ready(request)
    if request.content_type != "multipart/form-data":
        raise HttpProblem(415, "Files are sent as multipart/form-data.", what_to_do="Send them in the field `files`.")
    handler = request.upload_handlers[0]
    try:
        sent = [file for file in request.FILES.getlist("files") if isinstance(file, PrivateFile)]
    except (MultiPartParserError, RequestDataTooBig) as error:
        raise HttpProblem(400, "The form could not be read.") from error
    files = [file for file in sent if file.size]
    if handler.too_much or not files:
        for file in sent:
            file.path.unlink(missing_ok=True)
        if handler.too_much:
            raise HttpProblem(413, handler.too_much)
        raise HttpProblem(400, "There is no file in the field `files`.", what_to_do="Send at least one that is not empty.")
    for file in sent:
        if not file.size:
            file.path.unlink(missing_ok=True)
    job = actions.add(files, by=request.user, once=request.headers.get("Idempotency-Key", "")[:100])
    response.headers["Location"] = reverse("api:job", args=[job.pk])
    return Status(202, showing.job(job))


@post(router, "/library/retire", auth=may("library"), throttle=WRITING, response=schemas.DocumentSummary, summary="Retire a document")
def retire(request: HttpRequest, which: schemas.Retire) -> dict[str, Any]:
    """Keep it readable, and answer from it no more; articles that cite it are flagged."""
    held = actions.retire(which.document_id, by=request.user, why=which.why)
    return _summary(held.id, held, text_sha256=held.text_sha256, source=held.source, flags=held.flags)


@post(router, "/library/restore", auth=may("library"), throttle=WRITING, response=schemas.DocumentSummary, summary="Restore a document")
def restore(request: HttpRequest, which: schemas.OneDocument) -> dict[str, Any]:
    """Answer from a retired document again."""
    held = actions.restore(which.document_id, by=request.user)
    return _summary(held.id, held, text_sha256=held.text_sha256, source=held.source, flags=held.flags)


@get(router, "/quotes", response=schemas.InContext, summary="A quote in its context")
def quote(request: HttpRequest, query: Query[QuoteQuery]) -> dict[str, Any]:
    """The words of a document from `start` to `end`, with what stands around them; with `exact`, whether they still stand."""
    library = engine.library()
    held = library.document(query.document_id)
    if not query.start < query.end <= len(held.text):
        raise NotFoundError(f"The text has {len(held.text):,} characters; there is nothing from {query.start:,} to {query.end:,}.")
    start, end, text = query.start, query.end, held.text
    passage = next((one for one in library.passages(held.id) if one.start <= start < one.end), None)
    exact = text[start:end]
    return {
        "document_id": held.id,
        "title": held.title,
        "status": held.status,
        "text_sha256": held.text_sha256,
        "quote": Quote(exact=exact, prefix=text[max(0, start - CONTEXT) : start], suffix=text[end : end + CONTEXT], start=start, end=end),
        "passage_id": passage.id if passage else None,
        "section": passage.section if passage else None,
        "page": passage.page if passage else None,
        "before": text[max(0, start - query.around) : start],
        "after": text[end : end + query.around],
        "stands": None if query.exact is None else query.exact == exact,
    }


def _held(library: Library) -> tuple[Held, ...]:
    """Every document without its text, by id; read once for each state of the library."""
    if "api documents" not in library.cache:
        library.cache["api documents"] = tuple(library.documents())
    found: tuple[Held, ...] = library.cache["api documents"]
    return found


def _searched(one: Held) -> str:
    header = one.header
    parts = [
        one.id,
        header.title,
        header.organization,
        header.drug,
        header.doi,
        header.pmid,
        header.pmcid,
        header.setid,
        *header.conditions,
        *header.interventions,
    ]
    return folded(" ".join(part for part in parts if part))


def _listed(one: Held) -> dict[str, Any]:
    return _summary(one.id, one.header, text_sha256=one.text_sha256, source=one.source, flags=one.flags)


def _summary(identifier: str, header: Header | Document, *, text_sha256: str, source: str, flags: tuple[str, ...]) -> dict[str, Any]:
    own = {"id", "text_sha256", "source", "flags"}
    named = {name: getattr(header, name) for name in schemas.DocumentSummary.model_fields if name not in own}
    return {
        "id": identifier,
        **named,
        "text_sha256": text_sha256,
        "source": source if "://" in source else source.rpartition("/")[2],
        "flags": list(flags),
    }
