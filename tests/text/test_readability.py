"""Reading grades and the syllable counter."""

from __future__ import annotations

import pytest

from pincite.text.readability import flesch_kincaid, smog, syllables

# Not used in writing the rules; counts as in Merriam-Webster.
HELD = """ankle 2,biceps 2,calcium 3,catheter 3,cervical 3,clavicle 3,collagen 3,comfortable 4,compression 3,cyst 1,deformity 4,delirium 4
density 3,dermatitis 4,diagnostic 4,dialysis 4,discharge 2,elbow 2,electrolyte 4,endoscopy 4,enzyme 2,epidural 4,epilepsy 4,estrogen 3,femoral 3
fibromyalgia 5,fusion 2,glaucoma 3,headaches 2,hepatitis 4,hip 1,hydrocodone 4,immune 2,implants 2,incontinence 4,intestine 3,kidneys 2
ligament 3,lupus 2,lymph 1,magnesium 4,metabolic 4,metastases 4,morphine 2,neurologist 4,nutrient 3,obesity 4,orthopedic 4,oxycodone 4,palliative 4
pelvis 2,pharmacist 3,posture 2,potassium 4,prescription 3,prostate 2,protein 2,psychiatrist 4,pulmonary 4,rehabilitation 6,relief 2,remission 3
respiratory 5,rheumatoid 3,rotator 3,sacroiliac 5,scan 1,scoliosis 4,sedation 3,shoulder 2,spinal 2,statin 2,stretches 2,symptom 2,symptoms 2
tendon 2,therapist 3,tolerance 3,tramadol 3,ulcer 2,urinary 4,vaccinated 4,vitamin 3,vessel 2,walker 2,wheeze 1,wound 1,wrist 1,x 1
table 2,window 2,happened 2,together 3,beautiful 3,nation 2,teacher 2,climbed 1,wanted 2,changed 1,noises 2,apple 2,orange 2,yellow 2"""


def test_syllables_of_held_out_words_are_mostly_right() -> None:
    words = [(item.split()[0], int(item.split()[1])) for item in HELD.replace("\n", ",").split(",")]
    wrong = [(word, count, syllables(word)) for word, count in words if syllables(word) != count]
    assert len(words) > 100
    assert len(wrong) <= 0.05 * len(words), wrong


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("pain", 1),
        ("doctor", 2),
        ("medicines", 3),
        ("osteoarthritis", 6),
        ("patient", 2),
        ("surgeon", 2),
        ("people", 2),
        ("diabetes", 4),
        ("walked", 1),
        ("needed", 2),
        ("doctor's", 2),
        ("", 1),
    ],
)
def test_syllables_of_known_words(word: str, count: int) -> None:
    assert syllables(word) == count


def test_flesch_kincaid_follows_its_formula() -> None:
    # 2 sentences, 11 words, 12 syllables: 0.39 * 5.5 + 11.8 * 12 / 11 − 15.59
    assert flesch_kincaid("The cat sat on the mat. It was a sunny day.") == pytest.approx(-0.57, abs=0.01)


def test_flesch_kincaid_of_a_published_example() -> None:
    # "The Australian platypus …", the worked example of Wikipedia's article on the test: grade 11.3.
    text = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    assert flesch_kincaid(text) == pytest.approx(11.3, abs=0.1)


def test_smog_follows_its_formula() -> None:
    # one sentence with three words of three or more syllables: 1.0430 * sqrt(3 * 30 / 1) + 3.1291
    assert smog("Osteoporosis and hypertension need medication.") == pytest.approx(13.02, abs=0.01)
    assert smog("The cat sat on the mat.") == pytest.approx(3.13, abs=0.01)


def test_easy_text_grades_lower_than_hard_text() -> None:
    easy = "Keep moving. Walk each day. Rest if it hurts."
    hard = (
        "Pharmacological interventions demonstrate heterogeneous efficacy in radiculopathy attributable to intervertebral disc herniation."
    )
    assert (flesch_kincaid(easy) < 4, flesch_kincaid(hard) > 12) == (True, True)
    assert (smog(easy) < 6, smog(hard) > 12) == (True, True)


def test_text_without_words_has_grade_zero() -> None:
    assert (flesch_kincaid(""), smog("12 %"), flesch_kincaid("...")) == (0.0, 0.0, 0.0)
