"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.pending import pending

app_name = "reading"
urlpatterns = [
    path("", pending, name="home"),
    path("ask", pending, name="ask"),
    path("ask/download/<str:form>", pending, name="download"),
    path("source/<path:document_id>", pending, name="source"),
    path("send", pending, name="send"),
    path("report", pending, name="report"),
    path("threads/", pending, name="threads"),
    path("threads/save", pending, name="save_thread"),
    path("threads/<uuid:pk>/", pending, name="thread"),
    path("threads/<uuid:pk>/delete", pending, name="delete_thread"),
    path("questions/", pending, name="question_log"),
]
