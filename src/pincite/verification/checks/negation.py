"""What the source denies may not be affirmed, nor the reverse: compared word by word with the best-matching sentence.

Catches: "surgery reduced pain" for "surgery did not reduce pain". Must not: "there was no difference" for "they did not differ".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pincite.records import Check
from pincite.text.negation import negated
from pincite.verification.aligning import BRACKETS, Pair, changes, pairs
from pincite.verification.claims import Claim, Support
from pincite.verification.wording import Token, root, words_of

_CUE = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|fail(?:s|ed|ing)? to|failure to|unable to|lack(?:s|ed|ing)?(?: of)?|absence of|absent|free of|free from"
    r"|rather than|instead of|ruled out|den(?:y|ies|ied)|unlikely|negative for|no longer)\b|n['’]t\b",
    re.IGNORECASE,
)
# Advice against something may be given with a denial or without: "must not be used" is "contraindicated".
_AGAINST = re.compile(
    r"\b(?<!not )(?:contra-?indicated|avoid(?:ed)?|against|discouraged|stop(?:ped)?|discontinued?|withh(?:o|e)ld)\b", re.IGNORECASE
)
_NOT_GOOD = re.compile(
    r"\b(?:not|never)\s+(?:\w+\s+){0,2}?(?:safe|recommended|advised|suitable|appropriate|indicated|be (?:used|taken|given))\b|\bunsafe\b",
    re.IGNORECASE,
)
_BARE = frozenset(("not", "no", "without", "never", "cannot"))
# How many words after a denial surely belong to it.
_HEADS = 3
# Not a denial of anything: "not only", "with or without", "no. 3", the "No," that answers a question.
_NONE = re.compile(
    r"^\W*no[,.]|\b(?:not only|not just|not merely|with or without|whether or not|no\. ?\d|no doubt|if not|not necessarily|(?:treatments?|care|therapy|management) without (?:surgery|an operation))\b"
    # "Those who did not" denies what was said before, not what follows.
    r"|\b(?:did|do|does|were|was|had|have|has|is|are) not(?=\s*(?:[.,;)(]|$))",
    re.IGNORECASE,
)


def check(claim: Claim, supports: Sequence[Support]) -> Check:
    """Whether each word that claim and best-matching sentence share is denied by both or by neither."""
    compared = False
    for pair in pairs(claim, supports):
        if _parted_with(pair):
            return Check(
                name="negation",
                outcome="fail",
                says="The text has “without” where the source has “with”.",
                found="with",
                expected="without",
            )
        if bare := _bare(pair):
            return Check(
                name="negation",
                outcome="fail",
                says=f"The source says “{bare.word}”; the text leaves it out.",
                found=_phrase(pair.source.text, (bare.start, bare.end, bare.word)) if pair.near else None,
                expected=pair.unit.text,
            )
        ours, theirs = _cues(pair.unit.text), _cues(pair.source.text)
        if "(" not in pair.unit.text:  # "(data not shown)" may be left out
            aside = [one.span() for one in BRACKETS.finditer(pair.source.text)]
            theirs = tuple(cue for cue in theirs if not any(start <= cue[0] < end for start, end in aside))
        if not ours and not theirs:
            continue
        compared = True
        if len(ours) != len(theirs) and _advised_against(pair, len(ours) < len(theirs)):
            continue
        if failed := _added_or_lost(pair, ours, theirs):
            return failed
    if not compared:
        return Check(name="negation", outcome="abstain", says="Neither the text nor its sources deny anything.")
    return Check(name="negation", outcome="pass", says="What the text denies, the source denies.")


def _advised_against(pair: Pair, ours_has_fewer: bool) -> bool:
    """Whether both advise against it, the one by a denial and the other by a word that the first has not."""
    fewer, other = (pair.unit.text, pair.source.text) if ours_has_fewer else (pair.source.text, pair.unit.text)
    if _NOT_GOOD.search(other) and _AGAINST.search(fewer):
        return True
    if not pair.unit.direction == pair.source.claim.direction == "against":
        return False
    word = _AGAINST.search(fewer)
    return word is not None and root(word.group()) not in {one.root for one in words_of(other)}


@lru_cache(maxsize=4096)
def _cues(text: str) -> tuple[tuple[int, int, str], ...]:
    skipped = [one.span() for one in _NONE.finditer(text)]
    return tuple((*one.span(), one.group()) for one in _CUE.finditer(text) if not any(start <= one.start() < end for start, end in skipped))


@lru_cache(maxsize=4096)
def _denied(text: str) -> tuple[tuple[Token, bool], ...]:
    """The words that carry meaning, each with whether it is denied."""
    if not _cues(text):
        return tuple((one, False) for one in words_of(text) if one.number or not one.light)
    return tuple((one, negated(text, one.start, one.end)) for one in words_of(text) if one.number or not one.light)


def _added_or_lost(pair: Pair, ours: Sequence[tuple[int, int, str]], theirs: Sequence[tuple[int, int, str]]) -> Check | None:
    text, source = pair.unit.text, pair.source.text
    here, there = _sides(_denied(text)), _sides(_denied(source))
    shared = [root for root in here if root in there and len(here[root]) == 1 == len(there[root])]
    added = [root for root in shared if here[root] == {True} and there[root] == {False} and root in _heads(text, ours)]
    lost = [root for root in shared if here[root] == {False} and there[root] == {True} and root in _heads(source, theirs)]
    kept = [root for root in shared if here[root] == there[root] == {True}]
    if len(ours) > len(theirs) and (added or _new_cue(pair, ours)):
        words = _phrase(text, ours[-1] if not added else _cue_of(text, ours, added))
        if _elsewhere(pair, added):
            return None
        found = (_clause(source, added) if added else _put_in(pair)) if pair.near else None
        return Check(name="negation", outcome="fail", says=f"The source does not say “{words}”.", found=found, expected=words)
    if len(theirs) > len(ours) and (lost or _dropped_cue(pair, theirs)):
        words = _phrase(source, theirs[-1] if not lost else _cue_of(source, theirs, lost))
        expected = _clause(text, lost) or text
        return Check(
            name="negation",
            outcome="fail",
            says=f"The source says “{words}”; the text leaves the denial out.",
            found=words if pair.near and lost and _first(source, theirs) & set(lost) else None,
            expected=expected,
        )
    if len(ours) == len(theirs) and (len(added) + len(lost) > len(kept)) and added and lost:
        words = _clause(text, added) or text
        return Check(name="negation", outcome="fail", says="The text denies another part than the source.", expected=words)
    return None


def _heads(text: str, cues: Sequence[tuple[int, int, str]]) -> frozenset[str]:
    """The words that a denial is about: the first few that carry meaning after it. Farther on its scope is uncertain."""
    solid = [one for one in words_of(text) if one.number or not one.light]
    return frozenset(one.root for _, end, _ in cues for one in [token for token in solid if token.start >= end - 1][:_HEADS])


def _first(text: str, cues: Sequence[tuple[int, int, str]]) -> frozenset[str]:
    """The words that stand right behind a denial: only of these a contradiction is said."""
    solid = [one for one in words_of(text) if one.number or not one.light]
    return frozenset(one.root for _, end, _ in cues for one in [token for token in solid if token.start >= end - 1][:2])


def _sides(words: Sequence[tuple[Token, bool]]) -> dict[str, set[bool]]:
    found: dict[str, set[bool]] = {}
    for token, denied in words:
        found.setdefault(token.root, set()).add(denied)
    return found


def _new_cue(pair: Pair, ours: Sequence[tuple[int, int, str]]) -> bool:
    """Whether a denial stands in the claim where the sentence has none, and no other source has it."""
    held = " ".join(one.text.lower() for one in pair.others)
    added = [one for change in changes(pair.unit.text, pair.source.text) for one in change.claim]
    return any(start <= one.start < end and words.lower() not in held for start, end, words in ours for one in added)


def _put_in(pair: Pair) -> str | None:
    """The source's words at the very place where the text alone puts a denial into them: "was not reported" for "was reported"."""
    for change in changes(pair.unit.text, pair.source.text):
        if not change.source and len(change.claim) == 1 and change.claim[0].word.lower() in _BARE:
            before = {one.root for one in words_of(pair.unit.text) if one.end <= change.claim[0].start}
            after = [one for one in words_of(pair.unit.text) if one.start >= change.claim[0].end][:3]
            at = next((one for one in words_of(pair.source.text) if after and one.root == after[0].root), None)
            if at is not None and before:
                return _phrase(pair.source.text, (at.start, at.start, ""))
    return None


