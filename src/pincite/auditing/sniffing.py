"""Which of five formats a file is, by its content; the name decides only between Markdown and plain text, which share every character."""

from __future__ import annotations

import re
from typing import Literal

from pincite.errors import UnreadableError
from pincite.ingest.reading import Source

Format = Literal["plain", "markdown", "html", "pdf", "docx"]

_HTML = re.compile(rb"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_TAGS = re.compile(rb"<(?:p|div|h[1-6]|ul|ol|li|table|span|section|article|main|sup|a|br|strong|em)\b[^<>]{0,300}>", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:p|div|h[1-6]|ul|ol|li|table|span|section|article|main|sup|a|strong|em)\s*>", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"^#{1,6} \S|^\s{0,3}(?:[-*+]|\d{1,3}\.) {1,4}\*\*\S|\*\*[^*\n]{2,120}\*\*|(?<!\!)\[[^\]\n]{1,200}\]\(https?://[^)\s]+\)|^\[\^?\w{1,20}\]: |\[\^\w{1,20}\]|^\s*\|?(?: ?:?-{3,}:? ?\|)+"
    r"|^```|^> \S",
    re.MULTILINE,
)
# Bullets that Markdown does not know: pasted from a page, whatever the file is called.
_BULLETS = re.compile(r"^\s*[•◦▪]", re.MULTILINE)
_LOOKED_AT = 60_000


def format_of(source: Source) -> Format:
    """The format of a file; raises UnreadableError for pictures, archives, spreadsheets and other files that hold no plain text."""
    head = source.data[:3000]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        if head.startswith(b"PK") and b"word/" not in source.data[:200_000] and b"word/document.xml" not in source.data[-200_000:]:
            raise UnreadableError("is an archive or a document that is not read: save it as DOCX, PDF, HTML or text", document=source.name)
        return "docx"
    if head.startswith(b"{\\rtf"):
        raise UnreadableError("is an RTF file: save it as DOCX, PDF, HTML or text", document=source.name)
    plain = head.replace(b"\0", b"")
    if _HTML.search(plain):
        return "html"
    sample = source.data[:_LOOKED_AT].replace(b"\0", b"")
    if len(_CLOSED.findall(sample)) >= 2 and len(_TAGS.findall(sample)) >= 2 and sample.lstrip()[:1] == b"<":
        return "html"
    text = sample.decode("utf-8", "replace")
    signs = {match.group()[:3] for match in _MARKDOWN.finditer(text)}
    if source.name.lower().endswith((".md", ".markdown")) and (signs or len(_BULLETS.findall(text)) < 3):
        return "markdown"
    return "markdown" if len(signs) >= 2 or sample.startswith((b"# ", b"## ")) else "plain"
