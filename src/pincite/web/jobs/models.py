"""Long work, one row each: claimed by a lease, finished in the same transaction as its effect on this database."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Job(models.Model):
    """One piece of long work: what, for whom, how far, with what outcome."""

    class State(models.TextChoices):
        """Where a job stands."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=50)  # a name in `jobs.work.KINDS`
    key = models.CharField(max_length=200, unique=True)  # asking twice for the same work gives one job
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    says = models.CharField(max_length=500, blank=True)  # the newest line of progress
    report = models.JSONField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=("state", "not_before", "created_at"), name="jobs_claim"),)
        permissions = (("manage_library", "Add, retire and restore documents"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Seen(models.Model):
    """What the worker saw last, by name: the library version that articles were checked against, the day of the last review check."""

    name = models.CharField(max_length=50, primary_key=True)
    value = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
