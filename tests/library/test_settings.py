"""Settings come from defaults, file and environment, in that order; a mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.errors import SettingsError
from pincite.settings import load_settings


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "pincite.toml").write_text('encoder = "none"\nlibrary = "s3://bucket/library"\n[limits]\nmax_file_bytes = 5\n')
    settings = load_settings({"PINCITE_HOME": str(tmp_path), "PINCITE_MAX_FILE_BYTES": "7", "PATH": "/bin"})
    assert (settings.encoder, settings.library, settings.limits.max_file_bytes) == ("none", "s3://bucket/library", 7)
    assert settings.limits.max_question_characters == 2000


def test_the_library_lies_in_the_home_unless_named(tmp_path: Path) -> None:
    assert load_settings({"PINCITE_HOME": str(tmp_path), "PINCITE_WEB_DEBUG": "1"}).library == str(tmp_path / "library")


@pytest.mark.parametrize("names", [{"PINCITE_LIBARY": "x"}, {"PINCITE_MAX_FILE_BYTES": "many"}, {"PINCITE_MAX_FILE_BYTES": "0"}])
def test_a_mistaken_name_or_value_says_which(names: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Known settings: .*PINCITE_ENCODER"):
        load_settings({"PINCITE_HOME": str(tmp_path), **names})


@pytest.mark.parametrize("text", ["colour = 1", "home = 'x'", "limits = 3", "not toml"])
def test_a_file_that_cannot_be_used_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "pincite.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"pincite\.toml"):
        load_settings({"PINCITE_HOME": str(tmp_path)})
