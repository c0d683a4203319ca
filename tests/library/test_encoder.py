"""The encoder is checked before use, and its tokenizer is BERT's."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.errors import EncoderError
from pincite.library.encoder import MINILM_SHA256, check_fingerprint, load_encoder, wordpiece


def test_none_means_no_encoder(tmp_path: Path) -> None:
    assert load_encoder("none", cache=tmp_path) is None


@pytest.mark.parametrize("digest", ["0" * 64, MINILM_SHA256[0] + "0" * 48, "0" * 59 + MINILM_SHA256[1]])
def test_a_file_with_another_hash_is_refused(digest: str) -> None:
    with pytest.raises(EncoderError, match="is not used"):
        check_fingerprint(digest, Path("model.onnx"))


def test_a_file_with_the_noted_hash_is_accepted() -> None:
    check_fingerprint(MINILM_SHA256[0] + "0" * 43 + MINILM_SHA256[1], Path("model.onnx"))


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="cannot be read"):
        load_encoder(str(tmp_path), cache=tmp_path)


def test_words_are_cut_into_the_longest_known_pieces() -> None:
    tokenizer = wordpiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "pain", "##ful", "back"])
    assert tokenizer.encode("Painful back xyz").tokens == ["[CLS]", "pain", "##ful", "back", "[UNK]", "[SEP]"]
