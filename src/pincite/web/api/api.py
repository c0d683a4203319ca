"""The API's one object."""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(title="Pincite", version="1", urls_namespace="api")
