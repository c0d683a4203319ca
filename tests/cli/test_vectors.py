"""Vectors through the command line: put off, made later, used, and done without where the encoder is absent."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "library"))

from making import CountingEncoder

from pincite.cli.commands import pincite
from pincite.errors import EncoderError
from pincite.library import encoder as module


def invoke(*arguments: str) -> Result:
    result = CliRunner().invoke(pincite, list(arguments))
    assert result.exit_code == 0, result.output
    return result


def test_vectors_are_put_off_made_later_and_used(records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load_encoder", lambda *_, **__: CountingEncoder())
    place = ("--library", str(tmp_path / "library"))
    query = ("search", "interspinous injection", "--format", "json", *place)

    def cosines() -> list[float | None]:
        return [one["cosine"] for one in json.loads(invoke(*query).stdout)["results"]]

    invoke("library", "--empty", *place)
    invoke("add", str(records / "okada.yaml"), "--no-vectors", *place)
    assert set(cosines()) == {None}
    assert "have vectors" in invoke("encode", *place).stdout
    assert None not in cosines()
    invoke("add", str(records), *place)  # the second record is encoded at once
    assert invoke("encode", *place).stdout.startswith("0 passages encoded")
    assert None not in cosines()


@pytest.mark.parametrize("arguments", [("ask", "What helps in Baastrup's disease?"), ("search", "Baastrup")])
def test_without_the_encoder_words_alone_answer_with_one_line_of_warning(
    arguments: tuple[str, ...], records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(*_: object, **__: object) -> None:
        raise EncoderError("The package is not installed.", what_to_do="Install it.")

    place = ("--library", str(tmp_path / "library"))
    monkeypatch.setattr(module, "load_encoder", lambda *_, **__: CountingEncoder())
    invoke("library", "--empty", *place)
    invoke("add", str(records), *place)
    monkeypatch.setattr(module, "load_encoder", absent)
    result = invoke(*arguments, *place)
    assert "Baastrup" in result.stdout
    assert result.stderr == "pincite: searching by words alone: The package is not installed. Install it.\n"
