"""Claim and quotes → which quoted sentence bears out which part of the claim, word by word. Between `claims` and the checks.

Every check works on the best-matching sentence: over a whole bag of passages a negation or a direction says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from pincite.records import Header
from pincite.terms import Mention
from pincite.text.numbers import Figure, figures, same_quantity
from pincite.text.units import unit_named
from pincite.verification.claims import Claim, Support, abbreviations_in, claim_of
from pincite.verification.wording import Token, is_name, units_of, words_of

# From this share of the claim's words in one sentence a difference is said of that sentence (measured: a direction clash is reliable at 0.6 to 0.7).
NEAR = 0.6
# A further sentence joins only when it brings at least this share of the claim's weight.
_ADDS = 0.08
_MOST_SENTENCES = 3
# A name weighs as much as so many ordinary words, a number as half a one (numbers have a check of their own).
NAME_WEIGHS, _WORD_WEIGHS, _LIGHT_WEIGHS, _NUMBER_WEIGHS = 3.0, 1.0, 0.1, 0.5


# An aside in brackets: a claim may leave it out.
BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_ONCE = re.compile(r"\b(?:once|daily|nightly|weekly|monthly|yearly|annually)\b", re.IGNORECASE)


class Source(NamedTuple):
    """One quoted sentence, read as the claim is."""

    text: str
    claim: Claim
    roots: frozenset[str]
    support: int  # place of its quote among the supports

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures as it stands and without its brackets: "5.7 (2.9 to 14.3) units" says 5.7 units."""
        return _figures(self.text)


@lru_cache(maxsize=8192)
def _figures(text: str) -> tuple[Figure, ...]:
    bare = BRACKETS.sub("", text)
    return (*claim_of(text).figures, *(figures(bare) if bare != text else ()))


class Pair(NamedTuple):
    """A sentence of the claim, the quoted sentence that matches it best, how far, and the others that add to it."""

    unit: Claim
    source: Source
    overlap: float  # 0 to 1: share of the unit's weight that stands in the source
    others: tuple[Source, ...]

    @property
    def near(self) -> bool:
        """Whether the two are close enough for a difference to be a contradiction."""
        return self.overlap >= NEAR

    @property
    def sources(self) -> tuple[Source, ...]:
        """Best and others."""
        return (self.source, *self.others)


class Change(NamedTuple):
    """Words of the claim in whose place the source has others; either side may be empty."""

    claim: tuple[Token, ...]
    source: tuple[Token, ...]


@lru_cache(maxsize=8192)
def _sources(supports: tuple[Support, ...]) -> tuple[Source, ...]:
    found = []
    for place, support in enumerate(supports):
        for text in units_of(support.exact):
            short = (*abbreviations_in(f"{support.exact} {support.around}"), *support.abbreviations)
            read = _read(text, tuple(dict.fromkeys(pair for pair in short if pair[0] in text)))
            found.append(Source(text, read, frozenset(one.root for one in words_of(text)), place))
    return tuple(found)


@lru_cache(maxsize=8192)
def _read(text: str, short: tuple[tuple[str, str], ...]) -> Claim:
    """A quoted sentence as a claim, with the short forms that its document defines."""
    return claim_of(text, context=" ".join(f"{long} ({form})" for form, long in short))


def sources(supports: Sequence[Support]) -> tuple[Source, ...]:
    """The quoted sentences of all supports."""
    return _sources(tuple(supports))


def weight(token: Token, named: frozenset[int], text: str) -> float:
    """What a word of a claim weighs in coverage."""
    if token.number:
        return _NUMBER_WEIGHS
    if token.start in named:
        return NAME_WEIGHS
    if token.light:
        return _LIGHT_WEIGHS
    return NAME_WEIGHS if is_name(token, text) else _WORD_WEIGHS


def inside(mentions: Sequence[Mention], tokens: Sequence[Token]) -> frozenset[int]:
    """Start offsets of the tokens that belong to a mention; a generic word alone ("treatment") is none."""
    return frozenset(
        token.start for mention in mentions for token in tokens if mention.start <= token.start < mention.end and not token.light
    )


@lru_cache(maxsize=8192)
def _pairs(text: str, supports: tuple[Support, ...]) -> tuple[Pair, ...]:
    held = _sources(supports)
    found = []
    for unit in units_of(text):
        if not held:
            break
        claim = claim_of(unit)
        tokens = words_of(unit)
        named = inside(claim.mentions, tokens)
        weights = {token.start: weight(token, named, unit) for token in tokens}
        total = sum(weights.values()) or 1.0

        def gain(source: Source, left: set[int], tokens: tuple[Token, ...] = tokens, weights: dict[int, float] = weights) -> float:
            return sum(weights[token.start] for token in tokens if token.start in left and token.root in source.roots)

        left = set(weights)
        chosen: list[Source] = []
        shares: list[float] = []
        while len(chosen) < _MOST_SENTENCES:
            best = max((one for one in held if one not in chosen), key=lambda one: gain(one, left), default=None)
            share = gain(best, left) / total if best else 0.0
            if best is None or (chosen and share < _ADDS):
                break
            chosen.append(best)
            shares.append(share)
            left -= {token.start for token in tokens if token.root in best.roots}
        found.append(Pair(claim, chosen[0], shares[0], tuple(chosen[1:])))
    return tuple(found)


