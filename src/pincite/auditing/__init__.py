"""Somebody else's text, checked claim by claim: loading, structure, references, claims, evidence, verdicts."""
