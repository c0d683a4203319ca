"""The liar's floors, on a sample of the shipped records that takes seconds; `python -m pincite.evaluation.liar` measures them all."""

from __future__ import annotations

import tomllib
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from pincite import ingest
from pincite.evaluation import liar
from pincite.records import Header, Reading
from pincite.verification.claims import Support
from tests.conftest import REPOSITORY

DOCUMENTS = 5
FLOORS = {name: float(most) for name, most in tomllib.loads((REPOSITORY / "evaluation" / "liar.toml").read_text())["at most"].items()}


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    with as_file(files("pincite") / "data" / "starter") as folder:
        paths = sorted(Path(folder).glob("**/*.yaml"))
        readings = [one for one in ingest.read(paths) if isinstance(one, Reading) and liar.in_scored_half(one.document.id)]
    found = liar.bed(readings[:: max(1, len(readings) // DOCUMENTS)][:DOCUMENTS], most=3)
    _, shares = liar.report(found)
    return shares


@pytest.mark.parametrize("kind", FLOORS)
def test_no_more_lies_get_through_than_their_floor(kind: str, shares: dict[str, float]) -> None:
    if kind not in shares:
        pytest.skip(f"this sample has no {kind}")
    assert shares[kind] <= FLOORS[kind]


@pytest.mark.parametrize(
    ("text", "quotes", "stands"),
    [
        ("Pain decreased in 17 adults.", (1,), True),
        ("Pain decreased in 71 adults.", (1,), False),
        ("Pain decreased in 17 adults.", (2,), False),
        ("Pain decreased in 17 adults.", (1, 97), False),
    ],
)
def test_a_draft_goes_the_whole_way_to_the_page(text: str, quotes: tuple[int, ...], stands: bool) -> None:
    def support(words: str, name: str) -> Support:
        header = Header(tier="research", extent="abstract", title=name)
        return Support(words, words, header, None, name)

    one, other = support("After an injection, pain decreased in 17 adults.", "a"), support("Vertebroplasty was given to women.", "b")
    assert liar.tried(liar.Draft("x", stands, text, quotes, one, other)).stands is stands
