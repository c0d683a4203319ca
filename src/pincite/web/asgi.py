"""The ASGI application that uvicorn serves."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pincite.web.settings")

_django = get_asgi_application()

from pincite.web.api.limits import SmallBodies  # noqa: E402 - needs the settings that Django has just read
from pincite.web.assistants import Assistants  # noqa: E402

application = SmallBodies(Assistants(_django))
