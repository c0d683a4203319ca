"""Scored passages → evidence: what each sentence is about, what it says, how far its source is trusted."""
