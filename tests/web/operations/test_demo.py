"""The demonstration: who and what it holds, that it can be started again, and that it keeps away from real work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pincite.errors import PinciteError
from pincite.web import configuration, demo
from pincite.web.accounts.models import User
from pincite.web.accounts.roles import ROLES, roles_of
from pincite.web.editorial import audit_trail
from pincite.web.editorial.models import Article


@pytest.fixture
def own_home(tmp_path: Path, shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path))
    monkeypatch.setenv("PINCITE_LIBRARY", str(shared_home / "library"))
    monkeypatch.setenv("PINCITE_ENCODER", "none")
    configuration.engine_settings.cache_clear()
    return tmp_path


def test_it_holds_a_person_for_every_role_and_two_articles(db: Any, own_home: Path, mailoutbox: list[Any]) -> None:
    said = demo.prepare()
    held = {role for user in User.objects.all() for role in roles_of(user)}
    assert held == set(ROLES)
    for person in demo.PEOPLE:
        assert User.objects.get(username=person.username).check_password(said.split(f"  {person.username} ")[1].split()[0])
    states = {article.state: article for article in Article.objects.all()}
    assert set(states) == {"approved", "under-review"}
    assert states["approved"].published_at is not None
    assert states["under-review"].comments.filter(resolved_at=None).count() == 1
    assert audit_trail.verify().broken is None
    assert mailoutbox == []
    rows = audit_trail.verify().rows
    assert demo.prepare() == said, "the same passwords, and nothing new"
    assert audit_trail.verify().rows == rows
    assert (own_home / "web" / "demo.json").stat().st_mode & 0o077 == 0


def test_a_password_that_was_changed_stays_changed(db: Any, own_home: Path) -> None:
    demo.prepare()
    alice = User.objects.get(username="alice")
    alice.set_password("my own pass phrase")
    alice.save()
    demo.prepare()
    assert User.objects.get(username="alice").check_password("my own pass phrase")


def test_it_does_not_go_where_real_accounts_are(db: Any, own_home: Path) -> None:
    User.objects.create_user("real", password="correct horse battery")
    with pytest.raises(PinciteError, match="real accounts"):
        demo.prepare()
    assert User.objects.count() == 1
    assert not demo.is_demo()


def test_its_home_is_its_own_unless_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    from pincite.cli import serve_command

    monkeypatch.setattr("platformdirs.user_data_dir", lambda name: str(tmp_path / name))
    monkeypatch.setenv("PINCITE_WEB_DEMO", "")
    monkeypatch.delenv("PINCITE_HOME")
    serve_command._demo_home()
    assert os.environ["PINCITE_HOME"] == str(tmp_path / "pincite" / "demo")
    monkeypatch.setenv("PINCITE_HOME", "/named")
    serve_command._demo_home()
    assert os.environ["PINCITE_HOME"] == "/named"
