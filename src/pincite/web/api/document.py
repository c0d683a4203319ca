"""The OpenAPI document as text: `python -m pincite.web.api.document` prints it, for programs that generate clients and for the snapshot."""

from __future__ import annotations

import os
import sys

from pincite.rendering import jsonout


def document() -> str:
    """The document as JSON; needs Django set up."""
    from pincite.web.api.api import api  # noqa: PLC0415 - the routers import models

    return jsonout.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pincite.web.settings")
    django.setup()
    sys.stdout.write(document())
