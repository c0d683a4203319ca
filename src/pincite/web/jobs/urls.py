"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.pending import pending

app_name = "jobs"
urlpatterns = [
    path("<uuid:pk>/", pending, name="job"),
]
