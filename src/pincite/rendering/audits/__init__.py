"""Audit → terminal, Markdown, a self-contained HTML report, JSON, CSV, one line per finding."""
