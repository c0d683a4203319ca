"""Makes a source's words harmless to show: no control characters, no terminal escapes, no hidden or direction-changing characters.

Sources are other people's files, so every string of an answer passes through here before any writer's own escaping.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_SPACE = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
# C0 and C1 controls, lone surrogates and noncharacters are shown as a replacement character: they have no business in prose, and
# the reader should see that something stood there. Invisible and direction-changing characters (Trojan Source) go without a trace.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_HIDDEN = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")


def plain(text: str) -> str:
    r"""`text` on one line, with nothing in it that a terminal, an editor or a browser would obey.

    >>> plain("a\x1b[31mred\x1b[0m\tb\u202egnp.exe")
    'a\ufffd[31mred\ufffd[0m bgnp.exe'
    """
    return _CONTROL.sub("\ufffd", _HIDDEN.sub("", _SPACE.sub(" ", text))).strip()


def inert(text: str) -> str:
    """`text` with each control or hidden character replaced one for one, so that offsets into it still hold; line ends stay."""
    return _CONTROL.sub(lambda found: found.group() if found.group() in "\t\n" else "\ufffd", _HIDDEN.sub("\ufffd", text))


def web_address(url: str | None) -> str | None:
    """`url` when it is an http or https address that can stand in a link, percent-encoded; else None.

    >>> web_address("javascript:alert(1)"), web_address("https://example.org/a b")
    (None, 'https://example.org/a%20b')
    """
    if not url:
        return None
    url = plain(url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "\ufffd" in url:
        return None
    return quote(url, safe="/:?#@!$&'*+,;=%~-._[]")
