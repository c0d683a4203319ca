"""What is kept of a checked text: whose it is, how far the check is, the report, and the token of a link that shares it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.db import models

from pincite.records import Audit
from pincite.web.jobs.models import Job

if TYPE_CHECKING:
    import datetime

State = Literal["waiting", "running", "done", "failed", "stopped"]
_OF_JOB: dict[str, State] = {
    Job.State.QUEUED: "waiting",
    Job.State.RUNNING: "running",
    Job.State.CANCELLED: "stopped",
}


class CheckedText(models.Model):
    """One text and its audit; without an owner it is a visitor's, who reaches it through the session for a day."""

    class Given(models.TextChoices):
        """How the text came."""

        PASTED = "pasted"
        FILE = "file"
        PAGE = "page"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="checked_texts")
    job = models.OneToOneField(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="checked_text")
    name = models.CharField(max_length=300)
    given = models.CharField(max_length=10, choices=Given.choices)
    url = models.CharField(max_length=2000, blank=True)  # of a page that is to be fetched
    today = models.DateField()  # what the text calls the future is told by the day on which it was handed in
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)  # why it could not be read
    says = models.CharField(max_length=500, blank=True)  # the whole audit in a line
    contradicted = models.PositiveIntegerField(default=0)
    claims = models.PositiveIntegerField(default=0)
    # `pincite.audit/1`, the very bytes of `pincite audit --format json`: a database's own JSON would reorder them.
    report = models.TextField(blank=True)
    share_token = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    shared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("owner", "created_at"), name="audits_of_owner"),)

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> State:
        """Where the check stands; asks the job where it has not ended."""
        if self.problem:
            return "failed"
        if self.finished_at is not None:
            return "done"
        return _OF_JOB.get(self.job.state, "failed") if self.job is not None else "failed"

    @property
    def why_failed(self) -> str:
        """What went wrong, in a line; empty where nothing did."""
        if self.state != "failed":
            return ""
        told = (self.job.report or {}).get("failed", "") if self.job is not None else ""
        return self.problem or told or "The work on it was lost."

    def audit(self) -> Audit:
        """The report as a record; raises pydantic's ValidationError for one of an older form."""
        return Audit.model_validate_json(self.report)

    def finish(self, made: Audit, *, report: str, at: datetime.datetime) -> None:
        """Keep what came of it, where the text has not been deleted meanwhile."""
        CheckedText.objects.filter(pk=self.pk).update(
            report=report, says=made.says[:500], claims=made.summary.claims, contradicted=made.summary.contradicted, finished_at=at
        )
