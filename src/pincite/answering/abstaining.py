"""Whether this library answers the question at all: one confidence from search and appraisal, and the line below which Pincite is silent."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pincite.records import Evidence, Question, ScoredPassage

# Logistic weights, fitted on BioASQ 7B-8B questions with and without their documents in a library of 10,000 other passages
# (`python -m pincite.evaluation.abstention`); AUROC and the trade at ANSWERS_FROM stand in docs/measurements.md. Fit again after a
# change of encoder, of fusion or of coverage.
INTERCEPT, COSINE, COVERAGE, DIRECT = -8.0, 7.0, 6.0, 0.5
# Raising it refuses more good questions, lowering it answers more questions that the library cannot answer.
ANSWERS_FROM = 0.5


def confidence(question: Question, scored: Sequence[ScoredPassage], evidence: Sequence[Evidence]) -> float:
    """0 to 1: that the library answers the question. Without vectors the cosine is taken at its usual value for the coverage reached."""
    direct = [one for one in evidence if one.directness == "direct"]
    if not direct:
        return 0.0
    coverage = max(one.coverage for one in direct)
    cosines = [one.cosine for one in scored if one.cosine is not None]
    cosine = max(cosines) if cosines else 0.35 + 0.4 * coverage
    support = min(1.0, len(direct) / 5)
    return 1 / (1 + math.exp(-(INTERCEPT + COSINE * cosine + COVERAGE * coverage + DIRECT * support)))
