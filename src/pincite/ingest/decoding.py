"""Bytes of unknown encoding to text: byte order mark, UTF-8, what the file declares, then Windows-1252; binary is
refused.
"""

from __future__ import annotations

import codecs
import re

from pincite.errors import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Texts in the wild hold a stray control character; a file of which more than this share is such is no text.
_CONTROL_SHARE = 0.01


def decoded(data: bytes, *, source: str, declared: str | None = None) -> str:
    """`data` as text with "\\n" line ends. Raises UnreadableError for binary data.

    UTF-8 goes before a declared encoding: bytes that happen to be valid UTF-8 beyond ASCII are hardly ever anything
    else.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, errors="replace")
            break
    else:
        text = _guessed(data, declared)
    sample = text[:100_000]
    if len(_CONTROL.findall(sample)) > _CONTROL_SHARE * len(sample) or sample.count("\ufffd") > 0.1 * len(sample):
        raise UnreadableError("is no text but binary data", document=source)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guessed(data: bytes, declared: str | None) -> str:
    head = data[:4000]
    for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        # UTF-16 without a mark: of English text every other byte is zero, and no others are
        if zeros.count(0) > 0.8 * len(zeros) and not others.count(0):
            return data.decode(encoding, errors="replace")
    for name in ("utf-8", declared):
        try:
            if name:
                return data.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", errors="replace")
