"""What the commands of the web application share: a clear word where its packages are not installed."""

from __future__ import annotations

from importlib.util import find_spec

from pincite.errors import PinciteError

PACKAGES = ("django", "ninja", "allauth", "django_htmx", "whitenoise", "uvicorn", "psycopg")


def need_web() -> None:
    """Raises PinciteError where the extra `web` is not installed."""
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        raise PinciteError(
            f"The web application is not installed: {', '.join(missing)} missing.", what_to_do="Run: pip install 'pincite[web]'"
        )


def start_django() -> None:
    """Load Django for a command that works on the database; raises PinciteError, SettingsError."""
    need_web()
    from pincite.web.serving import prepare

    prepare(static=False)
