"""Makes the shipped vectors of the starter records, so that a first use need not encode them.

Run after the records, their passages or the encoder changed: python tools/build_starter_vectors.py
Each vector is kept in half precision under the hash of its passage's text, with the name of the encoder; a text or
encoder that differs is encoded on first use instead. tests/library/test_starter.py says when this is due.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from pincite import ingest
from pincite.library.encoder import load_encoder
from pincite.library.starter import text_key
from pincite.records import Reading

DATA = Path(__file__).resolve().parent.parent / "src" / "pincite" / "data"


def main() -> None:
    """Encode the passages of the starter records and write their vectors beside the vocabulary."""
    readings = [one for one in ingest.read([DATA / "starter"]) if isinstance(one, Reading)]
    texts = {text_key(passage.text): passage.text for reading in readings for passage in reading.passages}
    keys = sorted(texts)
    with tempfile.TemporaryDirectory() as cache:
        encoder = load_encoder("minilm", cache=Path(cache))
    assert encoder is not None
    np.savez(
        DATA / "encoder" / "starter-vectors.npz",
        encoder=np.array(encoder.name),
        keys=np.array([list(key) for key in keys], dtype=np.uint8),
        vectors=encoder.encode([texts[key] for key in keys]).astype(np.float16),
    )
    print(f"{len(keys)} vectors of {encoder.name}")


if __name__ == "__main__":
    main()
