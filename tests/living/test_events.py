from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pincite.ingest.reading import read_bytes
from pincite.library.store import Library
from pincite.living.events import events
from pincite.living.touched import touched
from pincite.pipeline import ask
from pincite.records import Event, Notice, Reading
from tests.library.making import made
from tests.living.labels import BOXED, MAXIMUM, label

DOSE = "What is the maximum dose of naproxen?"


def changed(library: Library, *readings: Reading) -> Event:
    """The one event of adding these."""
    before = library.commit.number
    library.add(readings)
    (event,) = events(library, since=before)
    return event


def test_a_newer_label_with_a_lower_maximum_names_the_sentence_in_both_versions_and_the_dose_answer_changes(library: Library) -> None:
    library.add([label(most="1,500 mg")])
    before = ask(DOSE, library=library)
    assert any("1,500 mg" in one.text for one in before.bottom_line)
    event = changed(library, label(version=2, date="20260301", most="1,000 mg"))
    assert event.kinds == ("dose", "version", "text")
    assert [(one.old, one.new) for one in event.sentences] == [(MAXIMUM.format(most="1,500 mg"), MAXIMUM.format(most="1,000 mg"))]
    assert {(one.name, one.old, one.new) for one in event.fields} == {("version", "1", "2"), ("date", "2024-01-15", "2026-03-01")}
    after = ask(DOSE, library=library)
    assert any("1,000 mg" in one.text for one in after.bottom_line)
    assert not any("1,500 mg" in one.text for one in after.bottom_line)
    told = touched(before, event, name="saved", library=library)
    assert told is not None
    lost = [one for one in told.quotes if not one.stands]
    assert [(one.old, one.new) for one in lost] == [(MAXIMUM.format(most="1,500 mg"), MAXIMUM.format(most="1,000 mg"))]


def test_a_real_label_is_compared_sentence_by_sentence(library: Library, corpora: Path) -> None:
    data = (corpora / "spl" / "viagra.xml").read_bytes()
    newer = data.replace(b'<versionNumber value="20"/>', b'<versionNumber value="21"/>', 1).replace(
        b"maximum recommended dose of 100", b"maximum recommended dose of 75"
    )
    assert newer.count(b"dose of 75") >= 1
    library.add([one for one in read_bytes("viagra.xml", data) if isinstance(one, Reading)])
    event = changed(library, *(one for one in read_bytes("viagra.xml", newer) if isinstance(one, Reading)))
    assert event.kinds[0] == "dose"
    assert {"version", "text"} <= set(event.kinds)
    assert all(
        one.old is not None and one.new is not None and one.old.replace("100", "75") == one.new.replace("100", "75")
        for one in event.sentences
    )


@pytest.mark.parametrize(
    ("newer", "kinds"),
    [
        ({"boxed": f"{BOXED} Use the lowest effective dose."}, {"boxed-warning", "version", "text"}),
        ({"against": "Naproxen tablets are contraindicated in active bleeding."}, {"contraindication", "version", "text"}),
        ({"uses": "Naproxen tablets are indicated for the relief of pain of any cause."}, {"version", "text"}),
        ({}, {"version"}),  # a new version in the same words
    ],
)
def test_how_a_newer_label_matters_is_told_by_the_sections_that_changed(library: Library, newer: dict[str, Any], kinds: set[str]) -> None:
    library.add([label()])
    assert set(changed(library, label(version=2, date="20250101", **newer)).kinds) == kinds


PAPER = ("Injections were given to 20 people.", "Pain fell by half within one week.")


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ({}, {"status": "retracted"}, ("retracted",)),
        ({}, {"status": "concern"}, ("concern",)),
        ({"status": "retracted"}, {}, ("reinstated",)),
        ({}, {"status": "superseded"}, ("superseded",)),
        ({}, {"relations": [("corrected-by", "pmid:7")]}, ("erratum",)),
        ({}, {"relations": [("retracted-by", "pmid:7")]}, ("retracted",)),
        ({}, {"doi": "10.1000/x"}, ("identifiers",)),
        ({"version": "1"}, {"version": "2"}, ("version",)),
    ],
)
def test_what_became_of_a_paper_is_told_in_one_word(
    library: Library, before: dict[str, Any], after: dict[str, Any], kinds: tuple[str, ...]
) -> None:
    library.add([made("a", *PAPER, **before)])
    event = changed(library, made("a", *PAPER, **after))
    assert event.kinds == kinds
    assert event.says


