"""Addresses of this part."""

from __future__ import annotations

from django.urls import path

from pincite.web.accounts import views, views_tokens

app_name = "account"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("tokens/", views_tokens.token_list, name="tokens"),
    path("tokens/<int:pk>/revoke", views_tokens.revoke, name="revoke_token"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/change", views.change_person, name="change_person"),
]
