"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.pending import pending

app_name = "editorial"
urlpatterns = [
    path("", pending, name="queue"),
    path("articles/<int:pk>/", pending, name="article"),
    path("articles/<int:pk>/edit", pending, name="edit"),
    path("articles/<int:pk>/act/<str:action>", pending, name="act"),
    path("articles/<int:pk>/passages", pending, name="passages"),
    path("articles/<int:pk>/revisions/<int:number>/", pending, name="revision"),
    path("reports/<int:pk>/handle", pending, name="handle"),
    path("alerts/<int:pk>/settle", pending, name="settle"),
    path("audit-trail/", pending, name="audit_trail"),
]
