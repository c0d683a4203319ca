"""A fresh install answers from the shipped records; who wants an empty library gets one."""

from __future__ import annotations

from pathlib import Path

from making import made

import pincite
from pincite import ingest
from pincite.library.starter import create_empty, open_library
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


def _shipped() -> Path:
    return Path(pincite.__file__).parent / "data" / "starter"
