"""Whether this library answers the question at all: one confidence from search and appraisal, and the line below which Pincite is silent.

A logistic model of three readable features. A cosine is not among them: a library may have no vectors, and what it would add to the
words has not been measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from pincite.appraisal.directness import lexical_overlap
from pincite.records import Evidence, Question, ScoredPassage

# The passages among which the best share of the question's words is looked for: the first page of a search.
_LOOKED_AT = 10
# Logistic weights, fitted by `python -m pincite.evaluation.abstention` on 500 BioASQ 7B-8B questions, each asked with its documents and
# without them, by words alone. On years and a set that the fit never saw: docs/measurements.md. Fit again after a change of understanding,
# of coverage or of the vocabulary, and with an encoder.
INTERCEPT = -3.64
WEIGHTS = (2.17, 3.80, 0.50)
# At 0.40, 89% of the questions that it was fitted on pass where their documents are held and 24% where they are not; at 0.50, 84% and
# 19%. Lower answers more that the library cannot answer, higher refuses more good questions.
ANSWERS_FROM = 0.40


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
