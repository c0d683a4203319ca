"""One revision as it was, and what changed between two."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pincite.errors import NotFoundError
from pincite.web.editorial import actions, differences, policies, presenting
from pincite.web.editorial.models import Article, Revision
from pincite.web.editorial.views import article_of, signed_in


def _revision(found: Article, number: int) -> Revision:
    held: Revision | None = found.revisions.filter(number=number).select_related("created_by").first()
    if held is None:
        raise NotFoundError(f"There is no revision {number} of this article.")
    return held


@signed_in
def revision(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The text of one revision with its reviews and comments."""
    found = article_of(request, pk)
    held = _revision(found, number)
    text = actions.content_of(held)
    shown = presenting.shown_statements(text)
    context = {
        "article": found,
        "revision": held,
        "is_current": held.pk == found.current_id,
        "is_approved": held.pk == found.approved_id,
        "blocks": presenting.blocks_of(text, shown),
        "reviews": held.reviews.select_related("reviewer", "revision").defer("revision__content").order_by("-at"),
        "comments": held.comments.select_related("author", "resolved_by"),
        "newest": found.current.number if found.current else number,
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if found.current and number < found.current.number else None,
        "may_restore": "edit" in policies.allowed(request.user, found) and held.pk != found.current_id,
    }
    return render(request, "editorial/revision.html", context)


@signed_in
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed from revision `old` to revision `new`; left out, from the one before the newest to the newest."""
    found = article_of(request, pk)
    newest = found.current.number if found.current else 1
    new = _number(request.GET.get("new", ""), newest)
    old = _number(request.GET.get("old", ""), max(1, new - 1))
    before, after = _revision(found, old), _revision(found, new)
    changes = differences.differences(actions.content_of(before), actions.content_of(after))
    context = {
        "article": found,
        "old": before,
        "new": after,
        "found": changes,
        "summary": differences.summary(changes),
        "revisions": found.revisions.select_related("created_by").defer("content"),
    }
    return render(request, "editorial/differences.html", context)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise
