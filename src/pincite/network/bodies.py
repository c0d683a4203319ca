"""The body of one response, unpacked on its way in: what is sent and what it unpacks to both stay under a limit."""

from __future__ import annotations

import zlib

from pincite.errors import UnreadableError


class Body:
    """Takes the chunks of a response; raises UnreadableError, whose message completes "PAGE …", as soon as something is wrong."""

    def __init__(self, url: str, *, most: int, packed: str, length: str) -> None:
        self._url = url
        self._most = most
        self._length = int(length) if length.isdigit() else None
        packed = packed.strip().lower()
        if self._length is not None and self._length > most:
            raise self._too_large()
        if packed not in ("", "identity", "gzip", "x-gzip"):
            raise UnreadableError(f"is packed as {packed[:20]!r}, which was not asked for", document=url)
        self._unpacker = zlib.decompressobj(wbits=31) if packed.endswith("gzip") else None
        self._data = bytearray()
        self._sent = 0

    def add(self, chunk: bytes) -> None:
        """One chunk as it was sent."""
        self._sent += len(chunk)
        try:
            self._data += self._unpacker.decompress(chunk, self._most + 1 - len(self._data)) if self._unpacker else chunk
        except zlib.error as error:
            raise UnreadableError("is damaged: its packing is broken", document=self._url) from error
        if self._sent > self._most or len(self._data) > self._most:
            raise self._too_large()

    def whole(self) -> bytes:
        """Everything, when nothing is missing at the end."""
        if (self._length is not None and self._sent < self._length) or (self._unpacker and not self._unpacker.eof):
            raise UnreadableError("was cut off on the way", document=self._url)
        return bytes(self._data)

    def _too_large(self) -> UnreadableError:
        return UnreadableError(f"is larger than {self._most // 1_000_000} MB", document=self._url)
