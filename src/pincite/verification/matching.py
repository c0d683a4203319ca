"""Claim and quotes → which quoted sentence bears out which part of the claim, word by word. Between `claims` and the checks.

Every check works on the best-matching sentence: over a whole bag of passages a negation or a direction says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from pincite.records import Header
from pincite.terms import Mention
from pincite.text.abbreviations import defined_abbreviations
from pincite.verification.claims import Claim, Support, abbreviations_in, claim_of
from pincite.verification.wording import Token, is_name, root, units_of, words_of

# From this share of the claim's words in one sentence a difference is said of that sentence (measured: a direction clash is reliable at 0.6 to 0.7).
NEAR = 0.6
# A further sentence joins only when it brings at least this share of the claim's weight.
_ADDS = 0.08
_MOST_SENTENCES = 3
# A name weighs as much as so many ordinary words, a number as half a one (numbers have a check of their own).
_NAME_WEIGHS, _WORD_WEIGHS, _LIGHT_WEIGHS, _NUMBER_WEIGHS = 3.0, 1.0, 0.1, 0.5


class Source(NamedTuple):
    """One quoted sentence, read as the claim is."""

    text: str
    claim: Claim
    roots: frozenset[str]
    support: int  # place of its quote among the supports


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


class Cover(NamedTuple):
    """How much of a claim's wording stands in the quotes: weighted share, and the words that stand nowhere."""

    share: float
    names: tuple[str, ...]
    words: tuple[str, ...]


class Change(NamedTuple):
    """Words of the claim in whose place the source has others; either side may be empty."""

    claim: tuple[Token, ...]
    source: tuple[Token, ...]


@lru_cache(maxsize=512)
def _sources(supports: tuple[Support, ...]) -> tuple[Source, ...]:
    found = []
    for place, support in enumerate(supports):
        for text in units_of(support.exact):
            found.append(Source(text, _read(text, f"{support.exact} {support.around}"), frozenset(one.root for one in words_of(text)), place))
    return tuple(found)


@lru_cache(maxsize=4096)
def _read(text: str, around: str) -> Claim:
    """A quoted sentence as a claim, with the short forms that its passage defines."""
    own = claim_of(text)
    short = tuple(pair for pair in abbreviations_in(around) if pair[0] in text)
    return own if not short else claim_of(text, context=" ".join(f"{long} ({form})" for form, long in short))


def sources(supports: Sequence[Support]) -> tuple[Source, ...]:
    """The quoted sentences of all supports."""
    return _sources(tuple(supports))


def weight(token: Token, named: frozenset[int], text: str) -> float:
    """What a word of a claim weighs in coverage."""
    if token.number:
        return _NUMBER_WEIGHS
    if token.start in named:
        return _NAME_WEIGHS
    if token.light:
        return _LIGHT_WEIGHS
    return _NAME_WEIGHS if is_name(token, text) else _WORD_WEIGHS


def inside(mentions: Sequence[Mention], tokens: Sequence[Token]) -> frozenset[int]:
    """Start offsets of the tokens that belong to a mention; a generic word alone ("treatment") is none."""
    return frozenset(
        token.start for mention in mentions for token in tokens if mention.start <= token.start < mention.end and not token.light
    )


@lru_cache(maxsize=1024)
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


