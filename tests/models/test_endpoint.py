"""Which server may be asked: none by default, one elsewhere with a warning, none elsewhere when offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.errors import SettingsError
from pincite.models.endpoint import configured, endpoint_of, is_loopback, leaves_this_computer
from pincite.settings import Settings, load_settings


def settings(tmp_path: Path, **names: str) -> Settings:
    return load_settings({"PINCITE_HOME": str(tmp_path), **{f"PINCITE_{name.upper()}": value for name, value in names.items()}})


def test_nothing_is_configured_by_default(tmp_path: Path) -> None:
    held = settings(tmp_path)
    assert not configured(held)
    with pytest.raises(SettingsError, match=r"No language model is configured.*PINCITE_MODEL_URL"):
        endpoint_of(held, model="x")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.9.1", "[::1]"])
def test_a_model_on_this_computer_needs_no_warning(host: str, tmp_path: Path) -> None:
    endpoint = endpoint_of(settings(tmp_path, model_url=f"http://{host}:11434/v1/", model="m", offline="1"))
    assert endpoint.url.endswith("/v1")
    assert leaves_this_computer(endpoint) is None


@pytest.mark.parametrize(
    "host", ["api.example.org", "192.168.1.4", "localhost.example.org", "127.0.0.1.example.org", "0x7f000001", "host.docker.internal"]
)
def test_a_model_elsewhere_is_warned_of(host: str, tmp_path: Path) -> None:
    endpoint = endpoint_of(settings(tmp_path, model_url=f"https://{host}/v1", model="m"))
    assert "Questions leave this computer" in (leaves_this_computer(endpoint) or "")
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({"model_url": "https://api.example.org/v1", "model": "m", "offline": "1"}, "PINCITE_OFFLINE is set"),
        ({"model_url": "http://api.example.org/v1", "model": "m", "model_key": "k"}, "unencrypted"),
        ({"model_url": "https://me:word@api.example.org/v1", "model": "m"}, "more than an address"),
        ({"model_url": "http://[::1/v1", "model": "m"}, "no address"),
        ({"model_url": "http://:80/v1", "model": "m"}, "names no server"),
        ({"model_url": "http://127.0.0.1/v1"}, "No model is named"),
    ],
)
def test_an_endpoint_that_may_not_be_used_says_why(names: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=says):
        endpoint_of(settings(tmp_path, **names))


def test_the_key_is_never_kept_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "pincite.toml").write_text('model_key = "k"\n')
    with pytest.raises(SettingsError, match="PINCITE_MODEL_KEY in the environment"):
        settings(tmp_path)


def test_the_key_is_in_no_printed_settings(tmp_path: Path) -> None:
    held = settings(tmp_path, model_key="secret-key")
    assert "secret-key" not in repr(held)
    assert "secret-key" not in held.model_dump_json()
