"""The audit trail: who did what, and does the chain hold."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from pincite.web.api import schemas
from pincite.web.api.authentication import may
from pincite.web.api.limits import READING
from pincite.web.api.machinery import get
from pincite.web.api.paging import Page, Paging, paged
from pincite.web.editorial import audit_trail
from pincite.web.editorial.models import AuditRow
from pincite.web.editorial.policies import Refused

router = Router(tags=["Audit trail"], auth=may("audit-trail"), throttle=READING)


class TrailQuery(Paging):
    """Which rows; each filter narrows."""

    subject: str = Field("", max_length=200, description="For example article:12.")
    action: str = Field("", max_length=50)
    actor: str = Field("", max_length=150, description="A user name, or system.")


@get(router, "/audit-trail", response=Page[schemas.AuditRowInfo], summary="Rows of the audit trail")
def rows(request: HttpRequest, response: HttpResponse, query: Query[TrailQuery]) -> dict[str, Any]:
    """The newest first."""
    _check(request)
    chosen = {name: value for name in ("subject", "action", "actor") if (value := getattr(query, name))}
    found = AuditRow.objects.filter(**chosen).order_by("-sequence")
    return paged(request, response, found, query, lambda row: {name: getattr(row, name) for name in schemas.AuditRowInfo.model_fields})


@get(router, "/audit-trail/verify", response=schemas.AuditVerified, summary="Does the chain hold?")
def verify(request: HttpRequest) -> dict[str, Any]:
    """Reads every row; `broken` names the first that was changed, removed or added, and is null when none was."""
    _check(request)
    return audit_trail.verify()._asdict()


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("editorial.view_auditrow"):
        raise Refused(
            "Your roles do not allow you to read the audit trail.", kind="forbidden", what_to_do="Ask an administrator for the role."
        )
