"""What changed between two texts of an article, statement by statement and word by word, as values that pages walk.

A statement keeps its key when it is moved or reworded (`content.key_of`), so that a changed number reads as one word
taken out and one put in, never as another statement. Used by the workspace, the editor's history and the public history.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pincite.web.editorial.content import Content, placed

Kind = Literal["added", "removed", "reworded", "moved", "rechecked"]
What = Literal["statement", "note", "source"]

# Below this share of common words a word-by-word comparison reads worse than the old sentence and then the new one.
ALIKE = 0.4


class Words(NamedTuple):
    """A run of words that stands in both texts, or in one of them."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Difference:
    """One thing that differs: `words` is its text with what was taken out and put in; `moved` may come with rewording."""

    kind: Kind
    what: What
    heading: str  # of the part that it stands in; "References" for a source
    key: str  # of the statement, id of the note, or id of the document
    words: tuple[Words, ...]
    old: str = ""
    new: str = ""
    moved: bool = False
    place_before: int | None = None  # 1 for the first of its part
    place_after: int | None = None
    by: str = ""  # whose note
    verdict_before: str = ""  # in words, where the statement's own check came out otherwise
    verdict_after: str = ""


class _Item(NamedTuple):
    name: tuple[str, int]  # key, and how many of that key stand before it
    part: str
    heading: str
    place: int
    text: str
    verdict: str
    plain: bool  # are these plain words for patients


def differences(old: Content, new: Content) -> list[Difference]:
    """Every difference from `old` to `new` in page order: statements and editor's notes by part, then sources."""
    order = {heading: place for place, heading in enumerate(dict.fromkeys(one.heading for one in [*_items(new), *_items(old)]))}
    in_parts = sorted([*_statements(old, new), *_notes(old, new)], key=lambda one: order.get(one.heading, len(order)))
    return [*in_parts, *_sources(old, new)]


def word_runs(old: str, new: str) -> tuple[Words, ...]:
    """`old` and `new` as runs of words; neighbouring runs differ in kind.

    >>> [f"{run.kind}: {run.text}" for run in word_runs("take 5 mg daily", "take 10 mg daily")]
    ['same: take', 'removed: 5', 'added: 10', 'same: mg daily']
    """
    before, after = old.split(), new.split()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if before and after and matcher.ratio() < ALIKE:
        return Words("removed", " ".join(before)), Words("added", " ".join(after))
    runs = []
    for what, start, end, first, last in matcher.get_opcodes():
        if what == "equal":
            runs.append(Words("same", " ".join(before[start:end])))
            continue
        if end > start:
            runs.append(Words("removed", " ".join(before[start:end])))
        if last > first:
            runs.append(Words("added", " ".join(after[first:last])))
    return tuple(runs)


def summary(found: Sequence[Difference]) -> str:
    """The differences in a line: "1 reworded, 2 added"; empty where nothing differs."""
    counts = Counter(one.kind for one in found if one.what == "statement")
    said = [f"{counts[kind]} {words}" for kind, words in _KINDS.items() if counts[kind]]
    for what, singular in (("note", "editor's note"), ("source", "source")):
        number = sum(one.what == what for one in found)
        said += [f"{number} {singular}{'' if number == 1 else 's'} changed"] if number else []
    return ", ".join(said)


VERDICTS = {
    "quoted": "quoted word for word",
    "supported": "supported by its quote",
    "partly": "only partly supported by its quote",
    "contradicted": "contradicted by its quote",
    "not-found": "not found in its quote",
    "uncited": "cites nothing",
    "not-a-claim": "says nothing that could be checked",
}
_KINDS: dict[Kind, str] = {"added": "added", "removed": "removed", "reworded": "reworded", "moved": "moved", "rechecked": "checked again"}


