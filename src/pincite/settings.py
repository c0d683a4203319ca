"""One frozen `Settings`, read once from the environment and an optional `pincite.toml`.

The environment wins over the file, the file over the defaults. A name that nobody knows or a value that cannot be used
is a `SettingsError` that says which, so that a misspelt setting is never silently ignored.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pincite.errors import SettingsError

SETTINGS_FILE = "pincite.toml"
_PREFIX = "PINCITE_"
_FILE_ONLY = {"home", "limits", "feed_base_urls"}  # `home` and the limits have names of their own in the environment
_WEB_PREFIX = "PINCITE_WEB_"  # the web application reads its own names; they are not settings of the core


class Limits(BaseModel):
    """How much one question, file or archive may be: protection against mistakes and hostile input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_question_characters: int = Field(2_000, ge=1)
    max_file_bytes: int = Field(200_000_000, ge=1)
    max_archive_members: int = Field(100_000, ge=1)
    max_archive_bytes: int = Field(4_000_000_000, ge=1)  # unpacked, over all members


class Settings(BaseModel):
    """Where things are and how far they may go; see `load_settings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    library: str  # a local folder, or s3://…
    encoder: str = Field("minilm", min_length=1)  # "minilm", "none", or a folder with model.onnx and its vocabulary
    offline: bool = True  # nothing calls out unless someone asked for it; set to true, no model but one on this computer
    model: str = Field("", max_length=200)  # the language model that `--model` and the web application use; none by default
    model_url: str = Field("", pattern=r"^(|https?://[^\s]+)$")  # its server's base address, as in http://127.0.0.1:11434/v1
    model_key: SecretStr = SecretStr("")  # sent as a bearer token; from the environment only
    model_seconds: float = Field(60.0, gt=0, le=3600)  # for everything that one answer asks of the model
    model_tokens: int = Field(1500, ge=16, le=100_000)  # most tokens of one reply
    entailment: str = ""  # a folder with an entailment model; see verification/checks/entailment.py
    contact: str = Field("", max_length=200)  # e-mail or address that public sources may write to; goes into the User-Agent
    ncbi_key: SecretStr = SecretStr("")  # of an NCBI account: 10 requests a second instead of 3
    openfda_key: SecretStr = SecretStr("")
    # Source name → address of a mirror. Such an address may be private, so it is believed in the file only, never in the environment.
    feed_base_urls: dict[str, str] = {}
    limits: Limits = Limits()

    @property
    def cut_off(self) -> bool:
        """Whether somebody said that no connection may be made, not even one that is asked for (`PINCITE_OFFLINE=1`)."""
        return self.offline and "offline" in self.model_fields_set

    @property
    def cache(self) -> Path:
        """The folder for what can be made again, such as the rewritten encoder."""
        return self.home / "cache"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process, from `environ` (default: the real one) and `$PINCITE_HOME/pincite.toml`.

    Raises SettingsError.
    """
    names = dict(os.environ if environ is None else environ)
    home = Path(names["PINCITE_HOME"]).expanduser() if names.get("PINCITE_HOME") else _default_home()
    values: dict[str, Any] = {"home": home, "library": str(home / "library"), **_from_file(home / SETTINGS_FILE)}
    values["limits"] = dict(values.get("limits") or {})
    for name, value in names.items():
        if not name.startswith(_PREFIX) or name.startswith(_WEB_PREFIX) or name == "PINCITE_HOME" or not value:
            continue
        key = name.removeprefix(_PREFIX).lower()
        if key in Limits.model_fields:
            values["limits"][key] = value
        elif key in Settings.model_fields and key not in _FILE_ONLY:
            values[key] = value
        else:
            raise SettingsError(f"The environment names {name}, which is no setting.", what_to_do=_known())
    if not str(values["library"]).startswith("s3://"):
        values["library"] = str(Path(str(values["library"])).expanduser())
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']} (given: {found['input']!r})" for found in error.errors())
        raise SettingsError(f"A setting cannot be used: {problems}.", what_to_do=_known()) from error


def _default_home() -> Path:
    import platformdirs  # noqa: PLC0415 - only needed where PINCITE_HOME is not set

    return Path(platformdirs.user_data_dir("pincite"))


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except NotADirectoryError as error:
        raise SettingsError(f"{path.parent} is no folder.", what_to_do="Name a folder in PINCITE_HOME.") from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{path} cannot be read: {reason}.", what_to_do="Mend or remove the file.") from error
    if "model_key" in values:
        raise SettingsError(f"{path} holds model_key.", what_to_do="Keep the key out of files: set PINCITE_MODEL_KEY in the environment.")
    unknown = sorted(set(values) - (set(Settings.model_fields) - {"home"}))
    if unknown or not isinstance(values.get("limits", {}), dict):
        raise SettingsError(f"{path} has {', '.join(unknown) or 'limits'}, which is no setting.", what_to_do=_known())
    return values


def _known() -> str:
    keys = [key for key in Settings.model_fields if key not in _FILE_ONLY] + list(Limits.model_fields)
    named = ", ".join(f"{_PREFIX}{key.upper()}" for key in ("home", *keys))
    return f"Known settings: {named}; in {SETTINGS_FILE} the same names in lower case, limits under [limits], mirrors under [feed_base_urls]."
