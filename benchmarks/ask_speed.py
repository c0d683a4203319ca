"""How long `ask` takes: as a whole process, and inside one that is warm, on the starter library or on one padded with made-up passages.

    python benchmarks/ask_speed.py [--passages 100000] [--profile FILE]

Padding: abstract-like sentences drawn by a fixed seed from the starter library's own words, so that common words have long posting lists
as in a real library. With an encoder the padding gets random vectors of length 1, because the time of a search does not depend on
what they mean. Prints p50 and p95 over the questions of evaluation/cases.tsv, each asked once after a warm-up, and the peak memory.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from pincite import pipeline
from pincite.errors import PinciteError, QuestionError
from pincite.evaluation.holding import evaluation_encoder
from pincite.evaluation.measuring import percentile
from pincite.ingest.building import build
from pincite.library.starter import open_library
from pincite.library.store import Library
from pincite.records import Block, Draft, Header, Reading

CASES = Path(__file__).resolve().parent.parent / "evaluation" / "cases.tsv"
PROCESS_QUESTION = "What is the treatment for lumbar spinal stenosis?"
_PER_DOCUMENT = 10


class RandomVectors:
    """Stands for the encoder while padding: unit vectors by a fixed seed."""

    def __init__(self, name: str, dimension: int) -> None:
        import numpy as np

        self.name, self.dimension = name, dimension
        self._random = np.random.default_rng(7)

    def encode(self, texts: list[str]):  # type: ignore[no-untyped-def]
        import numpy as np

        vectors = self._random.standard_normal((len(texts), self.dimension)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def padding(library: Library, passages: int) -> Iterator[Reading]:
    """Documents of ten passages each, in sentences whose words follow the library's own frequencies."""
    chance = random.Random(7)
    rows = [row for row in library.rows("words", where="kind = 'word'") if row["count"] > 0]
    known, counts = [row["word"] for row in rows], [row["count"] for row in rows]
    for number in range(passages // _PER_DOCUMENT):
        blocks = []
        for at in range(_PER_DOCUMENT):
            words = chance.choices(known, counts, k=120)
            sentences = [" ".join(words[start : start + 20]).capitalize() + "." for start in range(0, 120, 20)]
            blocks.append(Block(text=" ".join(sentences), section=f"Part {at}", kind="results"))
        header = Header(
            tier="research",
            extent="full-text",
            title=" ".join(chance.choices(known, counts, k=10)),
            pmid=str(90_000_000 + number),
        )
        yield build(Draft(header=header, blocks=tuple(blocks)), source="padding")


def whole_process(place: str) -> float:
    """Median seconds of seven `pincite ask` processes."""
    spent = []
    for _ in range(7):
        began = time.perf_counter()
        command = [sys.executable, "-m", "pincite.cli", "ask", PROCESS_QUESTION, "--library", place, "--format", "json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--passages", type=int, default=0, help="pad the starter library to about this many")
    parser.add_argument("--library", type=Path, help="keep the library here and use it again")
    parser.add_argument("--profile", type=Path, help="write cProfile figures of the warm questions here")
    chosen = parser.parse_args()
    encoder = evaluation_encoder()
    with TemporaryDirectory(prefix="pincite-speed-") as folder:
        library = open_library(chosen.library or Path(folder) / "library")
        missing = chosen.passages - library.state().passages
        if encoder is not None:
            library.encode_missing(encoder)
        if missing > _PER_DOCUMENT:
            library.add(padding(library, missing))
            if encoder is not None:
                library.encode_missing(RandomVectors(encoder.name, encoder.dimension))
        state = library.state()
        print(f"{state.documents:,} documents, {state.passages:,} passages, encoder {encoder.name if encoder else 'none (words alone)'}")
        rows = [line.split("\t")[0] for line in CASES.read_text("utf-8").splitlines() if line and not line.startswith(("#", "question\t"))]
        pipeline.ask(PROCESS_QUESTION, library=library, encoder=encoder)
        profile = cProfile.Profile() if chosen.profile else None
        spent = []
        for question in rows:
            began = time.perf_counter()
            if profile:
                profile.enable()
            try:
                pipeline.ask(question, library=library, encoder=encoder)
            except QuestionError:
                continue
            finally:
                if profile:
                    profile.disable()
            spent.append((time.perf_counter() - began, question))
        times = [each for each, _ in spent]
        print(
            f"in process, {len(times)} questions: p50 {1000 * percentile(times, 0.5):.0f} ms, p95 {1000 * percentile(times, 0.95):.0f} ms"
        )
        for each, question in sorted(spent, reverse=True)[:3]:
            print(f"  slowest: {1000 * each:.0f} ms  {question}")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GiB")
        if profile:
            profile.dump_stats(chosen.profile)
        print(f"whole process, median of 7: {whole_process(library.place):.2f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PinciteError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
