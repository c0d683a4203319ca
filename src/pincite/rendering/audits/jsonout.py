"""Audit → `pincite.audit/1`, the JSON that other programs rely on."""

from __future__ import annotations

from pincite.records import Audit
from pincite.rendering.jsonout import dumps


def render(audit: Audit) -> str:
    """`audit` as JSON text."""
    return dumps(audit.model_dump(mode="json", by_alias=True))


def write(audit: Audit) -> bytes:
    """The `json` writer: UTF-8."""
    return render(audit).encode()
