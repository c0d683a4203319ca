"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.articles import views, views_feeds, views_lists

app_name = "articles"
urlpatterns = [
    path("", views_lists.index, name="index"),
    path("topics/<slug:slug>/", views_lists.topic, name="topic"),
    path("feed.atom", views_feeds.atom, name="atom"),
    path("feed.json", views_feeds.json_feed, name="json_feed"),
    path("sitemap.xml", views_feeds.sitemap, name="sitemap"),
    path("policy/", views_lists.policy, name="policy"),
    path("<slug:slug>/", views.article, name="article"),
    path("<slug:slug>/history/", views.versions, name="history"),
    path("<slug:slug>/history/<int:old>/<int:new>/", views.differences, name="differences"),
    path("<slug:slug>/download/<str:form>", views.download, name="download"),
]
