"""An extractive answer and a model → the same answer with a bottom line across its sources, every sentence checked before it is shown.

Nothing of the extractive answer is ever lost. Its sections, tiers, disagreements, gaps, warnings and references are not touched. What its
bottom line quotes either stands in a checked sentence that cites it, with the source's own words further down, or stays as it was; a
boxed warning or contraindication always stays as it was; and no side of a disagreement is cited without the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from pincite.answering.plain import AS_PRESCRIBED
from pincite.answering.quoting import FLAGGED
from pincite.errors import ModelError
from pincite.library.store import Library
from pincite.models.chat import Message, Model
from pincite.records import Answer, Rejected, Section, Statement, Verdict, Written
from pincite.verification.wording import folded
from pincite.writing import prompts
from pincite.writing.judging import Judged, judge, kept_quote_checks
from pincite.writing.parsing import SCHEMA, Proposal, proposals
from pincite.writing.quotes import Numbered, keys_of, numbered

OWN_WORDS = "The bottom line in the sources' own words"
# A refused sentence is sent back this often; small models seldom mend at the third try what they could not at the second.
MOST_ROUNDS = 3
MOST_SENTENCES = 4
_KEPT_WHOLE = ("boxed-warning", "contraindication")
_MOST_REJECTED, _LONGEST_REJECTED = 30, 300
_OWN_NOTES = (FLAGGED, AS_PRESCRIBED)

_Value = TypeVar("_Value")


def written(answer: Answer, *, library: Library, model: Model) -> Iterator[Statement | Answer]:
    """Each checked sentence as soon as it stands, and last the whole answer; a model that fails changes nothing but its `written`.

    `answer` is a verified extractive answer of `library`.
    """
    yield from composed(answer, quotes=numbered(answer, library) if answer.answered else (), model=model)


def composed(answer: Answer, *, quotes: Sequence[Numbered], model: Model) -> Iterator[Statement | Answer]:
    """As `written`, from quotes that are numbered already."""
    if not quotes:
        yield _finished(answer, _Draft(()), model, note="The model was not asked: nothing here answers the question directly.")
        return
    draft = _Draft(quotes)
    note = None
    try:
        yield from draft.written(prompts.bottom_line(answer, quotes), model)
        if not draft.proposed:
            note = "The model proposed nothing that could be read."
    except ModelError as error:
        note = str(error)
    yield _finished(answer, draft, model, note=note)


class _Draft:
    """What the model proposed so far, and what became of it."""

    def __init__(self, quotes: Sequence[Numbered]) -> None:
        self.quotes = {one.number: one for one in quotes}
        self.supports = {one.number: one.support for one in quotes}
        self.accepted: list[Statement] = []
        self.rejected: list[Rejected] = []
        self.open: list[Rejected] = []  # refused in the last round, and not mended
        self.proposed = 0
        self._judged: dict[Proposal, Judged] = {}  # models repeat themselves

    def written(self, messages: Sequence[Message], model: Model) -> Iterator[Statement]:
        """All rounds: proposals, checks, reasons sent back."""
        for _ in range(MOST_ROUNDS):
            said: list[str] = []
            self.open = []
            heard: set[Proposal] = set()  # a small model says the same thing until its tokens are used up
            for proposal in proposals(_heard(model.stream(messages, schema=SCHEMA), said)):
                if proposal in heard:
                    continue
                heard.add(proposal)
                self.proposed += 1
                if (statement := self._tried(proposal)) is not None:
                    yield statement
            if not self.open or len(self.accepted) >= MOST_SENTENCES:
                return
            messages = prompts.again(messages, said="".join(said), refused=[(one.text, one.why) for one in self.open])

    def _tried(self, proposal: Proposal) -> Statement | None:
        if any(folded(proposal.text) == folded(one.text) for one in self.accepted):
            return None
        if proposal not in self._judged:
            self._judged[proposal] = judge(proposal, self.supports)
        judged = self._judged[proposal]
        if judged.stands and len(self.accepted) >= MOST_SENTENCES:
            judged = Judged(f"The bottom line has {MOST_SENTENCES} sentences already.")
        if not judged.stands:
            refused = Rejected(text=proposal.text[:_LONGEST_REJECTED], why=judged.why, quotes=proposal.quotes[:20])
            self.open.append(refused)
            if len(self.rejected) < _MOST_REJECTED:
                self.rejected.append(refused)
            return None
        assert judged.verdict is not None
        statement = statement_of(proposal, [self.quotes[number] for number in proposal.quotes], judged.verdict)
        self.accepted.append(statement)
        return statement


def _heard(pieces: Iterator[str], said: list[str]) -> Iterator[str]:
    for piece in pieces:
        said.append(piece)
        yield piece


def statement_of(proposal: Proposal, quotes: Sequence[Numbered], verdict: Verdict) -> Statement:
    """A sentence that stands as a statement: what all its quotes have in common, and nothing that only one of them has."""
    sources = [one.statement for one in quotes]
    first = sources[0]
    notes = [note for note in _OWN_NOTES if any(note in (one.note or "") for one in sources)]
    checks = [check for one in sources for check in kept_quote_checks(one.verdict.checks)]

    return Statement(
        text=proposal.text,
        kind=first.kind,
        citations=tuple(one.citation for one in quotes),
        direction=_shared([one.direction for one in sources]),
        strength=_shared([one.strength for one in sources]),
        certainty=_shared([one.certainty for one in sources]),
        population=_shared([one.population for one in sources]),
        note="; ".join(notes) or None,
        verdict=verdict.model_copy(update={"checks": (*checks, *verdict.checks)}),
    )


def _shared(values: Sequence[_Value]) -> _Value | None:
    return values[0] if all(value == values[0] for value in values) else None


def _finished(answer: Answer, draft: _Draft, model: Model, *, note: str | None) -> Answer:
    """The answer with the sentences that stand, and with everything of the extractive one that they do not carry."""
    kept = _kept(answer, draft.accepted)
    held = keys_of(kept)
    replaced = sum(any(number in draft.quotes and draft.quotes[number].key in held for number in one.quotes) for one in draft.open)
    record = Written(
        use="bottom-line",
        model=model.name,
        on_this_computer=model.local,
        parameters=model.parameters,
        prompt=prompts.BOTTOM_LINE,
        proposed=draft.proposed,
        accepted=len(draft.accepted),
        rejected=tuple(draft.rejected),
        replaced=replaced,
        dropped=len(draft.open) - replaced,
        note=note,
    )
    if not draft.accepted:
        return answer.model_copy(update={"written": record})
    said = {one.text for one in (*draft.accepted, *kept)}
    aside = tuple(one for one in answer.bottom_line if one.text not in said)
    own = (Section(kind="other", heading=OWN_WORDS, statements=aside),) if aside else ()
    return answer.model_copy(
        update={
            "bottom_line": (*draft.accepted, *kept),
            "sections": (*own, *answer.sections),
            "composer": f"model:{model.name}",
            "written": record,
        }
    )


def _kept(answer: Answer, accepted: Sequence[Statement]) -> list[Statement]:
    """What must stand in the bottom line beside the model's sentences, in the sources' own words."""
    carried = keys_of(accepted)
    kept = [one for one in answer.bottom_line if one.kind in _KEPT_WHOLE or not keys_of([one]) <= carried]
    for conflict in answer.conflicts:
        shown = keys_of([*accepted, *kept])
        sides = [keys_of(side) & shown for side in conflict.sides]
        if any(sides):
            kept += [side[0] for side, found in zip(conflict.sides, sides, strict=True) if not found]
    return kept
