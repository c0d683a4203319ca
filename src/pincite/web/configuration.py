"""The web application's own settings, read once from PINCITE_WEB_… variables; the engine's stay in `pincite.settings`.

A name that nobody knows or a value that cannot be used is a `SettingsError`, as for the engine.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pincite.errors import SettingsError
from pincite.settings import Settings, load_settings

PREFIX = "PINCITE_WEB_"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
# What a setting should look like whose rule is a pattern.
_FORMS = {
    "url": "an address without a path is wanted, such as https://pincite.example.org",
    "database_url": "postgresql://user:password@host:5432/name is wanted",
    "webhook_url": "http:// or https:// and an address is wanted",
    "webhook_secret": "at least 16 characters are wanted",
    "email_url": "smtp://user:password@host:587, smtps://… or file:/folder is wanted",
}
ROLES = ("reader", "author", "reviewer", "editor", "librarian", "administrator")  # as `accounts.roles`, which needs Django


class WebSettings(BaseModel):
    """How the web application is reached, where it keeps what people decide, and whom it lets in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field("http://127.0.0.1:8000", pattern=r"^https?://[^/\s]+$")  # as people reach it; https makes cookies secure
    hosts: str = ""  # further host names, separated by commas
    database_url: str = Field("", pattern=r"^(|postgres(ql)?://.+)$")  # empty: SQLite in PINCITE_HOME/web
    secret_key: str = ""  # empty: made once and kept in PINCITE_HOME/web/secret-key
    organization: str = "Pincite"  # who publishes, as the pages and JSON-LD name it
    email_url: str = Field("", pattern=r"^(|smtps?://.+|file:.+)$")  # empty: e-mail is printed to the console
    email_from: str = "pincite@localhost"
    sign_up: bool = False  # may visitors make reader accounts for themselves
    oidc_name: str = "OpenID Connect"
    oidc_server: str = ""  # issuer address; empty: no OpenID Connect
    oidc_client_id: str = ""
    oidc_secret: str = ""
    question_log_days: int = Field(0, ge=0, le=3650)  # 0: questions are not logged
    max_upload_bytes: int = Field(50_000_000, ge=1)
    written: bool = False  # may the language model of the engine's settings write on the pages; every sentence is checked
    fetch_pages: bool = False  # may signed-in people have a page of the open web fetched and checked
    asks_a_minute: int = Field(60, ge=1)  # from one address or token
    assistants_on_loopback: bool = False  # /v1 and /mcp need no token from this machine
    workers: int = Field(1, ge=1, le=64)  # web processes
    proxies: str = ""  # addresses, separated by commas, whose X-Forwarded-For and -Proto are believed
    webhook_url: str = Field("", pattern=r"^(|https?://[^\s]+)$")  # told of changes, signed; empty: nobody is told
    webhook_secret: str = Field("", pattern=r"^(|.{16,})$")  # at least 16 characters, shared with the receiver
    webhook_private: bool = False  # may the webhook's address be a private one
    change_mail: bool = False  # mail editors once a day what changed
    metrics_token: str = ""  # a bearer token for /metrics from other machines
    mfa_required: str = ""  # roles, separated by commas, that must use a second factor
    demo: bool = False

    @field_validator("mfa_required")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        if unknown := sorted(_listed(value) - set(ROLES)):
            raise ValueError(f"{unknown[0]!r} is no role; the roles are {', '.join(ROLES)}")
        return value

    @model_validator(mode="after")
    def _signed(self) -> WebSettings:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("PINCITE_WEB_WEBHOOK_URL needs PINCITE_WEB_WEBHOOK_SECRET: what is sent is signed with it")
        return self

    @property
    def mfa_roles(self) -> frozenset[str]:
        """The roles whose people must use a second factor."""
        return frozenset(_listed(self.mfa_required))

    @property
    def secure(self) -> bool:
        """True where people reach the site by https: cookies and transport are then locked to it."""
        return self.url.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """Host names that a request may name: the address's own, those listed, and loopback where the address is loopback."""
        own = urlsplit(self.url).hostname or "localhost"
        listed = [host.strip() for host in self.hosts.split(",") if host.strip()]
        local = list(LOOPBACK) if own in {"localhost", "127.0.0.1", "::1"} else []
        return list(dict.fromkeys([own, *listed, *local]))


def _listed(value: str) -> set[str]:
    return {part.strip() for part in value.split(",") if part.strip()}


def load_web_settings(environ: Mapping[str, str] | None = None) -> WebSettings:
    """The settings of this process, from `environ` (default: the real one); raises SettingsError."""
    names = os.environ if environ is None else environ
    values = {name.removeprefix(PREFIX).lower(): value for name, value in names.items() if name.startswith(PREFIX) and value}
    known = ", ".join(f"{PREFIX}{name.upper()}" for name in WebSettings.model_fields)
    if unknown := sorted(set(values) - set(WebSettings.model_fields)):
        raise SettingsError(
            f"The environment names {PREFIX}{unknown[0].upper()}, which is no setting.", what_to_do=f"Known settings: {known}."
        )
    try:
        return WebSettings.model_validate(values)
    except ValidationError as error:
        wrong = ", ".join(_explained(str((*found["loc"], "")[0]), found["type"], found["msg"]) for found in error.errors())
        raise SettingsError(f"A setting cannot be used: {wrong}.", what_to_do="Correct or unset it.") from error


def _explained(name: str, kind: str, says: str) -> str:
    says = _FORMS.get(name, says) if kind == "string_pattern_mismatch" else says.partition(", unable")[0]
    return f"{PREFIX}{name.upper()}: {says[0].lower()}{says[1:]}" if name else says.removeprefix("Value error, ")


@lru_cache(maxsize=1)
def engine_settings() -> Settings:
    """The engine's settings of this process (library, encoder, limits), read once."""
    return load_settings({name: value for name, value in os.environ.items() if name != "PINCITE_DEBUG"})


def web_home() -> Path:
    """The folder of the web application's own data, made when absent and readable by its owner alone."""
    folder = engine_settings().home / "web"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be made: {error.strerror}.", what_to_do="Name another folder in PINCITE_HOME.") from error
    return folder


def secret_key(settings: WebSettings) -> str:
    """The key that signs sessions: the one configured, else one made on first use and kept readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key
    file = web_home() / "secret-key"
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}.", what_to_do="Set PINCITE_WEB_SECRET_KEY.") from error
    key = file.read_text().strip()
    if not key:
        raise SettingsError(f"{file} is empty.", what_to_do="Delete it: a new one is made (everybody signs in again).")
    return key
