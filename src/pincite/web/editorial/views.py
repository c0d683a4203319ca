"""An article's workspace, and the one address to which every form of it and of the editor posts.

A refusal that can be mended (somebody was faster, a comment is open) brings the page back with the reason and with what was
typed; every other refusal is a page of `errors`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from pincite.errors import NotFoundError, PinciteError
from pincite.web.accounts.models import User
from pincite.web.editorial import actions, forms, policies, presenting, turns
from pincite.web.editorial.content import EditError
from pincite.web.editorial.differences import word_runs
from pincite.web.editorial.doors import DOORS, EDITS
from pincite.web.editorial.models import Alert, Article, AuditRow, Revision
from pincite.web.editorial.policies import Refused

View = Callable[..., HttpResponse]
AUDIT_ROWS = 20  # of this article beside its text; the audit trail has all


class Notice(NamedTuple):
    """Why something did not happen, the way out, a link to look at, and what was typed where its form is no longer offered."""

    says: str
    what_to_do: str = ""
    link: str = ""
    link_words: str = ""
    typed: str = ""


def signed_in(view: View) -> View:
    """To the sign-in page, and back; a form that was sent after the session ended says so instead."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            return view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        raise Refused(
            "You are not signed in, so nothing was saved.",
            kind="forbidden",
            what_to_do="Sign in in another tab, go back here, copy what you typed, reload and send it again.",
        )

    return inner


def article_of(request: HttpRequest, pk: int) -> Article:
    """The article whose workspace this person may open, with what tells whose turn it is; raises Refused otherwise."""
    found: Article | None = turns.with_turns(policies.visible_to(request.user)).filter(pk=pk).first()
    if found is None:
        raise Refused("There is no such article.", kind="hidden")
    return found


def see_other(address: str) -> HttpResponse:
    """To the page that shows the outcome, by GET."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


# --- the workspace ---------------------------------------------------------------------------------------------------


@signed_in
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one article, and the buttons that this person may press now."""
    return workspace(request, article_of(request, pk))


