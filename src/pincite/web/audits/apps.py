"""The application's name for Django."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """`pincite.web.audits`."""

    name = "pincite.web.audits"
    label = "audits"
