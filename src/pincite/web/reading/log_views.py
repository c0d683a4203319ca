"""The question log's page for administrators: read, export, purge."""

from __future__ import annotations

import csv
import datetime
import io

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pincite.web.accounts.models import User
from pincite.web.editorial.policies import Refused
from pincite.web.reading import logging
from pincite.web.reading.models import QuestionLog

_A_PAGE = 100
_COLUMNS = ("at", "question", "audience", "answered", "library", "milliseconds", "by")
# A spreadsheet reads a cell that begins so as a formula; an apostrophe makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@require_http_methods(["GET", "HEAD", "POST"])
def question_log(request: HttpRequest) -> HttpResponse:
    """What was asked, for those who may see it; POST purges, after a page that asks."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("reading.view_questionlog"):
        raise Refused("Only administrators see the question log.", kind="forbidden", what_to_do="Sign in as one.")
    if request.method == "POST":
        deleted = logging.purge(by=user)
        messages.success(request, f"{deleted} question{'' if deleted == 1 else 's'} deleted.")
        return HttpResponseRedirect(reverse("reading:question_log"), status=303)
    # Rows past their days are never shown, whether or not they are deleted yet.
    days = settings.WEB.question_log_days
    rows = QuestionLog.objects.filter(at__gte=timezone.now() - datetime.timedelta(days=days)) if days else QuestionLog.objects.none()
    if "csv" in request.GET:
        return HttpResponse(
            as_csv(rows), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="questions.csv"'}
        )
    context = {"page": Paginator(rows, _A_PAGE).get_page(request.GET.get("page")), "days": days, "held": QuestionLog.objects.count()}
    return render(request, "reading/question_log.html", context | {"purging": "purge" in request.GET})


def as_csv(rows: object) -> str:
    """The rows as CSV with a heading; no cell can be read as a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    for row in rows:  # type: ignore[attr-defined]
        values = [getattr(row, name) for name in _COLUMNS]
        values[0] = row.at.isoformat(timespec="seconds")
        writer.writerow([_cell(value) for value in values])
    return written.getvalue()


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
