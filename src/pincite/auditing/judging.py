"""One claim and its candidates → the verdict, the sentences that decide, and how much harm a mistake could do.

After `evidence`. Precision comes first: a claim is contradicted only where one sentence on the same matter says otherwise
in words that can be shown; where sources merely differ, or nothing was found, that is what the verdict says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pincite.auditing.evidence import Candidate
from pincite.records import Check, Verdict, VerdictLabel
from pincite.verification.claims import claim_of
from pincite.verification.comparing import compare

Severity = Literal["high", "moderate", "low", "none"]

# From this share a clash of direction or negation is about the same thing (measured: reliable at 0.6 to 0.7), …
CLASHES = 0.65
# … but another figure only where the sentence is all but the same: two studies of one treatment rightly report two numbers.
SAME_SENTENCE = 0.8
# From this share a sentence says part of the claim.
PARTLY = 0.6
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
    def share(self) -> float:
        return max((one.share for one in self.candidates), default=0.0)


def judge(
    text: str,
    *,
    context: str,
    cites: bool,
    resolved: bool,
    cited: Sequence[Candidate],
    anywhere: Sequence[Candidate],
    problems: Sequence[Check] = (),
) -> Judged:
    """The verdict on a claim.

    `cites`: the text gives a source for it; `resolved`: at least one of them is held. `problems`: what is wrong with the
    sources themselves (retracted, superseded), as checks that failed.
    """
    in_cited = _compared(text, context, cited)
    elsewhere = _compared(text, context, anywhere)
    if stands := _standing(in_cited):
        return _judged(text, stands, problems, label=stands.verdict.label if not problems else "partly")
    clash = _clash(text, context, in_cited) or _clash(text, context, elsewhere)
    stands = _standing(elsewhere)
    if stands and not (clash and clash.candidates[0].cited):
        if resolved:
            other = stands.candidates[0].header.title
            says = f"True, but not in the source cited: it stands in {other}."
            return _judged(text, stands, (*problems, Check(name="misattributed", outcome="fail", says=says)), label="partly")
        return _judged(text, stands, problems, label=stands.verdict.label if not problems else "partly")
    if clash:
        return _judged(text, clash, problems, label="contradicted")
    near = max((*in_cited, *elsewhere), key=lambda one: one.share, default=None)
    if near is not None and near.share >= PARTLY and near.verdict.label in ("partly", "contradicted"):
        return _judged(text, near, problems, label="partly")
    nothing = _nothing(cites=cites, resolved=resolved)
    label: Literal["not-found", "uncited"] = "not-found" if cites else "uncited"
    kept = (near.candidates[0],) if near is not None and near.share >= PARTLY else ()
    return Judged(Verdict(label=label, score=None, checks=(*problems, nothing)), kept, _severity(text, label, problems))


def _nothing(*, cites: bool, resolved: bool) -> Check:
    if not cites:
        says = "The text gives no source, and nothing in this library says so."
    elif resolved:
        says = "Neither the source cited nor anything else in this library says so."
    else:
        says = "The source cited is not in this library, and nothing else in it says so."
    return Check(name="evidence", outcome="abstain", says=says)


def _compared(text: str, context: str, candidates: Sequence[Candidate]) -> list[_Compared]:
    alone = [_Compared((one,), compare(text, [one.support], context=context)) for one in candidates]
    if any(one.verdict.label in _STANDS for one in alone) or len(candidates) < 2:
        return alone
    # A claim may put two sentences of one source together; sentences of two sources are never added up.
    first = candidates[0]
    joined = tuple(one for one in candidates if one.support.document_id == first.support.document_id)[:3]
    if len(joined) > 1:
        alone.append(_Compared(joined, compare(text, [one.support for one in joined], context=context)))
    return alone


def _standing(compared: Sequence[_Compared]) -> _Compared | None:
    stands = [one for one in compared if one.verdict.label in _STANDS]
    return max(stands, key=lambda one: (one.verdict.label == "quoted", one.share), default=None)


def _clash(text: str, context: str, compared: Sequence[_Compared]) -> _Compared | None:
    """The comparison that contradicts the claim, when one sentence on the same matter does so beyond doubt."""
    claim = claim_of(text, context=context)
    for one in sorted(compared, key=lambda each: -each.share):
        if one.verdict.label != "contradicted" or len(one.candidates) != 1:
            continue
        candidate = one.candidates[0]
        failed = {check.name for check in one.verdict.checks if check.outcome == "fail" and check.found and check.expected}
        needed = SAME_SENTENCE if failed <= _OTHER_CASE else CLASHES
        if candidate.share < needed:
            continue
        other = claim_of(candidate.support.exact)
        if (
            claim.interventions
            and other.interventions
            and not set(claim.interventions) & set(other.interventions)
            and "intervention" not in failed
        ):
            continue
        return one
    return None


def _judged(text: str, chosen: _Compared, problems: Sequence[Check], *, label: VerdictLabel) -> Judged:
    checks = (*problems, *(check for check in chosen.verdict.checks if check.outcome != "pass" or label in _STANDS))
    verdict = Verdict(label=label, score=round(chosen.share, 3), checks=checks)
    return Judged(verdict, chosen.candidates, _severity(text, label, checks))


def _severity(text: str, label: str, checks: Sequence[Check]) -> Severity:
    """High where a mistake could hurt: a dose, a contraindication, a turned direction, another group of people."""
    if label in _STANDS:
        return "none"
    failed = {check.name for check in checks if check.outcome == "fail"}
    claim = claim_of(text)
    dosed = any(figure.dimension in ("mass", "amount") or "mass" in (figure.dimension or "") for figure in claim.figures)
    if label == "contradicted" and (failed & _HIGH or dosed):
        return "high"
    if label == "contradicted" or (label == "partly" and failed & _HIGH):
        return "moderate"
    if failed & _MODERATE or dosed:
        return "moderate"
    return "low"
