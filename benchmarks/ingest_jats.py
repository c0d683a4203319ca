"""Times reading a folder of JATS articles, step by step: python benchmarks/ingest_jats.py FOLDER.

Measured November 2026 on one of two shared cores, Python 3.11, 320 PMC articles (24 MB, 16,181 passages): 16 s in all,
that is 49 ms an article.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from pincite.ingest.jats import cleaned, document
from pincite.ingest.reading import read
from pincite.ingest.xml import parse
from pincite.records import Reading
from pincite.text.abbreviations import defined_abbreviations
from pincite.text.sentences import sentences
from pincite.text.steering import steering_flags

_STEPS = {"sentences": sentences, "abbreviations": defined_abbreviations, "steering": steering_flags}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    paths = sorted(arguments.parse_args().folder.glob("*.nxml"))
    data = [path.read_bytes() for path in paths]
    steps = {"parse XML": 0.0, "draft": 0.0, "sentences": 0.0, "abbreviations": 0.0, "steering": 0.0}
    for content in data:
        clock = time.process_time()
        root = parse(content)
        steps["parse XML"] += time.process_time() - clock
        clock = time.process_time()
        drafts = [document(article) for article in cleaned(root)]
        steps["draft"] += time.process_time() - clock
        text = "\n\n".join(block.text for draft in drafts for block in draft.blocks)
        for name, step in (
            ("sentences", sentences),
            ("abbreviations", defined_abbreviations),
            ("steering", steering_flags),
        ):
            clock = time.process_time()
            step(text)
            steps[name] += time.process_time() - clock
    clock, wall = time.process_time(), time.perf_counter()
    readings = [item for item in read(paths) if isinstance(item, Reading)]
    total, waited = time.process_time() - clock, time.perf_counter() - wall
    for name, seconds in steps.items():
        print(f"{name:14} {seconds:6.2f} s CPU")
    passages = sum(len(reading.passages) for reading in readings)
    print(f"read() of {len(paths)} files, {sum(map(len, data)):,} bytes: {len(readings)} documents, {passages} passages,")
    print(f"{total:.2f} s CPU, {waited:.2f} s wall, {1000 * total / max(1, len(paths)):.0f} ms CPU an article")


if __name__ == "__main__":
    main()
