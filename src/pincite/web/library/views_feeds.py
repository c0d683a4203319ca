"""Subscriptions to public sources: what there is, when it ran, what came of it; for librarians."""

from __future__ import annotations

import re

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pincite.feeds.running import feed_called
from pincite.feeds.subscriptions import Subscription, Subscriptions
from pincite.rendering.safe import plain
from pincite.web.configuration import engine_settings
from pincite.web.jobs.models import Job
from pincite.web.library import actions, feeding

_LONGEST_QUERY = 4000
_MOST_QUERIES = 200
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class _SeeOther(HttpResponseRedirect):
    status_code = 303


class FeedForm(forms.Form):
    """A new subscription."""

    source = forms.ChoiceField(label="Source", initial="pubmed")
    query = forms.CharField(
        label="What to look for",
        required=False,
        max_length=_LONGEST_QUERY,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One to a line: a search, a drug, a condition, an address, as the source takes it (see below).",
    )
    since = forms.IntegerField(label="Published since the year", required=False, min_value=1800, max_value=2200)
    most = forms.IntegerField(
        label="At most so many of each", required=False, min_value=1, help_text="Empty: everything, or of drug labels the newest 25."
    )
    every_days = forms.IntegerField(label="Again every so many days", min_value=1, max_value=366, initial=7)
    licence = forms.CharField(
        label="Licence of the pages",
        required=False,
        max_length=200,
        help_text="Only for pages that do not state one themselves: the terms under which you may keep them.",
    )

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        self.fields["source"].choices = [(name, title) for name, title, _, _ in feeding.sources()]

    def clean(self) -> dict[str, object]:
        """The parts of the query; nothing on this machine may be named, only addresses."""
        cleaned: dict[str, object] = super().clean()
        source = cleaned.get("source")
        parts = [" ".join(line.split()) for line in str(cleaned.get("query") or "").splitlines() if line.strip()]
        if len(parts) > _MOST_QUERIES:
            self.add_error("query", f"At most {_MOST_QUERIES} lines.")
        if source and not parts and feed_called(str(source)).needs_query:
            self.add_error("query", "Say what to look for.")
        if source in ("pages", "retractions") and not all(_ADDRESS.fullmatch(part) for part in parts):
            self.add_error("query", "Give addresses that begin with http:// or https://, one to a line.")
        cleaned["parts"] = parts
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """All subscriptions and a form for another; sent, it subscribes."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actions.check(request.user)
    form = FeedForm(request.POST) if request.method == "POST" else FeedForm()
    status = 200
    if request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            options = {name: given[name] for name in ("since", "most", "every_days")} | {"licence": given["licence"] or None}
            one = feeding.add(given["source"], given["parts"], by=request.user, **options)
            messages.success(request, f"Subscribed: {plain(one.id)}. Run it now, or let it run when it is due.")
            return _SeeOther(reverse("library:feeds"))
        status = 400
    settings = engine_settings()
    context = {
        "form": form,
        "subscriptions": [_shown(one) for one in feeding.held()],
        "sources": feeding.sources(),
        "cut_off": settings.cut_off,
        "by_itself": not settings.offline,
        "contact": settings.contact,
        "jobs": list(Job.objects.filter(kind="feed", state__in=(Job.State.QUEUED, Job.State.RUNNING))[:5]),
    }
    return render(request, "library/feeds.html", context, status=status)


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Run one subscription, or without an id all of them, as a job."""
    actions.check(request.user)
    asked = request.POST.get("feed", "")[:100]
    ids = [asked] if asked else [one.id for one in feeding.held()]
    if not ids:
        messages.info(request, "There is nothing to run yet.")
        return _SeeOther(reverse("library:feeds"))
    return _SeeOther(reverse("jobs:job", args=[feeding.start(ids, by=request.user).pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Ask once more, then forget a subscription; its documents stay."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    actions.check(request.user)
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        gone = feeding.remove(given.get("feed", "")[:100], by=request.user)
        messages.success(request, f"Removed: {plain(gone.id)}. Its documents stay in the library.")
        return _SeeOther(reverse("library:feeds"))
    one = Subscriptions(engine_settings()).get(given.get("feed", "")[:100])
    return render(request, "library/feeds_remove.html", {"one": _shown(one)})


def _shown(one: Subscription) -> dict[str, object]:
    """A subscription for a template: texts made safe, counts in words."""
    last = one.last
    counts = []
    if last is not None:
        names = ("added", "updated", "replaced", "merged", "unchanged", "missing", "withdrawn", "looked_up", "flagged", "failed")
        counts = [f"{getattr(last, name):,} {name.replace('_', ' ')}" for name in names if getattr(last, name)]
    return {
        "id": one.id,
        "source": {name: title for name, title, _, _ in feeding.sources()}.get(one.source, one.source),
        "query": [plain(part) for part in one.query],
        "since": one.since,
        "topic": plain(one.topic or ""),
        "every_days": one.every_days,
        "last": last,
        "counts": ", ".join(counts) or ("nothing new" if last else ""),
        "cut_off": bool(last and last.ended is None),
        "error": plain(last.error) if last and last.error else "",
        "failures": [plain(failure) for failure in last.failures] if last else [],
        "next_run": one.next_run,
    }
