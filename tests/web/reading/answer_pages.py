"""Addresses of answers, and the marks in a page."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

QUESTION = "What is the treatment for Baastrup's disease?"
DISPUTED = "Is vertebroplasty effective for osteoporotic fractures?"


def ask(**more: Any) -> str:
    """The address of an answer."""
    return "/ask?" + urlencode({"q": QUESTION, **more}, doseq=True)


def pins(body: str) -> list[str]:
    """The addresses of a page's [n] marks, in order."""
    return [html.unescape(found) for found in re.findall(r'class="pin" href="([^"]+)"', body)]