def workspace(
    request: HttpRequest,
    found: Article,
    *,
    bound: dict[str, django_forms.Form] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> HttpResponse:
    """The workspace page; `bound` holds forms that were sent and not accepted, by name."""
    user = request.user
    assert isinstance(user, User)
    allowed = policies.allowed(user, found)
    revision = Revision.objects.select_related("created_by").get(pk=found.current_id)
    text = actions.content_of(revision)
    problems = presenting.problems_of(text)
    comments = list(found.comments.select_related("author", "resolved_by", "revision").defer("revision__content"))
    open_comments = [comment for comment in comments if comment.resolved_at is None]
    shown = presenting.shown_statements(text, comments=open_comments, problems=problems or ())
    turn = turns.turn_of(found, today=timezone.localdate())
    writes = policies.wrote(user, found)
    waiting = found.state in policies.WAITING
    needs = presenting.needs_of(found, user, problems=problems, open_comments=len(open_comments), wrote=writes) if waiting else []
    bound = bound or {}
    alerts = list(found.alerts.select_related("resolved_by", "revision").defer("revision__content"))
    context = {
        "article": found,
        "revision": revision,
        "turn": turn,
        "yours": turns.is_for(turn, user, writes=writes),
        "steps": turns.steps_of(found),
        "wrote": writes,
        "allowed": allowed,
        "ready": all(need.done for need in needs),
        "needs": needs,
        "blocks": presenting.blocks_of(text, shown),
        "shown": shown,
        "failing": [one for one in shown.values() if one.fails],
        "forms": {name: bound.get(name) or _form(name, found) for name in _PAGE_FORMS if _action_of(name) in allowed},
        "statement_form": bound.get("comment-statement"),
        "settle_forms": [
            (alert, bound.get(f"settle-{alert.pk}") or forms.Settle(key=str(alert.pk)), word_runs(alert.old_quote, alert.new_quote))
            for alert in alerts
            if alert.resolved_at is None
        ],
        "settled_alerts": [alert for alert in alerts if alert.resolved_at is not None],
        "whole_comments": [comment for comment in open_comments if not comment.statement],
        "lost_comments": [comment for comment in open_comments if comment.statement and comment.statement not in shown],
        "open_comments": open_comments,
        "resolved_comments": [comment for comment in comments if comment.resolved_at is not None],
        "reviews": found.reviews.select_related("reviewer", "revision").defer("revision__content").order_by("-at"),
        "assignments": found.assignments.select_related("reviewer", "assigned_by"),
        "revisions": found.revisions.select_related("created_by").defer("content").order_by("-number"),
        "reports": found.reports.select_related("reporter") if user.has_perm("editorial.handle_report") else [],
        "audit_rows": AuditRow.objects.filter(subject=f"article:{found.pk}").order_by("-sequence")[:AUDIT_ROWS]
        if user.has_perm("editorial.view_auditrow")
        else [],
        "notice": notice,
        "today": timezone.localdate(),
    }
    return render(request, "editorial/article.html", context, status=status)


# Forms that the page always shows where their action is allowed; those of single statements, comments and alerts are made in place.
_PAGE_FORMS: dict[str, type[forms.Act]] = {
    "assign": forms.Assign,
    "comment": forms.Comment,
    "review": forms.Decide,
    "approve": forms.Approve,
    "withdraw": forms.Withdraw,
    "schedule": forms.Schedule,
    "reopen": forms.Reopen,
}


def _form(name: str, found: Article) -> forms.Act:
    form = _PAGE_FORMS[name](article=found)
    if name == "schedule" and found.review_due:
        form.fields["on"].initial = found.review_due
    return form


def _action_of(name: str) -> str:
    return name.partition("-")[0]


# --- actions ---------------------------------------------------------------------------------------------------------


@signed_in
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one thing to one article, then show the page where its outcome stands."""
    found = article_of(request, pk)
    door = DOORS.get(action)
    if door is None:
        raise NotFoundError(f"There is no action {action!r}.")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user = request.user
    base = (request.POST.get("now") or request.POST.get("base", "")).replace("\x00", "")[:64]
    key = request.POST.get("key") or request.POST.get("part") or ""
    form = door.form(request.POST, article=found, key=key)
    try:
        policies.check(user, door.rule, found)
        if not form.is_valid():
            return _again(request, found, action, form, Notice(_first_error(form)), status=400)
        done = door.call(found, user, base, form.cleaned_data)
    except Refused as refused:
        if refused.kind != "conflict":
            raise
        return _again(request, found, action, form, _why(found, refused, base=base), status=409)
    except (EditError, NotFoundError) as error:
        return _again(request, found, action, form, _why(found, error, base=base), status=409)
    if action in EDITS and request.htmx:
        from pincite.web.editorial import views_edit  # noqa: PLC0415 - the editor calls back here

        return views_edit.changed(request, article_of(request, pk), action=action, done=done)
    messages.success(request, done.says)
    address = reverse(done.where, args=[pk]) + (f"#{done.anchor}" if done.anchor else "")
    if done.anchor and done.where == "editorial:edit":
        address = f"{reverse(done.where, args=[pk])}?{urlencode({'changed': done.anchor})}#{done.anchor}"
    return see_other(address)


def _why(found: Article, error: PinciteError, *, base: str) -> Notice:
    """The reason; where somebody saved another revision meanwhile, who, and a link to what changed."""
    newest = Revision.objects.select_related("created_by").defer("content").filter(article=found).last()
    seen = found.revisions.defer("content").filter(sha256=base).last() if base else None
    if newest is None or not base or newest.sha256 == base or seen is None or seen.pk == newest.pk:
        return Notice(error.what_happened, error.what_to_do)
    at = timezone.localtime(newest.created_at)
    return Notice(
        f"{newest.created_by.shown_name} saved revision {newest.number} at {at:%H:%M} ({newest.says.rstrip('.').lower()}), "
        f"after you had opened revision {seen.number}. Nothing of yours was saved yet.",
        "What you typed is kept below. Look at what changed, then send it again if it still holds.",
        link=f"{reverse('editorial:differences', args=[found.pk])}?{urlencode({'old': seen.number, 'new': newest.number})}",
        link_words=f"What changed from revision {seen.number} to {newest.number}",
    )


def _first_error(form: django_forms.Form) -> str:
    return next((str(error) for errors in form.errors.values() for error in errors), "The form is not complete.")


def _again(request: HttpRequest, found: Article, action: str, form: forms.Act, notice: Notice, *, status: int) -> HttpResponse:
    """The page that the form stands on, once more, with the reason; what was typed stands in its form, or apart where that is gone."""
    found = article_of(request, found.pk)
    allowed = policies.allowed(request.user, found)
    if DOORS[action].rule not in allowed:
        typed = "\n\n".join(request.POST.get(name, "") for name in ("text", "comment", "why") if action != "resolve").strip()
        return workspace(request, found, notice=notice._replace(typed=typed), status=status)
    if action in EDITS:
        from pincite.web.editorial import views_edit  # noqa: PLC0415 - the editor calls back here

        return views_edit.page(request, found, bound={action: form}, notice=notice, status=status)
    name = "comment-statement" if action == "comment" and request.POST.get("statement") else action
    return workspace(request, found, bound={name: form}, notice=notice, status=status)


@signed_in
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a source alert with a reason: the text can stay."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    alert = Alert.objects.filter(pk=pk, article__in=policies.visible_to(request.user)).select_related("article").first()
    if alert is None:
        raise Refused("There is no such alert.", kind="hidden")
    form = forms.Settle(request.POST, key=str(pk))
    policies.check(request.user, "settle", alert.article)
    if not form.is_valid():
        bound = {f"settle-{pk}": form}
        return workspace(request, article_of(request, alert.article_id), bound=bound, notice=Notice(_first_error(form)), status=400)
    actions.settle(alert, by=request.user, resolution=form.cleaned_data["resolution"])
    messages.success(request, "The alert is settled.")
    return see_other(f"{reverse('editorial:article', args=[alert.article_id])}#alerts")
