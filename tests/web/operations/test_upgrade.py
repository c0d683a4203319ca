"""A database that an older version left is brought up to date at the start, with all that it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection

from pincite.web import serving
from pincite.web.accounts.models import User
from pincite.web.editorial import actions, audit_trail
from pincite.web.editorial.models import Article


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.skipif(bool(django_settings.WEB.database_url), reason="needs a SQLite file of its own")
def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(
    home: Path, file_database: None, people: dict[str, User], answer: Any
) -> None:
    actions.send(answer, by=people["alice"])
    guards = triggers()
    assert guards
    call_command("migrate", "editorial", "0001", interactive=False, verbosity=0)  # as the first version left it
    assert not triggers()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM auth_group_permissions")  # and a version that knew other permissions
    said: list[str] = []
    serving.prepare(static=False, say=said.append)
    assert said == ["Bringing the database up to date …"]
    assert Article.objects.count() == 1
    assert audit_trail.verify().broken is None
    assert triggers() == guards
    assert User.objects.get(username="carol").has_perm("editorial.manage_article")
    serving.prepare(static=False, say=said.append)
    assert len(said) == 1, "nothing is said where nothing is left to do"
