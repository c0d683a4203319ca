"""Who is calling, and what is theirs alone: saved threads and long work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.responses import Status

from pincite.web import engine
from pincite.web.accounts.roles import SCOPES, roles_of
from pincite.web.api import schemas, showing
from pincite.web.api.asking import ENCODER_SECONDS, asked_of
from pincite.web.api.authentication import may
from pincite.web.api.limits import ASKING, READING, WRITING
from pincite.web.api.machinery import delete, get, post
from pincite.web.api.paging import Page, Paging, paged
from pincite.web.editorial.policies import Refused
from pincite.web.jobs.models import Job
from pincite.web.library import actions as library_actions
from pincite.web.reading import threads as saved
from pincite.web.reading.models import Thread

router = Router(tags=["You"], auth=may("read"), throttle=READING)


@get(router, "/me", response=schemas.Me, summary="Who am I?")
def me(request: HttpRequest) -> dict[str, Any]:
    """Your name, your roles, and the scopes of the token in use."""
    token = getattr(request, "api_token", None)
    return {
        "username": request.user.get_username(),
        "name": request.user.shown_name,
        "roles": sorted(roles_of(request.user)),
        "scopes": [scope for scope in SCOPES if token is None or scope in token.scopes],
        "token": token.name if token else None,
    }


@get(router, "/threads", response=Page[schemas.ThreadInfo], summary="Your saved threads")
def threads(request: HttpRequest, response: HttpResponse, query: Query[Paging]) -> dict[str, Any]:
    """The last one that changed first."""
    return paged(request, response, _mine(request).order_by("-updated_at", "pk"), query, showing.thread)


@get(router, "/threads/{thread_id}", response=schemas.ThreadDetail, summary="One thread")
def thread(request: HttpRequest, thread_id: Path[UUID]) -> dict[str, Any]:
    """With every answer as it was given."""
    return _whole(_own(request, thread_id))


@post(
    router,
    "/threads",
    auth=may("write"),
    throttle=ASKING,
    response={201: schemas.ThreadDetail},
    summary="Save a thread",
)
def save(request: HttpRequest, response: HttpResponse, asked: schemas.Scope) -> Any:
    """Keep a question and those in `after`, with their answers as this library gives them now."""
    engine.wait_for_encoder(ENCODER_SECONDS)
    made = saved.save(asked_of(asked), by=request.user)
    response.headers["Location"] = f"{request.path}/{made.pk}"
    return Status(201, _whole(_mine(request).get(pk=made.pk)))


@delete(router, "/threads/{thread_id}", auth=may("write"), throttle=WRITING, response={204: None}, summary="Delete a thread")
def forget(request: HttpRequest, thread_id: Path[UUID]) -> Any:
    """For good."""
    _own(request, thread_id).delete()
    return Status(204, None)


@get(router, "/jobs/{job_id}", url_name="job", response=schemas.JobInfo, summary="How far long work is")
def job(request: HttpRequest, job_id: Path[UUID]) -> dict[str, Any]:
    """For whoever started it, and for librarians."""
    return showing.job(_job(request, job_id))


@post(router, "/jobs/{job_id}/cancel", auth=may("library"), throttle=WRITING, response=schemas.JobInfo, summary="Stop long work")
def cancel(request: HttpRequest, job_id: Path[UUID]) -> dict[str, Any]:
    """What it has done so far stays."""
    found = _job(request, job_id)
    library_actions.cancel(found, by=request.user)
    return showing.job(_job(request, job_id))


def _job(request: HttpRequest, job_id: UUID) -> Job:
    found = Job.objects.filter(pk=job_id).first()
    if found is None or (found.created_by_id != request.user.pk and not request.user.has_perm("jobs.manage_library")):
        raise Refused("There is no such job.", kind="hidden")
    return found


def _mine(request: HttpRequest) -> QuerySet[Thread]:
    return Thread.objects.filter(owner=request.user).annotate(Count("turns"))


def _own(request: HttpRequest, thread_id: UUID) -> Thread:
    found = _mine(request).filter(pk=thread_id).first()
    if found is None:
        raise Refused("There is no such thread.", kind="hidden")
    return found


def _whole(thread: Thread) -> dict[str, Any]:
    return {**showing.thread(thread), "turns": [showing.turn(one) for one in thread.turns.order_by("position")]}
