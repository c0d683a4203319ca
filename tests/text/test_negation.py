"""Negation scope: each rule with a sentence that it must catch and one that it must not. `[[…]]` marks the words
asked about."""

from __future__ import annotations

import pytest

from pincite.text.negation import negated

NEGATED = [
    "Surgery did not [[reduce]] pain.",
    "There was no statistically significant [[difference]] in pain at 12 weeks.",
    "Patients were treated without [[complications]].",
    "Neither pain nor [[disability]] changed.",
    "The drug failed to [[improve]] function.",
    "There was little evidence that injections [[improved]] walking.",
    "[[Infection]] was ruled out.",
    "A [[benefit]] was not observed in either trial.",
    "It cannot [[prevent]] collapse.",
    "None of the patients had [[fever]].",
    "The brace did not reduce pain, disability or [[opioid use]].",
    "Surgery is not [[recommended]] because it raises the risk of infection.",
    "Vertebroplasty wasn't [[superior]] to sham.",
    "An effect on [[mortality]] is unlikely.",
    "There was no fever, no [[weight loss]] and no weakness.",
]
NOT_NEGATED = [
    "Surgery not only [[reduced]] pain but restored walking.",
    "There is no doubt that smoking [[raises]] the risk.",
    "[[Malignancy]] cannot be excluded.",
    "Surgery did not reduce pain but [[improved]] function.",
    "Pain did not change, although [[function]] improved.",
    "Pain was not reduced; [[mortality]] fell.",
    "Treatment was not without [[risk]].",
    "Surgery is not recommended because it [[raises]] the risk of infection.",
    "Give no more than 400 mg per day to [[reduce]] the risk.",
    "Whether or not surgery [[helps]] is uncertain.",
    "It did not relieve pain and was [[associated]] with infection.",
    "Pain [[fell]] in both groups without complications.",
    "The risk (not adjusted for age) [[rose]].",
    "No fusion was seen. Pain [[fell]].",
    "It does not rule out [[infection]].",
    "Exercise never failed to [[help]].",
]


def marked(sentence: str) -> tuple[str, int, int]:
    start = sentence.index("[[")
    end = sentence.index("]]") - 2
    return sentence.replace("[[", "").replace("]]", ""), start, end


@pytest.mark.parametrize("sentence", NEGATED)
def test_words_in_the_scope_of_a_negation_are_negated(sentence: str) -> None:
    text, start, end = marked(sentence)
    assert negated(text, start, end)


@pytest.mark.parametrize("sentence", NOT_NEGATED)
def test_words_outside_the_scope_or_after_a_false_negation_are_not(sentence: str) -> None:
    text, start, end = marked(sentence)
    assert not negated(text, start, end)


def test_an_empty_text_is_not_negated() -> None:
    assert not negated("", 0, 0)
