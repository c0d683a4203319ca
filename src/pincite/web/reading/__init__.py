"""What everybody reads: ask, answer, sources, the library, published articles."""
