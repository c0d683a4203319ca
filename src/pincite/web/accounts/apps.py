"""The application's name for Django; makes the roles' groups after every migration."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


def _make_groups(sender: Any, *, using: str, **_: Any) -> None:
    from pincite.web.accounts.roles import make_groups  # noqa: PLC0415 - models are not loaded before

    make_groups(apps, using=using)


class AccountsConfig(AppConfig):
    """`pincite.web.accounts`."""

    name = "pincite.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Groups are made once the last of our applications has its tables."""
        post_migrate.connect(_make_groups, sender=apps.get_app_config("jobs"), dispatch_uid="pincite-roles")
