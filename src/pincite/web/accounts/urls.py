"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.pending import pending

app_name = "account"
urlpatterns = [
    path("", pending, name="profile"),
    path("tokens/", pending, name="tokens"),
    path("tokens/<int:pk>/revoke", pending, name="revoke_token"),
    path("people/", pending, name="people"),
    path("people/<int:pk>/", pending, name="person"),
]
