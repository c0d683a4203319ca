"""Retraction in three states, lists of notices, and supersession."""

from __future__ import annotations

from typing import Any

import pytest

from pincite.appraisal.currency import retraction_of, status_note, usable
from pincite.errors import NotFoundError
from pincite.library.series import series_of
from pincite.library.store import Library
from pincite.records import Header, Notice
from tests.library.making import made

LIST = "Retraction Watch"


def notice(kind: Any, date: str | None = "2026-01-02", by: str = LIST) -> Notice:
    return Notice(kind=kind, by=by, date=date, id="doi:10.1/notice", reasons="Error in data")


def test_retraction_is_yes_no_or_never_looked_up_with_the_date(library: Library) -> None:
    library.add([made("a", pmid="1"), made("b", pmid="2"), made("c")])
    assert [retraction_of(library.document(name)) for name in "abc"] == ["unknown"] * 3
    changed = library.look_up({"pmid:1": [notice("retraction")]}, by=LIST, on="2026-11-20")
    assert changed == ("a",)
    held = {name: library.document(name) for name in "abc"}
    assert {name: (retraction_of(one), one.looked_up) for name, one in held.items()} == {
        "a": ("yes", "2026-11-20"),
        "b": ("no", "2026-11-20"),
        "c": ("unknown", None),  # without an identifier no list can be asked
    }
    assert held["a"].notices == (notice("retraction"),)
    library.add([made("d", pmid="4")])
    assert retraction_of(library.document("d")) == "unknown"


def test_only_what_was_asked_about_counts_as_looked_up(library: Library) -> None:
    library.add([made("a", doi="10.1/A"), made("b", doi="10.1/b")])
    library.look_up({}, by="Crossref", on="2026-11-20", asked=["doi:https://doi.org/10.1/a"])
    assert (library.document("a").looked_up, library.document("b").looked_up) == ("2026-11-20", None)


@pytest.mark.parametrize(
    ("notices", "status", "note", "use"),
    [
        ([notice("retraction")], "retracted", "retracted", False),
        ([notice("concern")], "concern", "expression of concern", True),
        ([notice("erratum")], "unknown", "corrected after publication", True),
        ([notice("erratum"), notice("concern")], "concern", "expression of concern; corrected after publication", True),
        ([notice("retraction"), notice("reinstatement", "2026-03-01")], "unknown", None, True),
        ([notice("reinstatement", "2025-03-01"), notice("retraction")], "retracted", "retracted", False),
        ([notice("retraction", by="Crossref"), notice("reinstatement", "2026-03-01")], "retracted", "retracted", False),
    ],
)
def test_errata_and_concern_are_no_retraction(library: Library, notices: list[Notice], status: str, note: str | None, use: bool) -> None:
    library.add([made("a", pmid="1", year=2024)])
    for by in {one.by for one in notices}:
        library.look_up({"pmid:1": [one for one in notices if one.by == by]}, by=by, on="2026-11-20")
    held = library.document("a")
    assert (held.status, status_note(held, today_year=2026), usable(held)) == (status, note, use)


def test_a_list_that_no_longer_names_a_paper_takes_its_word_back_and_no_other_lists(library: Library) -> None:
    library.add([made("a", pmid="1")])
    library.look_up({"pmid:1": [notice("retraction")]}, by=LIST, on="2026-11-20")
    library.look_up({"pmid:1": [notice("concern", by="Crossref")]}, by="Crossref", on="2026-11-21")
    assert library.document("a").status == "retracted"
    assert library.look_up({}, by=LIST, on="2026-11-22") == ("a",)
    assert (library.document("a").status, library.document("a").looked_up) == ("concern", "2026-11-22")


def test_a_notice_stays_with_the_publication_whatever_form_of_it_is_added(library: Library) -> None:
    library.add([made("a", pmid="1")])
    library.look_up({"pmid:1": [notice("retraction")]}, by=LIST, on="2026-11-20")
    library.add([made("a", "Another wording of the abstract.", pmid="1"), made("full", pmid="1", extent="full-text")])
    held = library.document("full")
    assert (held.status, held.looked_up) == ("retracted", "2026-11-20")


def test_looking_up_again_on_the_same_day_changes_nothing(library: Library) -> None:
    library.add([made("a", pmid="1")])
    library.look_up({"pmid:1": [notice("retraction")]}, by=LIST, on="2026-11-20")
    version, number = library.commit.version, library.commit.number
    assert library.look_up({"pmid:1": [notice("retraction")]}, by=LIST, on="2026-11-20") == ()
    assert (library.commit.version, library.commit.number) == (version, number)


def test_the_next_days_list_dates_every_document_and_rewrites_none(library: Library) -> None:
    library.add([made("a", pmid="1"), made("b", pmcid="PMC2")])
    library.look_up({}, by=LIST, on="2026-11-20")
    library.add([made("c", pmid="3")])
    assert [library.document(name).looked_up for name in "abc"] == ["2026-11-20", "2026-11-20", None]
    library.look_up({}, by=LIST, on="2026-11-21")
    assert [library.document(name).looked_up for name in "abc"] == ["2026-11-21"] * 3
    version, tables = library.commit.version, dict(library.commit.versions)
    assert library.look_up({}, by=LIST, on="2026-11-22") == ()
    assert [library.document(name).looked_up for name in "abc"] == ["2026-11-22"] * 3
    assert library.commit.versions == tables
    assert library.commit.version != version  # answers show the date
    assert library.verify().clean


