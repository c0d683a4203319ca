"""Making and revoking tokens of the API: each with its row in the audit trail, in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from pincite.web.accounts.models import ApiToken, User
from pincite.web.accounts.roles import SCOPES
from pincite.web.editorial import audit_trail
from pincite.web.editorial.policies import Refused

MOST_TOKENS = 50  # that stand, of one person
# Scopes that are of no use without a permission are not offered without it.
_NEEDS = {"library": "jobs.manage_library", "audit-trail": "editorial.view_auditrow", "changes": "editorial.manage_article"}


def scopes_for(user: User) -> dict[str, str]:
    """The scopes that a token of this person can have, with what each is for."""
    return {scope: words for scope, words in SCOPES.items() if scope not in _NEEDS or user.has_perm(_NEEDS[scope])}


@transaction.atomic
def issue(*, by: User, name: str, scopes: Sequence[str], expires_at: datetime.datetime | None) -> tuple[ApiToken, str]:
    """A new token and its text, which is kept nowhere; raises Refused."""
    if not by.is_active or not set(scopes) <= set(scopes_for(by)) or not scopes:
        raise Refused("Your roles do not allow a token with these scopes.", kind="forbidden")
    if standing(by) >= MOST_TOKENS:
        raise Refused(f"You have {MOST_TOKENS} tokens already.", kind="conflict", what_to_do="Revoke those that you no longer use.")
    token, secret = ApiToken.issue(user=by, name=name.strip(), scopes=list(scopes), expires_at=expires_at)
    detail = {"name": token.name, "scopes": token.scopes, "expires_at": expires_at.isoformat() if expires_at else None}
    audit_trail.append(actor=by, action="issue-token", subject=f"token:{token.pk}", detail=detail)
    return token, secret


@transaction.atomic
def revoke(number: int, *, by: User) -> ApiToken:
    """End a token of one's own; raises Refused for anybody else's."""
    token = ApiToken.objects.select_for_update().filter(pk=number, user=by).first()
    if token is None:
        raise Refused("There is no such token.", kind="hidden")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit_trail.append(actor=by, action="revoke-token", subject=f"token:{token.pk}", detail={"name": token.name})
    return token


def standing(user: User) -> int:
    """How many of a person's tokens open anything."""
    now = timezone.now()
    return user.api_tokens.filter(revoked_at=None).exclude(expires_at__lte=now).count()
