"""What people may send to the library's pages."""

from __future__ import annotations

from typing import Any

from django import forms

from pincite.rendering import wording
from pincite.web.library.actions import LONGEST_REASON
from pincite.web.library.searching import Wanted

_ORDERS = (("", "Best match, then newest"), ("newest", "Newest first"), ("oldest", "Oldest first"), ("title", "Title"))
_STATUSES = (*((code, words.capitalize()) for code, words in wording.STATUSES.items()), ("retired", "Retired from this library"))
LONGEST_PASTE = 1_500_000


def _choices(names: dict[str, str]) -> list[tuple[str, str]]:
    return [("", "All"), *((code, f"{words[:1].upper()}{words[1:]}") for code, words in names.items())]


class FindForm(forms.Form):
    """Search and filters; what cannot be understood is left out of the search and told."""

    q = forms.CharField(
        label="Words", required=False, max_length=300, help_text="In titles, authors, identifiers, conditions; and in the text itself."
    )
    tier = forms.MultipleChoiceField(
        label="Kind of source",
        required=False,
        choices=[(code, words.capitalize()) for code, words in wording.TIERS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    design = forms.ChoiceField(label="Design", required=False, choices=_choices(wording.DESIGNS))
    status = forms.ChoiceField(label="Status", required=False, choices=[("", "All"), *_STATUSES])
    extent = forms.ChoiceField(label="How much is held", required=False, choices=_choices(wording.EXTENTS))
    since = forms.IntegerField(label="From the year", required=False, min_value=1500, max_value=2200)
    order = forms.ChoiceField(label="Order", required=False, choices=_ORDERS)

    def wanted(self) -> Wanted:
        """The search, from the fields that could be understood."""
        self.is_valid()
        given: dict[str, Any] = self.cleaned_data
        return Wanted(
            q=given.get("q") or "",
            tiers=tuple(given.get("tier") or ()),
            design=given.get("design") or "",
            status=given.get("status") or "",
            extent=given.get("extent") or "",
            since=given.get("since"),
            order=given.get("order") or "",
        )


class PasteForm(forms.Form):
    """A text typed or pasted instead of a file."""

    FORMATS = (("txt", "Plain text"), ("md", "Markdown"), ("xml", "XML or HTML"))

    text = forms.CharField(label="Text", required=False, max_length=LONGEST_PASTE, widget=forms.Textarea(attrs={"rows": 10}), strip=False)
    title = forms.CharField(
        label="Name",
        required=False,
        max_length=150,
        help_text="By which the report and the document's page call it, for example: Ward protocol, sciatica.",
    )
    format = forms.ChoiceField(label="Format", choices=FORMATS, widget=forms.RadioSelect, initial="txt")
    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class RetireForm(forms.Form):
    """Why a document is no longer used."""

    document = forms.CharField(max_length=300, widget=forms.HiddenInput)
    why = forms.CharField(
        label="Why?",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everybody who opens the document reads this; it is also written into the audit trail.",
    )
