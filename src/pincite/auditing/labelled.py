"""A claim on a drug against that drug's own label: a daily dose above its maximum, or "safe" where it warns. Between `evidence` and `judging`.

These two mistakes hurt most and are worded freely, so that no sentence of the label resembles the claim. Both are told from structure alone: the
drug, a figure a day, a group of people. Where the label gives no maximum, another route, or another time of pregnancy, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pincite.auditing.evidence import Candidate, Finder
from pincite.auditing.relating import Told
from pincite.records import Check
from pincite.text.negation import negated
from pincite.verification.claims import Claim, claim_of, populations_of
from pincite.verification.wording import dosing_of, words_of

_MAXIMUM = re.compile(
    r"\b(?:max(?:imum|imal)?\.?|(?:not|never) (?:to )?exceed(?:ing|s)?|up to|(?:no|not) (?:more|higher|greater) than|not (?:above|over|beyond)|at most|upper limit|ceiling)\b",
    re.IGNORECASE,
)
_A_DAY = re.compile(r"\b(?:daily|(?:a|per|each|every|in a single|in any) day|in (?:any )?24[- ]?h(?:ours)?|24[- ]hour)\b", re.IGNORECASE)
# What says that something may be done, and what a label says against it.
_ALLOWED = re.compile(
    r"\b(?:safe(?:ly)?|suitable|harmless|(?:can|may) (?:also |still |safely )?(?:be (?:used|taken|given|prescribed|continued|started)|take|use)|well tolerated|no (?:known )?risks?"
    r"|(?:is|are) (?:recommended|appropriate|fine|allowed|acceptable|an option))\b",
    re.IGNORECASE,
)
_WARNED = re.compile(
    r"\b(?:contra-?indicat\w+|avoid(?:ed|ing)?|(?:should|must) not be (?:used|taken|given)|do not (?:use|take|give)|(?:advises?|recommends?|warns?) against|against use|not recommended)\b",
    re.IGNORECASE,
)
# Groups that a label warns of; others ("adults", "men") are whom it is for.
_WARNED_OF = frozenset(("pregnancy", "breastfeeding", "children", "renal impairment", "hepatic impairment"))
# Weeks of pregnancy that a phrase speaks of; without one, the whole of it.
_TRIMESTERS = (
    (re.compile(r"\b(?:first trimester|early pregnancy|first three months)\b", re.IGNORECASE), (0, 13)),
    (re.compile(r"\bsecond trimester\b", re.IGNORECASE), (14, 27)),
    (re.compile(r"\b(?:third|last) trimester\b|\blast three months\b|\blate(?:r)? (?:in )?pregnancy\b", re.IGNORECASE), (28, 42)),
)
_FROM_WEEK = re.compile(r"\b(?:from|after|at|beyond|past|since)\s+(?:about |approximately |around )?(\d\d?)\s?(?:weeks|wk)", re.IGNORECASE)
_BEFORE_WEEK = re.compile(r"\b(?:before|until|up to|prior to)\s+(?:about |approximately |around )?(\d\d?)\s?(?:weeks|wk)", re.IGNORECASE)
# A claim this far above the label's maximum is no rounding.
_ABOVE = 1.01


class Against(NamedTuple):
    """The sentence of a label that a claim goes against, and the check that says how."""

    candidate: Candidate
    check: Check


def within(claim: Told, finder: Finder) -> Against | None:
    """The label's sentence with the highest daily amount, where the claim's amount a day does not exceed it; None where that cannot be said."""
    read = claim_of(claim.text)
    drugs = _drugs(read) or _drugs(claim_of(claim.context))
    daily = _daily(read) if len(drugs) == 1 else None
    limits = _limits(claim.text, list(finder.labels(drugs[0]))) if daily is not None else []
    if daily is None or not limits:
        return None
    limit, said, candidate = max(limits, key=lambda each: each[0])
    if daily[0] > limit * _ABOVE:
        return None
    says = f"{daily[1]} does not exceed the label's highest daily amount, {said}."
    return Against(candidate, Check(name="dose", outcome="abstain", says=says, found=said, expected=daily[1]))


def against(claim: Told, finder: Finder) -> Against | None:
    """What the label of the claim's one drug says against it; None where there is none in the library or it says nothing against."""
    read = claim_of(claim.text)
    drugs = _drugs(read) or _drugs(claim_of(claim.context))
    if len(drugs) != 1:
        return None
    daily = _daily(read)
    allowed = _ALLOWED.search(claim.text)
    if daily is None and (allowed is None or negated(claim.text, *allowed.span()) or _WARNED.search(claim.text)):
        return None
    sentences = list(finder.labels(drugs[0]))
    if daily is not None:
        return _above_maximum(claim.text, daily, sentences)
    return _warned_of(read, sentences, allowed.group() if allowed else "")


