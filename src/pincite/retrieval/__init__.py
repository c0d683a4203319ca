"""A question → scored passages."""
