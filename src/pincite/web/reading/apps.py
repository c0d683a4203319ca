"""The application's name for Django."""

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    """`pincite.web.reading`."""

    name = "pincite.web.reading"
    label = "reading"