def _drugs(claim: Claim) -> list[str]:
    return list(dict.fromkeys(one.concept for one in claim.mentions if one.kind == "drug"))


# --- more than a day's maximum ---------------------------------------------------------------------------------------


def _daily(claim: Claim) -> tuple[float, str] | None:
    """The largest amount a day that a claim gives, in mg, with its words; None where it gives none."""
    found: list[tuple[float, str]] = []
    figures = claim.figures
    for at, one in enumerate(figures):
        if one.dimension == "mass/time" and one.kind == "quantity":
            found.append((max(one.base) * 24, one.text))
        elif one.dimension == "mass" and one.kind == "quantity":
            following = figures[at + 1] if at + 1 < len(figures) else None
            if following is not None and following.kind == "frequency" and following.start - one.end <= 30 and following.base:
                found.append((max(one.base) * max(following.base) * 24, f"{one.text} {following.text}"))
            elif _A_DAY.search(claim.text) and _MAXIMUM.search(claim.text):
                found.append((max(one.base), one.text))
    return max(found, default=None)


def _above_maximum(text: str, daily: tuple[float, str], sentences: list[Candidate]) -> Against | None:
    amount, words = daily
    limits = _limits(text, sentences)
    if not limits:
        return None
    limit, said, candidate = max(limits, key=lambda each: each[0])
    if amount <= limit * _ABOVE:
        return None
    says = f"The label's highest daily amount is {said}; the text says {words}."
    return Against(candidate, Check(name="dose", outcome="fail", says=says, found=said, expected=words))


def _limits(text: str, sentences: list[Candidate]) -> list[tuple[float, str, Candidate]]:
    """The highest amounts a day, in mg, that sentences of labels give for the claim's route."""
    routes = {name for name in dosing_of(text) if name.startswith("route")}
    return [(limit, said, one) for one in sentences for limit, said in _maxima(one.support.exact) if _same_route(routes, one.support.exact)]


def _maxima(sentence: str) -> Iterator[tuple[float, str]]:
    """Amounts a day, in mg, that a sentence gives as the most: only where it says so."""
    if not (_MAXIMUM.search(sentence) and _A_DAY.search(sentence)):
        return
    for one in claim_of(sentence).figures:
        if one.dimension == "mass/time":
            yield max(one.base) * 24, one.text
        elif one.dimension == "mass" and one.kind == "quantity":
            yield max(one.base), one.text


def _same_route(routes: set[str], sentence: str) -> bool:
    theirs = {name for name in dosing_of(sentence) if name.startswith("route")}
    return not routes or not theirs or bool(routes & theirs)


# --- "safe" where the label warns ------------------------------------------------------------------------------------


def _warned_of(claim: Claim, sentences: list[Candidate], allowed: str) -> Against | None:
    groups = set(populations_of(claim.text)) & _WARNED_OF
    conditions = {name for one in claim.mentions if one.kind in ("condition", "intervention") for name in one.concepts}
    if not groups and not conditions:
        return None
    for one in sentences:
        exact = one.support.exact
        warned = _WARNED.search(exact)
        if warned is None:
            continue
        named = groups & set(populations_of(exact))
        read = claim_of(exact)
        said = {
            name for mention in read.mentions if mention.kind in ("condition", "intervention") for name in mention.concepts
        } & conditions
        if "pregnancy" in named and not _overlap(_weeks(claim.text), _weeks(exact)):
            named = named - {"pregnancy"}
        if not named and not (said and _beside(exact, warned.end(), read, said)):
            continue
        of = ", ".join(sorted(named)) or next(m.text for m in claim.mentions if set(m.concepts) & said)
        says = f"The label warns of {of}: “{warned.group()}”; the text says “{allowed}”."
        return Against(one, Check(name="direction", outcome="fail", says=says, found=warned.group(), expected=allowed))
    return None


def _beside(sentence: str, end: int, read: Claim, said: set[str]) -> bool:
    """Whether what is warned of stands behind the warning, in the same sentence, at most 25 words on."""
    after = [one for one in words_of(sentence) if one.start >= end][:25]
    last = after[-1].end if after else end
    return any(set(one.concepts) & said and end <= one.start < last for one in read.mentions)


def _weeks(text: str) -> list[tuple[int, int]]:
    found = [weeks for pattern, weeks in _TRIMESTERS if pattern.search(text)]
    found += [(int(match[1]), 42) for match in _FROM_WEEK.finditer(text)]
    found += [(0, int(match[1])) for match in _BEFORE_WEEK.finditer(text)]
    return found or [(0, 42)]


def _overlap(ours: list[tuple[int, int]], theirs: list[tuple[int, int]]) -> bool:
    """Whether the claim speaks of weeks that the label warns of: one on all of pregnancy does, one on its beginning does not."""
    return any(start < other_end and other_start < end for start, end in ours for other_start, other_end in theirs)
