"""The queue: what waits for whom, source alerts and readers' reports; for everybody what is theirs, for editors everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from pincite.web.accounts.models import User
from pincite.web.accounts.roles import roles_of
from pincite.web.editorial import actions, forms, policies, turns
from pincite.web.editorial.models import Alert, Article, Assignment, Report, Revision
from pincite.web.editorial.policies import Refused
from pincite.web.editorial.turns import Turn
from pincite.web.editorial.views import Notice, see_other, signed_in

State = Article.State
MOVING = (State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.CHANGES_REQUESTED)
MOST_MOVING = 300  # each is looked at for whose turn it is; more than this and the filters are needed
A_PAGE = 25
ALERTS = 50


@dataclass(frozen=True)
class Row:
    """An article in the queue."""

    article: Article
    turn: Turn
    yours: bool


@signed_in
def queue(request: HttpRequest) -> HttpResponse:
    """The queue page."""
    return _page(request)


def _page(
    request: HttpRequest, *, bound: dict[int, forms.Handle] | None = None, notice: Notice | None = None, status: int = 200
) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    today = timezone.localdate()
    visible = policies.visible_to(user)
    form = forms.QueueFilter(request.GET, articles=visible)
    given = form.cleaned_data if form.is_valid() else {}
    chosen = _filtered(visible, given)
    open_alert = Alert.objects.filter(article=OuterRef("pk"), resolved_at=None)
    asks = Q(state__in=MOVING) | Q(state=State.APPROVED) & (Q(Exists(open_alert)) | Q(published_at=None) | Q(review_due__lt=today))
    moving = list(turns.with_turns(chosen.filter(asks)).order_by("submitted_at", "pk")[: MOST_MOVING + 1])
    written = set(Revision.objects.filter(created_by=user, article__in=[one.pk for one in moving]).values_list("article_id", flat=True))
    rows = []
    for article in moving[:MOST_MOVING]:
        turn = turns.turn_of(article, today=today)
        writes = article.author_id == user.pk or article.pk in written
        rows.append(Row(article, turn, turns.is_for(turn, user, writes=writes)))
    rows.sort(key=lambda row: (not row.turn.overdue, row.turn.due is None, row.turn.due or today))
    settled = Paginator(chosen.exclude(asks).select_related("author", "approved_by").order_by("-updated_at"), A_PAGE)
    editor = user.has_perm("editorial.manage_article")
    alerts = Alert.objects.filter(resolved_at=None, article__in=chosen).select_related("article") if editor else Alert.objects.none()
    may_handle = user.has_perm("editorial.handle_report")
    reports = Report.objects.filter(handled_at=None).select_related("article", "reporter") if may_handle else Report.objects.none()
    mine, others = [row for row in rows if row.yours], [row for row in rows if not row.yours]
    asked = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context: dict[str, Any] = {
        "form": form,
        "asked": asked,
        "query": urlencode(asked),
        "mine": mine,
        "others": others,
        "too_many": len(moving) > MOST_MOVING,
        "settled": settled.get_page(request.GET.get("page")),
        "alerts": alerts[:ALERTS],
        "reports": [
            (report, _own_path(report.page), (bound or {}).get(report.pk) or forms.Handle(key=str(report.pk)))
            for report in reports[:ALERTS]
        ],
        "handled": Report.objects.exclude(handled_at=None).select_related("handled_by").order_by("-handled_at")[:10] if may_handle else [],
        "counts": {
            "mine": len(mine),
            "others": len(others),
            "overdue": sum(row.turn.overdue for row in rows),
            "alerts": alerts.count(),
            "reports": reports.count(),
        },
        "editor": editor,
        "roles": roles_of(user),
        "nothing": not visible.exists(),
        "notice": notice,
        "today": today,
    }
    return render(request, "editorial/queue.html", context, status=status)


def _own_path(path: str) -> str:
    """A path of this site that may stand in a link; a reader could have sent anything."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def _filtered(articles: QuerySet[Article], given: dict[str, Any]) -> QuerySet[Article]:
    today = timezone.localdate()
    if state := given.get("state"):
        articles = articles.filter(state=state)
    if person := given.get("person"):
        turn = Assignment.objects.filter(article=OuterRef("pk"), reviewer=person, ended_at=None)
        articles = articles.filter(Q(author=person) | Q(Exists(turn)))
    if topic := given.get("topic"):
        articles = articles.filter(topics=topic)
    if given.get("overdue"):
        late = Assignment.objects.filter(article=OuterRef("pk"), ended_at=None, due__lt=today)
        articles = articles.filter(Q(Exists(late), state__in=policies.WAITING) | Q(state=State.APPROVED, review_due__lt=today))
    if given.get("alerts"):
        articles = articles.filter(Exists(Alert.objects.filter(article=OuterRef("pk"), resolved_at=None)))
    return articles


@signed_in
def handle(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a reader's report with what came of it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    report = Report.objects.filter(pk=pk).first()
    if report is None or not request.user.has_perm("editorial.handle_report"):
        raise Refused("There is no such report.", kind="hidden")
    form = forms.Handle(request.POST, key=str(pk))
    if not form.is_valid():
        return _page(request, bound={pk: form}, notice=Notice("Say what came of the report."), status=400)
    if report.handled_at is not None:
        return _page(request, notice=Notice(f"{report.handled_by} has handled this report already: {report.outcome}"), status=409)
    actions.handle(report, by=request.user, outcome=form.cleaned_data["outcome"])
    messages.success(request, "The report is handled.")
    return see_other(f"{reverse('editorial:queue')}#reports")