@lru_cache(maxsize=2048)
def changes(unit: str, source: str) -> tuple[Change, ...]:
    """Where two sentences differ, word by word; words of one root count as the same."""
    ours, theirs = words_of(unit), words_of(source)
    matcher = SequenceMatcher(None, [one.root for one in ours], [one.root for one in theirs], autojunk=False)
    return tuple(Change(ours[a:b], theirs[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")


@lru_cache(maxsize=512)
def _known(header: Header | None, around: str) -> Claim:
    """What a quote's document and passage name: title, drug, conditions, interventions, population, and the words around."""
    parts = [around]
    if header is not None:
        parts += [header.title, header.drug or "", *header.conditions, *header.interventions, header.population or ""]
    return claim_of(" . ".join(part for part in parts if part))


def surroundings(supports: Sequence[Support]) -> tuple[Claim, ...]:
    """For each quote what its passage and document name, read as one text."""
    return tuple(_known(one.header, one.around) for one in supports)


@lru_cache(maxsize=512)
def _issuer(header: Header | None) -> frozenset[str]:
    """Roots of the words that say who published and when: a claim may name its source."""
    if header is None:
        return frozenset()
    parts = (header.organization or "", header.venue or "", str(header.year or ""), header.title, *header.authors)
    return frozenset(one.root for part in parts for one in words_of(part))


def concepts(claims: Sequence[Claim], kinds: Sequence[str]) -> frozenset[str]:
    """All concept ids that texts name, of the given kinds."""
    return frozenset(name for claim in claims for mention in claim.mentions if mention.kind in kinds for name in mention.concepts)


@lru_cache(maxsize=1024)
def _cover(text: str, supports: tuple[Support, ...]) -> Cover:
    held = _sources(supports)
    claim = claim_of(text)
    tokens = words_of(text)
    named = inside(claim.mentions, tokens)
    quoted = frozenset().union(*(one.roots for one in held)) if held else frozenset()
    around = frozenset(one.root for known in surroundings(supports) for one in words_of(known.text))
    issuers = frozenset().union(*(_issuer(one.header) for one in supports)) if supports else frozenset()
    ids = frozenset(name for known in (*(one.claim for one in held), *surroundings(supports)) for one in known.mentions for name in one.concepts)
    met = {
        token.start
        for mention in claim.mentions
        if ids & set(mention.concepts)
        for token in tokens
        if mention.start <= token.start < mention.end
    }
    expanded = _expanded(text, tokens, supports)
    total = covered = 0.0
    names: list[str] = []
    words: list[str] = []
    for token in tokens:
        weighs = weight(token, named, text)
        name = weighs == _NAME_WEIGHS
        total += weighs
        stands = (
            token.root in quoted
            or token.start in met
            or token.root in expanded
            or (name and (token.root in issuers or (token.start in named and token.root in around)))
            or (not name and not token.light and _derived(token, quoted))
        )
        if stands:
            covered += weighs
        elif not token.light and not token.number:
            (names if name else words).append(token.word)
    return Cover(covered / total if total else 0.0, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(words)))


def cover(claim: Claim, supports: Sequence[Support]) -> Cover:
    """How much of the claim's wording stands in the quotes, whichever of them."""
    return _cover(claim.text, tuple(supports))


def _derived(token: Token, held: frozenset[str]) -> bool:
    """ "Surgically" for "surgical", "effectiveness" for "effective": one root begins with the other."""
    one = token.root
    return len(one) >= 5 and any(other.startswith(one) or (len(other) >= 5 and one.startswith(other)) for other in held)


def _expanded(text: str, tokens: tuple[Token, ...], supports: tuple[Support, ...]) -> frozenset[str]:
    """Roots of words that only write out, or shorten, what the quotes say: "spinal stenosis" for "LSS" and the reverse."""
    found: set[str] = set()
    known = {pair for one in supports for pair in (*abbreviations_in(f"{one.exact} {one.around}"), *defined_abbreviations(text))}
    quoted = " ".join(one.exact for one in supports)
    held = frozenset(one.root for one in words_of(quoted))
    ours = frozenset(one.root for one in tokens)
    for short, long in known:
        forms = frozenset(root(word) for word in long.replace("-", " ").split())
        if root(short) in held or any(one.word == short for one in words_of(quoted)):
            found |= forms
        if forms <= held:
            found.add(root(short))
    for one in words_of(quoted):
        if one.word.isupper() and 2 <= len(one.word) <= 6 and one.root not in ours:
            found |= _spelt(one.word, tokens)
    for one in tokens:
        if one.word.isupper() and 2 <= len(one.word) <= 6 and one.root not in held and _spelt(one.word, words_of(quoted)):
            found.add(one.root)
    return frozenset(found)


def _spelt(short: str, tokens: tuple[Token, ...]) -> frozenset[str]:
    """Roots of consecutive words whose first letters make up a short form; () when there are none."""
    initials = "".join(one.word[0].upper() for one in tokens)
    at = initials.find(short)
    return frozenset(one.root for one in tokens[at : at + len(short)]) if at >= 0 else frozenset()