def pairs(claim: Claim, supports: Sequence[Support]) -> tuple[Pair, ...]:
    """Each sentence of the claim with the quoted sentences that match it; () without quotes."""
    return _pairs(claim.text, tuple(supports))


@lru_cache(maxsize=8192)
def aligned(unit: str, source: str) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """The words of two sentences as they are laid beside each other: what the source has in brackets is passed over where the claim has none."""
    theirs = words_of(source)
    if "(" not in unit and "[" not in unit:
        aside = [one.span() for one in BRACKETS.finditer(source)]
        theirs = tuple(one for one in theirs if not any(start <= one.start < end for start, end in aside))
    return words_of(unit), theirs


@lru_cache(maxsize=8192)
def changes(unit: str, source: str) -> tuple[Change, ...]:
    """Where two sentences differ, word by word; words of one root count as the same."""
    ours, theirs = aligned(unit, source)
    matcher = SequenceMatcher(None, [one.root for one in ours], [one.root for one in theirs], autojunk=False)
    return tuple(Change(ours[a:b], theirs[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")


@lru_cache(maxsize=8192)
def _known(header: Header | None, around: str) -> Claim:
    """What a quote's document and passage name: title, drug, conditions, interventions, population, and the words around."""
    parts = [around]
    if header is not None:
        parts += [header.title, header.drug or "", *header.conditions, *header.interventions, header.population or ""]
    return claim_of(" . ".join(part for part in parts if part))


def surroundings(supports: Sequence[Support]) -> tuple[Claim, ...]:
    """For each quote what its passage and document name, read as one text."""
    return tuple(_known(one.header, one.around) for one in supports)


def concepts(claims: Sequence[Claim], kinds: Sequence[str]) -> frozenset[str]:
    """All concept ids that texts name, of the given kinds."""
    return frozenset(name for claim in claims for mention in claim.mentions if mention.kind in kinds for name in mention.concepts)


def stands(phrase: str, source: Source) -> bool:
    """Whether the words of a phrase stand together in a sentence, with at most three others between them."""
    wanted = {one.root for one in words_of(phrase)}
    if not wanted <= source.roots:
        return False
    roots = [one.root for one in words_of(source.text)]
    width = len(wanted) + 3
    return any(wanted <= set(roots[at : at + width]) for at in range(len(roots)) if roots[at] in wanted)


def parts(figure: Figure) -> tuple[Figure, ...]:
    """ "10 mg once daily" as 10 mg and once a day: wordings may part the two; any other figure alone."""
    amount, _, period = (figure.unit or "").rpartition("/")
    if not amount or figure.kind not in ("quantity", "range") or not _ONCE.search(figure.text):
        return (figure,)
    unit, per = unit_named(amount.rpartition("/")[0] or amount), unit_named(period)
    dimension = (figure.dimension or "").rpartition("/")[0]
    given = replace(figure, unit=amount, dimension=dimension, base=tuple(one * per.factor for one in figure.base))
    if "/" not in amount:
        given = replace(given, base=tuple(one * unit.factor for one in figure.values))
    often = replace(
        figure,
        kind="frequency",
        values=(1.0,),
        unit=f"/{period}",
        dimension=f"1/{per.dimension}",
        base=(1 / per.factor,),
        comparator="=",
        decimals=0,
    )
    return given, often


def agree(ours: Figure, theirs: Sequence[Figure]) -> bool:
    """Whether one of the figures states the same quantity, or several of them its parts."""
    held = [
        part
        for one in theirs
        if ours.kind != "interval" or one.kind != "interval" or ours.label == one.label
        for part in (one, *parts(one))
    ]
    return any(same_quantity(ours, one) for one in held) or (
        len(parts(ours)) > 1 and all(any(same_quantity(part, one) for one in held) for part in parts(ours))
    )


def facing(pair: Pair, mention: Mention, others: Sequence[str]) -> bool:
    """Whether one of the other phrases stands in the source just where the claim has this mention."""
    for change in changes(pair.unit.text, pair.source.text):
        if any(mention.start <= token.start < mention.end for token in change.claim):
            roots = {token.root for token in change.source}
            if any(roots & {token.root for token in words_of(other)} for other in others):
                return True
    return False
