"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<uuid:pk>/", views.job, name="job"),
    path("<uuid:pk>/cancel", views.cancel, name="cancel"),
]
