"""Saved threads: kept by their owner, with each answer as it was given, and seen by nobody else."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import ValidationError

from pincite.living.touched import lost_quotes, reanchored, unsound
from pincite.records import Answer
from pincite.rendering.safe import plain
from pincite.web import engine
from pincite.web.accounts.models import User
from pincite.web.editorial.policies import Person
from pincite.web.engine import Asked
from pincite.web.errors import HttpProblem
from pincite.web.reading import asking
from pincite.web.reading.asking import AskForm
from pincite.web.reading.models import Thread, Turn
from pincite.web.reading.presenting import DOWNLOADS, answer_context

# Each turn keeps a whole answer of about 100 kB.
MOST_THREADS = 200
_A_PAGE = 30


@transaction.atomic
def save(asked: Asked, *, by: User) -> Thread:
    """Keep a question and those it followed, with their answers as this library gives them now; raises HttpProblem, QuestionError."""
    if by.threads.count() >= MOST_THREADS:
        raise HttpProblem(409, f"You keep {MOST_THREADS} threads already.", what_to_do="Delete one of them first.")
    turns = [*asking.earlier(asked), (asked, engine.ask(asked))]
    thread = Thread.objects.create(owner=by, title=plain(turns[0][0].question)[:300])
    for position, (turn, answer) in enumerate(turns):
        Turn.objects.create(
            thread=thread,
            position=position,
            question=turn.question,
            audience=turn.audience,
            answer=answer.model_dump(mode="json", by_alias=True),
        )
    return thread


def own(person: Person, pk: uuid.UUID) -> Thread:
    """The thread when it is this person's; Http404 for every other, so that guessing tells nothing."""
    found = Thread.objects.filter(pk=pk, owner=person).first() if isinstance(person, User) else None
    if found is None:
        raise Http404
    return found


def kept_answer(person: Person, pk: str, turn: str) -> Answer:
    """The stored answer of one turn, counted from 1; Http404 where there is none of this person's."""
    try:
        held = own(person, uuid.UUID(pk)).turns.filter(position=int(turn[:4]) - 1).first()
        if held is not None:
            return Answer.model_validate(held.answer)
    except ValueError:  # of an id, a number, or a stored form of before: pydantic's error is one
        pass
    raise Http404


@login_required
@require_safe
def threads(request: HttpRequest) -> HttpResponse:
    """The signed-in person's threads, newest first."""
    held = Thread.objects.filter(owner=request.user).annotate(questions=Count("turns")).order_by("-updated_at")
    return render(request, "reading/threads.html", {"page": Paginator(held, _A_PAGE).get_page(request.GET.get("page"))})


@require_POST
def save_thread(request: HttpRequest) -> HttpResponse:
    """Keep the thread of the answer page that the button stands on."""
    form = AskForm(request.POST)
    if not form.is_valid():
        raise HttpProblem(400, form.wrong())
    if not isinstance(request.user, User):
        address = asking.address_of(form.asked(), reader=form.reader)
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': address})}", status=303)
    thread = save(form.asked(), by=request.user)
    messages.success(request, "The thread is saved with its answers as they are now.")
    return HttpResponseRedirect(reverse("reading:thread", args=[thread.pk]), status=303)


@login_required
@require_safe
def thread(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A saved thread: the last answer open, or the one that `?turn=` names, as they were given."""
    held = own(request.user, pk)
    turns = list(held.turns.all())
    wanted = request.GET.get("turn", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else len(turns)
    chosen = next((turn for turn in turns if turn.position == number - 1), turns[-1] if turns else None)
    context: dict[str, Any] = {"thread": held, "turns_kept": turns, "chosen": chosen, "version_now": engine.library().commit.version}
    if chosen is not None:
        try:
            answer = Answer.model_validate(chosen.answer)
        except ValidationError:
            return render(request, "reading/thread.html", context | {"unreadable": True})
        asked = Asked(
            question=chosen.question,
            audience="patient" if chosen.audience == "patient" else "clinician",
            after=tuple(turn.question for turn in turns if turn.position < chosen.position),
        )
        back = f"{reverse('reading:thread', args=[held.pk])}?turn={chosen.position + 1}"
        library = engine.library()
        if answer.library.version != library.commit.version:
            context |= {"unsound": unsound(answer, library), "lost": lost_quotes(answer, library)}
            answer = reanchored(answer, library)  # links lead to where the words stand now
        context |= answer_context(answer, asked, reader=asked.audience, back=back, kept=True)
        stored = urlencode({"thread": str(held.pk), "turn": chosen.position + 1})
        context["downloads"] = [(f"{reverse('reading:download', args=[form])}?{stored}", label) for form, label in DOWNLOADS]
        context["field"] = {"audience": asked.audience, "tiers": [], "since": "", "after": list(asked.after)}
    return render(request, "reading/thread.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_thread(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, then delete."""
    held = own(request.user, pk)
    if request.method != "POST":
        return render(request, "reading/thread_delete.html", {"thread": held, "questions": held.turns.count()})
    held.delete()
    messages.success(request, "The thread was deleted.")
    return HttpResponseRedirect(reverse("reading:threads"), status=303)
