"""Is it up, can it answer, how much does it do: for load balancers and monitoring.

Answered before host check and sign-in, so that a probe on this machine needs no name; metrics are for this machine and
for whoever holds the token.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from pincite.errors import LibraryError
from pincite.web import engine, monitoring


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while this process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when library and database can be read, else 503 with what cannot."""
    wrong = []
    if engine.ready() is not None:
        wrong.append("library")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations")
    except DatabaseError:
        wrong.append("database")
    if wrong:  # the reasons are in the log: they name folders and servers
        return JsonResponse({"status": "not ready", "cannot_be_read": wrong}, status=503)
    return JsonResponse({"status": "ok"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; 404 for whoever is neither on this machine nor has the token."""
    if not _may_read(request):
        return HttpResponse("There is no such page.\n", status=404, content_type="text/plain; charset=utf-8")
    text = "\n".join(monitoring.metrics_lines(_rows())) + "\n"
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if token := settings.WEB.metrics_token:
        return scheme.lower() == "bearer" and constant_time_compare(given.strip(), token)
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False  # a proxy on this machine asks for somebody else
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _rows() -> dict[str, Any]:
    from pincite.web.editorial.models import Alert, Article, AuditHead  # noqa: PLC0415 - models are not loaded before
    from pincite.web.jobs.models import Job  # noqa: PLC0415

    found: dict[str, Any] = {}
    try:
        jobs = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
        found["pincite_jobs"] = ("Jobs by state.", [(f'{{state="{state}"}}', jobs.get(state, 0)) for state in Job.State.values])
        articles = dict(Article.objects.order_by().values_list("state").annotate(Count("pk")))
        found["pincite_articles"] = (
            "Articles by state.",
            [(f'{{state="{state}"}}', articles.get(state, 0)) for state in Article.State.values],
        )
        found["pincite_open_alerts"] = ("Source alerts that nobody has settled.", [("", Alert.objects.filter(resolved_at=None).count())])
        head = AuditHead.objects.order_by("pk").first()
        found["pincite_audit_rows"] = ("Rows of the audit trail.", [("", head.count if head else 0)])
        found["pincite_database_up"] = ("Can the database be read?", [("", 1)])
    except DatabaseError:
        found["pincite_database_up"] = ("Can the database be read?", [("", 0)])
    try:
        state = engine.library().state()
        found["pincite_library_info"] = ("The library's version.", [(f'{{version="{state.version}"}}', 1)])
        found["pincite_library_documents"] = ("Documents held.", [("", state.documents)])
        found["pincite_library_passages"] = ("Passages held.", [("", state.passages)])
        found["pincite_library_up"] = ("Can the library be read?", [("", 1)])
    except LibraryError:
        found["pincite_library_up"] = ("Can the library be read?", [("", 0)])
    return found


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class Probes:
    """Middleware: answers the three addresses before any check of host, transport or person."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The probe's answer, or whatever comes next."""
        probe = PROBES.get(request.path)
        if probe is None or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        response = probe(request)
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Cache-Control"] = "no-store"
        return response