def _bare(pair: Pair) -> Token | None:
    """A denial that alone was taken out of a sentence: "with or with" for "with or without", "necessarily" for "not necessarily"."""
    for change in changes(pair.unit.text, pair.source.text):
        if len(change.source) == 1 and len(change.claim) <= 1 and change.source[0].word.lower() in _BARE:
            others = {one.word.lower() for one in change.claim}
            if not others or "with" in others:
                return change.source[0]
    return None


def _parted_with(pair: Pair) -> bool:
    return any(
        [one.word.lower() for one in change.claim] == ["without"] and [one.word.lower() for one in change.source] == ["with"]
        for change in changes(pair.unit.text, pair.source.text)
    )


def _dropped_cue(pair: Pair, theirs: Sequence[tuple[int, int, str]]) -> bool:
    """Whether the claim keeps the words on both sides of a denial that it drops: nothing else was left out with it."""
    for change in changes(pair.unit.text, pair.source.text):
        if len(change.source) <= 3 and any(start <= one.start < end for start, end, _ in theirs for one in change.source):
            return True
    return False


def _elsewhere(pair: Pair, added: Sequence[str]) -> bool:
    """Whether another of the quoted sentences denies the same words."""
    for other in pair.others:
        sides = _sides(_denied(other.text))
        if added and all(sides.get(root) == {True} for root in added):
            return True
    return False


def _cue_of(text: str, cues: Sequence[tuple[int, int, str]], roots: Sequence[str]) -> tuple[int, int, str]:
    """The denial nearest to the first of the words."""
    at = next((one.start for one, _ in _denied(text) if one.root in roots), 0)
    return min(cues, key=lambda cue: abs(cue[0] - at))


def _phrase(text: str, cue: tuple[int, int, str]) -> str:
    """A denial with the few words after it."""
    after = [one for one in words_of(text) if one.start >= cue[1]][:4]
    return text[cue[0] : after[-1].end if after else cue[1]].strip()


def _clause(text: str, roots: Sequence[str]) -> str | None:
    """The stretch of a text from the first to the last of these words, at most 80 characters."""
    spans = [(one.start, one.end) for one, _ in _denied(text) if one.root in roots]
    return text[spans[0][0] : min(spans[-1][1], spans[0][0] + 80)] if spans else None
