"""What the editorial forms ask for: reading and checking the request only; whether it may happen is for `policies` and `actions`."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from pincite.web.accounts.models import User
from pincite.web.editorial.actions import REVIEW_EVERY
from pincite.web.editorial.models import Article, Review, Topic

LONG = 10_000


def reviewers() -> QuerySet[User]:
    """Everybody who may review."""
    found = User.objects.with_perm(
        "editorial.review_article", include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    )
    return found.filter(is_active=True).order_by("name", "username")


class _Reviewers(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return ", ".join(part for part in (obj.shown_name, obj.position or obj.credentials) if part)


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


def _long(label: str, *, rows: int = 3, most: int = LONG, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more)


class Act(forms.Form):
    """An action that asks for nothing."""

    def __init__(self, data: Any = None, *, article: Article | None = None, key: str = "", **more: Any) -> None:
        self.article = article
        more.setdefault("auto_id", f"{type(self).__name__.lower()}-{key}-%s" if key else f"{type(self).__name__.lower()}-%s")
        super().__init__(data, **more)


class Assign(Act):
    """Whose turn it is, and until when."""

    reviewer = _Reviewers(queryset=User.objects.none(), label="Reviewer", empty_label="Choose a person")
    due = _day(label="Answer by", required=False, help_text="Shown in the queue and in the e-mail.")

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        people = reviewers()
        if self.article is not None:
            writers = [self.article.author_id, *self.article.revisions.values_list("created_by_id", flat=True)]
            people = people.exclude(pk__in=writers)
        self.fields["reviewer"].queryset = people
        self.fields["due"].initial = timezone.localdate() + datetime.timedelta(days=14)

    def clean_due(self) -> datetime.date | None:
        """A day to come."""
        day: datetime.date | None = self.cleaned_data["due"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError("This day has passed.")
        return day


class Comment(Act):
    """A remark on a statement, or on the whole."""

    statement = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    text = _long("Comment", most=5000)


class Resolve(Act):
    """Which comment is closed."""

    comment = forms.IntegerField()


class Decide(Act):
    """A reviewer's decision."""

    decision = forms.ChoiceField(choices=Review.Decision.choices, widget=forms.RadioSelect, label="Decision")
    comment = _long(
        "To the author and the editors", required=False, help_text="Needed when you ask for changes or reject, unless a comment is open."
    )


class Approve(Act):
    """The day of the next review, and whether to publish at once."""

    next_review = _day(label="Next review", help_text="On this day the article comes back to the editors.")
    publish = forms.BooleanField(required=False, label="Publish it at once")

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["next_review"].initial = timezone.localdate() + REVIEW_EVERY

    def clean_next_review(self) -> datetime.date:
        """A day to come."""
        return _future(self.cleaned_data["next_review"])


class Schedule(Act):
    """Another day for the next review."""

    on = _day(label="Next review")

    def clean_on(self) -> datetime.date:
        """A day to come."""
        return _future(self.cleaned_data["on"])


def _future(day: datetime.date) -> datetime.date:
    if day <= timezone.localdate():
        raise forms.ValidationError("The next review must lie in the future.")
    return day


class Withdraw(Act):
    """Why an article goes, and that this is meant."""

    why = _long("Why it is withdrawn", most=1000, help_text="Readers see this.")
    sure = forms.BooleanField(label="Yes, withdraw this article", error_messages={"required": "Tick the box to confirm."})


class Reopen(Act):
    """Why an article is looked at again."""

    why = _long("Why it is reopened", most=1000)


class Settle(Act):
    """Why the text can stay."""

    resolution = _long("Why the text can stay", rows=2, most=500)


class Handle(Act):
    """What came of a reader's report."""

    outcome = _long("What came of it", rows=2, most=500)


class Statement(Act):
    """One statement, by key."""

    key = forms.CharField(max_length=64)


class Move(Statement):
    """Up or down."""

    steps = forms.TypedChoiceField(choices=[("-1", "up"), ("1", "down")], coerce=int)


class Reword(Statement):
    """Other words for a statement."""

    text = _long("In other words", rows=5, most=4000)


class Add(Act):
    """A sentence of a document for a part."""

    part = forms.CharField(max_length=50)
    sentence = forms.CharField(max_length=600, error_messages={"required": "Choose a sentence first."})

    def clean_sentence(self) -> tuple[str, int, int]:
        """(document, start, end) of a value made by `sentence_value`."""
        name, _, rest = str(self.cleaned_data["sentence"]).rpartition("@")
        start, _, end = rest.partition("-")
        if not name or not (start.isascii() and start.isdigit() and end.isascii() and end.isdigit()) or len(rest) > 40:
            raise forms.ValidationError("Choose a sentence first.")
        return name, int(start), int(end)


def sentence_value(document_id: str, *, start: int, end: int) -> str:
    """A sentence as one value of a form."""
    return f"{document_id}@{start}-{end}"


class Note(Act):
    """An editor's own words for a part."""

    part = forms.CharField(max_length=50)
    text = _long("Editor’s note", most=4000)


class Unnote(Act):
    """Which note goes."""

    note = forms.CharField(max_length=64)


class Restore(Act):
    """Which revision's text comes back."""

    number = forms.IntegerField(min_value=1)


class QueueFilter(forms.Form):
    """What the queue shows; every field may be empty."""

    state = forms.ChoiceField(required=False, choices=[("", "Any state"), *Article.State.choices])
    person = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Anybody", label="Author or reviewer")
    topic = forms.ModelChoiceField(queryset=Topic.objects.none(), required=False, empty_label="Any topic", to_field_name="slug")
    overdue = forms.BooleanField(required=False, label="Overdue only")
    alerts = forms.BooleanField(required=False, label="With alerts only")

    def __init__(self, data: Any, *, articles: QuerySet[Article]) -> None:
        super().__init__(data, auto_id="filter-%s")
        ids = articles.values("pk")
        people = Q(pk__in=articles.values("author")) | Q(assignments__article__in=ids)
        self.fields["person"].queryset = User.objects.filter(people).distinct().order_by("name", "username")
        self.fields["topic"].queryset = Topic.objects.filter(articles__in=ids).distinct()


class AuditFilter(forms.Form):
    """Which rows of the audit trail are shown."""

    subject = forms.CharField(required=False, max_length=200, help_text="For example article:3")
    actor = forms.CharField(required=False, max_length=150, help_text="A user name, or system")
    action = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, actions: list[str]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.fields["action"].choices = [("", "Any action"), *((name, name) for name in actions)]


class WatchForm(forms.Form):
    """A question that is asked again whenever the library changes."""

    question = forms.CharField(label="Question", max_length=2000, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    audience = forms.ChoiceField(label="For", choices=(("clinician", "Clinicians"), ("patient", "Patients")))
