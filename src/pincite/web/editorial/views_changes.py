"""What changed: events of sources with what rests on them, and watched questions whose answers changed; for editors.

Also as Atom and JSON feeds, for a session that may or a token with the scope `changes` (in the Authorization header, or as
`?token=` for readers of feeds that send no header).
"""

from __future__ import annotations

import datetime
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from pincite.errors import NotFoundError
from pincite.living import watching
from pincite.living.events import events
from pincite.living.touched import touched
from pincite.records import Answer, Event, Touched, WatchChange
from pincite.rendering.digests import LATEST, digest, entry_of
from pincite.rendering.safe import plain
from pincite.web import engine
from pincite.web.accounts.models import User
from pincite.web.api.authentication import BearerToken
from pincite.web.editorial import audit_trail, forms
from pincite.web.editorial.content import Content
from pincite.web.editorial.models import Article, Handled
from pincite.web.editorial.policies import Refused
from pincite.web.editorial.telling import ask
from pincite.web.editorial.views import see_other, signed_in
from pincite.web.library.citing import citing_turns, living_articles

PERMISSION = "editorial.manage_article"
A_PAGE = 20
_FIELDS = {"superseded_by": "superseded by", "setid": "set id", "doi": "DOI", "pmid": "PMID", "pmcid": "PMCID"}


class ArticleRow(NamedTuple):
    """An article that rests on a changed document."""

    article: Article
    touched: Touched


class Row(NamedTuple):
    """One event or one changed answer on the page, and who handled it."""

    key: str
    at: datetime.datetime
    event: Event | None
    change: WatchChange | None
    articles: list[ArticleRow]
    threads: int
    fields: list[tuple[str, str, str]]
    handled: Handled | None


def _editor(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.has_perm(PERMISSION):
        raise Refused(
            "Your roles do not show you what changed.", kind="forbidden", what_to_do="Ask an administrator for the role of editor."
        )
    return user


@signed_in
def changes(request: HttpRequest) -> HttpResponse:
    """The queue of changes; `?all=1` shows what was handled, too."""
    _editor(request)
    library = engine.library()
    everything = request.GET.get("all") == "1"
    done = {one.key: one for one in Handled.objects.select_related("by")}
    answers = [(f"watch:{change.key}", change) for change in reversed(watching.changed(library))]
    told = [(f"event:{event.key}", event) for event in reversed(events(library, latest=LATEST))]
    rows = [_row(key, change, done.get(key)) for key, change in answers if everything or key not in done]
    rows += [_row(key, event, done.get(key)) for key, event in told if everything or key not in done]
    rows.sort(key=lambda row: row.at, reverse=True)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [_with_articles(row) for row in page.object_list]
    version = library.state().version
    context: dict[str, Any] = {
        "page": page,
        "everything": everything,
        "handled": len(done),
        "watches": [(watch, watch.answer is None or watch.answer.library.version != version) for watch in watching.watches(library)],
        "form": forms.WatchForm(),
        "feeds": [(name, reverse(f"editorial:changes_{form}")) for name, form in (("Atom", "atom"), ("JSON Feed", "json"))],
    }
    return render(request, "editorial/changes.html", context)


def _row(key: str, item: Event | WatchChange, handled: Handled | None) -> Row:
    at = datetime.datetime.fromisoformat(item.at)
    if isinstance(item, WatchChange):
        return Row(key, at, None, item, [], 0, [], handled)
    fields = [(_FIELDS.get(one.name, one.name), plain(one.old or "none"), plain(one.new or "none")) for one in item.fields]
    return Row(key, at, item, None, [], 0, fields, handled)


def _with_articles(row: Row) -> Row:
    """The row with what rests on it: articles with their quotes, and how many saved answers."""
    if row.event is None:
        return row
    library, event = engine.library(), row.event
    found = []
    for article in living_articles(event.document_id):
        revision = article.shown
        if revision is None:
            continue
        resting = touched(Content.model_validate(revision.content).answer, event, name=article.slug, library=library)
        if resting is not None:
            found.append(ArticleRow(article, resting))
    answers = (Answer.model_validate(turn.answer) for turn in citing_turns(event.document_id))
    threads = sum(touched(answer, event, name="", library=library) is not None for answer in answers)
    return row._replace(articles=found, threads=threads)


@signed_in
def handle(request: HttpRequest) -> HttpResponse:
    """An editor has looked at one change."""
    user = _editor(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    key = request.POST.get("key", "")[:64]
    library = engine.library()
    held = {f"watch:{change.key}" for change in watching.changed(library)} | {
        f"event:{event.key}" for event in events(library, latest=LATEST)
    }
    if key not in held:
        raise NotFoundError("There is no such change.", what_to_do="Reload the page.")
    with transaction.atomic():
        _, made = Handled.objects.get_or_create(key=key, defaults={"by": user})
        if made:
            audit_trail.append(actor=user, action="handle-change", subject=key)
    messages.success(request, "Handled.")
    return see_other(reverse("editorial:changes"))


@signed_in
def watch(request: HttpRequest) -> HttpResponse:
    """Watch a question from now on."""
    user = _editor(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = forms.WatchForm(request.POST)
    if not form.is_valid():
        raise Refused("Type a question to watch.", kind="conflict")
    audience: watching.Audience = "patient" if form.cleaned_data["audience"] == "patient" else "clinician"
    made = watching.add(form.cleaned_data["question"], library=engine.library(), ask=ask, audience=audience)
    with transaction.atomic():
        audit_trail.append(
            actor=user, action="watch", subject=f"watch:{made.id}", detail={"question": made.question, "audience": made.audience}
        )
    messages.success(request, "This question is asked again whenever the library changes.")
    return see_other(f"{reverse('editorial:changes')}#watched")


@signed_in
def unwatch(request: HttpRequest) -> HttpResponse:
    """Watch a question no longer; what was found stays."""
    user = _editor(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    gone = watching.remove(request.POST.get("watch", "")[:20], library=engine.library())
    with transaction.atomic():
        audit_trail.append(actor=user, action="unwatch", subject=f"watch:{gone.id}", detail={"question": gone.question})
    messages.success(request, "This question is no longer watched.")
    return see_other(f"{reverse('editorial:changes')}#watched")


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """Atom."""
    return _feed(request, "atom", "application/atom+xml; charset=utf-8")


@require_safe
def json_feed(request: HttpRequest) -> HttpResponse:
    """JSON Feed."""
    return _feed(request, "json", "application/feed+json; charset=utf-8")


def _feed(request: HttpRequest, form: Literal["atom", "json"], content_type: str) -> HttpResponse:
    if "Authorization" in request.headers:
        BearerToken("changes")(request)
    elif secret := request.GET.get("token", ""):
        BearerToken("changes").authenticate(request, secret[:200])
    _editor(request)
    library = engine.library()
    home = f"{settings.WEB.url}{reverse('editorial:changes')}"
    entries = [*(entry_of(one, address=home) for one in watching.changed(library))]
    entries += [entry_of(one, address=home) for one in events(library, latest=LATEST)]
    own = f"{settings.WEB.url}{request.path}"
    made = digest(entries, form, title=f"{plain(settings.WEB.organization)}: what changed", own=own, home=home)
    response = HttpResponse(made, content_type=content_type)
    response["Referrer-Policy"] = "no-referrer"
    return response
