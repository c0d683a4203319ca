"""Is it up, can it answer, how much does it do: for load balancers and monitoring."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from pincite.web import engine


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while this process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when library and database can be read, else 503 with the reason."""
    why = engine.ready()
    return JsonResponse({"status": "ok"} if why is None else {"status": "not ready", "detail": why}, status=200 if why is None else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text."""
    return HttpResponse("", content_type="text/plain; version=0.0.4")
