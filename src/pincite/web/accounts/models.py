"""Users with what a reader needs to judge a reviewer by, and tokens for the API."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person. What they may do comes from their groups, which are the roles of `accounts.roles`."""

    name = models.CharField("name as shown", max_length=200, blank=True)
    credentials = models.CharField(max_length=200, blank=True, help_text="For example: MD, consultant in spinal surgery")
    position = models.CharField(max_length=200, blank=True, help_text="Role on the advisory board, for example: Reviewer, spine")
    competing_interests = models.TextField(blank=True, help_text="Shown with every review. Write “None declared” where there are none.")

    class Meta(AbstractUser.Meta):
        permissions = (("manage_user", "Give roles, close and open accounts"),)

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name that pages print."""
        return self.name or self.get_full_name() or self.get_username()


class ApiToken(models.Model):
    """A bearer token of one user: only its hash is kept, the token itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, db_index=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)  # of `accounts.roles.SCOPES`
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def issue(cls, *, user: User, name: str, scopes: list[str], expires_at: Any = None) -> tuple[ApiToken, str]:
        """A new token and its secret text, which is not kept."""
        secret = f"pin_{secrets.token_urlsafe(32)}"
        token = cls.objects.create(user=user, name=name, prefix=secret[:12], digest=digest_of(secret), scopes=scopes, expires_at=expires_at)
        return token, secret


def digest_of(secret: str) -> str:
    """What is kept of a token: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
