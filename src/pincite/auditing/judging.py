"""One claim and its candidates → the verdict, the sentences that decide, and how much harm a mistake could do.

After `evidence`. Precision comes first: a claim is contradicted only where one sentence on the same matter says otherwise
in words that can be shown; where sources merely differ, or nothing was found, that is what the verdict says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pincite.auditing.evidence import Candidate
from pincite.auditing.labelled import Against
from pincite.auditing.relating import Told
from pincite.records import Check, Verdict, VerdictLabel
from pincite.text.numbers import same_quantity
from pincite.verification.claims import Claim, claim_of
from pincite.verification.comparing import compare

Severity = Literal["high", "moderate", "low", "none"]

# Calibrated by reading every finding on machine-written pages and on journal text; run evaluation/audit_bed.py again after a change.
# From this share a clash of direction or negation is about the same thing (measured: reliable at 0.6 to 0.7 for one sentence; a library has many), …
CLASHES = 0.75
# … but another figure only where the sentence is all but the same: two studies of one treatment rightly report two numbers.
SAME_SENTENCE = 0.8
# A sentence says part of a claim when this share of its weight stands in it, and so many words that carry meaning; below, they share a topic.
PARTLY, PART_WORDS = 0.6, 4
# … and more words stand in it than not, names counted as one word each.
MOST_WORDS = 0.6
# An item of a few words stands only where its sentence speaks of its lead-in as well.
FRAGMENT = 0.4
FRAGMENT_PARTLY = 0.85
# The same words of another condition: less may be shared, for the condition's own words are not counted.
ELSEWHERE, ELSEWHERE_WORDS = 0.45, 4
# Of a wider condition a source says only what stands in it nearly whole.
WIDER = 0.85
# From here a sentence that does not bear a claim out is still worth showing as the nearest that the library has.
NEAREST, NEAREST_WORDS = 0.55, 3
_STANDS = ("quoted", "supported")
# What could hurt a patient when it is wrong, first.
_HIGH = frozenset({"dose", "units", "direction", "negation", "population"})
_MODERATE = frozenset({"numbers", "condition", "intervention", "strength", "overreach", "substitution", "misattributed", "outdated"})
# Differences in a figure or a name say that another case is told, unless the sentence is the same one otherwise.
_OTHER_CASE = frozenset({"numbers", "units", "dose", "intervention", "condition", "population", "substitution", "order"})


class Judged(NamedTuple):
    """A verdict with the candidates that it rests on, best first."""

    verdict: Verdict
    evidence: tuple[Candidate, ...]
    severity: Severity


class _Compared(NamedTuple):
    candidates: tuple[Candidate, ...]
    verdict: Verdict

    @property
    def first(self) -> Candidate:
        return self.candidates[0]

    @property
    def share(self) -> float:
        return max((one.share for one in self.candidates), default=0.0)

    @property
    def nearness(self) -> float:
        return max((one.near.share for one in self.candidates), default=0.0)


def judge(
    claim: Told,
    *,
    cites: bool,
    resolved: bool,
    cited: Sequence[Candidate],
    anywhere: Sequence[Candidate],
    label: Against | None = None,
    allowed: Against | None = None,
    problems: Sequence[Check] = (),
) -> Judged:
    """The verdict on a claim.

    `label`: what the label of the claim's drug says against it; `allowed`: its highest daily amount, where the claim stays below. `cites`: the text gives a source for it; `resolved`: at least one of them is held. `problems`: what is wrong with the
    sources themselves (retracted, superseded), as checks that failed.
    """
    in_cited, elsewhere = _compared(claim, cited), _compared(claim, anywhere)
    if stands := _standing(claim, in_cited):
        return _judged(claim, stands, problems, label="partly" if problems else stands.verdict.label)
    clash = _clash(claim, in_cited) or _clash(claim, elsewhere)
    stands = _standing(claim, elsewhere)
    if label is not None and (stands is None or stands.verdict.label != "quoted"):
        verdict = Verdict(label="contradicted", score=round(label.candidate.near.share, 3), checks=(*problems, label.check))
        return Judged(verdict, (label.candidate,), _severity(claim, "contradicted", verdict.checks))
    if stands and not (clash and clash.first.cited):
        if resolved:
            says = f"True, but not in the source cited: it stands in {stands.first.header.title}."
            return _judged(claim, stands, (*problems, Check(name="misattributed", outcome="fail", says=says)), label="partly")
        return _judged(claim, stands, problems, label="partly" if problems else stands.verdict.label)
    if clash:
        return _judged(claim, clash, problems, label="contradicted")
    if allowed is None and (part := _part(claim, [*in_cited, *elsewhere])):
        return _judged(claim, part, (*problems, *_other_condition(claim, part)), label="partly")
    if allowed is not None:
        checks = (*problems, allowed.check)
        return Judged(
            Verdict(label="not-found" if cites else "uncited", score=None, checks=checks),
            (allowed.candidate,),
            _severity(claim, "uncited", checks),
        )
    nothing: Literal["not-found", "uncited"] = "not-found" if cites else "uncited"
    verdict = Verdict(label=nothing, score=None, checks=(*problems, _nothing(cites=cites, resolved=resolved)))
    return Judged(verdict, _nearest([*in_cited, *elsewhere]), _severity(claim, nothing, problems))


def _nothing(*, cites: bool, resolved: bool) -> Check:
    if not cites:
        says = "The text gives no source, and nothing in this library says so."
    elif resolved:
        says = "Neither the source cited nor anything else in this library says so."
    else:
        says = "The source cited is not in this library, and nothing else in it says so."
    return Check(name="evidence", outcome="abstain", says=says)


def _compared(claim: Told, candidates: Sequence[Candidate]) -> list[_Compared]:
    alone = [_Compared((one,), compare(claim.text, [one.support], context=claim.context)) for one in candidates]
    if any(one.verdict.label in _STANDS for one in alone) or len(candidates) < 2:
        return alone
    # A claim may put two sentences of one source together; sentences of two sources are never added up.
    # Each must speak of the claim's own drug or procedure: what is said of another one lends no words.
    first = candidates[0]
    joined = tuple(one for one in candidates if one.support.document_id == first.support.document_id and one.near.treats is not False)[:3]
    if len(joined) > 1 and first in joined and not claim.fragment and first.near.share >= PARTLY:
        alone.append(_Compared(joined, compare(claim.text, [one.support for one in joined], context=claim.context)))
    return alone


def _standing(claim: Told, compared: Sequence[_Compared]) -> _Compared | None:
    # What is copied with its condition speaks of that condition, whatever stands above it.
    own = any(one.kind == "condition" for one in claim_of(claim.text).mentions)
    stands = [
        one
        for one in compared
        if one.verdict.label in _STANDS
        and (one.first.near.about in ("same", "unknown") or (own and one.verdict.label == "quoted"))
        and (not claim.fragment or one.nearness >= FRAGMENT or one.verdict.label == "quoted")
        and not _explains(claim, one)
    ]
    return max(stands, key=lambda one: (one.verdict.label == "quoted", one.nearness), default=None)


def _explains(claim: Told, compared: _Compared) -> bool:
    """Whether the text says one thing by another name ("stenosis is a narrowing of the canal") and the source has only one of the names."""
    if compared.verdict.label == "quoted":
        return False
    named = [one for one in claim_of(claim.text).mentions if one.kind in ("condition", "drug", "intervention")]
    held = " ".join(one.support.exact for one in compared.candidates).casefold()
    twice = [one for one in named if sum(one.concept == other.concept for other in named) > 1]
    return len({one.text.casefold() for one in twice}) > 1 and not all(one.text.casefold() in held for one in twice)


def _clash(claim: Told, compared: Sequence[_Compared]) -> _Compared | None:
    """The comparison that contradicts the claim, when one sentence on the same matter does so beyond doubt."""
    read = claim_of(claim.text, context=claim.context)
    for one in sorted(compared, key=lambda each: -each.share):
        if one.verdict.label != "contradicted" or len(one.candidates) != 1 or claim.fragment:
            continue
        near = one.first.near
        if near.about not in ("same", "unknown") or near.hits < max(PART_WORDS, MOST_WORDS * (near.hits + near.missing)):
            continue
        failed = {check.name for check in one.verdict.checks if check.outcome == "fail" and check.found and check.expected}
        if (one.first.share if failed <= _OTHER_CASE else near.share) < (SAME_SENTENCE if failed <= _OTHER_CASE else CLASHES):
            continue
        other = claim_of(one.first.support.exact)
        if "intervention" not in failed and (_apart(read, other, ("drug",)) or _apart(read, other, ("drug", "intervention"))):
            continue
        return one
    return None


def _apart(one: Claim, other: Claim, kinds: tuple[str, ...]) -> bool:
    """Whether two sentences both name drugs (or procedures), and none in common."""
    ours, theirs = ({name for each in claim.mentions if each.kind in kinds for name in each.concepts} for claim in (one, other))
    return bool(ours and theirs and not ours & theirs)


def _part(claim: Told, compared: Sequence[_Compared]) -> _Compared | None:
    """The sentence that says a good part of the claim: of the same condition, or the same words of another."""
    found = [one for one in compared if len(one.candidates) == 1 and one.verdict.label != "not-found" and _says_part(claim, one.first)]
    return max(found, key=lambda one: (one.first.near.about in ("same", "unknown"), one.first.near.share), default=None)


def _says_part(claim: Told, one: Candidate) -> bool:
    near = one.near
    most = 0.5 if near.about == "other" else MOST_WORDS
    if near.treats is False or near.hits < most * (near.hits + near.missing):
        return False
    if claim.fragment and one.share < FRAGMENT_PARTLY:
        return False
    figures, theirs = claim_of(claim.text).figures, claim_of(one.support.exact).figures
    figures = tuple(ours for ours in figures if "mass" in (ours.dimension or "")) or figures  # of a dose the amount tells, not the interval
    same = any(same_quantity(ours, other) or set(ours.values) & set(other.values) for ours in figures for other in theirs)
    if near.about == "other":
        words = ELSEWHERE_WORDS if same or not figures else ELSEWHERE_WORDS + 2
        return near.treats is True and near.share >= ELSEWHERE and near.hits >= words
    if near.about == "wider" and (near.share < WIDER or near.missing > 1):
        return False
    if near.share < PARTLY or near.hits < min(PART_WORDS, near.hits + near.missing):
        return False
    return not figures or same or one.share >= SAME_SENTENCE


def _other_condition(claim: Told, part: _Compared) -> tuple[Check, ...]:
    near = part.first.near
    if near.about not in ("other", "wider") or not near.foreign:
        return ()
    says = f"Right words, other condition: the source says it of {near.foreign}."
    if near.about == "wider":
        says = f"The source says it of {near.foreign}, which is wider than what the text speaks of."
    return (Check(name="condition", outcome="fail", says=says, found=near.foreign, expected=near.wanted or None),)


def _nearest(compared: Sequence[_Compared]) -> tuple[Candidate, ...]:
    found = [one.first for one in compared if one.first.near.about == "same" and one.first.near.treats is not False]
    near = max(
        (one for one in found if one.near.share >= NEAREST and one.near.hits >= NEAREST_WORDS), key=lambda one: one.near.share, default=None
    )
    return (near,) if near else ()


def _judged(claim: Told, chosen: _Compared, problems: Sequence[Check], *, label: VerdictLabel) -> Judged:
    named = {check.name for check in problems}
    if "condition" in named:
        named.add("coverage")  # what the wrong source lacks besides is beside the point
    checks = [
        *problems,
        *(check for check in chosen.verdict.checks if (check.outcome != "pass" or label in _STANDS) and check.name not in named),
    ]
    verdict = Verdict(label=label, score=round(chosen.share, 3), checks=tuple(checks))
    return Judged(verdict, chosen.candidates, _severity(claim, label, checks))


def _severity(claim: Told, label: str, checks: Sequence[Check]) -> Severity:
    """High where a mistake could hurt: a dose, a contraindication, a turned direction, another group of people."""
    if label in _STANDS:
        return "none"
    failed = {check.name for check in checks if check.outcome == "fail"}
    dosed = any("mass" in (figure.dimension or "") or figure.dimension == "amount" for figure in claim_of(claim.text).figures)
    if label == "contradicted" and (failed & _HIGH or dosed):
        return "high"
    if label == "contradicted" or (label == "partly" and failed & _HIGH):
        return "moderate"
    if failed & _MODERATE or dosed:
        return "moderate"
    return "low"
