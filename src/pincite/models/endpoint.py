"""Which model, at which server: read from the settings, judged before a byte is sent. First step of everything that asks a model."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from pincite.errors import SettingsError
from pincite.settings import Settings

HOW_TO = "Set PINCITE_MODEL_URL (as in http://127.0.0.1:11434/v1) and PINCITE_MODEL, or name the model with --model."


class Endpoint(NamedTuple):
    """One model at one server, and how far a call may go."""

    url: str  # base address without a slash at its end
    model: str
    key: str = ""
    seconds: float = 60.0  # for everything that one answer asks
    tokens: int = 1500  # most of one reply

    @property
    def host(self) -> str:
        """The server's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def local(self) -> bool:
        """Whether the server runs on this computer: a loopback address, or the name that stands for it."""
        return is_loopback(self.host)

    def __repr__(self) -> str:
        return f"Endpoint(url={self.url!r}, model={self.model!r}, seconds={self.seconds}, tokens={self.tokens})"  # never the key


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this computer itself.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("192.168.1.5"), is_loopback("localhost.example")
    (True, True, True, False, False)
    """
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def configured(settings: Settings) -> bool:
    """Whether the settings name a server and a model."""
    return bool(settings.model_url and settings.model)


def endpoint_of(settings: Settings, *, model: str = "") -> Endpoint:
    """The endpoint of the settings, with another model where one is named; raises SettingsError where it may not or cannot be used."""
    name = model or settings.model
    if not settings.model_url or not name:
        raise SettingsError("No language model is configured." if not settings.model_url else "No model is named.", what_to_do=HOW_TO)
    url = settings.model_url.rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(f"PINCITE_MODEL_URL is no address: {error}.", what_to_do=HOW_TO) from error
    if not host:
        raise SettingsError("PINCITE_MODEL_URL names no server.", what_to_do=HOW_TO)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError(
            "PINCITE_MODEL_URL holds more than an address.", what_to_do="Put a key into PINCITE_MODEL_KEY and leave the rest away."
        )
    endpoint = Endpoint(url, name, settings.model_key.get_secret_value(), settings.model_seconds, settings.model_tokens)
    # The default of `offline` only says that nothing is called unasked; a configured server is asked for. Set on purpose, it forbids.
    if settings.offline and "offline" in settings.model_fields_set and not endpoint.local:
        raise SettingsError(
            f"PINCITE_OFFLINE is set, and the model's server {host} is not on this computer.",
            what_to_do="Use a server on this computer, or unset PINCITE_OFFLINE.",
        )
    if endpoint.key and parts.scheme == "http" and not endpoint.local:
        raise SettingsError(
            f"The key would travel to {host} unencrypted.", what_to_do="Use an https address, or a server on this computer."
        )
    return endpoint


def leaves_this_computer(endpoint: Endpoint) -> str | None:
    """The warning to show before a model elsewhere is asked; None for one on this computer."""
    if endpoint.local:
        return None
    return f"Questions leave this computer: the model {endpoint.model} is asked at {endpoint.host}. Do not enter names of patients."
