"""/account/tokens/: tokens for programs; a new one is shown once."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pincite.web.accounts import tokens
from pincite.web.accounts.models import ApiToken, User
from pincite.web.editorial.policies import Refused

_EXPIRY = (("30", "In 30 days"), ("90", "In 90 days"), ("365", "In one year"), ("", "Never"))


class TokenForm(forms.Form):
    """Name, scopes and expiry of a new token."""

    name = forms.CharField(max_length=100, help_text="What uses it, for example: intranet search.")
    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one.", "invalid_choice": "Choose from the list."}
    )
    expires = forms.ChoiceField(choices=_EXPIRY, required=False, initial="90")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope, words) for scope, words in tokens.scopes_for(user).items()]

    def clean_name(self) -> str:
        """One line that a database can store."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise forms.ValidationError("Give the token a name.")
        return name

    def expires_at(self) -> datetime.datetime | None:
        """The moment that was chosen; None for never."""
        days = self.cleaned_data["expires"]
        return timezone.now() + datetime.timedelta(days=int(days)) if days else None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """One's own tokens; POST makes one and shows its text, which no other page will."""
    user = _user(request)
    form = TokenForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made, secret = tokens.issue(by=user, name=data["name"], scopes=data["scopes"], expires_at=form.expires_at())
        return _page(request, user, form=TokenForm(user=user), made=made, secret=secret)
    return _page(request, user, form=form, status=400 if form.is_bound else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then ends the token."""
    user = _user(request)
    token = ApiToken.objects.filter(pk=pk, user=user).first() if pk < 2**63 else None
    if token is None:
        raise Refused("There is no such token.", kind="hidden")
    if request.method != "POST":
        return render(request, "account/token_revoke.html", {"token": token})
    tokens.revoke(token.pk, by=user)
    messages.success(request, f"The token “{token.name}” was revoked. Programs that use it are refused from now on.")
    response = redirect("account:tokens")
    response.status_code = 303
    return response


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _page(request: HttpRequest, user: User, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    rows = [
        {
            "token": token,
            "state": "Revoked" if token.revoked_at else "Expired" if token.expires_at and token.expires_at <= now else "Active",
        }
        for token in user.api_tokens.order_by("-created_at", "-pk")[:200]
    ]
    return render(request, "account/tokens.html", {"rows": rows, **more}, status=status)
