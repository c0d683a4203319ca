"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.audits import handing, views

app_name = "audits"
urlpatterns = [
    path("", handing.check, name="check"),
    path("mine/", views.mine, name="mine"),
    path("shared/<str:token>/", views.shared, name="shared"),
    path("shared/<str:token>/report", views.shared_report, name="shared_report"),
    path("shared/<str:token>/download/<str:form>", views.shared_download, name="shared_download"),
    path("<uuid:pk>/", views.text, name="text"),
    path("<uuid:pk>/report", views.report, name="report"),
    path("<uuid:pk>/download/<str:form>", views.download, name="download"),
    path("<uuid:pk>/stop", views.stop, name="stop"),
    path("<uuid:pk>/resume", views.resume, name="resume"),
    path("<uuid:pk>/share", views.share, name="share"),
    path("<uuid:pk>/withdraw", views.withdraw, name="withdraw"),
    path("<uuid:pk>/delete", views.delete, name="delete"),
]
