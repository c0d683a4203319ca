"""Pages made of true and of falsified sentences → how `pincite audit` judges them. Run `python -m pincite.evaluation.audit_bed`.

The cases are those of `claims_bed`, but here nobody hands the claim its source: a page is loaded, cut into claims, each claim finds its own
evidence in the whole library. A page holds sentences of one document under its title, copied, reworded, or with one error planted in each.
"""

from __future__ import annotations

import argparse
import datetime
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

from pincite import ingest, pipeline
from pincite.auditing.loading import load
from pincite.errors import PinciteError
from pincite.evaluation.claims_bed import Case, cases, copied, in_scored_half
from pincite.evaluation.holding import evaluation_encoder, held_library
from pincite.library.encoder import Encoder
from pincite.library.store import Library
from pincite.records import AuditClaim, Reading

_LABELS = ("quoted", "supported", "partly", "contradicted", "not-found", "uncited", "no claim")
# A page is dated; nothing in the bed depends on the day.
_TODAY = datetime.date(2026, 1, 1)
_STANDS = ("quoted", "supported")
# Errors that another sentence of the library, or the same one, can rightly bear out or that change no fact are not planted on whole pages.
_NOT_PLANTED = ("other source", "fact added")


class Outcome(NamedTuple):
    """What became of one case: its label (the worst of its claims), and the checks that failed."""

    case: Case
    label: str
    failed: tuple[str, ...]


def outcomes(library: Library, found: Sequence[Case], *, titles: dict[str, str], encoder: Encoder | None) -> list[Outcome]:
    """Audit one page for each document and kind of case; the same cases give the same outcomes."""
    pages: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in found:
        pages[case.document_id, case.kind].append(case)
    made = []
    for (document_id, _), held in pages.items():
        text = f"# {titles[document_id]}\n\n" + "\n\n".join(case.text for case in held)
        loaded = load(text.encode(), name="page.md")
        audit = pipeline.audit(loaded, library=library, encoder=encoder, today=_TODAY)
        at = 0
        for case in held:
            start = loaded.text.find(case.text, at)
            end = start + len(case.text)
            claims = [one for one in audit.claims if start >= 0 and start <= one.start and one.end <= end + 1]
            made.append(_outcome(case, claims))
            at = end if start >= 0 else at
    return made


def _outcome(case: Case, claims: Sequence[AuditClaim]) -> Outcome:
    if not claims:
        return Outcome(case, "no claim", ())
    order = ("contradicted", "not-found", "uncited", "partly", "supported", "quoted")
    worst = min(claims, key=lambda one: order.index(one.verdict.label))
    failed = tuple(one.name for claim in claims for one in claim.verdict.checks if one.outcome == "fail")
    return Outcome(case, worst.verdict.label, failed)


def chosen_cases(readings: Sequence[Reading], *, half: str, most: int, each: int | None) -> list[Case]:
    """Copied, reworded and falsified sentences of one half of the documents, at most `most` of a kind."""
    found = [case for case in (*copied(readings, most=each), *cases(readings, most=each)) if case.kind not in _NOT_PLANTED]
    kinds: dict[str, list[Case]] = defaultdict(list)
    for case in found:
        if in_scored_half(case.document_id) == (half == "scored"):
            kinds[case.kind].append(case)
    return [case for kind, held in sorted(kinds.items()) for case in random.Random(kind).sample(held, min(most, len(held)))]


def report(made: Sequence[Outcome], *, show: str | None = None) -> list[str]:
    """A line for each kind with the share of each label, then precision and recall of the two labels that assert something."""
    lines = []
    for one in made:
        if one.case.kind == show and (one.label in _STANDS) != one.case.true:
            lines.append(f"{one.label} {'/'.join(one.failed)}: {one.case.text}\n    source: {one.case.supports[0].exact}")
    lines.append(f"{'':<18}{'n':>5}  " + "  ".join(f"{label:>12}" for label in _LABELS) + "  caught by")
    for true in (True, False):
        for kind in sorted({one.case.kind for one in made if one.case.true == true}):
            held = [one for one in made if one.case.kind == kind]
            counts = Counter(one.label for one in held)
            caught = Counter(name for one in held if one.label not in _STANDS for name in set(one.failed))
            shares = "  ".join(f"{counts[label] / len(held):>12.3f}" for label in _LABELS)
            lines.append(f"{kind:<18}{len(held):>5}  {shares}  " + ", ".join(f"{name} {n}" for name, n in caught.most_common(3)))
    true_ones, planted = [one for one in made if one.case.true], [one for one in made if not one.case.true]
    for name, labels, right, wrong in (("contradicted", ("contradicted",), planted, true_ones), ("supported", _STANDS, true_ones, planted)):
        hits, misses = (sum(one.label in labels for one in side) for side in (right, wrong))
        if hits + misses:
            lines.append(f"{name}: precision {hits / (hits + misses):.3f}, recall {hits / len(right):.3f}")
    abstained = sum(one.label in ("partly", "not-found", "uncited", "no claim") for one in made)
    lines.append(f"neither asserted: {abstained / len(made):.3f} of {len(made)}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pages, audit them and print; 0 when it ran."""
    parser = argparse.ArgumentParser(prog="python -m pincite.evaluation.audit_bed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jats", type=Path, help="folder of journal articles; their sentences instead of the shipped records'")
    parser.add_argument("--half", choices=("tuning", "scored"), default="scored")
    parser.add_argument("--most", type=int, default=60, help="cases of each kind (default 60)")
    parser.add_argument("--show", metavar="KIND", help="print the cases of this kind that are judged wrongly")
    chosen = parser.parse_args(arguments)
    with as_file(files("pincite") / "data" / "starter") as folder:
        records = [one for one in ingest.read([folder]) if isinstance(one, Reading)]
    articles = [one for one in ingest.read([chosen.jats]) if isinstance(one, Reading)] if chosen.jats else []
    encoder = evaluation_encoder()
    found = chosen_cases(articles or records, half=chosen.half, most=chosen.most, each=6 if articles else None)
    titles = {one.document.id: one.document.title for one in (*records, *articles)}
    with held_library([*records, *articles], encoder=encoder) as library:
        made = outcomes(library, found, titles=titles, encoder=encoder)
    print(f"{chosen.half} half, {len({one.case.document_id for one in made})} documents, library of {len(records) + len(articles)}")
    print("\n".join(report(made, show=chosen.show)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PinciteError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
