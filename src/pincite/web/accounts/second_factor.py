"""Roles that must use a second factor (PINCITE_WEB_MFA_REQUIRED): their people set one up before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pincite.web.accounts.models import User
from pincite.web.accounts.roles import roles_of

# Where one can set it up, confirm a password for it, look around as a visitor would, or leave.
_FREE = ("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/", "/static/")


def has_second_factor(user: User) -> bool:
    """Does this person sign in with an authenticator app?"""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - models are not loaded before

    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def needs_second_factor(user: User) -> bool:
    """Must this person set one up?"""
    required = settings.WEB.mfa_roles
    return bool(required & roles_of(user)) and not has_second_factor(user)


class Required:
    """Middleware: sends such a person to the set-up page, whatever they open, until it is done."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or to the set-up page."""
        if settings.WEB.mfa_roles and not request.path.startswith(_FREE):
            user = request.user
            if isinstance(user, User) and needs_second_factor(user):
                if request.path.startswith("/api/"):
                    from pincite.web.errors import problem  # noqa: PLC0415 - imports the models

                    return problem(403, detail="Your role needs a second factor.", what_to_do="Set one up at /accounts/2fa/.")
                messages.error(request, "Your role needs a second factor. Set up an authenticator app first.")
                return redirect("mfa_activate_totp")
        return self.get_response(request)
