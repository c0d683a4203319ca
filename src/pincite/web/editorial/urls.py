"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.editorial import views, views_audit, views_edit, views_queue, views_revisions

app_name = "editorial"
urlpatterns = [
    path("", views_queue.queue, name="queue"),
    path("articles/<int:pk>/", views.article, name="article"),
    path("articles/<int:pk>/edit", views_edit.edit, name="edit"),
    path("articles/<int:pk>/act/<str:action>", views.act, name="act"),
    path("articles/<int:pk>/passages", views_edit.passages, name="passages"),
    path("articles/<int:pk>/revisions/<int:number>/", views_revisions.revision, name="revision"),
    path("articles/<int:pk>/differences", views_revisions.compare, name="differences"),
    path("reports/<int:pk>/handle", views_queue.handle, name="handle"),
    path("alerts/<int:pk>/settle", views.settle, name="settle"),
    path("audit-trail/", views_audit.audit_trail_page, name="audit_trail"),
    path("audit-trail.csv", views_audit.audit_trail_csv, name="audit_trail_csv"),
]
