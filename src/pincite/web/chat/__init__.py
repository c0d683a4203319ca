"""Pincite as a model of an OpenAI-style chat: /v1/models and /v1/chat/completions."""
