"""Addresses of this part."""

from __future__ import annotations

from django.urls import path, re_path

from pincite.web.chat import views

app_name = "chat"
urlpatterns = [
    path("models", views.models, name="models"),
    path("models/<str:name>", views.model, name="model"),
    path("chat/completions", views.completions, name="completions"),
    re_path(r".*", views.nothing, name="nothing"),
]
