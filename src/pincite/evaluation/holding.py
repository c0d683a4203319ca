"""Libraries made for one evaluation: in a temporary folder, each text encoded once, however many libraries hold it.

Between the sets and the measures. For abstention every question is asked twice, once in a library that has its documents and once in one
that does not. Two libraries, each with the documents of one half of the questions, are of equal size and serve each other as the
one without: so neither the questions nor the size of the library tell the two conditions apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pincite.evaluation.sets import Asked, TestSet
from pincite.library.encoder import Encoder, load_encoder
from pincite.library.store import Library
from pincite.records import Reading
from pincite.settings import Settings, load_settings

if TYPE_CHECKING:
    import numpy as np


class Remembering:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.held: dict[str, np.ndarray] = {}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array [len(texts), dimension], each row of length 1."""
        import numpy as np  # noqa: PLC0415 - heavy

        missing = [text for text in dict.fromkeys(texts) if text not in self.held]
        if missing:
            self.held.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.stack([self.held[text] for text in texts]) if texts else np.zeros((0, self.dimension), dtype=np.float32)


def evaluation_encoder(settings: Settings | None = None) -> Remembering | None:
    """The encoder of the settings, None where they say "none"; raises EncoderError where it cannot be used.

    An encoder that cannot be used stops an evaluation, unlike a search: figures by words alone must be asked for, never come by accident.
    """
    settings = settings or load_settings()
    encoder = load_encoder(settings.encoder, cache=settings.cache)
    return Remembering(encoder) if encoder else None


@contextmanager
def held_library(readings: Iterable[Reading], *, encoder: Encoder | None) -> Iterator[Library]:
    """A library with these documents, for as long as the `with` block lasts."""
    with TemporaryDirectory(prefix="pincite-eval-") as folder:
        yield filled(Path(folder) / "library", readings, encoder=encoder)


def filled(place: Path, readings: Iterable[Reading], *, encoder: Encoder | None) -> Library:
    """A library at `place` with these documents and nothing else; of two with one id, the first stays."""
    library = Library.open(place)
    library.add({reading.document.id: reading for reading in reversed(list(readings))}.values())
    if encoder is not None:
        library.encode_missing(encoder)
    return library


def halves(questions: Sequence[Asked]) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of the questions in two halves, chosen by hash; questions that share a document stay together."""
    group: dict[str, str] = {}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            group[name] = group[group[name]]
            name = group[name]
        return name

    for question in questions:
        for document in question.documents:
            group[root(f"question {question.id}")] = root(document)
    sides: tuple[set[str], set[str]] = (set(), set())
    for question in questions:
        digest = hashlib.sha256(root(f"question {question.id}").encode()).digest()
        sides[digest[0] % 2].add(question.id)
    return frozenset(sides[0]), frozenset(sides[1])


def documents_of(chosen: TestSet, *, questions: Iterable[str]) -> list[Reading]:
    """The documents that answer those questions."""
    wanted = set(questions)
    names = {name for question in chosen.questions if question.id in wanted for name in question.documents}
    return [reading for reading in chosen.readings if reading.document.id in names]
