"""Bytes → `Reading`s (a document with its passages) or `Unread`, with a reason; one bad file never stops the others."""

from __future__ import annotations

from pincite.ingest.reading import Source, read, read_bytes

__all__ = ["Source", "read", "read_bytes"]
