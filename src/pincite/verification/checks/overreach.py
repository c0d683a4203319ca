"""A claim must not be surer, wider or more causal than its source, nor tell as found what was only to be found out.

Catches: "prevents" for "was associated with"; "reduces" for "may reduce"; "all" for "some"; "safe" where the source does not say so. Must not: "might" for "may".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pincite.records import Check
from pincite.verification.aligning import Pair, changes, pairs
from pincite.verification.claims import Claim, Support
from pincite.verification.wording import Said, root, said, words_of

# How many and how often, weakest first: a claim may not climb.
_HOW_MANY = ("some", "half", "many", "universal")
# Only where sentence and source share this much is a hedge or limit known to belong to the claim's words.
_CLOSE = 0.5
_RESULTS = re.compile(r"\b(?:was|were|had|showed|found|did|is|are|has|have)\b", re.IGNORECASE)


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether the text commits itself no further than its best-matching sentences."""
    matched = pairs(claim, supports)
    for pair in matched:
        for rule in (_aim, _causal, _sure, _many, _raised, _praised, _unlimited):
            if failed := rule(pair):
                return failed
    if not matched:
        return Check(name="overreach", outcome="abstain", says="There is no quote to compare with.")
    return Check(name="overreach", outcome="pass", says="The text goes no further than its source.")


def _failed(says: str, *, found: str | None, expected: str) -> Check:
    return Check(name="overreach", outcome="fail", says=says, found=found, expected=expected)


def _all(role: str, pair: Pair) -> list[Said]:
    return [one for source in pair.sources for one in said(role, source.text)]


def _aim(pair: Pair) -> Check | None:
    """A stated aim or hypothesis looks like support and is none."""
    aims = said("aim", pair.source.text)
    if not aims or said("aim", pair.unit.text) or pair.others or pair.overlap < _CLOSE:
        return None
    # "We aimed to compare A with B; A was better": the result stands in the same sentence.
    if _RESULTS.search(pair.source.text[: aims[0].start]) and aims[0].words.lower() == "whether":
        return None
    return Check(
        name="overreach", outcome="fail", says=f"The source only says what was to be found out (“{aims[0].words}”).", found=aims[0].words
    )


def _causal(pair: Pair) -> Check | None:
    """From going together to causing."""
    linked = said("association", pair.source.text)
    if said("association", pair.unit.text) or not linked or pair.overlap < _CLOSE:
        return None
    held = {root(one.words.split()[0]) for role in ("cause", "effect") for one in said(role, pair.source.text)}
    for role in ("cause", "effect"):
        for one in said(role, pair.unit.text):
            if root(one.words.split()[0]) not in held or (
                role == "effect" and _acts(one, pair.unit.text) and _only_linked(one, pair.source.text, linked)
            ):
                return _failed(f"The source says “{linked[0].words}”, the text “{one.words}”.", found=linked[0].words, expected=one.words)
    return None


def _acts(one: Said, text: str) -> bool:
    """ "Statins reduced the risk" does it; "with a reduced risk" only has it."""
    before = text[: one.start].rstrip().lower()
    return not before.endswith((" with", " of", " for", " an", " a", " the", " in", " to", " and", "was", "were", "is", "are"))


def _only_linked(one: Said, source: str, linked: Sequence[Said]) -> bool:
    """Whether the source has the same word just after one that only links: "was associated with reduced risk"."""
    stem = root(one.words)
    return any(root(word.words) == stem and 0 < word.start - link.end < 40 for word in said("effect", source) for link in linked)


def _sure(pair: Pair) -> Check | None:
    """A hedge left out, or a proof put in."""
    for one in said("proof", pair.unit.text):
        if root(one.words) not in {root(word) for other in pair.sources for word in _lower(other.text)}:
            return _failed(f"The source does not say “{one.words}”.", found=None, expected=one.words)
    hedges = said("hedge", pair.source.text)
    if not hedges or said("hedge", pair.unit.text) or pair.overlap < _CLOSE:
        return None
    dropped = [one for one in hedges if _spans(pair, one)]
    if not dropped:
        return None
    words = dropped[0].words
    return _failed(f"The source says “{words}”; the text leaves it out.", found=words, expected=pair.unit.text)


