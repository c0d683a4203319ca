"""Askers on the web application while documents are added: first byte and whole-page times, errors.

    python benchmarks/web_load.py --url http://127.0.0.1:8000 [--askers 20] [--seconds 60] [--questions FILE]

Start `pincite serve` first, and add documents meanwhile (`pincite add FOLDER`) to measure both at once. Each asker asks
one question after the other with no pause; every question carries a different word, so that no kept answer is served.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import statistics
import threading
import time
from urllib.parse import quote, urlsplit

CONDITIONS = ("Baastrup's disease", "lumbar spinal stenosis", "osteoporotic vertebral fracture", "sciatica", "chronic low back pain")
FORMS = (
    "What is the treatment for {}?",
    "How is {} diagnosed?",
    "Is surgery better than conservative care for {}?",
    "What exercises help with {}?",
    "Which injections are used for {}?",
    "naproxen for {}",
    "What is the prognosis of {}?",
    "Is gabapentin effective for {}?",
)
SETTINGS = (
    "",
    " in adults",
    " in older people",
    " in women",
    " in men",
    " in primary care",
    " in hospital",
    " after surgery",
    " in athletes",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--askers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0, help="seconds of reading between two questions of an asker")
    arguments = parser.parse_args()
    parts = urlsplit(arguments.url)
    made = (form.format(condition) + setting for setting in SETTINGS for form in FORMS for condition in CONDITIONS)
    questions = itertools.cycle(list(made))
    lock, first, whole, sizes, errors = threading.Lock(), [], [], [], []
    until = time.monotonic() + arguments.seconds

    def asker(number: int) -> None:
        time.sleep(number * arguments.pause / max(1, arguments.askers))
        while time.monotonic() < until:
            with lock:
                question = next(questions)
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=60)
                connection.request("GET", f"/ask?q={quote(question)}")
                response = connection.getresponse()
                begun = response.read(1)
                at_first = time.monotonic()
                body = begun + response.read()
                connection.close()
                with lock:
                    if response.status != 200:
                        errors.append(f"{response.status} {question}")
                    first.append(at_first - began)
                    whole.append(time.monotonic() - began)
                    sizes.append(len(body))
            except OSError as error:
                with lock:
                    errors.append(f"{error} {question}")
            time.sleep(arguments.pause)

    threads = [threading.Thread(target=asker, args=(number,)) for number in range(arguments.askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not first:
        raise SystemExit(f"no answer at all: {errors[:3]}")
    print(f"{len(first)} answers by {arguments.askers} askers in {arguments.seconds:.0f} s, {len(errors)} errors {errors[:3]}")
    for name, times in (("first byte", first), ("whole page", whole)):
        cuts = statistics.quantiles(times, n=20)
        print(f"{name}: p50 {statistics.median(times) * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms")
    print(f"page: median {statistics.median(sizes) / 1000:.0f} kB, largest {max(sizes) / 1000:.0f} kB, without style and script")


if __name__ == "__main__":
    main()
