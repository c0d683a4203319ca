"""Sign-in by django-allauth, as this site wants it: sign-up only where configured, no redirect elsewhere."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def shown_name(user: Any) -> str:
    """The name that mails and pages print."""
    return str(user.shown_name)


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "Too many wrong passwords. Sign-in to this account waits for five minutes, also with the right password.",
        "account_inactive": "This account is closed.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Only where the site lets visitors make accounts."""
        return bool(settings.WEB.sign_up)

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this very site: a link to sign in never leads elsewhere."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None, require_https=settings.WEB.secure)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """A visitor's new account is a reader's."""
        user = super().save_user(request, user, form, commit=commit)
        if commit:
            _welcome(user, how="signed up")
        return user


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Accounts of the organisation's identity provider: whoever it lets in is a reader here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """The identity provider decides who has an account."""
        return True

    def authenticate_by_email(self, sociallogin: Any) -> Any:
        """An account of ours, only by an address of which the provider says `true`: some send "false" as text."""
        for address in sociallogin.email_addresses:
            address.verified = address.verified is True
        return super().authenticate_by_email(sociallogin)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """The name as the provider gives it."""
        user = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:200] or user.get_full_name()[:200]
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """A new person of the provider is a reader."""
        user = super().save_user(request, sociallogin, form)
        _welcome(user, how="OpenID Connect")
        return user


class SecondFactorAdapter(DefaultMFAAdapter):
    """The second factor: an authenticator app, and recovery codes."""

    def get_totp_label(self, user: Any) -> str:
        """What the app prints under the site's name."""
        return str(user.get_username())


def _welcome(user: Any, *, how: str) -> None:
    from pincite.web.accounts import actions  # noqa: PLC0415 - needs the models

    actions.welcome(user, how=how)
