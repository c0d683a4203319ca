"""How long `audit` takes for a page, warm and as a process, and whether a folder of pages keeps its memory flat; on the starter library.

    python benchmarks/audit_pages.py [--words 1500] [--pages 100] [--profile FILE]

Pages are made by a fixed seed from the starter library's own sentences: a third word for word, a third with another number or the other direction,
a third with the subject of one sentence and the end of another; under headings, in lists and paragraphs, with citation marks and a reference list.
That is close-to-source text, the most work for the checks. Needs a home in which the starter library is indexed (the first `pincite` does it).
"""

from __future__ import annotations

import argparse
import cProfile
import datetime
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from pincite import pipeline
from pincite.auditing.loading import load
from pincite.cli.opening import encoder_soon, open_library, settings_of
from pincite.library.store import Library

_TURNED = (("reduced", "increased"), ("improved", "worsened"), ("lower", "higher"), ("more", "less"), ("recommends", "advises against"))
_SAMPLED = 0.1  # seconds between two readings of a process's memory


def sentences(library: Library) -> list[str]:
    """All sentences of the library's passages, in a fixed order."""
    found = []
    for row in library.rows("passages", columns=("id", "text")):
        found += [(row["id"], one) for one in re.split(r"(?<=[.;])\s+", row["text"]) if 60 < len(one) < 260]
    return [one for _, one in sorted(found)]


def page(said: list[str], *, words: int, seed: int) -> str:
    """A Markdown page of about so many words."""
    chance = random.Random(seed)
    lines, count, number = ["# What helps low back pain and sciatica", ""], 0, 0
    while count < words:
        if number % 6 == 0:
            lines += ["", f"## {chance.choice(('Medicines', 'Exercise', 'Injections', 'Surgery', 'Outlook', 'Side effects'))}", ""]
        number += 1
        one = chance.choice(said)
        if number % 3 == 1:
            one = re.sub(r"\d+", lambda found: str(int(found.group()) + 7), one, count=1)
            for word, other in _TURNED:
                one = one.replace(word, other)
        elif number % 3 == 2:
            one = " ".join(one.split()[:8] + chance.choice(said).split()[8:])
        lines.append(f"{'- ' if number % 2 else ''}{one.rstrip('.;')} [{chance.randint(1, 9)}].{'' if number % 2 else chr(10)}")
        count += len(one.split())
    lines += ["", "## References", "", *(f"{at}. Smith J. {chance.choice(said)[:60]}. J Foo. 20{at + 10}." for at in range(1, 10))]
    return "\n".join(lines) + "\n"


def resident(pid: int) -> float:
    """Memory of a process in MiB; 0 when it has ended."""
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def in_process(pages: list[str], profile: str | None) -> None:
    """The first page, then others in the same process."""
    settings = settings_of(None)
    encoder_of = encoder_soon(settings)
    library = open_library(settings)
    encoder = encoder_of(library)
    took, recorder = [], cProfile.Profile()
    for at, text in enumerate(pages):
        if profile and at == 1:
            recorder.enable()
        began, used = time.perf_counter(), time.process_time()
        audit = pipeline.audit(load(text.encode(), name="page.md"), library=library, encoder=encoder, today=datetime.date(2026, 11, 21))
        took.append((time.perf_counter() - began, time.process_time() - used, audit.summary.claims))
        if profile and at == 1:
            recorder.disable()
            recorder.dump_stats(profile)
    for at, (wall, used, claims) in enumerate(took):
        print(
            f"{'first page' if at == 0 else 'next page '}  {wall:5.2f} s, {used:5.2f} s of CPU, {claims} claims, {1000 * wall / claims:.0f} ms each"
        )


def as_process(file: Path) -> None:
    """The whole command, start to report."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pincite.cli", "audit", str(file), "--format", "html", "--out", str(file.with_suffix(".html"))]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    print(f"process     {time.perf_counter() - began:5.2f} s")


def folder(where: Path, count: int) -> None:
    """A batch, with its memory by texts done."""
    out = where / "reports"
    command = [sys.executable, "-m", "pincite.cli", "audit", str(where / "pages"), "--format", "json", "--out", str(out)]
    began, seen = time.perf_counter(), {0: 0.0}
    batch = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while batch.poll() is None:
        index = out / "index.jsonl"
        done = index.read_bytes().count(b"\n") if index.is_file() else 0
        seen[done] = max(seen.get(done, 0.0), resident(batch.pid))
        time.sleep(_SAMPLED)
    took = time.perf_counter() - began
    marks = [at for at in sorted({count // 10, count // 4, count // 2, 3 * count // 4, count - 1}) if at in seen]
    memory = ", ".join(f"{seen[at]:.0f} after {at}" for at in marks)
    print(f"folder      {took:5.1f} s for {count} pages, {took / count:.2f} s each; memory in MiB: {memory}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--words", type=int, default=1500)
    parser.add_argument("--pages", type=int, default=100, help="of the folder; 0 leaves it out")
    parser.add_argument("--folder-words", type=int, default=500, help="words of each page of the folder")
    parser.add_argument("--profile", help="write the profile of one warm page here")
    asked = parser.parse_args()
    said = sentences(open_library(settings_of(None)))
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, pages of {asked.words} words")
    in_process([page(said, words=asked.words, seed=seed) for seed in range(4)], asked.profile)
    with TemporaryDirectory() as temporary:
        where = Path(temporary)
        (where / "page.md").write_text(page(said, words=asked.words, seed=0))
        as_process(where / "page.md")
        if asked.pages:
            (where / "pages").mkdir()
            for seed in range(asked.pages):
                (where / "pages" / f"{seed:04}.md").write_text(page(said, words=asked.folder_words, seed=seed))
            folder(where, asked.pages)
    print(f"load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
