"""One module per format of foreign text: bytes → `Piece`s in reading order, and what was left out on the way."""
