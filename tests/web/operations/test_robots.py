"""What search engines are told, and the icon."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from pincite.web.robots import CLOSED


def test_robots_are_shown_the_public_pages_and_the_sitemap(client: Client, db: Any) -> None:
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert response["Content-Type"].startswith("text/plain")
    assert lines[0] == "User-agent: *"
    sitemap = next(line.partition(": ")[2] for line in lines if line.startswith("Sitemap: "))
    assert sitemap == "http://127.0.0.1:8000/articles/sitemap.xml"
    assert client.get(sitemap.removeprefix("http://127.0.0.1:8000")).status_code == 200
    closed = [line.partition(": ")[2] for line in lines if line.startswith("Disallow: ")]
    assert "/editorial/" in closed
    assert not any(path.startswith(tuple(closed)) for path in ("/", "/articles/", "/articles/what-helps/", "/articles/feed.atom"))


def test_every_part_of_the_site_is_either_open_or_closed_to_them() -> None:
    open_parts = {"articles/", "healthz", "readyz", "metrics", "robots.txt", "favicon.ico", ""}
    found = set()
    for entry in get_resolver().url_patterns:
        route = str(entry.pattern)
        inner = entry.url_patterns if isinstance(entry, URLResolver) and not route else [entry]
        found |= {str(each.pattern) for each in inner if isinstance(each, URLPattern | URLResolver)}
    unknown = {route for route in found - open_parts if not f"/{route}".startswith(CLOSED)}
    assert not unknown, "say in robots.CLOSED whether search engines may read these"


def test_nothing_of_a_demonstration_is_indexed(client: Client, db: Any, settings: Any) -> None:
    settings.WEB = settings.WEB.model_copy(update={"demo": True})
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("path", ["/favicon.ico"])
def test_the_icon_is_found_where_nobody_reads_the_page(client: Client, db: Any, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 301
    icon = client.get(response["Location"])
    assert icon["Content-Type"] == "image/svg+xml"
