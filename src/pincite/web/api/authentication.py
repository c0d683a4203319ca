"""Who calls: a bearer token with its scopes, a signed-in browser (then with a CSRF token), or anybody where that is enough.

A scope opens an operation to a token; what its owner may do there is decided by `accounts.roles` and `editorial.policies`
as on the pages. A wrong token is refused even where none is needed: nobody should believe to be signed in who is not.
"""

from __future__ import annotations

import datetime
import hmac
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from pincite.web import limits
from pincite.web.accounts.models import ApiToken, User, digest_of
from pincite.web.accounts.second_factor import needs_second_factor
from pincite.web.errors import HttpProblem

REALM = 'Bearer realm="pincite"'
WRONG_TOKENS_A_MINUTE = 30  # from one address; a program with an old token need not ask the database each time
# When a token was used last is noted this coarsely: a write for each request would cost more than the note is worth.
NOTED_EVERY = datetime.timedelta(minutes=1)


class BearerToken(HttpBearer):
    """`Authorization: Bearer pin_…`, where the token has `scope`; sets `request.user` to its owner."""

    openapi_description = "A token of /account/tokens/. Each operation names the scope that the token must have."

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> User | None:
        """The token's owner; None where the request brings no Authorization header. Raises HttpProblem for a wrong one."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise _refused("The Authorization header must be: Bearer, a space, and the token.")
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The owner of a token that stands and has the scope; raises HttpProblem."""
        held = standing_token(token)
        if held is None:
            if wait := limits.allow(request, "wrong-token", WRONG_TOKENS_A_MINUTE):
                raise HttpProblem(429, "Too many requests with a wrong token.", what_to_do=f"Wait {wait} seconds.")
            raise _refused("This token is unknown, expired or revoked.")
        if self.scope not in held.scopes:
            raise HttpProblem(
                403,
                f"This token lacks the scope “{self.scope}”.",
                what_to_do="Make a token with that scope.",
                headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{self.scope}"'},
            )
        if settings.WEB.mfa_roles and needs_second_factor(held.user):
            raise HttpProblem(403, "Your role needs a second factor.", what_to_do="Set one up at /accounts/2fa/.")
        now = timezone.now()
        if held.last_used_at is None or now - held.last_used_at > NOTED_EVERY:
            ApiToken.objects.filter(pk=held.pk).update(last_used_at=now)
        request.api_token = held
        request.user = held.user
        return held.user


class Session(SessionAuth):
    """The session of a signed-in browser; what changes anything also needs the CSRF token (header X-CSRFToken)."""

    openapi_description = "The session cookie of a signed-in browser. Whatever is not GET also needs the header X-CSRFToken."

    def __call__(self, request: HttpRequest) -> User | None:
        """The signed-in person; None for a visitor, who has nothing that another site's form could abuse."""
        if not isinstance(request.user, User) or not request.user.is_active:
            return None
        return super().__call__(request)  # checks the CSRF token, then who it is


class UploadSession(Session):
    """The same for an operation that takes files: `ready` runs before the first byte is read, which looking for the CSRF token does."""

    def __init__(self, ready: Callable[[HttpRequest], None]) -> None:
        self.ready = ready
        super().__init__()

    def __call__(self, request: HttpRequest) -> User | None:
        """As in `Session`; raises what `ready` raises."""
        if isinstance(request.user, User) and request.user.is_active:
            self.ready(request)
        return super().__call__(request)


def anybody(request: HttpRequest) -> bool:
    """Nobody in particular is enough."""
    return True


def may(scope: str, *, visitors: bool = False) -> Sequence[Callable[[HttpRequest], Any]]:
    """The ways into an operation: a token with `scope`, a session, and for `visitors` neither."""
    ways: list[Callable[[HttpRequest], Any]] = [BearerToken(scope), Session()]
    return [*ways, anybody] if visitors else ways


def standing_token(secret: str) -> ApiToken | None:
    """The token of that text, when it is neither revoked nor expired and its owner's account is open."""
    digest = digest_of(secret)
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    held = ApiToken.objects.select_related("user").filter(unexpired, digest=digest, revoked_at=None, user__is_active=True).first()
    return held if held is not None and hmac.compare_digest(held.digest, digest) else None


def _refused(why: str) -> HttpProblem:
    return HttpProblem(
        401,
        why,
        what_to_do="Make a token at /account/tokens/, or leave the header out.",
        headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'},
    )
