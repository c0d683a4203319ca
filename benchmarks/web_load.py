"""The web application under load: an answer page's first byte, its weight, and many askers while documents are added.

    python benchmarks/web_load.py [--documents FOLDER] [--workers 2] [--askers 20] [--pause 0] [--seconds 20]

Starts `pincite serve` in a home of its own and measures three things, one after the other: one reader who asks one question after
the other; everything that the first page loads; `askers` who ask with no pause while `pincite add` takes in 500 short notes made
here, or FOLDER. Only answers count as answers: whatever is not status 200 is an error and printed. No question is asked twice
(kept answers would flatter), and the limit of questions a minute is lifted.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

CONDITIONS = ("Baastrup's disease", "lumbar spinal stenosis", "osteoporotic vertebral fracture", "sciatica", "chronic low back pain")
# What the notes that are added are about beside these: a library does not grow on one subject alone.
OTHERS = (
    "asthma",
    "atrial fibrillation",
    "chronic kidney disease",
    "coeliac disease",
    "diabetes mellitus",
    "epilepsy",
    "gout",
    "heart failure",
    "hypertension",
    "iron deficiency anaemia",
    "migraine",
    "multiple sclerosis",
    "pneumonia",
    "psoriasis",
    "ulcerative colitis",
)
FORMS = (
    "What is the treatment for {}?",
    "How is {} diagnosed?",
    "Is surgery better than conservative care for {}?",
    "What exercises help with {}?",
    "Which injections are used for {}?",
    "naproxen for {}?",
    "What is the prognosis of {}?",
    "Is gabapentin effective for {}?",
)
WHO = ("", " in adults", " in older people", " in women", " in men", " in primary care", " in hospital", " after surgery", " in athletes")
WHEN = ("", " after six weeks", " in winter", " at night", " at work", " on holiday", " in the morning")


def questions() -> Iterator[str]:
    """2,520 different questions, then spellings of them that no kept answer fits."""
    for turn in itertools.count():
        for when, who, form, condition in itertools.product(WHEN, WHO, FORMS, CONDITIONS):
            yield form.format(condition + who + when) + " " * turn


class Load:
    """What askers saw."""

    def __init__(self, url: str, asked: Iterator[str]) -> None:
        self.parts = urlsplit(url)
        self.questions = asked
        self.lock = threading.Lock()
        self.first: list[float] = []
        self.whole: list[float] = []
        self.errors: list[str] = []

    def ask(self) -> None:
        """One question over a connection of its own."""
        with self.lock:
            question = next(self.questions)
        began = time.monotonic()
        try:
            response, begun = _get(self.parts.netloc, f"/ask?q={quote(question)}")
            at_first = time.monotonic()
            begun += response.read()
        except (OSError, http.client.HTTPException) as error:
            with self.lock:
                self.errors.append(f"{error!r} {question}")
            return
        with self.lock:
            if response.status != 200:
                self.errors.append(f"{response.status} {question}")
            else:
                self.first.append(at_first - began)
                self.whole.append(time.monotonic() - began)

    def run(self, askers: int, until: Callable[[], bool], *, pause: float = 0) -> float:
        """`askers` at once until `until()`; returns the seconds it took."""
        began = time.monotonic()

        def one(number: int) -> None:
            time.sleep(number * pause / askers)
            while not until():
                self.ask()
                time.sleep(pause)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(askers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - began

    def say(self, title: str, seconds: float) -> None:
        """Print the figures."""
        print(f"{title}: {len(self.first)} answers in {seconds:.0f} s, {len(self.errors)} errors {self.errors[:3] or ''}")
        for name, times in (("first byte", self.first), ("whole page", self.whole)):
            if len(times) > 1:
                cuts = statistics.quantiles(times, n=20)
                print(f"  {name}: p50 {_ms(statistics.median(times))}, p95 {_ms(cuts[18])}, worst {_ms(max(times))}")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _get(netloc: str, path: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(netloc, timeout=60)
    connection.request("GET", path, headers={"Connection": "close"})
    response = connection.getresponse()
    return response, response.read(1)


def weigh(url: str) -> None:
    """Print what the first page of a reader weighs: the page and all that it loads, uncompressed."""
    netloc = urlsplit(url).netloc
    response, begun = _get(netloc, f"/ask?q={quote(FORMS[0].format(CONDITIONS[0]))}")
    page = begun + response.read()
    total, loaded = len(page), []
    for path in sorted(set(re.findall(rb'(?:src|href)="(/static/[^"]+)"', page))):
        part, begun = _get(netloc, path.decode())
        size = len(begun + part.read())
        total += size
        loaded.append(f"{path.decode().rsplit('/', 1)[1].split('.')[0]} {size / 1000:.0f}")
    print(f"weight: {total / 1000:.0f} kB (page {len(page) / 1000:.0f}, {', '.join(loaded)})")


def make_notes(folder: Path, count: int) -> Path:
    """`count` short notes, one in four on a condition that is asked about, each with other numbers."""
    folder.mkdir()
    subjects = CONDITIONS + OTHERS
    for number in range(count):
        condition = subjects[number % len(subjects)]
        text = f"Exercise helped {number} of {number + 40} patients with {condition} after {number % 12 + 1} weeks. Pain fell by {number % 9}.5 points. "
        (folder / f"note-{number}.md").write_text(
            f"# Ward note {number}: {condition}\n\n## Findings\n\n{text * 12}\n\n## Methods\n\n{text * 8}\n"
        )
    return folder


def start(home: Path, workers: int) -> tuple[subprocess.Popen[str], str]:
    """A site of its own, and its address."""
    environ = os.environ | {"PINCITE_HOME": str(home), "PINCITE_WEB_ASKS_A_MINUTE": "1000000"}
    command = [sys.executable, "-m", "pincite.cli", "serve", "--port", "0", "--workers", str(workers)]
    with (home / "serve.log").open("w") as log:
        site = subprocess.Popen(command, env=environ, stderr=log, text=True)
    for _ in range(600):
        if found := re.search(r"Pincite is at (\S+)", (home / "serve.log").read_text()):
            break
        time.sleep(0.1)
    else:
        site.kill()
        raise SystemExit((home / "serve.log").read_text())
    for _ in range(workers * 20):  # each process once, as far as chance goes
        Load(found[1], iter(["warm"])).ask()
    return site, found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, help="a folder to add instead of 500 notes made here")
    parser.add_argument("--askers", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0, help="seconds of reading between two questions of an asker")
    parser.add_argument("--seconds", type=float, default=20, help="of the one reader before")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pincite-load-") as folder:
        home = Path(folder)
        documents = arguments.documents or make_notes(home / "notes", 500)
        site, url = start(home, arguments.workers)
        try:
            asked = questions()
            end = time.monotonic() + arguments.seconds
            alone = Load(url, asked)
            alone.say("one reader", alone.run(1, lambda: time.monotonic() > end))
            weigh(url)
            add = subprocess.Popen(
                ["nice", "-n", "10", sys.executable, "-m", "pincite.cli", "add", str(documents)],  # as the job worker does
                env=os.environ | {"PINCITE_HOME": str(home)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            many = Load(url, asked)
            many.say(
                f"{arguments.askers} askers, {arguments.workers} processes, while documents are added",
                many.run(arguments.askers, lambda: add.poll() is not None, pause=arguments.pause),
            )
            said = add.communicate()[0].strip().splitlines()
            print(f"  pincite add: exit {add.returncode}; {said[-1] if said else ''}")
        finally:
            site.send_signal(signal.SIGTERM)
            site.wait()


if __name__ == "__main__":
    main()
