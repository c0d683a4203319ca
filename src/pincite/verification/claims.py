"""A sentence → `Claim`: everything in it that a source must bear out. First step of verification of reworded text.

The same reading is taken of the sentences that are quoted, so that a check compares like with like. Nothing is judged here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pincite.appraisal.direction import direction_of
from pincite.appraisal.directness import mentions_of
from pincite.appraisal.strength import Strength, strength_of
from pincite.records import Annotation, Direction, Header, Record
from pincite.terms import Mention
from pincite.text.abbreviations import defined_abbreviations
from pincite.text.negation import negated
from pincite.text.numbers import Figure, figures
from pincite.text.tables import rows

_COMPARED = re.compile(
    r"\b(?:versus|vs\.?|(?:as )?compared (?:with|to)|in comparison (?:with|to)|relative to|than|rather than|instead of)\s+(?:that of |those of |with |in )?"
    r"(?P<what>(?:[\w%-]+\s*){1,5})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
# Grades are printed with one of these; the rules of data/strength.tsv are too many to try on every sentence.
_GRADED = re.compile(
    r"recommend|suggest|grade|class|level|evidence|strength|certainty|quality|offer|consider|appropriate|consensus|practice|statement|research"
    r"|[⊕⨁★⭐✓]|\([12A-E][\s|/-]?[A-DI+]*\)",
    re.IGNORECASE,
)


class Support(NamedTuple):
    """What a claim rests on: the quoted words, what stands around them, and what is known of their document."""

    exact: str
    around: str = ""
    header: Header | None = None
    annotation: Annotation | None = None
    document_id: str = ""
    abbreviations: tuple[tuple[str, str], ...] = ()  # (short form, long form) that the document defines elsewhere


class Claim(Record):
    """What one sentence asserts: concept ids of what it names, its figures, which way it points, how sure it is.

    What takes time is read when it is first asked for, and kept.
    """

    text: str
    context: str = ""
    mentions: tuple[Mention, ...] = ()
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()  # drugs and procedures

    @property
    def populations(self) -> tuple[str, ...]:
        """The groups of data/populations.tsv that it names."""
        return tuple(populations_of(self.text))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its numbers with their units, in order."""
        return _figures(self.text)

    @property
    def comparator(self) -> str | None:
        """What it compares with: the words after "than", "versus" or "compared with"."""
        compared = _COMPARED.search(self.text)
        return compared["what"].strip() if compared else None

    @property
    def direction(self) -> Direction | None:
        """Which way the sentence points; see appraisal/direction.py."""
        return _direction(self.text)

    @property
    def negated(self) -> bool:
        """Whether a word of it stands in the scope of a negation."""
        return any(negated(self.text, *word.span()) for word in _WORD.finditer(self.text))

    @property
    def strength(self) -> str | None:
        """Strength of a recommendation, as printed."""
        return _strength(self.text).strength

    @property
    def certainty(self) -> str | None:
        """Certainty of the evidence, as printed."""
        return _strength(self.text).certainty


@lru_cache(maxsize=4096)
def _figures(text: str) -> tuple[Figure, ...]:
    return tuple(figures(text))


@lru_cache(maxsize=4096)
def _direction(text: str) -> Direction | None:
    return direction_of(text)


@lru_cache(maxsize=4096)
def _strength(text: str) -> Strength:
    return strength_of(text) if _GRADED.search(text) else Strength(None, None)


@cache
def population_patterns() -> dict[str, re.Pattern[str]]:
    """Group of people (or animals) → the words that name it, from data/populations.tsv."""
    return {row[0]: re.compile(rf"\b(?:{row[3]})\b", re.IGNORECASE) for row in rows("populations.tsv")}


@cache
def _any_population() -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{row[3]})\b" for row in rows("populations.tsv")), re.IGNORECASE)


@lru_cache(maxsize=4096)
def populations_of(text: str) -> dict[str, str]:
    """The groups that a text names, each with the words that name it.

    >>> populations_of("Safe in pregnant women.")
    {'women': 'women', 'pregnancy': 'pregnant'}
    """
    found: dict[str, str] = {}
    if not _any_population().search(text):
        return found
    for group, pattern in population_patterns().items():
        match = pattern.search(text)
        if match:
            found[group] = match.group()
    return found


@lru_cache(maxsize=4096)
def claim_of(text: str, *, context: str = "") -> Claim:
    """The claim that `text` makes; `context` is a heading or question that says what it is about when it does not say so itself."""
    mentions = mentions_of(text, abbreviations_in(f"{text} {context}"))
    return Claim(
        text=text,
        context=context,
        mentions=mentions,
        conditions=_ids(mentions, "condition"),
        interventions=_ids(mentions, "drug", "intervention"),
    )


@lru_cache(maxsize=4096)
def abbreviations_in(text: str) -> tuple[tuple[str, str], ...]:
    """Short and long forms that a text defines itself."""
    return tuple(defined_abbreviations(text)) if "(" in text else ()


def _ids(mentions: tuple[Mention, ...], *kinds: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.concept for mention in mentions if mention.kind in kinds))
