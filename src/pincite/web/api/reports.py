"""What readers tell the editors."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import Field

from pincite.web.accounts.models import User
from pincite.web.api import schemas, showing
from pincite.web.api.authentication import may
from pincite.web.api.limits import READING, REPORTING, WRITING
from pincite.web.api.machinery import get, post
from pincite.web.api.paging import Page, Paging, paged
from pincite.web.editorial import actions, policies
from pincite.web.editorial.models import Article, Report
from pincite.web.editorial.policies import Refused

router = Router(tags=["Reports"])


class ReportQuery(Paging):
    """Which reports."""

    open: bool | None = Field(None, description="true: nobody has handled it yet.")


@post(
    router, "/reports", auth=may("ask", visitors=True), throttle=REPORTING, response={201: schemas.Received}, summary="Something is wrong"
)
def tell(request: HttpRequest, report: schemas.NewReport) -> Any:
    """Tell the editors what is wrong with an answer, a source or an article. Do not name patients."""
    fields = dict(report)
    number = fields.pop("article")
    article = Article.objects.filter(pk=number).first() if number else None
    if number and (article is None or (article.published_at is None and not policies.may_see(request.user, article))):
        raise Refused("There is no such article.", kind="hidden")
    return Status(201, {"id": actions.report(**fields, by=request.user, article=article).pk})


@get(router, "/reports", auth=may("read"), throttle=READING, response=Page[schemas.ReportInfo], summary="Readers' reports")
def reports(request: HttpRequest, response: HttpResponse, query: Query[ReportQuery]) -> dict[str, Any]:
    """For editors; the newest first."""
    if not isinstance(request.user, User) or not request.user.has_perm("editorial.handle_report"):
        raise Refused("Your roles do not allow you to read reports.", kind="forbidden")
    found = Report.objects.order_by("-at", "-pk")
    if query.open is not None:
        found = found.filter(handled_at__isnull=query.open)
    return paged(request, response, found, query, showing.report)


@post(router, "/reports/{report_id}/handle", auth=may("write"), throttle=WRITING, response=schemas.ReportInfo, summary="Close a report")
def handle(request: HttpRequest, report_id: Annotated[int, Path(ge=1, le=2**63 - 1)], handled: schemas.Handle) -> dict[str, Any]:
    """What came of it."""
    found = Report.objects.filter(pk=report_id).first()
    if found is None:
        raise Refused("There is no such report.", kind="hidden")
    return showing.report(actions.handle(found, by=request.user, outcome=handled.outcome))
