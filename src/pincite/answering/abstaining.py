"""Whether this library answers the question at all: one confidence from search and appraisal, and the line below which Pincite is silent.

A logistic model of three readable features. Words decide, not vectors: the same question gets the same confidence with and without
an encoder as far as the same passages are read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from pincite.appraisal.directness import lexical_overlap
from pincite.records import Evidence, Question, ScoredPassage

# The passages among which the best share of the question's words is looked for. Five lose 0.01 AUROC, twenty gain nothing.
_LOOKED_AT = 10
INTERCEPT = -3.5
WEIGHTS = (2.1, 3.6, 0.3)
# Raising it refuses more good questions, lowering it answers more questions that the library cannot answer.
ANSWERS_FROM = 0.5


class Features(NamedTuple):
    """What confidence is made of, each 0 to 1."""

    coverage: float  # what the best direct sentence meets of what the question names
    words: float  # weighted share of the question's words in the passage that has most of them
    direct: float  # 1 when any sentence is direct evidence


def features(question: Question, scored: Sequence[ScoredPassage], evidence: Sequence[Evidence]) -> Features:
    """The features of one question; all 0 when nothing was found."""
    direct = [one.coverage for one in evidence if one.directness == "direct"]
    best = sorted(scored, key=lambda one: (-one.score, one.passage.id))[:_LOOKED_AT]
    words = _words_met(question, [f"{one.header.title} {one.passage.text}" for one in best])
    return Features(max(direct, default=0.0), words, float(bool(direct)))


def _words_met(question: Question, texts: Sequence[str]) -> float:
    """Share of the question's words in the best passage, or in the best two together where it asks about two conditions."""
    chosen = ""
    for _ in range(max(1, len(question.conditions))):
        chosen = max((f"{chosen} {text}" for text in texts), key=lambda text: lexical_overlap(question, text), default="")
    return lexical_overlap(question, chosen) if chosen else 0.0


def confidence(question: Question, scored: Sequence[ScoredPassage], evidence: Sequence[Evidence]) -> float:
    """0 to 1: that the library answers the question."""
    values = features(question, scored, evidence)
    return 1 / (1 + math.exp(-(INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True)))))
