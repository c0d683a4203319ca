"""Fits and measures the line of silence: `python -m pincite.evaluation.abstention CORPORA [--every N]`.

Every question is asked in a library with its documents and in one of equal size without them (`holding.halves`). The logistic weights of
`answering/abstaining.py` are fitted on BioASQ 7B and 8B and judged on 9B and PubMedQA, which the fit never sees, and on the hand-written
`evaluation/cases.tsv` in the starter library. Prints what to write into `answering/abstaining.py`; changes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pincite import pipeline
from pincite.answering.abstaining import ANSWERS_FROM, Features, confidence, features
from pincite.appraisal.appraising import appraise
from pincite.errors import PinciteError, QuestionError
from pincite.evaluation.holding import documents_of, evaluation_encoder, halves, held_library
from pincite.evaluation.measuring import auroc, percentile
from pincite.evaluation.sets import TestSet, read_bioasq, read_set
from pincite.library.encoder import Encoder
from pincite.library.starter import open_library
from pincite.library.store import Library
from pincite.records import Evidence, Question, ScoredPassage
from pincite.retrieval.searching import search_tiers
from pincite.retrieval.understanding import understand

if TYPE_CHECKING:
    import numpy as np

# Keeps weights finite and small where features say the same thing; the usual value, not tuned.
_RIDGE = 1.0
CASES = Path("evaluation") / "cases.tsv"


class Judged(NamedTuple):
    """One question asked once: its features, its shipped confidence, and whether the library had its documents."""

    question: str
    features: Features
    confidence: float
    answerable: bool


def gathered(text: str, *, library: Library, encoder: Encoder | None) -> tuple[Question, list[ScoredPassage], list[Evidence]]:
    """What an answer to `text` is judged by: the stages of `pipeline.ask` up to appraisal."""
    asked = understand(
        text,
        frequency=library.document_frequency,
        passages=library.state().passages,
        library_terms=library.terms,
        known_words=library.words,
    )
    by_tier = search_tiers(library, asked.query, expansions=asked.expansions, limit=pipeline.READ_PER_TIER, encoder=encoder)
    scored = [one for found in by_tier.values() for one in found]
    if asked.wider_query:
        held = {one.passage.id for one in scored}
        wider = search_tiers(library, asked.wider_query, limit=pipeline.READ_WIDER, encoder=encoder)
        scored += [one for found in wider.values() for one in found if one.passage.id not in held]
    scored.sort(key=lambda one: (-one.score, one.passage.id))
    return asked, scored, appraise(asked, scored)[0]


def judged(text: str, *, answerable: bool, library: Library, encoder: Encoder | None) -> Judged | None:
    """One question asked; None when Pincite refuses to be asked it."""
    try:
        question, scored, evidence = gathered(text, library=library, encoder=encoder)
    except QuestionError:
        return None
    return Judged(text, features(question, scored, evidence), confidence(question, scored, evidence), answerable)


def both_ways(chosen: TestSet, *, encoder: Encoder | None, every: int = 1) -> list[Judged]:
    """Every `every`-th question with its documents and without."""
    found = []
    for side in halves(chosen.questions):
        with held_library(documents_of(chosen, questions=side), encoder=encoder) as library:
            for question in chosen.questions[::every]:
                found.append(judged(question.text, answerable=question.id in side, library=library, encoder=encoder))
    return [one for one in found if one is not None]


def cases(path: Path, *, library: Library, encoder: Encoder | None) -> list[Judged]:
    """The hand-written questions of `path`, asked in `library`."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "question\t")):
            question, answerable = line.split("\t")
            found.append(judged(question, answerable=answerable == "yes", library=library, encoder=encoder))
    return [one for one in found if one is not None]


