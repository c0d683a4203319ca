"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.pending import pending

app_name = "library"
urlpatterns = [
    path("", pending, name="documents"),
    path("add", pending, name="add"),
    path("document/<path:document_id>", pending, name="document"),
    path("retire", pending, name="retire"),
    path("restore", pending, name="restore"),
]
