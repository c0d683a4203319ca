"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.editorial import views, views_audit, views_changes, views_edit, views_queue, views_revisions, views_simpler

app_name = "editorial"
urlpatterns = [
    path("", views_queue.queue, name="queue"),
    path("articles/<int:pk>/", views.article, name="article"),
    path("articles/<int:pk>/edit", views_edit.edit, name="edit"),
    path("articles/<int:pk>/act/<str:action>", views.act, name="act"),
    path("articles/<int:pk>/simpler", views_simpler.simpler, name="simpler"),
    path("articles/<int:pk>/passages", views_edit.passages, name="passages"),
    path("articles/<int:pk>/revisions/<int:number>/", views_revisions.revision, name="revision"),
    path("articles/<int:pk>/differences", views_revisions.compare, name="differences"),
    path("reports/<int:pk>/handle", views_queue.handle, name="handle"),
    path("alerts/<int:pk>/settle", views.settle, name="settle"),
    path("changes/", views_changes.changes, name="changes"),
    path("changes/handle", views_changes.handle, name="handle_change"),
    path("changes/watch", views_changes.watch, name="watch"),
    path("changes/unwatch", views_changes.unwatch, name="unwatch"),
    path("changes/feed.atom", views_changes.atom, name="changes_atom"),
    path("changes/feed.json", views_changes.json_feed, name="changes_json"),
    path("audit-trail/", views_audit.audit_trail_page, name="audit_trail"),
    path("audit-trail.csv", views_audit.audit_trail_csv, name="audit_trail_csv"),
]
