"""Search finds by words and by meaning, takes any text, and ranks the same however the library was filled."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "library"))

from making import CountingEncoder, made

from pincite.library.store import Library
from pincite.records import Filters
from pincite.retrieval import searching
from pincite.retrieval.searching import search, search_tiers

READINGS = [
    made("steroid", "Epidural steroid injections gave short relief of sciatica.", year=2010, design="rct"),
    made("brace", "A brace did not change pain after fracture.", year=2020),
    made(
        "guide",
        "We recommend injections for sciatica.",
        tier="guideline",
        extent="full-text",
        design="guideline",
        year=2015,
    ),
    *[made(f"flood{n}", f"Injections for sciatica were studied {n} times.") for n in range(30)],
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library.open(tmp_path_factory.mktemp("search") / "library")
    library.add(READINGS)
    return library


def test_inflections_and_spellings_meet(library: Library) -> None:
    assert search(library, "injection")[0].lexical > 0
    assert search(library, "What is bracing of fractures?")[0].document_id == "brace"


@pytest.mark.parametrize("query", ["", "?", "' OR x=x; --", '"sciatica AND (NOT', "text:sciatica^9 *", "\x00 sciatica 🦴", "the of and"])
def test_any_text_is_a_safe_query(query: str, library: Library) -> None:
    found = search(library, query)
    assert bool(found) == ("sciatica" in query)


def test_a_synonym_finds_but_counts_less(library: Library) -> None:
    typed = search(library, "brace")[0]
    widened = search(library, "orthosis", expansions=["brace"])[0]
    assert widened.document_id == typed.document_id == "brace"
    assert widened.lexical < typed.lexical


def test_filters_hold(library: Library) -> None:
    assert {one.document_id for one in search(library, "sciatica injections", filters=Filters(designs=("rct",)))} == {"steroid"}
    assert "steroid" not in {one.document_id for one in search(library, "sciatica", filters=Filters(since=2012))}


def test_a_tier_is_heard_though_another_floods(library: Library) -> None:
    found = search_tiers(library, "sciatica injections", limit=5)
    assert [one.document_id for one in found["guideline"]] == ["guide"]
    assert found["label"] == []
    assert len(found["research"]) == 5


@pytest.mark.parametrize("encoder", [None, CountingEncoder()])
def test_the_ranking_does_not_depend_on_the_order_of_adding(encoder: CountingEncoder | None, tmp_path: Path) -> None:
    rankings = []
    for number, readings in enumerate((READINGS, READINGS[::-1])):
        library = Library.open(tmp_path / str(number))
        for start in range(0, len(readings), 11):
            library.add(readings[start : start + 11])
        if encoder:
            library.encode_missing(encoder)
        query = "steroid injections for sciatica"
        rankings.append(
            [
                (one.passage.id, one.score)
                for limit in (50, 2)  # with 2, equal ones are cut
                for one in search(library, query, limit=limit, encoder=encoder)
            ]
        )
    assert rankings[0] == rankings[1]
    assert rankings[0]


def test_vectors_find_what_shares_no_stem_and_lexical_hits_have_a_cosine_too(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library")
    library.add(READINGS[:3])
    encoder = CountingEncoder()
    library.encode_missing(encoder)
    found = search(library, "after", encoder=encoder)
    assert found[0].document_id == "brace"
    assert all(one.cosine is not None and 0 <= one.score <= 1 for one in found)
    assert all(one.cosine is None for one in search(library, "sciatica", encoder=CountingEncoder("other")))


def test_the_graph_and_the_scan_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library.open(tmp_path / "library")
    library.add(READINGS)
    encoder = CountingEncoder()
    library.encode_missing(encoder)
    filters = Filters(since=2005)
    queries = ("after", "sciatica injections", "bone")
    scanned = [search_tiers(library, query, filters=filters, encoder=encoder) for query in queries]
    monkeypatch.setattr(searching, "FLAT_BELOW", 0)
    assert [search_tiers(library, query, filters=filters, encoder=encoder) for query in queries] == scanned
    assert any(one.cosine for found in scanned for one in found["research"])
