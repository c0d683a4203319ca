"""Kills a process that adds documents, at random moments, and checks that nothing acknowledged is lost and nothing
is half there.

Run: python benchmarks/kill_during_add.py [kills=50]
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pincite.library import writing
from pincite.library.store import Library
from pincite.records import Document, Passage, Reading

PASSAGES = 5


def reading(number: int) -> Reading:
    name = f"made:{number}"
    sentences = [f"Document {number} part {part} reports outcome {number * 7 + part} after vertebroplasty." for part in range(PASSAGES)]
    text = "\n\n".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    document = Document(
        id=name, source=name, text=text, text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        tier="research", extent="abstract", title=f"Document {number}", pmid=str(number + 1),
    )  # fmt: skip
    passages = tuple(
        Passage(
            id=f"{name}#{part}", document_id=name, ordinal=part, section="Abstract", kind="abstract", start=start,
            end=start + len(sentence), text=sentence, sentences=((start, start + len(sentence)),),
        )
        for part, (start, sentence) in enumerate(zip(starts, sentences, strict=True))
    )  # fmt: skip
    return Reading(document=document, passages=passages)


def work(place: str, first: int) -> None:
    def endless() -> Iterator[Reading]:
        number = first
        while True:
            yield reading(number)
            number += 1

    def told(_: object, names: tuple[str, ...]) -> None:
        print("\n".join(names), flush=True)

    writing.BATCH_PASSAGES = 200
    library = Library.open(place)
    first_part = [one for one, _ in zip(endless(), range(400), strict=False)]
    while True:
        library.add(first_part, progress=told)
        first_part = [reading(int(one.document.id[5:]) + 400) for one in first_part]


def main(kills: int) -> None:
    place = str(Path(tempfile.mkdtemp(prefix="pincite-kill-")) / "library")
    acknowledged: set[str] = set()
    chance = random.Random(7)
    for turn in range(kills):
        first = 1 + max((int(name[5:]) for name in acknowledged), default=-1)
        child = subprocess.Popen([sys.executable, __file__, "--work", place, str(first)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline() if turn % 2 else None  # half of the kills fall into opening and the first batch
        time.sleep(chance.uniform(0.0, 1.0) if turn % 2 else chance.uniform(0.8, 3.0))
        os.kill(child.pid, signal.SIGKILL)
        told = child.stdout.read().splitlines()
        child.wait()
        acknowledged |= {name for name in told if name.startswith("made:")}
        if turn % 2:
            acknowledged.add(f"made:{first}")
        library = Library.open(place)
        held = {one.id for one in library.documents()}
        lost = acknowledged - held
        report = library.verify()
        assert not lost, f"lost after kill {turn}: {sorted(lost)[:5]}"
        assert report.clean, report.problems[:5]
        assert report.passages == PASSAGES * report.documents
    print(f"{kills} kills: {len(acknowledged)} acknowledged, {len(held)} held, none lost, none partial, verify clean")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
