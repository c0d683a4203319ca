"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.library import views, views_changing, views_feeds

app_name = "library"
urlpatterns = [
    path("", views.documents, name="documents"),
    path("add", views_changing.add, name="add"),
    path("document/<path:document_id>", views.document, name="document"),
    path("feeds/", views_feeds.feeds, name="feeds"),
    path("feeds/run", views_feeds.run, name="feeds-run"),
    path("feeds/remove", views_feeds.remove, name="feeds-remove"),
    path("retire", views_changing.retire, name="retire"),
    path("mark", views_changing.mark, name="mark"),
    path("restore", views_changing.restore, name="restore"),
]
