"""Pages of the library: what is held, one document, adding, retiring."""
