"""The API's one object: every router under its path."""

from __future__ import annotations

from pincite.web.api import articles, asking, auditing, documents, people, reports, trail
from pincite.web.api.machinery import Json, PinciteAPI, StrictJson
from pincite.web.api.reference import Reference

api = PinciteAPI(
    title="Pincite",
    version="1",
    description="Clinical answers in which every sentence carries a citation whose exact words stand in the stored source.",
    urls_namespace="api",
    docs=Reference(),
    renderer=Json(),
    parser=StrictJson(),
)
for part in (asking, auditing, documents, articles, reports, people, trail):
    api.add_router("", part.router)
