"""The address of an answer ↔ what is asked: one form, one query string, used by pages, downloads and what is sent in.

An answer is never posted back: whoever wants it stored sends the question again, and the engine answers it again.
"""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse

from pincite.errors import QuestionError
from pincite.records import Answer
from pincite.retrieval.understanding import LONGEST_QUESTION, cleaned_question
from pincite.text.words import question_words, tokens
from pincite.web import engine
from pincite.web.engine import Asked

Reader = Literal["clinician", "patient", "student"]
READERS = (
    ("clinician", "Clinician", "The sources' own words."),
    ("patient", "Patient or carer", "The same facts in plain words; no number changed."),
    ("student", "Student", "The sources' own words, with terms explained below."),
)
TIERS = (
    ("guideline", "Guidelines"),
    ("label", "FDA drug labels"),
    ("research", "Research"),
    ("patient", "Written for patients"),
)
# What is put back into the field of a question that could not be asked.
KEPT_CHARACTERS = LONGEST_QUESTION


class AskForm(forms.Form):
    """A question with its scope and reader. Unknown parameters are ignored, wrong ones are an error beside their field."""

    q = forms.CharField(required=False, strip=False)
    audience = forms.ChoiceField(required=False, choices=[(value, label) for value, label, _ in READERS])
    tier = forms.MultipleChoiceField(required=False, choices=TIERS)
    since = forms.IntegerField(required=False, min_value=1800, max_value=2200)
    everything = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.after = tuple(data.getlist("after"))

    def clean_q(self) -> str:
        """One line that can be asked."""
        try:
            question = cleaned_question(self.cleaned_data["q"])
            for earlier in self.after:
                cleaned_question(earlier)
        except QuestionError as error:
            raise forms.ValidationError(str(error)) from error
        words = [word for word in tokens(question) if word not in question_words()]
        if not words and not self.after:
            raise forms.ValidationError("The question has only small words. Name the condition, the medicine or the treatment.")
        return question

    def asked(self) -> Asked:
        """What the engine is asked; of a valid form."""
        data = self.cleaned_data
        return Asked(
            question=data["q"],
            audience="patient" if data["audience"] == "patient" else "clinician",
            tiers=tuple(sorted(set(data["tier"]))),
            since=data["since"],
            after=tuple(cleaned_question(earlier) for earlier in self.after),
            everything=data["everything"],
        )

    @property
    def reader(self) -> Reader:
        """Who reads: students get the clinician's answer with its terms explained."""
        value = self.data.get("audience", "")
        return value if value in ("patient", "student") else "clinician"

    def typed(self) -> dict[str, Any]:
        """What was typed, bounded, for the fields of the page that shows it again."""
        return {
            "q": self.data.get("q", "")[:KEPT_CHARACTERS],
            "audience": self.reader,
            "tiers": [value for value in self.data.getlist("tier") if value in dict(TIERS)],
            "since": self.data.get("since", "")[:10],
            "after": [earlier[:KEPT_CHARACTERS] for earlier in self.after[: engine.LONGEST_THREAD]],
        }

    def wrong(self) -> str:
        """The first thing to mend, in one line; of a form that is not valid."""
        for name in ("q", "since", "tier", "audience"):
            if name in self.errors:
                if name == "since":
                    return "“Published since” is a year, for example 2015."
                if name in ("tier", "audience"):
                    return "Choose one of the sources and readers listed."
                return str(self.errors[name][0])
        return "The question could not be read."


def query_of(asked: Asked, *, reader: Reader | None = None, **more: str) -> str:
    """The query string that asks this again; `reader` changes who reads."""
    who = reader or asked.audience
    pairs = [("q", asked.question)]
    pairs += [("audience", who)] if who != "clinician" else []
    pairs += [("tier", tier) for tier in asked.tiers]
    pairs += [("since", str(asked.since))] if asked.since else []
    pairs += [("after", earlier) for earlier in asked.after]
    pairs += [("everything", "1")] if asked.everything else []
    return urlencode([*pairs, *more.items()])


def address_of(asked: Asked, *, reader: Reader | None = None) -> str:
    """The path of the page that answers this; short enough to share, the same for everybody."""
    return f"{reverse('reading:ask')}?{query_of(asked, reader=reader)}"


def written_address() -> str:
    """The path of the stream of checked sentences that a model writes."""
    return reverse("reading:write")


def following(asked: Asked, question: str) -> Asked:
    """A question that follows this one in its thread."""
    return asked._replace(question=question, after=(*asked.after, asked.question), everything=False)


def earlier(asked: Asked) -> list[tuple[Asked, Answer]]:
    """The questions of a thread before this one with their answers, which the engine has just made for it."""
    turns = [asked._replace(question=text, after=asked.after[:position], everything=False) for position, text in enumerate(asked.after)]
    return [(turn, engine.ask(turn)) for turn in turns]
