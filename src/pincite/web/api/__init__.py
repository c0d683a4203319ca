"""Typed JSON under /api/v1; the same actions as the pages."""
