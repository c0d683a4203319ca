"""Measures, as pure functions: ranking, overlap of quotes with what experts marked, ROUGE, the area under the ROC curve.

Between the answers and the report. Ranking measures come from `ir-measures`, the library that retrieval research uses,
so that the figures can be compared. ROUGE is our own thirty lines: `rouge-score`, the usual package, brings nltk and
absl for a few sums.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pincite.errors import PinciteError
from pincite.evaluation.sets import Gold
from pincite.records import Citation

_WORD = re.compile(r"[a-z0-9]+")


class Ranking(NamedTuple):
    """Means over the questions, each 0 to 1."""

    ndcg_at_10: float
    recall_at_20: float
    mrr: float


class Overlap(NamedTuple):
    """Characters that quotes and gold snippets share, as shares of the quotes, of the gold, and their harmonic mean."""

    precision: float
    recall: float
    f1: float


def rank_measures(runs: Mapping[str, Sequence[str]], *, relevant: Mapping[str, Iterable[str]]) -> Ranking:
    """nDCG@10, recall@20 and MRR of ranked passage ids by question id; raises PinciteError without the extra `eval`."""
    try:
        import ir_measures  # noqa: PLC0415 - an extra
        from ir_measures import RR, R, nDCG  # noqa: PLC0415
    except ImportError as error:
        raise PinciteError(
            "Evaluation needs the package ir-measures.", what_to_do="Install it with `pip install pincite[eval]`."
        ) from error
    judged = [ir_measures.Qrel(question, passage, 1) for question, passages in relevant.items() for passage in passages]
    # Scores by rank: equal scores would let the library choose an order of its own.
    ranked = [
        ir_measures.ScoredDoc(question, passage, float(-at)) for question, passages in runs.items() for at, passage in enumerate(passages)
    ]
    found = ir_measures.calc_aggregate([nDCG @ 10, R @ 20, RR], judged, ranked)
    return Ranking(found[nDCG @ 10], found[R @ 20], found[RR])


def snippet_overlap(citations: Iterable[Citation], *, gold: Iterable[Gold]) -> Overlap:
    """How far the quotes cover the gold snippets, and nothing else, counted in characters of the documents.

    >>> snippet_overlap([], gold=[Gold(document_id="a", start=0, end=5)])
    Overlap(precision=0.0, recall=0.0, f1=0.0)
    """
    quoted = {(one.document_id, at) for one in citations for at in range(one.quote.start, one.quote.end)}
    marked = {(one.document_id, at) for one in gold for at in range(one.start, one.end)}
    shared = len(quoted & marked)
    return _overlap(shared, len(quoted), len(marked))


def rouge(text: str, *, references: Sequence[str]) -> dict[str, float]:
    """ROUGE-1, -2 and -L (F1, no stemming) against the reference that fits best, as Lin 2004 takes several references.

    >>> rouge("rest does not help", references=["rest does help", "walk"])["rouge1"]
    0.8571428571428571
    """
    words = _WORD.findall(text.lower())
    scores = {"rouge1": 0.0, "rouge2": 0.0, "rougeL": 0.0}
    for reference in references:
        other = _WORD.findall(reference.lower())
        each = {
            "rouge1": _shared_runs(words, other, 1),
            "rouge2": _shared_runs(words, other, 2),
            "rougeL": _overlap(_longest_common(words, other), len(words), len(other)).f1,
        }
        scores = {name: max(scores[name], each[name]) for name in scores}
    return scores


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a random positive scores above a random negative, ties counting half; 0.5 when either is empty.

    >>> auroc([0.9, 0.5], [0.5, 0.1])
    0.875
    """
    if not positive or not negative:
        return 0.5
    ordered = sorted(negative)

    total = sum((bisect.bisect_left(ordered, one) + bisect.bisect_right(ordered, one)) / 2 for one in positive)
    return total / (len(positive) * len(negative))


def mean(values: Iterable[float]) -> float | None:
    """The mean, or None of nothing."""
    held = list(values)
    return sum(held) / len(held) if held else None


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by nearest rank.

    >>> percentile([4.0, 1.0, 3.0, 2.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * 100) * len(ordered) // 100) - 1))]


def _shared_runs(words: Sequence[str], other: Sequence[str], size: int) -> float:
    first = Counter(zip(*(words[at:] for at in range(size)), strict=False))
    second = Counter(zip(*(other[at:] for at in range(size)), strict=False))
    return _overlap((first & second).total(), first.total(), second.total()).f1


def _longest_common(words: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    before = [0] * (len(other) + 1)
    for word in words:
        now = [0]
        for at, against in enumerate(other):
            now.append(before[at] + 1 if word == against else max(before[at + 1], now[at]))
        before = now
    return before[-1]


def _overlap(shared: int, found: int, wanted: int) -> Overlap:
    precision = shared / found if found else 0.0
    recall = shared / wanted if wanted else 0.0
    return Overlap(precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0)
