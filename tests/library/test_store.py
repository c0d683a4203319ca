"""What a library holds after adding, in whatever order, and what it says when something is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from making import CountingEncoder, made

from pincite.errors import EncoderError, LibraryBusyError, LibraryError, NotFoundError
from pincite.library import writing as writer_module
from pincite.library.commits import newest_commit
from pincite.library.guarding import explained, writing
from pincite.library.store import Library
from pincite.library.writing import Writer
from pincite.records import Filters, Reading


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library")


def held(library: Library) -> dict[str, str]:
    return {one.id: one.header.status for one in library.documents()}


def test_what_was_added_is_given_back_whole(library: Library) -> None:
    reading = made("a", "First sentence.", "Second one.", pmid="1", year=2019)
    report = library.add([reading])
    assert (report.added, report.passages) == (1, 2)
    assert library.document("a") == reading.document
    assert library.document("pmid:1").id == "a"
    assert tuple(library.passages("a")) == reading.passages
    assert library.passage("a#1") == reading.passages[1]
    assert library.verify().clean
    assert library.state().newest == "2019"


def test_a_name_that_is_not_held_is_an_error(library: Library) -> None:
    with pytest.raises(NotFoundError, match="no document"):
        library.document("it's not there")


def test_adding_the_same_again_changes_nothing(library: Library) -> None:
    library.add([made("a")])
    before = library.state()
    assert library.add([made("a")]).unchanged == 1
    assert library.state() == before


@pytest.mark.parametrize(
    ("second", "outcome", "title"),
    [
        (made("a", "Another text."), "replaced", "Title of a"),
        (made("a", title="Corrected title"), "updated", "Corrected title"),
    ],
)
def test_a_document_offered_again_is_stored_as_it_is_now(library: Library, second: object, outcome: str, title: str) -> None:
    library.add([made("a")])
    report = library.add([second])  # type: ignore[list-item]
    assert getattr(report, outcome) == 1
    assert library.document("a").title == title
    assert library.state().documents == 1
    assert library.verify().clean


GROUPS = {
    "the full text stays, with the identifiers of both": (
        [
            made("a", pmid="1"),
            made("b", "Long text. " * 5, extent="full-text", doi="10.1/X"),
            made("c", pmid="1", doi="https://doi.org/10.1/x"),
        ],
        {"b": "unknown"},
    ),
    "the newer label stays": (
        [
            made("old", "Old dose. " * 9, tier="label", extent="label", setid="S", date="2019-01-01"),
            made("new", "New dose.", tier="label", extent="label", setid="s", date="2023-05-01"),
        ],
        {"new": "unknown"},
    ),
    "a summary record stays beside the document": (
        [made("rec", extent="record", doi="10.1/x"), made("doc", doi="10.1/X")],
        {"rec": "unknown", "doc": "unknown"},
    ),
    "a retraction marks its target": (
        [
            made("trial", pmid="7", status="current"),
            made("notice", pmid="8", relations=[("retracts", "pmid:7")]),
            made("other", pmid="9"),
        ],
        {"trial": "retracted", "notice": "unknown", "other": "unknown"},
    ),
    "an expression of concern marks its target, a comment does not": (
        [
            made("trial", doi="10.1/T"),
            made("worry", relations=[("concern-about", "doi:10.1/t")]),
            made("talk", relations=[("comments-on", "doi:10.1/t")]),
        ],
        {"trial": "concern", "worry": "unknown", "talk": "unknown"},
    ),
    "a document may say itself that it was retracted": (
        [made("a", relations=[("retracted-by", "pmid:3")])],
        {"a": "retracted"},
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_the_order_of_arrival_does_not_matter(name: str, tmp_path: Path) -> None:
    readings, expected = GROUPS[name]
    versions = set()
    for number, order in enumerate(itertools.permutations(readings)):
        library = Library.open(tmp_path / str(number))
        for reading in order:  # one by one, so that each is judged against what is stored
            library.add([reading])
        assert held(library) == expected
        assert library.verify().clean
        versions.add(library.state().version)
    assert len(versions) == 1


def test_merging_unites_identifiers(library: Library) -> None:
    library.add([made("a", pmid="1", doi="10.1/x"), made("b", "Longer. " * 9, extent="full-text", doi="10.1/X")])
    assert (library.document("b").pmid, library.document("b").doi) == ("1", "10.1/X")


def test_a_record_and_its_document_know_of_each_other(library: Library) -> None:
    library.add([made("rec", extent="record", doi="10.1/x"), made("doc", doi="10.1/X"), made("far", doi="10.1/y")])
    assert library.related("rec") == ("doc",)
    assert library.related("far") == ()


def test_removing_a_notice_restores_its_target(library: Library) -> None:
    library.add([made("trial", pmid="7"), made("notice", relations=[("retracts", "pmid:7")])])
    assert library.remove(["notice", "never there"]) == ("notice",)
    assert held(library) == {"trial": "unknown"}
    assert library.verify().clean


def test_filters_keep_documents_without_a_year(library: Library) -> None:
    library.add([made("old", year=1999), made("new", year=2020), made("none"), made("label", tier="label", extent="label")])
    assert {one.id for one in library.documents(Filters(since=2010, tiers=("research",)))} == {"new", "none"}


def test_an_interrupted_batch_is_rolled_back(library: Library) -> None:
    library.add([made("a")])
    table = library.connection.open_table("passages")
    table.add([{**row, "id": "torn#0", "document_id": "torn"} for row in library.rows("passages")])
    again = Library.open(library.place)
    assert again.state() == library.state()
    assert again.verify().clean
    again.add([made("b")])
    assert {row["document_id"] for row in again.rows("passages")} == {"a", "b"}


def test_a_second_writer_is_told_to_wait(library: Library) -> None:
    with (
        writing(library.place),
        pytest.raises(LibraryBusyError, match="Another process"),
        writing(library.place, wait=0),
    ):
        pass


def test_a_reader_stays_at_its_commit_until_it_refreshes(library: Library) -> None:
    library.add([made("a")])
    reader = Library.open(library.place, read_only=True)
    library.add([made("b")])
    assert set(held(reader)) == {"a"}
    assert set(held(reader.refresh())) == {"a", "b"}
    with pytest.raises(LibraryError, match="reading only"):
        reader.add([made("c")])


def test_a_torn_file_is_named(library: Library) -> None:
    library.add([made("a")])
    for file in (Path(library.place) / "passages.lance" / "data").iterdir():
        file.write_bytes(file.read_bytes()[:40])
    report = Library.open(library.place).verify()
    assert any("passages" in problem for problem in report.problems)


def test_a_library_of_a_newer_format_is_refused(library: Library) -> None:
    table = library.connection.open_table("commits")
    table.add([{"number": 99, "schema": 99, "record": "{}"}])
    with pytest.raises(LibraryError, match="newer Pincite"):
        newest_commit(library.connection, library.place)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "disk is full"),
        (RuntimeError("lance error: Permission denied (os error 13)"), "may not be written"),
        (RuntimeError("Not found: data/0a1b.lance"), "0a1b.lance"),
    ],
)
def test_storage_errors_name_the_way_out(error: Exception, said: str) -> None:
    found = explained(error, "/some/library")
    assert said in str(found)
    assert found.what_to_do


def test_vectors_of_two_encoders_are_never_mixed(library: Library) -> None:
    library.add([made("a"), made("b")])
    assert library.encode_missing(CountingEncoder()) == 2
    assert library.encode_missing(CountingEncoder()) == 0
    with pytest.raises(EncoderError, match="were made by counting"):
        library.encode_missing(CountingEncoder("other"))
    library.add([made("a", "Another text.")])
    assert library.encode_missing(CountingEncoder()) == 1
    assert library.verify().clean


def test_encoding_that_was_cut_off_goes_on(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    class CutOff(CountingEncoder):
        calls = 0

        def encode(self, texts: Sequence[str]) -> np.ndarray:
            self.calls += 1
            if self.calls == 2:
                raise KeyboardInterrupt
            return super().encode(texts)

    monkeypatch.setattr(writer_module, "_ENCODE_AT_ONCE", 2)
    library.add([made(name) for name in "abcde"])
    with pytest.raises(KeyboardInterrupt):
        library.encode_missing(CutOff())
    again = Library.open(library.place)
    told: list[tuple[int, int]] = []
    assert again.commit.vectors == 2
    assert again.encode_missing(CountingEncoder(), progress=lambda done, total: told.append((done, total))) == 3
    assert told == [(4, 5), (5, 5)]
    assert again.verify().clean


def test_words_and_terms_come_and_go_with_their_documents(library: Library) -> None:
    library.add(
        [
            made("a", "Fracture of a vertebra.", abbreviations=(("VCF", "vertebral compression fracture"),)),
            made("b", "Fractures heal."),
        ]
    )
    assert library.document_frequency(["fracture", "sciatica"]) == {"fracture": 2, "sciatica": 0}
    assert library.terms(["VCF", "MRI"]) == {"VCF": "vertebral compression fracture"}
    library.remove(["a"])
    assert library.document_frequency(["fractures"]) == {"fractures": 1}
    assert library.terms(["VCF"]) == {}
    assert "heal" in library.words()
    assert "vertebra" not in library.words()


def test_what_was_acknowledged_is_committed(library: Library) -> None:
    told: list[str] = []

    def progress(_: object, names: tuple[str, ...]) -> None:
        told.extend(names)
        assert set(told) <= set(held(Library.open(library.place)))

    with Writer(library) as writer:
        writer.add([made("a"), made("b")], progress=progress)
    assert told == ["a", "b"]


def test_a_retired_document_stays_readable_and_retired_until_it_is_restored(library: Library) -> None:
    library.add([made("a", "First.", pmid="1"), made("b")])
    before = library.state()
    assert library.retire(["pmid:1", "a"], why="Our own  protocol replaces it.") == ("a",)
    assert library.document("a").retired == "Our own protocol replaces it."
    assert [one.header.retired for one in library.documents()] == ["Our own protocol replaces it.", None]
    assert library.state().version != before.version
    assert library.verify().clean
    assert library.retire(["a"], why="Our own protocol replaces it.") == ()
    library.add([made("a", "First.", pmid="1")])
    assert library.document("a").retired
    assert library.restore(["a"]) == ("a",)
    assert library.restore(["a"]) == ()
    assert library.state() == before
    assert library.verify().clean


@pytest.mark.parametrize(
    "later",
    [
        [made("a", "Another text.", pmid="1")],
        [made("full", "The full text of it.", pmid="1", extent="full-text")],
        [made("less", "Less.", pmid="1", extent="abstract")],
    ],
)
def test_another_text_or_form_of_a_retired_publication_is_retired_too(library: Library, later: list[Reading]) -> None:
    library.add([made("a", "First sentence of it.", pmid="1")])
    library.retire(["a"], why="withdrawn by its society")
    library.add(later)
    assert [one.header.retired for one in library.documents()] == ["withdrawn by its society"]
    assert library.verify().clean


def test_a_source_cannot_retire_itself_and_only_what_is_held_can_be_retired(library: Library) -> None:
    library.add([made("a", retired="I say so")])
    assert library.document("a").retired is None
    assert library.add([made("a")]).unchanged == 1
    with pytest.raises(NotFoundError, match="no document"):
        library.retire(["nothing"], why="x")
