"""Where sources disagree: the same question and treatment, opposite direction, from different documents. Both sides are quoted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from pincite import terms
from pincite.appraisal.directness import mentions_of
from pincite.records import Evidence, Question

_OUTCOMES_ANY = frozenset({"recommendation", "indication", "contraindication"})
_QUALIFIED = (
    ("acute", re.compile(r"\bacute\b", re.I), re.compile(r"\bchronic\b", re.I)),
    ("short", re.compile(r"\bshort[- ]term\b", re.I), re.compile(r"\blong[- ]term\b", re.I)),
)
MOST_CONFLICTS = 3
MOST_PER_SIDE = 2
# A statement well below the best one is beside the point, and so would be a disagreement with it.
RELEVANT_FROM = 0.8


class Disagreement(NamedTuple):
    """Evidence for and against (or without effect), each strongest first."""

    about: str
    supporting: tuple[Evidence, ...]
    opposing: tuple[Evidence, ...]


def polarity(evidence: Evidence) -> int:
    """+1 speaks for the treatment, -1 against it or without effect, 0 neither."""
    if evidence.kind in _OUTCOMES_ANY:
        return {"for": 1, "against": -1}.get(evidence.direction or "", 0)
    if evidence.kind != "finding":
        return 0
    if evidence.direction in ("no-difference", "neutral"):
        return -1 if evidence.direction == "no-difference" else 0
    if evidence.benefit and evidence.direction not in ("for", "against"):
        return 1 if evidence.benefit == "benefit" else -1
    return {"for": 1, "against": -1}.get(evidence.direction or "", 0)


def disagreements(question: Question, evidence: Sequence[Evidence]) -> list[Disagreement]:
    """Disagreements among the direct evidence, those between the most trusted sources first."""
    best = max((one.relevance for one in evidence), default=0.0)
    by_treatment: dict[str, list[Evidence]] = defaultdict(list)
    for one in evidence:
        if one.directness == "direct" and one.relevance >= RELEVANT_FROM * best and polarity(one):
            # A finding is about what it names first; a recommendation may name two in one breath.
            for concept in one.interventions[: 1 if one.kind == "finding" else 2]:
                by_treatment[concept].append(one)
    asked = frozenset(name for term in question.interventions for name in term.ids)
    found: list[tuple[int, Disagreement]] = []
    shown: set[tuple[str, int]] = set()
    for concept in sorted(by_treatment, key=lambda name: (name not in asked, -len(by_treatment[name]), name)):
        if asked and concept not in asked:
            continue
        group = sorted(by_treatment[concept], key=lambda one: (one.rank, -one.relevance, one.source.passage.id))
        sides = _sides(group)
        if sides is None:
            continue
        supporting, opposing = sides
        keys = {(one.source.passage.id, one.start) for one in (*supporting, *opposing)}
        if len(keys & shown) > 1:
            continue
        shown |= keys
        about = terms.concept(concept).label
        condition = next((term for term in question.conditions if set(supporting[0].conditions) & term.ids), None)
        condition = condition or next((term for term in question.conditions if term.id in supporting[0].met), None)
        if condition:
            about = f"{about} for {condition.label}"
        found.append((supporting[0].rank + opposing[0].rank, Disagreement(about, supporting, opposing)))
    found.sort(key=lambda item: item[0])
    return [disagreement for _, disagreement in found[:MOST_CONFLICTS]]


def _sides(group: Sequence[Evidence]) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]] | None:
    """The strongest opposed pair that can be compared, with what joins each side; None when nobody disagrees."""
    positive = [one for one in group if polarity(one) > 0]
    negative = [one for one in group if polarity(one) < 0]
    for first in positive:
        for second in negative:
            if comparable(first, second):
                return _side(first, positive, second), _side(second, negative, first)
    return None


def _side(first: Evidence, others: Sequence[Evidence], against: Evidence) -> tuple[Evidence, ...]:
    side = [first]
    held = {first.source.document_id, against.source.document_id}
    for one in others:
        if len(side) < MOST_PER_SIDE and one.source.document_id not in held and comparable(one, against):
            side.append(one)
            held.add(one.source.document_id)
    return tuple(side)


def comparable(first: Evidence, second: Evidence) -> bool:
    """Whether two statements can contradict each other: other documents, the same kind of claim, a shared outcome, no opposed qualifier."""
    if first.source.document_id == second.source.document_id:
        return False
    if (first.kind == "finding") != (second.kind == "finding"):
        return False
    for _, one, other in _QUALIFIED:
        if bool(one.search(first.text)) != bool(one.search(second.text)) and (other.search(first.text) or other.search(second.text)):
            return False
    if first.conditions and second.conditions and not set(first.conditions) & set(second.conditions):
        related = {name for concept in first.conditions for name in (*terms.same_or_narrower(concept), *terms.wider(concept))}
        if not related & set(second.conditions):
            return False
    if first.kind != "finding":
        return True
    mine, theirs = _comparators(first), _comparators(second)
    if not (mine & theirs or (not mine and first.level == 1) or (not theirs and second.level == 1)):
        return False
    shared = set(first.conditions) & set(second.conditions)
    mine, theirs = (_outcomes(one.text) | (set(one.conditions) - shared) for one in (first, second))
    return not mine or not theirs or bool(mine & theirs)


# Care that a treatment is measured against, by any of its names: one comparator for the purpose of comparing.
_INACTIVE = re.compile(
    r"\b(?:placebo|sham|simulated|saline|usual care|conservative|non-?operative|non-?surgical|no treatment|untreated|control(?:s| group)?)\b",
    re.I,
)


def _comparators(evidence: Evidence) -> set[str]:
    """What the treatment of a finding was compared with: concepts named beside it, and "inactive" for placebo, sham or usual care."""
    named = {
        mention.concept
        for mention in mentions_of(evidence.text)
        if mention.kind in ("drug", "intervention") and mention.category != "diagnostic"
    }
    found = named - set(evidence.interventions[:1])
    return found | {"inactive"} if _INACTIVE.search(evidence.text) else found


def _outcomes(text: str) -> set[str]:
    return {mention.concept for mention in mentions_of(text) if mention.kind == "outcome"}
