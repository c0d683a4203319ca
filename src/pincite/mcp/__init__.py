"""Pincite as tools of an assistant: the calls of the command line over the Model Context Protocol, reading only."""
