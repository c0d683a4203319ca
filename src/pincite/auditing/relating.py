"""How near a stored sentence is to a claim, and whether it is about the same condition. Between `evidence` and `judging`.

The checks ask whether a sentence bears a claim out; this asks first whether it is about the same thing at all. A sentence that shares words with a
claim but speaks of another disease is the commonest wrong "support" of a machine-written page, and is named as such.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from pincite import terms
from pincite.records import Header
from pincite.text.tables import rows
from pincite.verification.claims import Claim, Support, claim_of
from pincite.verification.matching import cover
from pincite.verification.wording import words_of

About = Literal["same", "wider", "other", "unknown"]

# An item with fewer words that carry meaning says something only together with what stands above it ("Edema", "Functional status").
_WHOLE = 5
# "Clinical presentation: …", "Target: …": a label of at most so many words names what follows, as a heading does.
_LABEL = re.compile(r"^(?P<label>[^:.;?!]{3,40}?):\s+(?=\S+\s+\S+\s+\S)")
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|can|may|might|should|must|will|does|do)\b", re.IGNORECASE)
_NEARLY_WHOLE = 0.9
# What goes with any disease names none.
_OF_ANY = frozenset(
    ("pain", "symptom", "symptoms", "disease", "disorder", "illness", "complication", "complications", "deformity", "disability")
)
_CELL = re.compile(r"(?P<label>[^:;]{1,40}): (?P<value>.+)")
_STEPS = 2  # how far above a condition a source may be and still speak of it, as the wider one


class Told(NamedTuple):
    """A claim made ready to be compared: its words without a label before them, what stands above it, and both together."""

    text: str
    context: str
    whole: str  # lead-in and text, for an item that says little alone; else the text
    fragment: bool


class Nearness(NamedTuple):
    """How near a sentence is to a claim: share of the claim's weight in it (0 to 1), words of meaning that it has and has not, what it is about."""

    share: float
    hits: int
    missing: int
    about: About
    foreign: str = ""  # the other or wider condition that the sentence or its document speaks of
    wanted: str = ""  # the condition that the claim speaks of
    treats: bool | None = None  # whether it names a drug or procedure of the claim; None when the claim names none


def told(text: str, *, context: tuple[str, ...]) -> Told:
    """What is compared of a claim under its headings (outermost first)."""
    cells = [_CELL.fullmatch(part.strip()) for part in text.rstrip(".").split(";")]
    label = _LABEL.match(text)
    if len(cells) > 1 and all(cells):  # a table row: the names of its columns need not stand in a source
        above = (*context, ", ".join(one["label"] for one in cells if one))
        bare = "; ".join(one["value"] for one in cells if one)
    else:
        above = (*context, label["label"]) if label else context
        bare = text[label.end() :] if label else text
    few = sum(1 for one in words_of(bare) if not one.light) < _WHOLE
    fragment = few and not (_VERB.search(bare) and _conditions(claim_of(bare)))
    lead = above[-1] if above else ""
    nearest = " ".join(above[-2:])
    topic = " ".join((*above[:1], nearest)) if len(above) > 2 else nearest
    return Told(bare, topic, f"{lead}: {bare}" if fragment and lead else bare, fragment)


def nearness(claim: Told, support: Support, *, above: tuple[str, ...]) -> Nearness:
    """How near the quoted sentence itself is: what only its passage or title says does not count; `above`: all headings of the claim."""
    bare = (Support(support.exact, abbreviations=support.abbreviations),)
    about, foreign, wanted = _about(claim, support, above)
    whole = claim_of(claim.whole)
    left_out = frozenset(one.text for one in whole.mentions if one.kind == "condition") if about in ("other", "wider") else frozenset()
    text = _without(claim.whole, left_out)
    found = cover(claim_of(text), bare)
    if about in ("other", "wider") and found.share >= _NEARLY_WHOLE and _named_in_both(whole, claim_of(support.exact)):
        about, foreign, wanted = "same", "", ""  # a sentence taken over brings its condition with it
    solid = {one.root for one in words_of(text) if not one.light and not one.number}
    missing = {one.root for word in (*found.names, *found.words) for one in words_of(word)} & solid
    ours = set(_treatments(whole)) or set(_treatments(claim_of(claim.context)))
    treats = bool(ours & set(_treatments(claim_of(support.exact)))) if ours else None
    return Nearness(found.share, len(solid - missing), len(missing), about, foreign, wanted, treats)


