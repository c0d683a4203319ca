"""Pincite: a clinical question in; an answer out in which every sentence is quoted from a stored source."""

import os

# ONNX Runtime's official builds report their use to their maker unless this is set before they load (1.31 on Linux tries at each start).
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
