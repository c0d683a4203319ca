"""Evidence → the answer page."""
