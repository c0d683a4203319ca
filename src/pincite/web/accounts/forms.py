"""What people type about themselves and about each other."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from pincite.web.accounts.models import User
from pincite.web.accounts.roles import ROLES

# What each role is for, as the pages say it.
SAYS = {
    "reader": "asks, keeps threads, sends answers to the editors",
    "author": "writes and edits articles of their own",
    "reviewer": "judges articles that are assigned to them",
    "editor": "assigns, edits, publishes, withdraws; handles readers' reports",
    "librarian": "adds, retires and restores documents",
    "administrator": "gives roles, opens and closes accounts, reads the audit trail",
}


class SignInForm(LoginForm):
    """allauth's form in plain words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "User name or e-mail"
        self.fields["remember"].label = "Stay signed in on this device"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # the label says it, and stays


class ProfileForm(forms.ModelForm):
    """What a person says of themselves."""

    class Meta:
        model = User
        fields = ("name", "credentials", "position", "competing_interests")
        widgets = {"competing_interests": forms.Textarea(attrs={"rows": 3})}


class PersonForm(forms.Form):
    """A new account."""

    username = forms.CharField(label="User name", max_length=150, help_text="Letters, digits and @ . + - _")
    name = forms.CharField(label="Name as shown", max_length=200, required=False)
    email = forms.EmailField(label="E-mail")
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[(role, f"{role}: {SAYS[role]}") for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
        initial=["reader"],
        required=False,
    )


class FindForm(forms.Form):
    """Which people to list."""

    q = forms.CharField(label="Name or e-mail", max_length=100, required=False)
    role = forms.ChoiceField(label="Role", choices=[("", "Any"), *((role, role) for role in ROLES)], required=False)
