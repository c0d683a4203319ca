"""What every response carries, which hosts and sizes are refused, and that Django finds nothing to warn of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from pincite.web.accounts.models import User
from pincite.web.configuration import load_web_settings

ROOT = Path(__file__).resolve().parents[3]


def test_django_finds_nothing_to_warn_of_in_production(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
    environ |= {"PINCITE_HOME": str(tmp_path), "PINCITE_WEB_URL": "https://pincite.example.org"}
    ran = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "no issues" in ran.stdout


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/login/", 200),
        ("/no/such/page", 404),
        ("/static/pincite/pincite.css", 200),
        ("/account/", 302),
        ("/healthz", 200),
        ("/metrics", 200),
    ],
)
def test_every_response_carries_the_policy(client: Client, db: Any, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_an_error_of_ours_carries_the_policy_and_shows_no_traceback(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from pincite.web.accounts import views

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(views, "has_second_factor", break_down)
    client = Client(raise_request_exception=False)
    user = User.objects.create_user("alice", password="correct horse battery")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("account:profile"))
    assert response.status_code == 500
    assert "Content-Security-Policy" in response
    assert b"Traceback" not in response.content
    assert b"inside" not in response.content


def test_a_request_for_another_host_is_refused(client: Client, db: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = settings.WEB.allowed_hosts
    assert client.get("/accounts/login/", headers={"host": "127.0.0.1"}).status_code == 200
    refused = client.get("/accounts/login/", headers={"host": "evil.example"})
    assert refused.status_code == 400
    assert "Content-Security-Policy" in refused


def test_forwarded_headers_are_not_believed_by_django(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    request = RequestFactory().get("/", headers={"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"})
    assert not request.is_secure()
    assert request.get_host() == "testserver"


def test_pages_of_signed_in_people_are_kept_by_nobody(client: Client, people: dict[str, User]) -> None:
    client.force_login(people["alice"], backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/", "/account/", "/threads/", "/editorial/", "/articles/", "/library/"):
        assert client.get(path)["Cache-Control"] == "private, no-store", path
    assert Client().get("/accounts/login/")["Cache-Control"] == "private, no-store"


def test_cookies_are_locked_to_https_where_the_site_is_reached_by_it(tmp_path: Path) -> None:
    code = (
        "from pincite.web import settings as s; print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
        "s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS > 0)"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
    environ |= {"PINCITE_HOME": str(tmp_path), "PINCITE_WEB_URL": "https://pincite.example.org"}
    ran = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["__Host-sessionid", "True", "True", "True", "True", "Lax", "True"]


def test_the_key_of_the_sessions_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    environ = {**os.environ, "PINCITE_HOME": str(tmp_path)}
    code = "from pincite.web import settings"
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    assert (tmp_path / "web" / "secret-key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "web").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PINCITE_WEB_URL", "pincite.example.org", "PINCITE_WEB_URL"),
        ("PINCITE_WEB_PORT", "8000", "no setting"),
        ("PINCITE_WEB_WORKERS", "0", "PINCITE_WEB_WORKERS"),
        ("PINCITE_WEB_MFA_REQUIRED", "editor,boss", "boss"),
        ("PINCITE_WEB_DATABASE_URL", "mysql://x", "PINCITE_WEB_DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, says: str) -> None:
    from pincite.errors import SettingsError

    with pytest.raises(SettingsError, match=says):
        load_web_settings({name: value})


def test_further_hosts_are_let_in_and_loopback_only_where_the_site_is_local() -> None:
    web = load_web_settings({"PINCITE_WEB_URL": "https://a.example", "PINCITE_WEB_HOSTS": "b.example, c.example"})
    assert web.allowed_hosts == ["a.example", "b.example", "c.example"]
    assert "localhost" in load_web_settings({}).allowed_hosts


def test_every_form_of_every_template_that_posts_has_its_token() -> None:
    missing = []
    for file in (ROOT / "src/pincite/web/templates").rglob("*.html"):
        text = file.read_text()
        for part in text.split("<form")[1:]:
            form = part.split("</form>")[0]
            posts = 'method="post"' in form.split(">")[0].lower()
            if posts and "csrf_token" not in form and "{% slot" not in form:
                missing.append(file.name)
    assert missing == []


def test_no_template_runs_or_dresses_anything_inline() -> None:
    import re

    wrong = re.compile(
        r"<script(?![^>]*\b(src=|type=\"application/(ld\+)?json\"))|\sstyle=|\son[a-z]+=\"|javascript:|\|safe\b|mark_safe", re.IGNORECASE
    )
    found = [
        f"{file.name}: {match[0]}"
        for file in (ROOT / "src/pincite/web/templates").rglob("*.html")
        for match in wrong.finditer(file.read_text())
    ]
    assert found == []


def test_every_setting_is_explained() -> None:
    from pincite.web.configuration import PREFIX, WebSettings

    explained = (Path(__file__).parents[3] / "docs" / "web-operations.md").read_text(encoding="utf-8")
    missing = [name for name in WebSettings.model_fields if f"`{PREFIX}{name.upper()}`" not in explained]
    assert missing == ["demo"], "which is the option --demo"
