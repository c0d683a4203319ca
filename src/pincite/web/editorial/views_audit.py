"""The audit trail as a page and as CSV, for those with `editorial.view_auditrow`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from pincite.web.editorial import audit_trail
from pincite.web.editorial.forms import AuditFilter
from pincite.web.editorial.models import AuditRow
from pincite.web.editorial.policies import Refused
from pincite.web.editorial.views import signed_in

ROWS = 50
COLUMNS = ("sequence", "at", "actor", "actor_name", "action", "subject", "detail", "previous", "hash")


def _filtered(request: HttpRequest) -> tuple[AuditFilter, QuerySet[AuditRow]]:
    if not request.user.has_perm("editorial.view_auditrow"):
        raise Refused(
            "Your roles do not allow you to read the audit trail.", kind="forbidden", what_to_do="Ask an administrator for the role."
        )
    known = list(AuditRow.objects.order_by("action").values_list("action", flat=True).distinct())
    form = AuditFilter(request.GET, actions=known)
    rows = AuditRow.objects.order_by("-sequence")
    if form.is_valid():
        given = form.cleaned_data
        rows = rows.filter(subject=given["subject"].strip()) if given["subject"].strip() else rows
        rows = rows.filter(actor=given["actor"].strip()) if given["actor"].strip() else rows
        rows = rows.filter(action=given["action"]) if given["action"] else rows
    return form, rows


@signed_in
def audit_trail_page(request: HttpRequest) -> HttpResponse:
    """Newest rows first; with `verify` in the address the whole chain is read and the outcome told."""
    form, rows = _filtered(request)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    asked = {name: request.GET[name] for name in ("subject", "actor", "action") if request.GET.get(name)}
    context = {
        "form": form,
        "page": page,
        "rows": [(row, _address(row.subject), _details(row.detail)) for row in page.object_list],
        "query": urlencode(asked),
        "filtered": bool(asked),
        "verified": audit_trail.verify() if "verify" in request.GET else None,
    }
    return render(request, "editorial/audit_trail.html", context)


def _address(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return reverse("editorial:article", args=[int(name)]) if kind == "article" and name.isascii() and name.isdigit() else ""


def _details(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """What a row says beside its action, in words: empty values are left out, hashes shortened."""
    said = []
    for name, value in detail.items():
        if value is None or value == "":
            continue
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        said.append((name.replace("_", " "), f"{words[:12]}…" if name == "sha256" else words))
    return said


@signed_in
def audit_trail_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The rows that the page would show, all of them, oldest last, as CSV that no spreadsheet takes for a formula."""
    _, rows = _filtered(request)
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pincite-audit-trail.csv"'
    return response


class _Echo:
    def write(self, value: str) -> str:
        return value


def _lines(rows: QuerySet[AuditRow]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for row in rows.iterator(chunk_size=500):
        cells = [getattr(row, name) for name in COLUMNS]
        yield str(
            writer.writerow([harmless(json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict) else str(cell)) for cell in cells])
        )


def harmless(cell: str) -> str:
    r"""A cell that a spreadsheet shows and does not compute: an apostrophe before what would start a formula.

    >>> harmless("=HYPERLINK(1)"), harmless(" @x"), harmless("12")
    ("'=HYPERLINK(1)", "' @x", '12')
    """
    return f"'{cell}" if cell.lstrip()[:1] in ("=", "+", "-", "@") or cell[:1] in ("\t", "\r", "\n") else cell
