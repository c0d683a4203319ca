"""An example for the bodies of the OpenAPI document, by operation: from a real run, lists cut to one item, long texts cut short.

A test holds each against its schema.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = json.loads((files("pincite.web.api") / "examples.json").read_text("utf-8"))