def guideline(name: str, title: str, year: int, **more: Any) -> Any:
    told = {"tier": "guideline", "design": "guideline", "organization": "North American Spine Society (NASS)", "year": year} | more
    return made(name, f"{name} advises exercise for lumbar spinal stenosis.", title=title, **told)


OLD = ("Diagnosis and Treatment of Lumbar Spinal Stenosis", 2007)


@pytest.mark.parametrize(
    ("title", "year", "more", "superseded"),
    [
        ("Diagnosis and management of lumbar spinal stenosis (revised 2011)", 2011, {}, True),
        ("Diagnosis and Treatment of Lumbar Spinal Stenosis", 2011, {"organization": "NASS"}, True),
        ("Diagnosis and Treatment of Lumbar Spinal Stenosis", 2007, {}, False),  # another copy of the same issue
        ("Diagnosis and Treatment of Lumbar Spinal Stenosis", 2001, {}, False),  # older
        ("Diagnosis and Treatment of Lumbar Disc Herniation", 2012, {}, False),  # another condition
        ("Epidural steroid injections for lumbar spinal stenosis: diagnosis and treatment", 2012, {}, False),  # another treatment
        ("Imaging of Lumbar Spinal Stenosis", 2012, {}, False),  # another task
        ("Diagnosis and Treatment of Lumbar Spinal Stenosis", 2011, {"organization": "American College of Radiology"}, False),
        ("Diagnosis and Treatment of Lumbar Spinal Stenosis", 2011, {"tier": "research"}, False),
    ],
)
@pytest.mark.parametrize("newer_first", [False, True])
def test_an_older_guideline_is_superseded_by_the_next_issue_of_it_and_by_nothing_else(
    library: Library, title: str, year: int, more: dict[str, Any], superseded: bool, newer_first: bool
) -> None:
    readings = [guideline("old", *OLD), guideline("new", title, year, **more)]
    library.add(reversed(readings) if newer_first else readings)
    old, new = library.document("old"), library.document("new")
    assert (old.superseded_by, usable(old)) == (("new", False) if superseded else (None, True))
    assert new.superseded_by == ("old" if year < 2007 else None)


def test_supersession_is_undone_by_a_librarian_and_by_what_took_its_cause_away(library: Library) -> None:
    library.add([guideline("old", *OLD), guideline("new", OLD[0], 2011)])
    version = library.commit.version
    library.stand(["old"])
    assert (library.document("old").status, library.document("old").stands) == ("unknown", True)
    assert usable(library.document("old"))
    library.stand(["old"], stands=False)
    assert library.commit.version == version
    library.retire(["new"], why="Withdrawn.")
    assert usable(library.document("old"))
    library.restore(["new"])
    assert not usable(library.document("old"))
    library.remove(["new"])
    assert usable(library.document("old"))


def test_guidelines_of_an_older_library_are_seen_as_issues_when_they_are_added_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = [guideline("old", *OLD), guideline("new", OLD[0], 2011)]
    with monkeypatch.context() as before:
        before.setattr("pincite.library.catalogue.series_of", lambda header: "")
        library.add(readings)
    assert usable(library.document("old"))
    report = library.add(readings)
    assert report.unchanged == 2
    assert library.document("old").superseded_by == "new"
    assert library.verify().clean


def test_a_printed_update_supersedes_its_target(library: Library) -> None:
    library.add(
        [guideline("old", "Opioids in pain", 2010, pmid="5"), guideline("new", "Pain medicines", 2015, relations=[("updates", "pmid:5")])]
    )
    assert library.document("old").status == "superseded"
    assert not usable(library.document("old"))


def test_a_guideline_without_organisation_date_or_condition_has_no_series() -> None:
    header = Header(tier="guideline", design="guideline", extent="record", title=OLD[0], organization="NASS", year=2007)
    assert series_of(header)
    for lacking in ({"organization": None}, {"year": None}, {"title": "Clinical guideline"}, {"design": "editorial"}):
        assert series_of(header.model_copy(update=lacking)) == ""


@pytest.mark.parametrize("mark", ["local", "preferred", None])
def test_marks_are_the_publications_and_read_back(library: Library, mark: Any) -> None:
    library.add([made("a", pmid="1"), made("b")])
    version = library.commit.version
    assert library.mark(["pmid:1"], precedence=mark) == (("a",) if mark else ())
    assert library.mark(["a"], precedence=mark) == ()
    library.add([made("full", pmid="1", extent="full-text")])
    assert library.document("full").precedence == mark
    library.remove(["full"])
    library.add([made("a", pmid="1")])
    assert (library.commit.version == version) is (library.document("a").precedence is None)
    with pytest.raises(NotFoundError):
        library.mark(["nothing"], precedence="local")
