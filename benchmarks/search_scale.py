"""Times search over many passages: p50, p95, peak memory. Real snippets are repeated under other ids until there are
enough.

Run: python benchmarks/search_scale.py FOLDER-OF-BIOASQ-JSON [passages=100000]
"""

from __future__ import annotations

import hashlib
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pincite.library.store import Library
from pincite.records import Document, Passage, Reading
from pincite.retrieval.searching import search, search_tiers

PER_DOCUMENT = 10


def snippets(folder: Path) -> tuple[list[str], list[str]]:
    texts: dict[str, None] = {}
    questions = []
    for path in sorted(folder.glob("*.json")):
        for question in json.loads(path.read_text("utf-8"))["questions"]:
            questions.append(question["body"])
            texts.update(dict.fromkeys(one["text"].strip() for one in question.get("snippets", ())))
    return [text for text in texts if text], questions


def readings(texts: list[str], wanted: int) -> Iterator[Reading]:
    tiers = ("guideline", "label", "research")
    for number in range(wanted // PER_DOCUMENT):
        parts = [texts[(number * PER_DOCUMENT + at) % len(texts)] for at in range(PER_DOCUMENT)]
        name, text, passages, start = f"copy:{number}", "\n\n".join(parts), [], 0
        for at, part in enumerate(parts):
            end = start + len(part)
            passages.append(
                Passage(
                    id=f"{name}#{at}", document_id=name, ordinal=at, section="Abstract", kind="abstract", start=start,
                    end=end,
                    text=part, sentences=((start, end),),
                )
            )  # fmt: skip
            start = end + 2
        document = Document(
            id=name, source=name, text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest(), 
            tier=tiers[number % 3],
            extent="abstract", title=f"Copy {number}", year=1990 + number % 35,
        )  # fmt: skip
        yield Reading(document=document, passages=tuple(passages))


def main(folder: Path, wanted: int) -> None:
    texts, questions = snippets(folder)
    with tempfile.TemporaryDirectory() as place:
        library = Library.open(place)
        began = time.perf_counter()
        library.add(readings(texts, wanted))
        print(f"{library.state().passages} passages of {len(texts)} texts added in {time.perf_counter() - began:.0f} s")
        print(f"peak memory after adding {peak():.0f} MiB")
        for name, call in (("search", search), ("search_tiers", search_tiers)):
            times = []
            for question in questions[:200]:
                began = time.perf_counter()
                call(library, question)
                times.append((time.perf_counter() - began) * 1000)
            ranked = statistics.quantiles(times, n=20)
            print(f"{name}: p50 {statistics.median(times):.0f} ms, p95 {ranked[18]:.0f} ms, peak {peak():.0f} MiB")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
