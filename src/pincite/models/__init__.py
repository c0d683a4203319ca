"""Language models behind any OpenAI-compatible server: none by default, and nothing is called unless configured and asked for."""
