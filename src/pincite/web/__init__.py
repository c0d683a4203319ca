"""The web application around the engine: ask, read, publish. The only package that imports Django."""
