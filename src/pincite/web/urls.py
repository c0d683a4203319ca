"""Every address of the application, by what it is about."""

from __future__ import annotations

from django.urls import include, path

from pincite.web import health, robots
from pincite.web.api.api import api

urlpatterns = [
    path("", include("pincite.web.reading.urls")),
    path("check/", include("pincite.web.audits.urls")),
    path("library/", include("pincite.web.library.urls")),
    path("articles/", include("pincite.web.articles.urls")),
    path("editorial/", include("pincite.web.editorial.urls")),
    path("account/", include("pincite.web.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("jobs/", include("pincite.web.jobs.urls")),
    path("api/v1/", api.urls),
    path("v1/", include("pincite.web.chat.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("robots.txt", robots.robots, name="robots"),
    path("favicon.ico", robots.favicon, name="favicon"),
]

handler400 = "pincite.web.errors.bad_request"
handler403 = "pincite.web.errors.forbidden"
handler404 = "pincite.web.errors.not_found"
handler500 = "pincite.web.errors.broken"