def _named_in_both(one: Claim, other: Claim) -> bool:
    ours, theirs = ({name for name, words in _conditions(claim, outcomes=True) if _bare(words) not in _OF_ANY} for claim in (one, other))
    return bool(ours & theirs)


def _without(text: str, phrases: frozenset[str]) -> str:
    for phrase in phrases:
        text = text.replace(phrase, " ")
    return text


def _treatments(claim: Claim) -> list[str]:
    kinds = ("drug", "intervention")
    return [
        name
        for one in claim.mentions
        if one.kind in kinds and one.category not in ("service", "diagnostic", "comparator")
        for name in one.concepts
    ]


def _about(claim: Told, support: Support, above: tuple[str, ...]) -> tuple[About, str, str]:
    own = _conditions(claim_of(claim.text))
    page = _page(above)
    said = _conditions(claim_of(support.exact))
    # What a label says of a drug holds for whoever takes it.
    subject = [] if support.header is None or support.header.tier == "label" else _subject(support.header)
    asked = [page] if claim.fragment and page else [own, page]
    if any(_same(wanted, known) for wanted in asked for known in (said, subject)):
        return "same", "", ""
    known = said or subject
    if not known or not (own or page):
        return "unknown", "", ""
    ancestors = _wider([*own, *page])
    others = [words for ident, words in known if ident not in ancestors]
    return ("other" if others else "wider"), (others or [words for _, words in known])[0], (own or page)[0][1]


def _same(wanted: list[tuple[str, str]], known: list[tuple[str, str]]) -> bool:
    ids = {ident for ident, _ in known}
    return any(ids & terms.same_or_narrower(ident) for ident, _ in wanted)


def _wider(wanted: list[tuple[str, str]]) -> set[str]:
    return {above for ident, _ in wanted for above in (*terms.wider(ident, steps=_STEPS), *terms.related(ident))}


def _conditions(claim: Claim, *, outcomes: bool = False) -> list[tuple[str, str]]:
    """Concept and words of each condition that a text is about; what is as often measured ("pain") says nothing of that."""
    measured = _measured()
    named = [
        one
        for one in claim.mentions
        if one.kind == "condition"
        and (outcomes or not any(measured.fullmatch(name) for name in (one.text, _bare(one.text), terms.concept(one.concept).label)))
    ]
    return [(name, one.text) for one in named for name in one.concepts]


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    """The name of a condition without what only says how it goes: "worsening symptoms" are symptoms."""
    words = name.lower().split()
    while len(words) > 1 and (words[0] in _modifiers() or words[0].endswith("ing")):
        words = words[1:]
    return " ".join(words)


@lru_cache(maxsize=1)
def _modifiers() -> frozenset[str]:
    lines = (files("pincite") / "data" / "modifiers.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=256)
def _page(above: tuple[str, ...]) -> list[tuple[str, str]]:
    """What the headings above a claim are about; a page on depression or headache has nothing else in its title."""
    claims = [claim_of(words) for words in above]
    return [one for claim in claims for one in _conditions(claim)] or [one for claim in claims for one in _conditions(claim, outcomes=True)]


@lru_cache(maxsize=1024)
def _subject(header: Header) -> list[tuple[str, str]]:
    return [one for part in (*header.conditions, header.title) for one in _conditions(claim_of(part), outcomes=True)]


@lru_cache(maxsize=1)
def _measured() -> re.Pattern[str]:
    return re.compile("|".join(pattern for role, pattern in rows("direction.tsv") if role == "unwanted"), re.IGNORECASE)
