"""What every template may name: the site's name, its address, and whether a library can be asked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """`organization`, `site_url`, `demo`, `sign_up`, `oidc` for base.html."""
    web = settings.WEB
    return {
        "organization": web.organization,
        "site_url": web.url,
        "demo": web.demo,
        "sign_up": web.sign_up,
        "oidc": web.oidc_name if web.oidc_server else "",
    }
