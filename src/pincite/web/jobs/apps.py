"""The application's name for Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """`pincite.web.jobs`."""

    name = "pincite.web.jobs"
    label = "jobs"
