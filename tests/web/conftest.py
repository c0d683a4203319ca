"""Fixtures for the web application: one starter library for all tests, six named people, an answer, an article."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pincite.records import Answer

QUESTION = "What is the treatment for Baastrup's disease?"
PEOPLE = {
    "alice": "author",
    "bob": "reviewer",
    "carol": "editor",
    "dave": "librarian",
    "erin": "administrator",
    "frank": "reader",
    "grace": "reviewer",
    "heidi": "editor",
    "ivan": "author",
}


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all web tests: the starter library in it is read by all and changed by none."""
    from pincite.library.starter import open_library

    home = tmp_path_factory.mktemp("web-home")
    open_library(home / "library")
    return home


@pytest.fixture(autouse=True)
def _own_home(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine reads the shared library; a test that changes a library takes `own_library`."""
    from pincite.web import configuration

    monkeypatch.setenv("PINCITE_HOME", str(shared_home))
    configuration.engine_settings.cache_clear()
    yield
    configuration.engine_settings.cache_clear()


@pytest.fixture
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, with a copy of the starter library that it may change."""
    import shutil

    from pincite.web import configuration, engine

    shutil.copytree(Path(configuration.engine_settings().library), tmp_path / "library")
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path))
    configuration.engine_settings.cache_clear()
    engine.forget()
    yield tmp_path / "library"
    configuration.engine_settings.cache_clear()
    engine.forget()


@pytest.fixture
def people(db: Any) -> dict[str, Any]:
    """Nine named people by user name, each in one role; their password is "correct horse battery"."""
    from django.contrib.auth.models import Group

    from pincite.web.accounts.models import User

    found = {}
    for name, role in PEOPLE.items():
        user = User.objects.create_user(name, f"{name}@example.org", "correct horse battery", name=name.capitalize())
        user.groups.add(Group.objects.get(name=role))
        found[name] = User.objects.get(pk=user.pk)
    return found


@pytest.fixture(scope="session")
def _answer(shared_home: Path) -> Answer:
    from pincite.library.store import Library
    from pincite.pipeline import ask

    return ask(QUESTION, library=Library.open(shared_home / "library"))


@pytest.fixture
def answer(_answer: Answer) -> Answer:
    """A real answer from the starter library."""
    return _answer


@pytest.fixture
def article(people: dict[str, Any], answer: Answer) -> Any:
    """An article that alice sent to the editors."""
    from pincite.web.editorial import actions

    return actions.send(answer, by=people["alice"])
