"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.library import views, views_changing

app_name = "library"
urlpatterns = [
    path("", views.documents, name="documents"),
    path("add", views_changing.add, name="add"),
    path("document/<path:document_id>", views.document, name="document"),
    path("retire", views_changing.retire, name="retire"),
    path("restore", views_changing.restore, name="restore"),
]
