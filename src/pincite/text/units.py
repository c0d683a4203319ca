"""Units of measure and number words, from data/units.tsv and data/number_words.tsv: spelling → canonical unit,
dimension, base value.

Used by `text.numbers`. A unit with denominators ("mg/kg/day") is built from its parts, so the table holds only single
units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pincite.text.tables import rows


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: canonical name, dimension ("mass/time"), and `base = value * factor + offset`."""

    name: str
    dimension: str
    factor: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class _Spellings:
    as_written: dict[str, Unit]
    any_case: dict[str, Unit]
    pattern: str


def words(use: str) -> dict[str, str]:
    """Phrases of one use ("before", "measure" …) in data/number_words.tsv, each with its meaning."""
    return {phrase: meaning for kind, phrase, meaning in rows("number_words.tsv") if kind == use}


def alternation(phrases: list[str] | dict[str, str] | dict[str, Unit]) -> str:
    """A regular expression for any of `phrases`, longest first, blanks matching any run of blanks or a hyphen."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"[\s-]+") for phrase in ordered)


@cache
def _spellings() -> _Spellings:
    as_written: dict[str, Unit] = {}
    any_case: dict[str, Unit] = {}
    for name, dimension, factor, offset, spellings in rows("units.tsv"):
        unit = Unit(name, dimension, float(factor), float(offset))
        for spelling in spellings.split(";"):
            if spelling.startswith("="):
                as_written[spelling[1:]] = unit
            elif len(spelling) == 1 and spelling.isalpha():
                as_written[spelling] = unit
            else:
                any_case[spelling.lower()] = unit
    pattern = f"(?:(?i:{alternation(any_case)})|{alternation(as_written)})"
    return _Spellings(as_written, any_case, pattern)


def unit_pattern() -> str:
    """A regular expression that matches any single unit as spelled in the table."""
    return _spellings().pattern


def unit_named(spelling: str) -> Unit:
    """The unit that `spelling` stands for; raises KeyError when the table lacks it.

    >>> unit_named("milligrams").name, unit_named("mM").name, unit_named("mm").name
    ('mg', 'mmol/L', 'mm')
    """
    known = _spellings()
    if spelling in known.as_written:
        return known.as_written[spelling]
    key = re.sub(r"\s+", " ", spelling.lower())
    if key in known.any_case:
        return known.any_case[key]
    return known.any_case[key.replace("-", " ")] if key.replace("-", " ") in known.any_case else known.any_case[key.replace(" ", "-")]


def divided(numerator: Unit, denominator: Unit, *, amount: float = 1.0) -> Unit:
    """`numerator` per `amount` of `denominator`, as in mg/kg, mL/min or deaths per 1,000 person-years."""
    times = "" if amount == 1 else f"{amount:g} "
    return Unit(
        f"{numerator.name}/{times}{denominator.name}",
        f"{numerator.dimension}/{denominator.dimension}",
        numerator.factor / (denominator.factor * amount),
    )
