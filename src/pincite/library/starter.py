"""The starter library: the shipped summary records, taken in on first use,
so that a fresh install answers with no network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from pincite import ingest
from pincite.library.store import Library
from pincite.library.writing import Progress, Writer
from pincite.records import Reading

if TYPE_CHECKING:
    import numpy as np

    from pincite.library.encoder import Encoder

_VECTORS = "starter-vectors.npz"  # made by tools/build_starter_vectors.py


def open_library(path: str | Path, *, progress: Progress | None = None) -> Library:
    """The library at `path`, made from the shipped records when there is none yet.

    A first use that was cut off goes on.
    """
    library = Library.open(path)
    if library.commit.starter or (library.commit.documents and not _begun(library)):
        return library
    with as_file(files("pincite") / "data" / "starter") as folder:
        readings = [one for one in ingest.read([folder]) if isinstance(one, Reading)]
    with Writer(library) as writer:
        if not writer.commit.starter:  # another process may have been faster
            writer.add(readings, progress=progress)
            writer.mark_starter()
    return library


def create_empty(path: str | Path) -> Library:
    """The library at `path` without the shipped records, now and later."""
    library = Library.open(path)
    if not library.commit.starter:
        with Writer(library) as writer:
            writer.mark_starter()
    return library


class Shipped:
    """An encoder that knows the shipped records' vectors and asks the real one only for other texts."""

    def __init__(self, encoder: Encoder) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self.name = encoder.name
        self.dimension = encoder.dimension
        self._encoder = encoder
        self._known: dict[bytes, np.ndarray] = {}
        with as_file(files("pincite") / "data" / "encoder" / _VECTORS) as file, np.load(file) as held:
            if str(held["encoder"]) == encoder.name:
                self._known = {key.tobytes(): vector for key, vector in zip(held["keys"], held["vectors"], strict=True)}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array [len(texts), dimension], each row of length 1."""
        import numpy as np  # noqa: PLC0415 - heavy

        known = [self._known.get(text_key(text)) for text in texts]
        other = [text for text, vector in zip(texts, known, strict=True) if vector is None]
        made = iter(self._encoder.encode(other))
        vectors = np.array([next(made) if vector is None else vector for vector in known], dtype=np.float32)
        vectors = vectors.reshape(len(texts), self.dimension)
        lengths: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)  # shipped in half precision
        scaled: np.ndarray = vectors / np.maximum(lengths, 1e-12)
        return scaled


def text_key(text: str) -> bytes:
    """What a passage's shipped vector is found by: the first 16 bytes of the SHA-256 of its text."""
    return hashlib.sha256(text.encode()).digest()[:16]


def _begun(library: Library) -> bool:
    """Only shipped records are held: the first use was cut off before its end."""
    shipped = {Path(entry.name).stem for entry in (files("pincite") / "data" / "starter").iterdir()}
    return all(held.id in shipped for held in library.documents())
