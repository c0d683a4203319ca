"""Which sentence of a former text became which sentence of the new one, and whether doses differ. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pincite.living.anchoring import ALIKE
from pincite.records import Document, Passage, SectionKind, SentenceChange, Span
from pincite.text.numbers import figures, same_quantity

# Former sentences for which a counterpart is looked for; a text that changed in more places is another text.
MOST_COMPARED = 400
# Kinds of sections whose changes matter first: they are compared, and listed, before the rest.
_GRAVE: tuple[SectionKind, ...] = ("boxed-warning", "contraindication", "dosing", "recommendation", "warning", "interaction")
# What a dose is made of: an amount, an amount for a weight or a time, how often. Years, percentages and ages are no doses.
_DOSE_DIMENSIONS = ("mass", "volume", "activity", "units", "amount", "equivalents", "tablets", "capsules", "drops", "puffs", "1/")


class _Sentence(NamedTuple):
    text: str
    folded: str
    section: str
    kind: SectionKind
    at: Span


def sentence_changes(
    old: Document, old_passages: Sequence[Passage], new: Document, new_passages: Sequence[Passage]
) -> list[SentenceChange]:
    """Sentences that went, came or were reworded, gravest sections first, then in the order of the text.

    A sentence that only moved, or whose blanks differ, has not changed.
    """
    gone, come = _apart(_sentences(old, old_passages), _sentences(new, new_passages))
    gone.sort(key=_gravity)
    come.sort(key=_gravity)
    pairs: list[SentenceChange] = []
    for one in gone:
        other = _counterpart(one, come) if len(pairs) < MOST_COMPARED else None
        if other is not None:
            come.remove(other)
        pairs.append(_changed(one, other))
    pairs += [_changed(None, one) for one in come]
    return sorted(pairs, key=lambda pair: _GRAVE.index(pair.kind) if pair.kind in _GRAVE else len(_GRAVE))


def changes_dose(change: SentenceChange) -> bool:
    """Whether a sentence of a dosing section gives other figures than before, or one with a dose went or came.

    >>> def said(old, new): return SentenceChange(section="2 Dosage", kind="dosing", old=old, new=new)
    >>> changes_dose(said("Do not exceed 4,000 mg per day.", "Do not exceed 3,000 mg per day."))
    True
    >>> changes_dose(said("Do not exceed 4,000 mg per day.", "Do not exceed 4 g per day in adults."))
    False
    """
    if change.kind != "dosing":
        return False
    if change.old is None or change.new is None:
        only = [figure for figure in figures(change.old or change.new or "") if _is_dose(figure.dimension, figure.kind)]
        return bool(only)
    before, after = figures(change.old), figures(change.new)
    for figure in list(before):
        same = next(
            (other for other in after if same_quantity(figure, other, rounding=False) and figure.comparator == other.comparator), None
        )
        if same is not None:
            before.remove(figure)
            after.remove(same)
    return bool(before or after)


def _is_dose(dimension: str | None, kind: str) -> bool:
    return kind == "frequency" or bool(dimension and dimension.startswith(_DOSE_DIMENSIONS))


def _sentences(document: Document, passages: Sequence[Passage]) -> list[_Sentence]:
    found = []
    for passage in passages:
        if passage.kind == "title":
            continue
        kind: SectionKind = "dosing" if passage.annotation and passage.annotation.kind == "dosing" else passage.kind
        for start, end in passage.sentences:
            text = document.text[start:end]
            found.append(_Sentence(text, " ".join(text.split()), passage.section, kind, Span(start=start, end=end)))
    return found


def _apart(old: list[_Sentence], new: list[_Sentence]) -> tuple[list[_Sentence], list[_Sentence]]:
    """What stands in one of them only; a sentence that stands twice must stand twice in the other, too."""

    def without(these: list[_Sentence], those: list[_Sentence]) -> list[_Sentence]:
        left = Counter(one.folded for one in those)
        kept = []
        for one in these:
            if left[one.folded]:
                left[one.folded] -= 1
            else:
                kept.append(one)
        return kept

    return without(old, new), without(new, old)


def _counterpart(one: _Sentence, candidates: list[_Sentence]) -> _Sentence | None:
    """The new sentence most like an old one: of the same kind of section where there is one."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only when words are gone

    for among in ([other for other in candidates if other.kind == one.kind], candidates):
        texts = [other.folded for other in among]
        best = process.extractOne(one.folded, texts, scorer=fuzz.token_sort_ratio, processor=str.casefold, score_cutoff=ALIKE)
        if best:
            return among[best[2]]
    return None


def _gravity(one: _Sentence) -> tuple[int, int]:
    return (_GRAVE.index(one.kind) if one.kind in _GRAVE else len(_GRAVE), one.at.start)


def _changed(old: _Sentence | None, new: _Sentence | None) -> SentenceChange:
    shown = old or new
    assert shown is not None
    return SentenceChange(
        section=shown.section,
        kind=shown.kind,
        old=old.text if old else None,
        new=new.text if new else None,
        old_at=old.at if old else None,
        new_at=new.at if new else None,
    )
