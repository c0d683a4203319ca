"""What is kept of asking: saved threads of signed-in people, and a question log that is off unless configured."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Thread(models.Model):
    """A question with its follow-ups, saved by its owner and seen by nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="threads")
    title = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at",)

    def __str__(self) -> str:
        return self.title


class Turn(models.Model):
    """One question of a thread with the answer as it was given."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="turns")
    position = models.PositiveIntegerField()
    question = models.TextField()
    audience = models.CharField(max_length=20, default="clinician")
    answer = models.JSONField()  # `pincite.answer/1`
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("thread", "position"), name="reading_turn_once"),)

    def __str__(self) -> str:
        return self.question


class QuestionLog(models.Model):
    """A question that was asked, without who asked it; rows older than the configured days are purged."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    question = models.TextField()
    audience = models.CharField(max_length=20)
    answered = models.BooleanField()
    library = models.CharField(max_length=64)
    milliseconds = models.PositiveIntegerField()
    by = models.CharField(max_length=10)  # page or api

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return self.question
