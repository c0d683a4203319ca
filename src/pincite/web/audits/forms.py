"""What people may hand in to be checked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms

LONGEST_PASTE = 1_500_000


class CheckForm(forms.Form):
    """A text pasted, or the address of a page; files come beside the form."""

    text = forms.CharField(label="Text", required=False, max_length=LONGEST_PASTE, widget=forms.Textarea(attrs={"rows": 12}), strip=False)
    name = forms.CharField(label="Name", required=False, max_length=150, help_text="By which the report calls a pasted text.")
    url = forms.CharField(label="Address", required=False, max_length=2000, widget=forms.URLInput(attrs={"placeholder": "https://"}))
    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """The text with one kind of line end: browsers send another than files have."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def clean_url(self) -> str:
        """An http(s) address, or nothing; whether it may be fetched is decided where it is."""
        url: str = self.cleaned_data["url"]
        if url and not web_page(url):
            raise forms.ValidationError("Write a whole address that begins with https:// or http://.")
        return url

    def problem(self) -> str:
        """The first thing that is wrong, as one line."""
        errors: dict[str, Any] = self.errors
        return next((f"{self.fields[name].label}: {said[0]}" for name, said in errors.items() if name in self.fields), "")


def web_page(url: str) -> bool:
    """Whether this has the form of a web address."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