def _items(content: Content) -> list[_Item]:
    seen: Counter[str] = Counter()
    places: Counter[str] = Counter()
    found = []
    for one in placed(content):
        places[one.part] += 1
        item = _Item(
            (one.key, seen[one.key]),
            one.part,
            one.heading,
            places[one.part],
            one.statement.text,
            one.statement.verdict.label,
            one.statement.clinician_text is not None,
        )
        seen[one.key] += 1
        found.append(item)
    return found


def _statements(old: Content, new: Content) -> Iterator[Difference]:
    before, after = _items(old), _items(new)
    was, now = {item.name: item for item in before}, {item.name: item for item in after}
    moved = _moved(before, after)
    for part in dict.fromkeys(item.part for item in [*after, *before]):
        here = [item for item in after if item.part == part]
        gone = [item for item in before if item.part == part and item.name not in now]
        for item in sorted([*here, *gone], key=lambda one: (one.place, one.name in now)):
            if item.name not in now:
                yield _difference("removed", item, None)
            elif item.name not in was:
                yield _difference("added", None, item)
            else:
                earlier = was[item.name]
                if earlier.text != item.text:
                    yield _difference("reworded", earlier, item, moved=item.name in moved)
                elif item.name in moved:
                    yield _difference("moved", earlier, item, moved=True)
                elif (earlier.verdict, earlier.plain) != (item.verdict, item.plain):
                    yield _difference("rechecked", earlier, item)


def _difference(kind: Kind, old: _Item | None, new: _Item | None, *, moved: bool = False) -> Difference:
    item = new or old
    assert item is not None
    checked = old is not None and new is not None and old.verdict != new.verdict
    return Difference(
        kind=kind,
        what="statement",
        heading=item.heading,
        key=item.name[0],
        words=word_runs(old.text if old else "", new.text if new else ""),
        old=old.text if old else "",
        new=new.text if new else "",
        moved=moved,
        place_before=old.place if old else None,
        place_after=new.place if new else None,
        verdict_before=VERDICTS[old.verdict] if old and checked else "",
        verdict_after=VERDICTS[new.verdict] if new and checked else "",
    )


def _moved(before: Sequence[_Item], after: Sequence[_Item]) -> set[tuple[str, int]]:
    """The statements that changed places with others of their part: what is not in the longest run that kept its order."""
    moved: set[tuple[str, int]] = set()
    for part in dict.fromkeys(item.part for item in after):
        first = [item.name for item in before if item.part == part]
        second = [item.name for item in after if item.part == part]
        kept_first, kept_second = [name for name in first if name in second], [name for name in second if name in first]
        blocks = difflib.SequenceMatcher(None, kept_first, kept_second, autojunk=False).get_matching_blocks()
        stayed = {name for block in blocks for name in kept_first[block.a : block.a + block.size]}
        moved.update(name for name in kept_second if name not in stayed)
    return moved


def _notes(old: Content, new: Content) -> Iterator[Difference]:
    headings = {item.part: item.heading for item in [*_items(old), *_items(new)]}
    was, now = {note.id: note for note in old.notes}, {note.id: note for note in new.notes}
    for note in old.notes:
        if note.id not in now:
            heading = headings.get(note.part, "")
            yield Difference("removed", "note", heading, note.id, word_runs(note.text, ""), old=note.text, by=note.by)
    for note in new.notes:
        if note.id not in was:
            heading = headings.get(note.part, "")
            yield Difference("added", "note", heading, note.id, word_runs("", note.text), new=note.text, by=note.by)


def _sources(old: Content, new: Content) -> Iterator[Difference]:
    was = {reference.document_id: reference for reference in old.answer.references}
    now = {reference.document_id: reference for reference in new.answer.references}
    for name, reference in was.items():
        if name not in now:
            yield Difference("removed", "source", "References", name, word_runs(reference.title, ""), old=reference.title)
    for name, reference in now.items():
        if name not in was:
            yield Difference("added", "source", "References", name, word_runs("", reference.title), new=reference.title)
