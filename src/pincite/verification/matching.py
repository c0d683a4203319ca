"""How much of a claim's wording stands in its quotes, whichever of them, and which words stand nowhere. After `aligning`, before the checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pincite.records import Header
from pincite.terms import Mention, narrower
from pincite.text.abbreviations import defined_abbreviations
from pincite.verification.aligning import NAME_WEIGHS, agree, inside, parts, sources, surroundings, weight
from pincite.verification.claims import Claim, Support, abbreviations_in, claim_of
from pincite.verification.wording import Token, burden, dosing_of, root, words_of


class Cover(NamedTuple):
    """How much of a claim's wording stands in the quotes: weighted share, and the words that stand nowhere."""

    share: float
    names: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(maxsize=8192)
def _issuer(header: Header | None) -> frozenset[str]:
    """Roots of the words that say who published and when: a claim may name its source."""
    if header is None:
        return frozenset()
    parts = (header.organization or "", header.venue or "", str(header.year or ""), header.title, *header.authors)
    return frozenset(one.root for part in parts for one in words_of(part))


@lru_cache(maxsize=8192)
def _cover(text: str, supports: tuple[Support, ...]) -> Cover:
    held = sources(supports)
    claim = claim_of(text)
    tokens = words_of(text)
    named = inside(claim.mentions, tokens)
    quoted = frozenset().union(*(one.roots for one in held)) if held else frozenset()
    around = frozenset(one.root for known in surroundings(supports) for one in words_of(known.text))
    issuers = frozenset().union(*(_issuer(one.header) for one in supports)) if supports else frozenset()
    ids = frozenset(
        name for known in (*(one.claim for one in held), *surroundings(supports)) for one in known.mentions for name in one.concepts
    )
    met = {
        token.start
        for mention in claim.mentions
        if ids & set(mention.concepts) or _class_of_met(mention, claim, ids)
        for token in tokens
        if mention.start <= token.start < mention.end and burden(token.word.lower()) != "scale"  # "serious" adverse events are others
    }
    dosed = dosing_of(" ".join(one.text for one in held))
    met |= {one.start for name, (_, start, end) in dosing_of(text).items() if name in dosed for one in tokens if start <= one.start < end}
    often = [part for source in held for one in source.figures for part in (one, *parts(one))]
    met |= {one.start for figure in claim.figures if agree(figure, often) for one in tokens if figure.start <= one.start < figure.end}
    expanded = _expanded(text, supports)
    total = covered = 0.0
    names: list[str] = []
    words: list[str] = []
    for token in tokens:
        weighs = weight(token, named, text)
        name = weighs == NAME_WEIGHS
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


# What stands between a class and the drug of it that is meant: "a corticosteroid (e.g. 20 mg triamcinolone)", "an NSAID such as ibuprofen".
_EXAMPLE = re.compile(r"\s*(?:\(|,?\s*(?:such as|e\.\s?g\.|for example|i\.\s?e\.|namely|like)\s)[^)]{0,30}$", re.IGNORECASE)


def named_as_example(mention: Mention, claim: Claim) -> list[Mention]:
    """The drugs that a text names as the one meant, right behind their class."""
    if mention.kind != "drug":
        return []
    below = set(narrower(mention.concept))
    return [
        one
        for one in claim.mentions
        if one.kind == "drug"
        and one.start > mention.end
        and below & set(one.concepts)
        and _EXAMPLE.match(claim.text[mention.end : one.start])
    ]


def _class_of_met(mention: Mention, claim: Claim, ids: frozenset[str]) -> bool:
    """Whether a text names the class of a drug beside the drug itself, and the quotes name the drug: "a corticosteroid (triamcinolone)"."""
    return any(ids & set(one.concepts) for one in named_as_example(mention, claim))


def cover(claim: Claim, supports: Sequence[Support]) -> Cover:
    """How much of the claim's wording stands in the quotes, whichever of them."""
    return _cover(claim.text, tuple(supports))


def _derived(token: Token, held: frozenset[str]) -> bool:
    """ "Surgically" for "surgical", "effectiveness" for "effective": one root begins with the other."""
    one = token.root
    return len(one) >= 5 and (one in _beginnings(held) or any(one[:end] in held for end in range(5, len(one))))


@lru_cache(maxsize=8192)
def _beginnings(held: frozenset[str]) -> frozenset[str]:
    """All beginnings of five letters or more of these roots."""
    return frozenset(one[:end] for one in held for end in range(5, len(one) + 1))


@lru_cache(maxsize=8192)
def _expanded(text: str, supports: tuple[Support, ...]) -> frozenset[str]:
    """Roots of words that only write out, or shorten, what the quotes say: "spinal stenosis" for "LSS" and the reverse."""
    found: set[str] = set()
    tokens = words_of(text)
    known = {
        *defined_abbreviations(text),
        *(pair for one in supports for pair in (*abbreviations_in(f"{one.exact} {one.around}"), *one.abbreviations)),
    }
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


def written_out(phrase: str, claim: Claim, supports: Sequence[Support]) -> bool:
    """Whether a phrase only writes out, or shortens, what the quotes say: "common variable immunodeficiency" for "CVID"."""
    wanted = {one.root for one in words_of(phrase) if not one.light}
    return bool(wanted) and wanted <= _expanded(claim.text, tuple(supports))
