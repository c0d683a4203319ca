"""How often the rules of direction, kind and strength agree with the annotations of the starter records.

The records are split by the hash of their file name: one half tunes the rules, the other scores them. Run: `python
evaluation/appraisal.py`. Annotations are a person's judgement: in trials the annotators say "for" as often as
"decrease" for less pain; so direction is also given coarsely, as polarity (good, bad, none).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from pincite.appraisal.direction import benefit_of, direction_of
from pincite.appraisal.kinds import kind_of
from pincite.appraisal.strength import strength_of


class Case(NamedTuple):
    """One annotated statement with its document's design."""

    file: str
    half: str
    design: Any
    statement: dict[str, Any]


@cache
def cases() -> list[Case]:
    """All annotated statements of the starter records, each in its half ("tuning" or "scoring")."""
    found = []
    folder = files("pincite") / "data" / "starter"
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if not path.name.endswith(".yaml"):
            continue
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
        half = "scoring" if int(hashlib.sha256(path.name.encode()).hexdigest(), 16) % 2 else "tuning"
        found += [Case(path.name, half, record["design"], statement) for statement in record["statements"]]
    return found


def share(pairs: Sequence[tuple[Any, Any]]) -> float:
    """Share of pairs whose sides are equal; 0 for no pairs."""
    return sum(first == second for first, second in pairs) / len(pairs) if pairs else 0.0


def direction_pairs(half: str) -> list[tuple[str | None, str | None]]:
    """(annotated, found) directions of statements that carry one."""
    return [
        (c.statement["direction"], direction_of(c.statement["text"])) for c in cases() if c.half == half and c.statement.get("direction")
    ]


def null_pairs(half: str) -> list[tuple[bool, bool]]:
    """(annotated, found) as no difference, of all findings with a direction: what the conflicts detector depends on."""
    return [
        (c.statement["direction"] == "no-difference", direction_of(c.statement["text"]) == "no-difference")
        for c in cases()
        if c.half == half and c.statement.get("direction") and c.statement["kind"] in ("finding", "safety", "prognosis")
    ]


def advice_pairs(half: str) -> list[tuple[str, str | None]]:
    """(annotated, found) directions of recommendations and contraindications."""
    return [
        (c.statement["direction"], direction_of(c.statement["text"]))
        for c in cases()
        if c.half == half and c.statement.get("direction") and c.statement["kind"] in ("recommendation", "contraindication")
    ]


def polarity_pairs(half: str) -> list[tuple[str, str | None]]:
    """(annotated, found) polarity of findings annotated for, against or no-difference; an unstated one counts as
    wrong."""
    meaning = {"for": "benefit", "against": "not-benefit", "no-difference": "not-benefit"}
    result: list[tuple[str, str | None]] = []
    for c in cases():
        said = meaning.get(c.statement.get("direction") or "")
        if c.half == half and said and c.statement["kind"] in ("finding", "safety", "prognosis"):
            found: str | None = benefit_of(c.statement["text"])
            result.append((said, "not-benefit" if found in ("harm", "no-effect") else found))
    return result


def kind_pairs(half: str) -> list[tuple[str, str]]:
    """(annotated, found) kinds."""
    return [(c.statement["kind"], kind_of(c.statement["text"], "statement", c.design)) for c in cases() if c.half == half]


def strength_pairs(half: str) -> list[tuple[bool, bool]]:
    """Is a strength or certainty printed, by annotation and by rule; the annotation counts only where its words stand
    in the text."""
    pairs = []
    for c in cases():
        if c.half != half:
            continue
        printed = [word for word in (c.statement.get("strength"), c.statement.get("certainty")) if word]
        text = c.statement["text"].casefold()
        here = any(word.casefold() in text for word in printed)
        if printed and not here:
            continue
        pairs.append((here, any(strength_of(c.statement["text"]))))
    return pairs


MEASURES: dict[str, Callable[[str], Sequence[tuple[Any, Any]]]] = {
    "direction": direction_pairs,
    "direction of advice": advice_pairs,
    "no difference or some": null_pairs,
    "polarity": polarity_pairs,
    "kind": kind_pairs,
    "strength printed": strength_pairs,
}


def main() -> None:
    """Print agreement on both halves and the confusions of the tuning half."""
    for name, pairs in MEASURES.items():
        halves = {half: pairs(half) for half in ("tuning", "scoring")}
        print(f"{name:24}" + "  ".join(f"{half} {share(found):.3f} of {len(found)}" for half, found in halves.items()))
    for name in ("direction", "kind"):
        print(f"\n{name}, tuning half: annotated → found, times")
        wrong = Counter((first, second) for first, second in MEASURES[name]("tuning") if first != second)
        for (first, second), times in wrong.most_common(14):
            print(f"  {first} → {second}: {times}")


if __name__ == "__main__":
    main()
