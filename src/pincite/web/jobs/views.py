"""Long work as people see it: how far it is, and what came of it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from pincite.web.accounts.models import User
from pincite.web.jobs.models import Job
from pincite.web.jobs.work import TITLES
from pincite.web.library import actions

_NEWEST = 50
OUTCOME_WORDS = (
    ("added", "added", "new in the library"),
    ("updated", "updated", "same text, other facts about it"),
    ("replaced", "replaced", "another text took the place of the one held"),
    ("merged", "merged", "another form of a publication that is held; the fuller one is kept"),
    ("unchanged", "unchanged", "held already, word for word"),
    ("skipped", "skipped", "an older version of a label that is held"),
)


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """The newest jobs, for librarians."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actions.check(request.user)
    found = [(one, TITLES.get(one.kind, one.kind)) for one in Job.objects.select_related("created_by")[:_NEWEST]]
    return render(request, "jobs/jobs.html", {"jobs": found})


@require_safe
def job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One job; for htmx, which asks every second while it runs, only what changes."""
    found = _visible(request, pk)
    counts = (found.report or {}).get("counts", {})
    context = {
        "job": found,
        "title": TITLES.get(found.kind, found.kind),
        "open": found.state in (Job.State.QUEUED, Job.State.RUNNING),
        "outcomes": [(words, counts[name], means) for name, words, means in OUTCOME_WORDS if counts.get(name)],
        "may_change": actions.may(request.user),
        "waiting": Job.objects.filter(state=Job.State.RUNNING).exclude(pk=found.pk).exists() if found.state == Job.State.QUEUED else False,
    }
    return render(request, "jobs/_job.html" if request.htmx else "jobs/job.html", context)


@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop a job; what it has done stays done."""
    found = _visible(request, pk)
    if actions.cancel(found, by=request.user):
        messages.success(request, "Stopped. What was added before stays in the library." if found.kind == "ingest" else "Stopped.")
    return HttpResponseRedirect(reverse("jobs:job", args=[found.pk]), status=303)


def _visible(request: HttpRequest, pk: uuid.UUID) -> Job:
    """The job, for whoever made it and for librarians; for all others there is none."""
    found = Job.objects.select_related("created_by").filter(pk=pk).first()
    mine = found is not None and isinstance(request.user, User) and found.created_by_id == request.user.pk
    if found is None or not (mine or actions.may(request.user)):
        raise Http404
    return found
