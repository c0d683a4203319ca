"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.reading import log_views, sources, threads, views, writing_views

app_name = "reading"
urlpatterns = [
    path("", views.home, name="home"),
    path("ask", views.ask, name="ask"),
    path("ask/written", writing_views.write, name="write"),
    path("ask/download/<str:form>", views.download, name="download"),
    path("source/<path:document_id>", sources.source, name="source"),
    path("send", views.send, name="send"),
    path("report", views.report, name="report"),
    path("threads/", threads.threads, name="threads"),
    path("threads/save", threads.save_thread, name="save_thread"),
    path("threads/<uuid:pk>/", threads.thread, name="thread"),
    path("threads/<uuid:pk>/delete", threads.delete_thread, name="delete_thread"),
    path("questions/", log_views.question_log, name="question_log"),
]
