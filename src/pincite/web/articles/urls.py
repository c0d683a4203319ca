"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.pending import pending

app_name = "articles"
urlpatterns = [
    path("", pending, name="index"),
    path("topics/<slug:slug>/", pending, name="topic"),
    path("feed.atom", pending, name="atom"),
    path("feed.json", pending, name="json_feed"),
    path("sitemap.xml", pending, name="sitemap"),
    path("policy/", pending, name="policy"),
    path("<slug:slug>/", pending, name="article"),
    path("<slug:slug>/history/", pending, name="history"),
    path("<slug:slug>/history/<int:old>/<int:new>/", pending, name="differences"),
    path("<slug:slug>/download/<str:form>", pending, name="download"),
]
