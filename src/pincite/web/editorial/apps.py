"""The application's name for Django."""

from django.apps import AppConfig


class EditorialConfig(AppConfig):
    """`pincite.web.editorial`."""

    name = "pincite.web.editorial"
    label = "editorial"
