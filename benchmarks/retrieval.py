"""Ranking quality of each way of searching, on the same questions and passages in one run.

    python benchmarks/retrieval.py ../shared/corpora [--questions 1000]

Passages: BioASQ 7B to 9B snippets and PubMedQA abstracts. Ways: Pincite's search, its words alone, its encoder alone, and `bm25s` with its
usual settings as an outside baseline (extra `bench`). The ways that need the encoder are left out, aloud, under PINCITE_ENCODER=none.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pincite.errors import PinciteError, QuestionError
from pincite.evaluation.holding import Remembering, evaluation_encoder, held_library
from pincite.evaluation.measuring import percentile, rank_measures
from pincite.evaluation.sets import NAMES, Asked, read_set, relevant_passages
from pincite.library.store import Library
from pincite.records import Reading
from pincite.retrieval.searching import search
from pincite.retrieval.understanding import understand

Way = Callable[[str], list[str]]


def pincite_way(library: Library, encoder: Remembering | None) -> Way:
    def ranked(question: str) -> list[str]:
        try:
            asked = understand(question)
        except QuestionError:
            return []
        found = search(library, asked.query, expansions=asked.expansions, limit=20, encoder=encoder)
        return [one.passage.id for one in found]

    return ranked


def encoder_way(readings: list[Reading], encoder: Remembering) -> Way:
    import numpy as np

    passages = [passage for reading in readings for passage in reading.passages]
    matrix = encoder.encode([passage.text for passage in passages])

    def ranked(question: str) -> list[str]:
        best = np.argsort(-(matrix @ encoder.encode([question])[0]), kind="stable")[:20]
        return [passages[at].id for at in best]

    return ranked


def bm25s_way(readings: list[Reading]) -> Way:
    import bm25s
    import snowballstemmer

    stemmer = snowballstemmer.stemmer("english").stemWords
    passages = [passage for reading in readings for passage in reading.passages]
    index = bm25s.BM25()
    index.index(
        bm25s.tokenize([passage.text for passage in passages], stopwords="en", stemmer=stemmer, show_progress=False),
        show_progress=False,
    )

    def ranked(question: str) -> list[str]:
        tokens = bm25s.tokenize([question], stopwords="en", stemmer=stemmer, show_progress=False)
        found, _ = index.retrieve(tokens, k=20, show_progress=False)
        return [passages[at].id for at in found[0]]

    return ranked


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--questions", type=int, default=1000)
    chosen = parser.parse_args()
    encoder = evaluation_encoder()
    sets = [read_set(name, chosen.corpora / name) for name in NAMES]
    by_id = {reading.document.id: reading for one in sets for reading in one.readings}
    questions: list[Asked] = [question for one in sets for question in one.questions]
    questions = [questions[at * len(questions) // chosen.questions] for at in range(min(chosen.questions, len(questions)))]
    # A document of both sets is held once; gold of the form that is not held is left out.
    questions = [one for one in questions if all(gold.end <= len(by_id[gold.document_id].document.text) for gold in one.gold)]
    relevant = {one.id: relevant_passages(one, by_id) for one in questions}
    readings = list(by_id.values())
    print(f"{len(questions):,} questions, {sum(len(one.passages) for one in readings):,} passages of {len(readings):,} documents")
    with held_library(readings, encoder=encoder) as library:
        ways = {"words alone": pincite_way(library, None), "bm25s": bm25s_way(readings)}
        if encoder is None:
            print("left out: hybrid and encoder alone, because PINCITE_ENCODER=none")
        else:
            ways = {"hybrid": pincite_way(library, encoder), "encoder alone": encoder_way(readings, encoder), **ways}
        print(f"{'way':<16} nDCG@10   R@20    MRR   ms p50")
        for name, way in ways.items():
            runs, spent = {}, []
            for question in questions:
                began = time.perf_counter()
                runs[question.id] = way(question.text)
                spent.append(time.perf_counter() - began)
            found = rank_measures(runs, relevant=relevant)
            print(
                f"{name:<16} {found.ndcg_at_10:7.3f} {found.recall_at_20:6.3f} {found.mrr:6.3f} {1000 * percentile(spent, 0.5):7.1f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PinciteError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
