"""Watched questions, and what of a stored answer a change touches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from pincite.errors import NotFoundError, PinciteError, QuestionError
from pincite.ingest.reading import read_bytes
from pincite.library.copying import copy_library
from pincite.library.store import Library
from pincite.living import watching
from pincite.living.events import events
from pincite.living.touched import reanchored, touched, unsound
from pincite.living.watching import Ask
from pincite.pipeline import ask as ask_pipeline
from pincite.records import Answer, Notice, Reading, Watch, WatchChange
from pincite.rendering.digests import digest, entry_of
from pincite.verification.verify import recheck
from tests.library.making import made
from tests.living.labels import MAXIMUM, label

DOSE = "What is the maximum dose of naproxen?"
ACUPUNCTURE = "Which patients with chronic low back pain benefit from acupuncture?"
ACP = "acp-2017-noninvasive-low-back-pain"
TRIAL = "pmcid:PMC2758834"


def asking(library: Library) -> Ask:
    return lambda question, audience: ask_pipeline(question, library=library, audience=audience)


def ran(library: Library) -> list[WatchChange]:
    return [change for _, change in watching.run(library, ask=asking(library)) if change is not None]


def test_a_retraction_of_a_paper_and_of_a_starter_record_changes_the_answer_and_is_told(starter: Library, corpora: Path) -> None:
    data = (corpora / "jats" / "PMC2758834.nxml").read_bytes()
    starter.add([one for one in read_bytes("PMC2758834.nxml", data) if isinstance(one, Reading)])
    watching.add(ACUPUNCTURE, library=starter, ask=asking(starter))
    before = ask_pipeline(ACUPUNCTURE, library=starter)
    assert {ACP, TRIAL} <= {one.document_id for one in before.references}

    told = Notice(kind="retraction", by="Retraction Watch", date="2026-10-01")
    number = starter.commit.number
    found = starter.look_up(
        {"doi:10.1186/1471-2474-10-114": [told], "doi:10.7326/M16-2367": [told]}, by="Retraction Watch", on="2026-11-20"
    )
    assert set(found) == {ACP, TRIAL}
    assert [(one.document_id, one.kinds) for one in events(starter, since=number)] == [(ACP, ("retracted",)), (TRIAL, ("retracted",))]

    after = ask_pipeline(ACUPUNCTURE, library=starter)
    assert not {ACP, TRIAL} & {one.document_id for one in after.references}
    assert {(one.document_id, one.why) for one in after.left_out} >= {(ACP, "retracted"), (TRIAL, "retracted")}
    (change,) = ran(starter)
    assert change.bottom_line_changed
    assert {(piece.document_id, piece.why) for piece in change.lost} >= {(ACP, "left out: retracted"), (TRIAL, "left out: retracted")}
    assert {title for title, says in unsound(before, starter) if says == "was retracted"} == {
        one.title for one in before.references if one.document_id in (ACP, TRIAL)
    }
    for event in events(starter, since=number):
        resting = touched(before, event, name="saved", library=starter)
        assert resting is not None
        assert all(one.stands for one in resting.quotes)  # the words stand; what they are worth has changed


def test_questions_are_asked_again_only_when_the_library_moved(library: Library) -> None:
    library.add([label()])
    asked: list[str] = []

    def ask(question: str, audience: watching.Audience) -> Answer:
        asked.append(question)
        return ask_pipeline(question, library=library, audience=audience)

    watch = watching.add(DOSE, library=library, ask=ask)
    assert watching.add(f"  {DOSE.lower()} ", library=library, ask=ask).id == watch.id
    assert list(watching.run(library, ask=ask)) == []
    library.add([label(version=2, date="20260301", most="1,000 mg")])
    ((_, change),) = watching.run(library, ask=ask)
    assert list(watching.run(library, ask=ask)) == []
    assert asked == [DOSE] * 2
    assert change is not None
    assert change.bottom_line_changed
    assert MAXIMUM.format(most="1,000 mg") in [piece.text for piece in change.new]
    (lost,) = [piece for piece in change.lost if piece.text == MAXIMUM.format(most="1,500 mg")]
    assert lost.why == "its source says it in other words now, or no more"
    assert watching.changed(library) == [change]
    library.add([made("other", "Sleep was studied in mice.")])
    assert ran(library) == []
    assert [one.answer.library.version for one in watching.watches(library) if one.answer] == [library.commit.version]


FOR = "We recommend vertebroplasty for adults with painful osteoporotic vertebral compression fracture."
AGAINST = "We recommend against vertebroplasty for adults with painful osteoporotic vertebral compression fracture."


def test_a_new_disagreement_and_its_end_are_told(library: Library) -> None:
    told = {"tier": "guideline", "design": "guideline", "extent": "full-text", "title": "Osteoporotic vertebral compression fracture"}
    library.add([made("for", FOR, organization="A", **told)])
    watching.add("Is vertebroplasty recommended for osteoporotic vertebral compression fracture?", library=library, ask=asking(library))
    library.add([made("against", AGAINST, organization="B", **told)])
    (began,) = ran(library)
    assert len(began.disagreements_new) == 1
    assert "disagree" in began.says
    library.retire(["against"], why="Withdrawn by its authors.")
    (ended,) = ran(library)
    assert ended.disagreements_ended == began.disagreements_new
    assert [piece.why for piece in ended.lost] == ["left out: retired from this library"]


def test_an_answer_that_comes_and_goes_is_told(library: Library) -> None:
    library.add([made("other", "Sleep was studied in mice.")])
    watching.add(DOSE, library=library, ask=asking(library))
    library.add([label()])
    (come,) = ran(library)
    assert (come.answered_before, come.answered_after) == (False, True)
    library.remove([label().document.id])
    (gone,) = ran(library)
    assert (gone.answered_before, gone.answered_after) == (True, False)
    assert {piece.why for piece in gone.lost} == {"its source is no longer in the library"}


def test_a_run_that_is_cut_off_goes_on_and_tells_nothing_twice(library: Library) -> None:
    library.add([label()])
    for question in (DOSE, "When is naproxen contraindicated?"):
        watching.add(question, library=library, ask=asking(library))
    library.add([label(version=2, date="20260301", most="1,000 mg", against="Naproxen tablets are contraindicated in active bleeding.")])
    beginning = watching.run(library, ask=asking(library))
    next(beginning)
    beginning.close()
    assert len(watching.changed(library)) == 1
    ran(library)
    found = watching.changed(library)
    assert len(found) == 2
    assert len({change.watch for change in found}) == 2


def test_two_runs_at_once_tell_a_change_once(library: Library) -> None:
    library.add([label()])
    watching.add(DOSE, library=library, ask=asking(library))
    library.add([label(version=2, date="20260301", most="1,000 mg")])
    one, other = watching.run(library, ask=asking(library)), watching.run(Library.open(library.place), ask=asking(library))

    def ask(question: str, audience: watching.Audience) -> Answer:
        list(other)  # the other run is done while this one is asking
        return ask_pipeline(question, library=library, audience=audience)

    one = watching.run(library, ask=ask)
    list(one)
    assert len(watching.changed(library)) == 1


def test_a_watch_can_be_removed_added_again_and_is_not_endless(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add([label()])
    watch = watching.add(DOSE, library=library, ask=asking(library))
    assert watching.remove(watch.id, library=library).question == DOSE
    assert watching.watches(library) == []
    with pytest.raises(NotFoundError):
        watching.remove(watch.id, library=library)
    assert watching.add(DOSE, library=library, ask=asking(library)).id == watch.id
    assert [one.id for one in watching.watches(library)] == [watch.id]
    monkeypatch.setattr(watching, "MOST_WATCHES", 1)
    with pytest.raises(QuestionError):
        watching.add("What is a dose?", library=library, ask=asking(library))


def test_a_question_that_cannot_be_asked_is_told_and_stops_no_other(library: Library) -> None:
    library.add([label()])
    for question in (DOSE, "When is naproxen contraindicated?"):
        watching.add(question, library=library, ask=asking(library))
    library.add([label(version=2, date="20260301", most="1,000 mg")])

    def ask(question: str, audience: watching.Audience) -> Answer:
        if question == DOSE:
            raise QuestionError("No.")
        return ask_pipeline(question, library=library, audience=audience)

    failed: list[tuple[Watch, PinciteError]] = []
    done = list(watching.run(library, ask=ask, failed=lambda watch, error: failed.append((watch, error))))
    assert [watch.question for watch, _ in failed] == [DOSE]
    assert len(done) == 1
    assert len(ran(library)) == 1  # asked again by the next run


def test_watches_go_with_a_copy_of_the_library(library: Library, tmp_path: Path) -> None:
    library.add([label()])
    watch = watching.add(DOSE, library=library, ask=asking(library))
    library.add([label(version=2, date="20260301", most="1,000 mg")])
    ran(library)
    copy_library(library.place, tmp_path / "copy")
    copied = Library.open(tmp_path / "copy")
    assert [one.id for one in watching.watches(copied)] == [watch.id]
    assert watching.changed(copied) == watching.changed(library)
    assert [one.key for one in events(copied)] == [one.key for one in events(library)]


def moved(change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> tuple[Reading, Reading]:
    texts = ("Injections were given to 20 people with low back pain.", "Low back pain fell by half within one week of the injection.")
    return made("a", *texts), made("a", *change(texts))


def test_quotes_that_moved_are_found_again_and_those_that_do_not_stand_are_flagged_with_both_texts(library: Library) -> None:
    old, new = moved(lambda texts: ("A new first sentence stands here.", *texts))
    library.add([old])
    answer = ask_pipeline("Do injections help low back pain?", library=library)
    assert answer.answered
    library.add([new])
    (event,) = events(library)
    assert touched(answer, event, name="saved", library=library) is None  # moved, and nothing else
    assert any(row.check.outcome == "fail" for row in recheck(answer, library.documents_by_id))
    again = reanchored(answer, library)
    assert all(row.check.outcome == "pass" for row in recheck(again, library.documents_by_id))
    _, worse = moved(lambda texts: (texts[0], texts[1].replace("half", "a third")))
    library.add([worse])
    told = touched(again, events(library)[-1], name="saved", library=library)
    assert told is not None
    lost = [(one.old, one.new) for one in told.quotes if not one.stands]
    assert lost == [
        ("Low back pain fell by half within one week of the injection.", "Low back pain fell by a third within one week of the injection.")
    ]


def test_an_answer_that_cites_nothing_of_a_document_is_not_touched(library: Library) -> None:
    library.add([label(), made("a", "Sleep was studied in mice.", pmid="1")])
    answer = ask_pipeline(DOSE, library=library)
    library.add([made("a", "Sleep was studied in rats.", pmid="1", status="retracted")])
    (event,) = events(library)
    assert touched(answer, event, name="saved", library=library) is None


def test_a_digest_is_well_formed_whatever_a_source_says(library: Library) -> None:
    library.add([made("a", "One <b>sentence</b> & \x07 stands here.", title="A <title> & more")])
    library.add([made("a", "Two <b>sentences</b> & \x07 stand here.", title="A <title> & more")])
    entries = [entry_of(event, address="https://example.org/changes") for event in events(library)]
    atom = digest(entries, "atom", title="What changed", own="https://example.org/feed")
    root = Xml.fromstring(atom)
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert [one.text for one in root.findall("a:entry/a:id", names)] == [f"urn:pincite:event:{event.key}" for event in events(library)]
    assert "Two <b>sentences</b>" in (root.findtext("a:entry/a:content", namespaces=names) or "")
    assert digest(entries, "atom", title="What changed", own="https://example.org/feed") == atom
    assert b'"version": "https://jsonfeed.org/version/1.1"' in digest(entries, "json", title="What changed")
    assert Xml.fromstring(digest([], "atom", title="Nothing")).findall("a:entry", names) == []
