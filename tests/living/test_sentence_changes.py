from __future__ import annotations

import pytest

from pincite.living.comparing import changes_dose, sentence_changes
from pincite.records import SectionKind, SentenceChange
from tests.library.making import made
from tests.living.labels import label


@pytest.mark.parametrize(
    ("old", "new", "dose"),
    [
        ("The maximum daily dose is 4,000 mg.", "The maximum daily dose is 3,000 mg.", True),
        ("Give 500 mg twice daily.", "Give 500 mg three times daily.", True),
        ("Give 10 mg for 4 weeks.", "Give 10 mg for 6 weeks.", True),
        ("Give up to 10 mg daily.", "Give at least 10 mg daily.", True),
        ("Do not exceed 4,000 mg a day.", None, True),
        (None, "In renal impairment give 250 mg once daily.", True),
        ("The maximum daily dose is 4,000 mg.", "The maximum daily dose is 4 g.", False),
        ("Give 500 mg twice daily with food.", "Give 500 mg twice daily with or after food.", False),
        ("Take with a glass of water.", None, False),
        ("See section 5.1.", "See section 5.2.", False),
    ],
)
def test_a_dose_changes_with_its_figures_and_with_nothing_else(old: str | None, new: str | None, dose: bool) -> None:
    assert changes_dose(SentenceChange(section="2 DOSAGE", kind="dosing", old=old, new=new)) is dose


@pytest.mark.parametrize("kind", ["adverse", "pharmacology", "results"])
def test_figures_outside_dosing_sections_are_no_doses(kind: SectionKind) -> None:
    assert not changes_dose(SentenceChange(section="", kind=kind, old="5 mg was given.", new="10 mg was given."))


def test_each_changed_sentence_is_paired_with_its_new_wording_and_a_moved_one_has_not_changed() -> None:
    kept = "Vertebroplasty was compared with a sham procedure."
    old = made("a", kept, "Pain fell by 12 points at one month.", "One patient withdrew from the trial early.")
    new = made("a", "Pain fell by 10 points at one month.", kept, "Funding came from a public body alone.")
    found = sentence_changes(old.document, old.passages, new.document, new.passages)
    assert {(one.old, one.new) for one in found} == {
        ("Pain fell by 12 points at one month.", "Pain fell by 10 points at one month."),
        ("One patient withdrew from the trial early.", None),
        (None, "Funding came from a public body alone."),
    }
    for one in found:
        for text, at, document in ((one.old, one.old_at, old.document), (one.new, one.new_at, new.document)):
            assert (text is None) == (at is None)
            assert at is None or document.text[at.start : at.end] == text


def test_other_blanks_are_no_change_and_a_repeated_sentence_that_went_once_is_one() -> None:
    twice = made("a", "Rest is advised.", "Rest is advised.")
    assert (
        sentence_changes(twice.document, twice.passages, made("a", "Rest  is\nadvised.", "Rest is advised.").document, twice.passages) != []
    )
    once = made("a", "Rest is advised.")
    (gone,) = sentence_changes(twice.document, twice.passages, once.document, once.passages)
    assert (gone.old, gone.new) == ("Rest is advised.", None)
    spaced = made("a", "Rest  is advised.")
    assert sentence_changes(once.document, once.passages, spaced.document, spaced.passages) == []


def test_what_matters_most_is_listed_first() -> None:
    old = label()
    new = label(
        uses="Naproxen tablets are indicated for pain of any kind in adults.", most="1,000 mg", boxed="WARNING: NSAIDs may cause harm."
    )
    kinds = [one.kind for one in sentence_changes(old.document, old.passages, new.document, new.passages)]
    assert kinds == sorted(kinds, key=["boxed-warning", "dosing", "indication"].index)
