"""A follow-up question and a model → the question in full, where everything that it names stands in the thread; else None.

The rules of `retrieval.understanding` carry a thread on by themselves; a model only helps where they see no condition. What it puts in
is never more than what the thread names, so a model cannot lead a conversation elsewhere.
"""

from __future__ import annotations

import re

from pincite.appraisal.directness import mentions_of
from pincite.errors import ModelError
from pincite.models.chat import Model
from pincite.records import Answer
from pincite.text.steering import steers
from pincite.text.words import question_words, tokens
from pincite.verification.wording import root
from pincite.writing import prompts
from pincite.writing.parsing import SCHEMA, proposals

LONGEST = 300
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Words of care that a full question may bring in without leading it elsewhere.
_FREE = frozenset(
    root(word)
    for word in [
        "treatment",
        "treat",
        "help",
        "work",
        "option",
        "next",
        "step",
        "dose",
        "risk",
        "safe",
        "harm",
        "benefit",
        "effect",
        "people",
        "patient",
        "person",
        "disease",
        "condition",
        "fail",
        "use",
        "recommend",
        "guideline",
        "evidence",
        "study",
        "after",
        "still",
        "further",
        "management",
        "therapy",
        "instead",
        "other",
    ]
)
_FORM = SCHEMA["properties"]["statements"]["items"]


def stand_alone(question: str, *, follow: Answer, model: Model) -> str | None:
    """The follow-up in full, when the thread bears it out; None where it does not, and where the model fails."""
    understood = follow.understood
    earlier = [one for one in (understood.follow_up_of, follow.question) if one]
    named = {"conditions": understood.conditions, "interventions": understood.interventions}
    try:
        found = next(proposals(model.stream(prompts.follow_up(question, earlier=earlier, **named), schema=_FORM)), None)
    except ModelError:
        return None
    thread = " . ".join([question, *earlier, *understood.conditions, *understood.interventions])
    return found.text if found and bears_out(thread, found.text) else None


def bears_out(thread: str, proposed: str) -> bool:
    """Whether a proposed question names nothing that the thread does not.

    >>> thread = "What is the treatment for Baastrup's disease? . and if injections fail?"
    >>> bears_out(thread, "What is the treatment for Baastrup's disease if injections fail?")
    True
    >>> bears_out(thread, "What is the treatment for scoliosis if injections fail?")
    False
    """
    if not proposed or len(proposed) > LONGEST or steers(proposed):
        return False
    if not set(_NUMBER.findall(proposed)) <= set(_NUMBER.findall(thread)):
        return False
    held = {name for one in mentions_of(thread) for name in one.concepts}
    if any(not held & set(one.concepts) for one in mentions_of(proposed) if one.kind in ("condition", "drug", "intervention")):
        return False
    known = {root(word) for word in tokens(thread)}
    return all(root(word) in known or root(word) in _FREE for word in tokens(proposed) if word not in question_words())
