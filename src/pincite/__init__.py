"""Pincite: a clinical question in; an answer out in which every sentence is quoted from a stored source."""
