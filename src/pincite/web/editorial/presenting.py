"""A revision's content → what the workspace and the editor show: the reader's page with a verdict, quotes and comments beside each statement.

Values only; `rendering.layout` gives the order and the words of the reader's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pincite.errors import LibraryError
from pincite.records import Check, Citation, Reference, Statement
from pincite.rendering import layout
from pincite.web.accounts.models import User
from pincite.web.editorial import checking, content
from pincite.web.editorial.checking import Problem
from pincite.web.editorial.content import STANDING, Content, Note, Placed
from pincite.web.editorial.differences import VERDICTS
from pincite.web.editorial.models import Article, Comment, Review
from pincite.web.editorial.turns import latest_reviews

_NOT_OF_THE_TEXT = ("follow-ups", "about")  # of the answer as it was asked, not of the article
OUTCOMES = {"pass": "Passes", "fail": "Fails", "abstain": "Cannot say"}


@dataclass(frozen=True)
class Quoted:
    """One quote with the source that it stands in."""

    citation: Citation
    reference: Reference | None


@dataclass(frozen=True)
class CheckSaid:
    """One check's sentence; `worry` where it keeps the statement from standing."""

    name: str
    outcome: str
    says: str
    worry: bool


@dataclass(frozen=True)
class Shown:
    """A statement as the workspace shows it."""

    key: str
    part: str
    heading: str
    place: int  # 1 for the first of its part
    of: int
    text: str
    marks: tuple[Citation, ...]
    facts: tuple[str, ...]
    because: str | None
    statement: Statement
    verdict: str
    checks: tuple[CheckSaid, ...]
    quotes: tuple[Quoted, ...]
    comments: tuple[Comment, ...]
    fails: tuple[str, ...]  # why it may not stand today; empty: it may

    @property
    def anchor(self) -> str:
        """The id of its element."""
        return f"statement-{self.key}"


@dataclass(frozen=True)
class Block:
    """A heading of the reader's page with what stands under it; `level` 1 for a part, 2 for a part of a part."""

    level: int
    heading: str
    items: tuple[tuple[str, Any], ...]  # ("line" | "entry" | "statement" | "note", value)


@dataclass(frozen=True)
class DraftPart:
    """One part of the draft as the editor changes it."""

    name: str
    heading: str
    statements: tuple[Shown, ...]
    notes: tuple[Note, ...]

    @property
    def anchor(self) -> str:
        """The id of its element."""
        return f"part-{self.name}"


@dataclass(frozen=True)
class Need:
    """One line of the list of what an approval needs."""

    done: bool
    says: str
    links: tuple[tuple[str, str], ...] = ()  # (anchor, words)


def problems_of(text: Content) -> list[Problem] | None:
    """What stops an approval today; None when the library cannot be read, so that nothing can be said."""
    try:
        return checking.problems(text)
    except LibraryError:
        return None


def shown_statements(text: Content, *, comments: Iterable[Comment] = (), problems: Sequence[Problem] = ()) -> dict[str, Shown]:
    """Every statement by key, in page order."""
    sentences = {id(item.statement): item for item in _sentences(layout.page(text.answer).parts)}
    references = {reference.number: reference for reference in text.answer.references}
    remarks: dict[str, list[Comment]] = {}
    for comment in comments:
        remarks.setdefault(comment.statement, []).append(comment)
    fails: dict[str, list[str]] = {}
    for problem in problems:
        fails.setdefault(problem.placed.key, []).append(problem.says)
    found = {}
    placed = list(content.placed(text))
    counts: dict[str, list[Placed]] = {}
    for one in placed:
        counts.setdefault(one.part, []).append(one)
        said = sentences.get(id(one.statement))
        label = one.statement.verdict.label
        found[one.key] = Shown(
            key=one.key,
            part=one.part,
            heading=one.heading,
            place=len(counts[one.part]),
            of=sum(other.part == one.part for other in placed),
            text=one.statement.text,
            marks=said.marks if said else (),
            facts=tuple(fact for fact in (said.facts if said else ()) if not fact.startswith("CHECK: ")),
            because=said.because if said else None,
            statement=one.statement,
            verdict=VERDICTS[label].capitalize(),
            checks=tuple(sorted(map(_said, one.statement.verdict.checks), key=lambda check: not check.worry)),
            quotes=tuple(Quoted(citation, references.get(citation.reference)) for citation in one.statement.citations),
            comments=tuple(remarks.get(one.key, ())),
            fails=tuple(fails.get(one.key, () if label in STANDING else (VERDICTS[label].capitalize(),))),
        )
    return found


