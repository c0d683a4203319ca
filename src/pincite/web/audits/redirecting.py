"""After a POST: 303 to where the outcome is seen."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse


def see_other(name: str, *args: Any) -> HttpResponseRedirect:
    """303 to the address of that name."""
    return HttpResponseRedirect(reverse(name, args=args), status=303)