def fitted(rows: Sequence[Judged]) -> np.ndarray:
    """Intercept and weights of the logistic model, by Newton's method with a ridge; float64 array [1 + features]."""
    import numpy as np  # noqa: PLC0415 - heavy

    table, wanted = _design(rows), np.array([one.answerable for one in rows], dtype=float)
    ridge = _RIDGE * np.eye(table.shape[1])
    ridge[0, 0] = 0.0
    weights = np.zeros(table.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(table @ weights)))
        slope = table.T @ (chance - wanted) + ridge @ weights
        curve = table.T @ (table * (chance * (1 - chance))[:, None]) + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return weights


def scores(rows: Sequence[Judged], *, weights: np.ndarray) -> tuple[list[float], list[float]]:
    """Confidences of the answerable rows, then of the others."""
    import numpy as np  # noqa: PLC0415 - heavy

    chances = 1 / (1 + np.exp(-(_design(rows) @ weights)))
    return (
        [float(chance) for chance, one in zip(chances, rows, strict=True) if one.answerable],
        [float(chance) for chance, one in zip(chances, rows, strict=True) if not one.answerable],
    )


def _design(rows: Sequence[Judged]) -> np.ndarray:
    import numpy as np  # noqa: PLC0415 - heavy

    return np.array([[1.0, *one.features] for one in rows])


def _shown(name: str, held: Sequence[float], removed: Sequence[float], threshold: float) -> str:
    good = sum(one >= threshold for one in held) / len(held)
    bad = sum(one >= threshold for one in removed) / len(removed)
    return f"{name:<28} n={len(held):<5} AUROC {auroc(held, removed):.3f}   above the line: with {good:.3f}, without {bad:.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, judge and print; 0 when it ran."""
    parser = argparse.ArgumentParser(prog="python -m pincite.evaluation.abstention", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder with bioasq/ and pubmedqa/")
    parser.add_argument("--every", type=int, default=1, help="ask every N-th question only")
    parser.add_argument("--cases", type=Path, default=CASES, help="hand-written questions for the starter library")
    chosen = parser.parse_args(arguments)
    encoder = evaluation_encoder()
    print(f"encoder: {encoder.name if encoder else 'none (words alone)'}; every {chosen.every}. question")

    def years(pattern: str) -> TestSet:
        return read_bioasq([json.loads(file.read_text("utf-8")) for file in sorted((chosen.corpora / "bioasq").glob(pattern))])

    train = both_ways(years("[78]B*.json"), encoder=encoder, every=chosen.every)
    weights = fitted(train)
    held = scores(train, weights=weights)[0]
    print(f"INTERCEPT = {weights[0]:.2f}\nWEIGHTS = {tuple(round(float(one), 2) for one in weights[1:])}  # {', '.join(Features._fields)}")
    print(f"confidence that 90% of the fitted questions reach with their documents: {percentile(held, 0.1):.2f}\n")
    judging = [("BioASQ 7B-8B (fitted on)", train)]
    judging.append(("BioASQ 9B", both_ways(years("9B*.json"), encoder=encoder, every=chosen.every)))
    judging.append(("PubMedQA", both_ways(read_set("pubmedqa", chosen.corpora / "pubmedqa"), encoder=encoder, every=chosen.every)))
    with TemporaryDirectory(prefix="pincite-eval-") as folder:
        library = open_library(Path(folder) / "starter")
        if encoder is not None:
            library.encode_missing(encoder)
        judging.append(("starter library, by hand", cases(chosen.cases, library=library, encoder=encoder)))
    for name, rows in judging:
        print(_shown(f"{name}, fitted", *scores(rows, weights=weights), ANSWERS_FROM))
        shipped = (
            [one.confidence for one in rows if one.answerable],
            [one.confidence for one in rows if not one.answerable],
        )
        print(_shown(f"{name}, shipped", *shipped, ANSWERS_FROM))
    wrong = [one for one in judging[-1][1] if (one.confidence >= ANSWERS_FROM) != one.answerable]
    print(
        "\nwrong by hand, shipped:",
        *(f"  {one.confidence:.2f} {'refused' if one.answerable else 'answered'}: {one.question}" for one in wrong),
        sep="\n",
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PinciteError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
