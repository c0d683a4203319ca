"""One sentence of an article and a model → the sentence said more simply, with the verdict that its quotes give it. For editors.

Nothing is kept here: the editor sees proposal and verdict side by side and decides; saving checks the words once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pincite.errors import ModelAnswerError
from pincite.models.chat import Model
from pincite.text.readability import flesch_kincaid
from pincite.verification.claims import Support
from pincite.writing import prompts
from pincite.writing.judging import Judged
from pincite.writing.parsing import SCHEMA, proposals
from pincite.writing.plain import judge_wording


class Simpler(NamedTuple):
    """The best proposal of a model for one sentence: what the checks say, and the reading grades before and after."""

    text: str
    judged: Judged
    grade_before: float
    grade_after: float

    @property
    def easier(self) -> bool:
        """Whether its Flesch-Kincaid grade is lower."""
        return self.grade_after < self.grade_before


def simpler(text: str, supports: Sequence[Support], *, model: Model) -> Simpler:
    """What the model proposes; one that stands and is easier before one that only stands, before one that does not. Raises ModelError."""
    found = []
    for proposal in proposals(model.stream(prompts.simpler(text, [one.exact for one in supports]), schema=SCHEMA)):
        judged = judge_wording(proposal.text, supports)
        found.append(Simpler(proposal.text, judged, flesch_kincaid(text), flesch_kincaid(proposal.text)))
    if not found:
        raise ModelAnswerError("The model proposed nothing that could be read.")
    return max(found, key=lambda one: (one.judged.stands, one.easier))
