"""The quality gate: `python -m pincite.evaluation.gate` runs a sample of the public sets and compares with the pinned floors.

Floors stand in `evaluation/floors.toml`, one table for each way of searching. Exit 1 when a figure is below its floor; without the
corpora nothing can be measured, and the gate says so and passes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pincite.errors import PinciteError
from pincite.evaluation.running import Report, run

FLOORS = Path("evaluation") / "floors.toml"
# Questions of each set: about 60 CPU-seconds by words alone and 105 with the encoder, libraries included.
SAMPLES = {"bioasq": 150, "pubmedqa": 100}


class Compared(NamedTuple):
    """One figure against its floor; a figure that the report lacks fails."""

    name: str
    value: float | None
    floor: float

    @property
    def passed(self) -> bool:
        """At or above the floor."""
        return self.value is not None and self.value >= self.floor


def compare(reports: Mapping[str, Report], *, floors: Mapping[str, float]) -> list[Compared]:
    """Every floor ("SET MEASURE") against the reports; a floor for a set that was not run is left out."""
    values = {f"{name} {one.name}": one.value for name, report in reports.items() for one in report.measures}
    return [Compared(name, values.get(name), floor) for name, floor in floors.items() if name.split(" ", 1)[0] in reports]


def read_floors(path: Path, *, encoder: str | None) -> dict[str, float]:
    """The floors for a search with that encoder; raises PinciteError for a file that is missing or has no such table."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PinciteError(f"The floors in {path} cannot be read: {error}.", what_to_do="Run the gate in the repository's root.") from error
    name = "encoder" if encoder else "words"
    if name not in tables:
        way_out = "Set PINCITE_ENCODER=none to run the gate by words alone, or measure and pin them."
        raise PinciteError(f"{path} has no table [{name}].", what_to_do=way_out)
    return {key: float(value) for key, value in tables[name].items()}


def table(compared: Sequence[Compared]) -> str:
    """The comparison for people, with the count at the end."""
    rows = [
        f"{'ok  ' if one.passed else 'FAIL'}  {one.name:<28} {'   –  ' if one.value is None else f'{one.value:6.3f}'}  floor {one.floor:.3f}"
        for one in compared
    ]
    passed = sum(one.passed for one in compared)
    return "\n".join([*rows, f"{passed} passed, {len(compared) - passed} failed"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gate; 0 passed or skipped, 1 failed."""
    parser = argparse.ArgumentParser(prog="python -m pincite.evaluation.gate", description=(__doc__ or "").splitlines()[0])
    named = os.environ.get("CURBSIDE_CORPORA")
    parser.add_argument("corpora", type=Path, nargs="?", default=Path(named) if named else Path("..") / "shared" / "corpora")
    parser.add_argument("--floors", type=Path, default=FLOORS)
    chosen = parser.parse_args(arguments)
    sets = {name: chosen.corpora / name for name in SAMPLES if (chosen.corpora / name).is_dir()}
    for name in sorted(SAMPLES.keys() - sets.keys()):
        print(f"skipped: {name}, because there is no {chosen.corpora / name} (name the folder of corpora, or set CURBSIDE_CORPORA)")
    if not sets:
        print("0 passed, 0 failed")
        return 0
    reports = {}
    for name, path in sets.items():
        reports[name] = run(name, path, limit=SAMPLES[name])
        print(reports[name], end="\n\n")
    compared = compare(reports, floors=read_floors(chosen.floors, encoder=next(iter(reports.values())).encoder))
    print(table(compared))
    return 0 if all(one.passed for one in compared) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PinciteError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
