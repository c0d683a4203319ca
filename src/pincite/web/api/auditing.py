"""Somebody's text checked claim by claim: hand it in, follow the work, read the report, delete it."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import pydantic
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from ninja import Path, Query, Router, Schema
from ninja.errors import ValidationError
from ninja.responses import Status

from pincite.rendering.safe import plain
from pincite.web.accounts.models import User
from pincite.web.api import schemas, showing
from pincite.web.api.authentication import BearerToken, UploadSession, may
from pincite.web.api.limits import CHECKING, READING, WRITING
from pincite.web.api.machinery import SCHEMAS, StrictJson, delete, get, post
from pincite.web.api.paging import Page, Paging, paged
from pincite.web.audits import actions, handing, policies, presenting
from pincite.web.audits.actions import Handed
from pincite.web.audits.forms import web_page
from pincite.web.audits.models import CheckedText
from pincite.web.editorial.policies import Refused
from pincite.web.errors import HttpProblem
from pincite.web.jobs import worker
from pincite.web.library.uploads import PrivateFile, PrivateUploadHandler, pasted

router = Router(tags=["Audit"], auth=may("read"), throttle=READING)

# A text of some 600 words is checked in about a second: its caller waits for the report instead of asking for it again.
SMALL_CHARACTERS = 4_000
_Given = CheckedText.Given


class FormatQuery(Schema):
    """In which form."""

    format: Literal["json", "html", "md", "csv", "lines"] = "json"


def _ready(request: HttpRequest) -> None:
    """Before a byte of an upload is read: where does it go."""
    request.upload_handlers = [PrivateUploadHandler(request, most_bytes=handing.most_bytes())]


@post(
    router,
    "/audits",
    auth=[BearerToken("ask"), UploadSession(_ready)],
    throttle=CHECKING,
    response={200: schemas.AuditDetail, 202: schemas.AuditDetail},
    summary="Check a text",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": f"{SCHEMAS}NewAudit"}},
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
                },
            },
        }
    },
)
def start_audit(request: HttpRequest, response: HttpResponse) -> Any:
    """Hand in words as JSON, or one file (PDF, DOCX, HTML, Markdown, text) in the field `file`, or the address of a page.

    A short text is checked at once (200); a longer one as long work (202), whose state is asked for at `Location`.
    The header Idempotency-Key makes sending the same again safe: it gives the same audit.
    """
    handed = _sent_file(request) if request.content_type == "multipart/form-data" else _sent_words(request)
    try:
        text = actions.start(handed, by=request.user, once=request.headers.get("Idempotency-Key", "")[:100])
    finally:
        if handed.file is not None:
            handed.file.path.unlink(missing_ok=True)
    if handed.given == _Given.PASTED and handed.file is not None and handed.file.size <= SMALL_CHARACTERS and text.job is not None:
        worker.run_once(pk=text.job.pk)
    found = _own(request, text.pk)
    response.headers["Location"] = reverse("api:audit", args=[found.pk])
    return Status(200 if found.state in ("done", "failed") else 202, showing.checked_text_with_report(found))


@get(router, "/audits", response=Page[schemas.AuditInfo], summary="Your checked texts")
def audits(request: HttpRequest, response: HttpResponse, query: Query[Paging]) -> dict[str, Any]:
    """The newest first, without their reports."""
    return paged(request, response, policies.of_user(_user(request)).order_by("-created_at", "pk"), query, showing.checked_text)


@get(router, "/audits/{audit_id}", url_name="audit", response=schemas.AuditDetail, summary="One checked text")
def audit(request: HttpRequest, audit_id: Path[UUID]) -> dict[str, Any]:
    """How far it is; when it is done, with its report."""
    return showing.checked_text_with_report(_own(request, audit_id))


@get(router, "/audits/{audit_id}/report", summary="The report in another format")
def audit_report(request: HttpRequest, audit_id: Path[UUID], query: Query[FormatQuery]) -> HttpResponse:
    """The bytes that `pincite audit --format …` writes for the same text, library and day."""
    found = _own(request, audit_id)
    if found.state != "done":
        raise Refused("There is no report yet.", kind="conflict", what_to_do="Ask for the audit itself: it says how far it is.")
    try:
        return presenting.download(found, presenting.BY_NAME[query.format])
    except pydantic.ValidationError as error:
        raise HttpProblem(410, "This report was kept in a form that is no longer read.", what_to_do="Hand the text in again.") from error


@delete(router, "/audits/{audit_id}", auth=may("write"), throttle=WRITING, response={204: None}, summary="Delete a checked text")
def delete_audit(request: HttpRequest, audit_id: Path[UUID]) -> Any:
    """For good, with its report and its link; a check that runs is stopped."""
    actions.delete(_own(request, audit_id))
    return Status(204, None)


def _sent_file(request: HttpRequest) -> Handed:
    """The one file of a form; raises HttpProblem."""
    if not request.upload_handlers or not isinstance(request.upload_handlers[0], PrivateUploadHandler):
        _ready(request)  # a token's; a session's was made ready before
    handler = request.upload_handlers[0]
    try:
        sent = [file for file in request.FILES.getlist("file") if isinstance(file, PrivateFile)]
        every = [file for name in request.FILES for file in request.FILES.getlist(name) if isinstance(file, PrivateFile)]
    except (MultiPartParserError, RequestDataTooBig) as error:
        raise HttpProblem(400, "The form could not be read.") from error
    if handler.too_much or len(every) != 1 or len(sent) != 1 or not sent[0].size:
        for file in every:
            file.path.unlink(missing_ok=True)
        if handler.too_much:
            raise HttpProblem(413, handler.too_much)
        raise HttpProblem(400, "There must be one file in the field `file`, and nothing else.", what_to_do="Send one that is not empty.")
    return Handed(_Given.FILE, sent[0].name, sent[0])


def _sent_words(request: HttpRequest) -> Handed:
    """The words or the address of a JSON body; raises HttpProblem, ValidationError."""
    try:
        new = schemas.NewAudit.model_validate(StrictJson().parse_body(request))
    except pydantic.ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise ValidationError([{"loc": ("body", "new", *one["loc"]), "msg": one["msg"], "type": one["type"]} for one in found]) from error
    if bool(new.text.strip()) == bool(new.url):
        raise HttpProblem(400, "Send either `text` or `url`.")
    if new.url:
        if not web_page(new.url):
            raise HttpProblem(400, "`url` must be an http or https address.")
        if not handing.fetches(request):
            raise HttpProblem(403, "This site fetches no pages.", what_to_do="Send the text instead.")
        return Handed(_Given.PAGE, new.url[:300], url=new.url)
    name = plain(new.name) or "Pasted text"
    return Handed(_Given.PASTED, name, pasted(new.text, name=name))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `may` lets nobody else in
    return request.user


def _own(request: HttpRequest, pk: UUID) -> CheckedText:
    found = CheckedText.objects.filter(owner=_user(request), pk=pk).select_related("job").first()
    if found is None:
        raise Refused("There is no such text.", kind="hidden")
    return found
