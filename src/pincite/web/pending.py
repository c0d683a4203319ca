"""Temporary."""
from django.http import HttpResponse


def pending(request, *args, **kwargs):  # type: ignore[no-untyped-def]
    return HttpResponse("not yet", status=501)
