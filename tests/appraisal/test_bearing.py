"""Each row of data/bearing.tsv with a sentence that it must catch and one that it must not."""

from __future__ import annotations

import pytest

from pincite.appraisal.bearing import meets_aspect, says
from pincite.retrieval.understanding import understand

ROWS = [
    ("exposure", "Steroid use was a risk factor for fracture.", "Steroids reduced pain."),
    ("history", "The patient had already had a vertebroplasty.", "Vertebroplasty was done in 40 patients."),
    ("call-for-research", "Further trials of denosumab are needed.", "Denosumab is needed every 6 months."),
    ("second-hand", "Small studies have suggested a benefit of G-CSF.", "We found no benefit of G-CSF."),
    ("second-hand", "They found that massage was better.", "Massage was better than exercise."),
    ("setting-out", "Neck pain is a common complaint of sportspeople.", "Neck pain fell by 2 points."),
    ("setting-out", "Whether G-CSF helps remains unclear.", "G-CSF did not help."),
    ("conduct", "Five-year follow-up was complete for 213 patients.", "Pain at five-year follow-up was lower after surgery."),
    ("stale", "The 2016 criteria, replaced by the 2021 update, advise CT.", "The disc was removed and replaced."),
    ("rate", "The incidence of necrosis rose.", "Pain rose."),
    ("conclusion", "In conclusion, exercise helps.", "Exercise helps, in conclusion of the authors."),
    ("result", "Pain was lower than with placebo.", "Patients took tablets."),
    ("dose", "Give 250 mg twice daily.", "Give it twice daily."),
    ("keyed-row", "Indication: gout; Dose: 750 mg", "Note: the dose is 750 mg."),
]


@pytest.mark.parametrize(("name", "caught", "spared"), ROWS)
def test_words_that_bear_on_an_answer(name: str, caught: str, spared: str) -> None:
    assert says(name, caught)
    assert not says(name, spared)


ASPECTS = [
    ("naproxen maximum daily dose", "Do not exceed 1500 mg/day.", "Take it with food."),
    ("is gabapentin approved for sciatica", "It is indicated for postherpetic neuralgia.", "It eased pain."),
    ("haloperidol overdose treatment", "There is no specific antidote.", "The usual dose is 5 mg."),
    ("what next if injections fail for sciatica", "Surgery follows when injections are ineffective.", "Surgery relieved pain."),
]


@pytest.mark.parametrize(("question", "meets", "misses"), ASPECTS)
def test_the_finer_aspect_of_a_question(question: str, meets: str, misses: str) -> None:
    asked = understand(question)
    assert meets_aspect(asked, meets)
    assert not meets_aspect(asked, misses)
