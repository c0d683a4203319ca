"""Small documents for the library's tests, and an encoder that needs no model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from pincite.records import Document, Passage, Reading, Relation


def made(name: str, *sentences: str, relations: Sequence[tuple[str, str]] = (), **header: Any) -> Reading:
    """A document whose every sentence is a passage."""
    sentences = sentences or (f"{name} says that vertebroplasty was studied.",)
    text = "\n\n".join(sentences)
    told = {"tier": "research", "extent": "abstract", "title": f"Title of {name}"} | header
    document = Document(
        id=name,
        source=f"{name}.xml",
        text=text,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        relations=tuple(Relation(kind=kind, target=target) for kind, target in relations),
        **told,
    )
    passages, start = [], 0
    for ordinal, sentence in enumerate(sentences):
        end = start + len(sentence)
        place = {"section": "Abstract", "kind": "abstract", "start": start, "end": end, "sentences": ((start, end),)}
        passages.append(Passage(id=f"{name}#{ordinal}", document_id=name, ordinal=ordinal, text=sentence, **place))
        start = end + 2
    return Reading(document=document, passages=tuple(passages))


class CountingEncoder:
    """Vectors from hashed words: equal texts are equal, texts that share words are near."""

    dimension = 384

    def __init__(self, name: str = "counting") -> None:
        self.name = name

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