def test_what_touches_no_answer_makes_no_event(library: Library) -> None:
    library.add([made("a", *PAPER), made("b")])
    number = library.commit.number
    library.add([made("a", *PAPER, keywords=("injection",)), made("b"), made("c")])
    assert events(library, since=number) == []


def test_every_door_makes_its_event(library: Library) -> None:
    library.add([made("a", pmid="1"), made("b", pmid="2"), made("c"), made("d", pmid="4")])
    number = library.commit.number
    library.retire(["a"], why="Replaced by our protocol.")
    library.restore(["a"])
    library.mark(["b"], precedence="local")
    library.remove(["c"])
    library.look_up(
        {"pmid:4": [Notice(kind="retraction", by="Retraction Watch", date="2026-01-02")]}, by="Retraction Watch", on="2026-11-20"
    )
    library.add([made("n", relations=[("concern-about", "pmid:2")])])
    library.add([made("full", pmid="1", extent="full-text")])
    told = [(event.document_id, event.kinds) for event in events(library, since=number)]
    assert told == [
        ("a", ("retired",)),
        ("a", ("restored",)),
        ("b", ("precedence",)),
        ("c", ("gone",)),
        ("d", ("retracted",)),
        ("b", ("concern",)),
        ("a", ("merged",)),
    ]
    merged = events(library, since=number)[-1]
    assert merged.now_id == "full"


def test_both_wordings_are_told_long_after_and_a_removed_text_is_forgotten(library: Library) -> None:
    for text in ("Rest for one week is advised.", "Rest for two weeks is advised.", "Rest for three weeks is advised."):
        library.add([made("a", text)])
    first, second = events(library)
    assert [(one.old, one.new) for one in first.sentences] == [("Rest for one week is advised.", "Rest for two weeks is advised.")]
    assert [(one.old, one.new) for one in second.sentences] == [("Rest for two weeks is advised.", "Rest for three weeks is advised.")]
    library.remove(["a"])
    assert [event.kinds for event in events(library)] == [("text",), ("text",), ("gone",)]
    assert not any(event.sentences for event in events(library))
    assert "one week" not in str(library.rows("changes"))


def test_events_have_the_same_keys_for_every_reader_and_no_two_share_one(library: Library) -> None:
    for text in ("One is said here.", "Two is said here.", "One is said here.", "Two is said here."):
        library.add([made("a", text)])
    keys = [event.key for event in events(library)]
    assert len(set(keys)) == 3
    assert [event.key for event in events(Library.open(library.place, read_only=True))] == keys
    assert [event.key for event in events(library, documents=["a"])] == keys
    assert events(library, documents=["other"]) == []


_KILLED = """
import os, signal, sys
from pincite.library import writing
from pincite.library.store import Library
from tests.library.making import made
real = writing.append_commit
def append_commit(*arguments):
    if {before}:
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
library = Library.open(sys.argv[1])
writing.append_commit = append_commit
library.add([made("a", "Rest for two weeks is advised.")])
"""


@pytest.mark.parametrize("before", [True, False])
def test_a_killed_writer_leaves_the_change_with_its_event_or_neither(tmp_path: Path, before: bool) -> None:
    library = Library.open(tmp_path / "library")
    library.add([made("a", "Rest for one week is advised.")])
    script = _KILLED.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", script, library.place], cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    held = library.refresh()
    assert len(events(held)) == (0 if before else 1)
    assert ("two weeks" in held.document("a").text) is not before
    held.add([made("a", "Rest for two weeks is advised.")])
    (event,) = events(held)
    assert event.kinds == ("text",)
    assert held.verify().clean


def test_a_library_of_before_there_were_events_begins_to_keep_them(library: Library) -> None:
    library.add([made("a", "One is said here.")])
    library.connection.drop_table("changes")
    commit = library.commit
    older = commit.model_copy(
        update={"number": commit.number + 1, "versions": {k: v for k, v in commit.versions.items() if k != "changes"}}
    )
    library.connection.open_table("commits").add([{"number": older.number, "schema": 1, "record": older.model_dump_json()}])
    library = library.refresh()
    assert events(library) == []
    library.add([made("a", "Two is said here.")])
    assert [event.kinds for event in events(library)] == [("text",)]