def _spans(pair: Pair, one: Said) -> bool:
    """Whether the claim has the words on both sides of a hedge: it is this assertion that was held back."""
    said_here = {token.root for token in words_of(pair.unit.text) if not token.light}
    tokens = [token for token in words_of(pair.source.text) if not token.light]
    before = [token.root in said_here for token in tokens if token.end <= one.start][-3:]
    after = [token.root in said_here for token in tokens if token.start >= one.end][:3]
    return any(after) and (any(before) or not before)


def _lower(text: str) -> list[str]:
    return [token.word.lower() for token in words_of(text)]


def _many(pair: Pair) -> Check | None:
    """From some to many, from many to all."""
    ours = [one for role in _HOW_MANY for one in said(role, pair.unit.text)]
    theirs = [one for role in _HOW_MANY for one in _all(role, pair)]
    held = {one.words.lower() for one in theirs} | {word for source in pair.sources for word in _lower(source.text)}
    for one in ours:
        if one.words.lower() in held or any(root(one.words) == root(other.words) for other in theirs):
            continue
        if one.role in {other.role for other in theirs}:
            continue
        lower = next((other for other in theirs if _HOW_MANY.index(other.role) < _HOW_MANY.index(one.role)), None)
        if lower is not None and lower.words.lower() not in _lower(pair.unit.text):
            says = f"The source says “{lower.words}”, the text “{one.words}”."
            return _failed(says, found=lower.words, expected=one.words)
        return _failed(f"The source does not say “{one.words}”.", found=None, expected=one.words)
    return None


def _raised(pair: Pair) -> Check | None:
    """An intensifier that no source has."""
    held = {root(word) for source in pair.sources for word in _lower(source.text)}
    for one in said("degree", pair.unit.text):
        if root(one.words) not in held and not _all("degree", pair):
            return _failed(f"The source does not say “{one.words}”.", found=None, expected=one.words)
    added = {token.start for change in changes(pair.unit.text, pair.source.text) for token in change.claim}
    for one in said("degree", pair.unit.text):
        if one.start in added and root(one.words) not in held and one.words.lower().startswith("significan"):
            return _failed(f"The source does not say “{one.words}”.", found=None, expected=one.words)
    return None


def _praised(pair: Pair) -> Check | None:
    """A judgement that no source makes: "safe" where it says contraindicated. Forms of one word count as one ("effective", "effectiveness")."""
    held = {root(word) for source in pair.sources for word in _lower(source.text)}
    stems = {word[:5] for source in pair.sources for word in _lower(source.text)}
    for one in said("judgement", pair.unit.text):
        if root(one.words) not in held and one.words.lower()[:5] not in stems and one.words.lower()[:4] not in stems:
            return _failed(f"The source does not say “{one.words}”.", found=None, expected=one.words)
    return None


def _unlimited(pair: Pair) -> Check | None:
    """A limit left out: "if conservative treatment fails", "only", "in selected patients"."""
    if pair.overlap < _CLOSE or said("restriction", pair.unit.text):
        return None
    advises = said("advice", pair.source.text)
    for one in said("restriction", pair.source.text):
        strict = one.words.lower() in ("only", "unless", "except", "selected", "alone")
        if (strict or advises) and _spans_either(pair, one):
            says = f"The source limits this (“{one.words}”); the text does not."
            return Check(name="overreach", outcome="fail", says=says, found=one.words)
    return None


def _spans_either(pair: Pair, one: Said) -> bool:
    """Whether the claim has the word next to a limit: it is this assertion that was limited."""
    here = {token.root for token in words_of(pair.unit.text) if not token.light}
    tokens = [token for token in words_of(pair.source.text) if not token.light]
    before = [token.root in here for token in tokens if token.end <= one.start][-2:]
    after = [token.root in here for token in tokens if token.start >= one.end][:1]
    return any(before) or any(after)