def _said(check: Check) -> CheckSaid:
    worry = check.outcome == "fail" or (check.outcome == "abstain" and check.expected is not None)
    return CheckSaid(check.name, OUTCOMES[check.outcome], check.says, worry)


def _sentences(parts: Iterable[layout.Part]) -> Iterator[layout.Sentence]:
    for part in parts:
        yield from (item for item in part.items if isinstance(item, layout.Sentence))
        yield from _sentences(part.parts)


def blocks_of(text: Content, shown: Mapping[str, Shown]) -> list[Block]:
    """The reader's page from its first heading to its last, flat, with the editor's notes after the statements of their part."""
    by_statement = {id(one.statement): one for one in shown.values()}
    waiting: dict[str, list[Note]] = {}
    for note in text.notes:
        waiting.setdefault(note.part, []).append(note)

    def walk(part: layout.Part, level: int) -> Iterator[Block]:
        items: list[tuple[str, Any]] = []
        for item in part.items:
            if isinstance(item, layout.Sentence):
                one = by_statement[id(item.statement)]
                items.append(("statement", one))
                if one.place == one.of:
                    items += [("note", note) for note in waiting.pop(one.part, ())]
            else:
                items.append(("entry" if isinstance(item, layout.Entry) else "line", item))
        yield Block(level, part.heading, tuple(items))
        for smaller in part.parts:
            yield from walk(smaller, level + 1)

    answer = text.answer.model_copy(update={"omitted": 0})  # how many are held back, and how to see them, is for whoever asks
    found = [block for part in layout.page(answer).parts if part.kind not in _NOT_OF_THE_TEXT for block in walk(part, 1)]
    if left := [("note", note) for notes in waiting.values() for note in notes]:
        found.append(Block(1, "Editor’s notes", tuple(left)))
    return found


def draft_of(text: Content, shown: Mapping[str, Shown]) -> list[DraftPart]:
    """The draft by part, empty parts too: a statement can be added to them."""
    return [
        DraftPart(
            name,
            heading,
            tuple(shown[content.key_of(name, statement)] for statement in statements),
            tuple(note for note in text.notes if note.part == name),
        )
        for name, heading, statements in content.parts(text.answer)
    ]


def needs_of(article: Article, user: User, *, problems: Sequence[Problem] | None, open_comments: int, wrote: bool) -> list[Need]:
    """What an approval of the newest revision needs, each done or not, in words."""
    assert article.current is not None
    said = latest_reviews(article.reviews.select_related("reviewer"), article.current.pk)
    refused = [review for review in said if review.decision != Review.Decision.ACCEPT]
    accepted = [review for review in said if review.decision == Review.Decision.ACCEPT]
    if refused:
        first = Need(False, f"{refused[-1].reviewer.shown_name} did not accept revision {article.current.number}.")
    elif accepted:
        names = " and ".join(review.reviewer.shown_name for review in accepted)
        first = Need(True, f"Revision {article.current.number} was accepted by {names}.")
    else:
        first = Need(False, f"A reviewer accepts revision {article.current.number}.")
    if open_comments:
        second = Need(
            False, f"{open_comments} open comment{'s are' if open_comments > 1 else ' is'} resolved.", (("comments", "open comments"),)
        )
    else:
        second = Need(True, "No comment is open.")
    if problems is None:
        third = Need(False, "The library cannot be read now, so the statements could not be checked.")
    elif problems:
        third = _failing(problems)
    else:
        third = Need(True, "Every statement passes its check against the library of today.")
    fourth = Need(not wrote, "You wrote a part of it, so somebody else approves it." if wrote else "You wrote no part of it.")
    return [first, second, third, *([fourth] if user.has_perm("editorial.approve_article") else [])]


def _failing(problems: Sequence[Problem]) -> Need:
    keys = {problem.placed.key: problem.placed for problem in problems}
    links = tuple((f"statement-{key}", f"{placed.heading}: {_short(placed.statement.text)}") for key, placed in keys.items())
    return Need(False, f"{len(keys)} statement{'s fail their' if len(keys) > 1 else ' fails its'} check.", links)


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:70].rsplit(' ', 1)[0]} …"
