"""Conditions, drugs, interventions, populations, outcomes and animals: pure look-ups over the shipped vocabulary."""

from pincite.terms.mentions import Mention, ambiguous, find
from pincite.terms.normalising import normalise
from pincite.terms.spelling import correct, ordinary
from pincite.terms.vocabulary import (
    Concept,
    Kind,
    aliases,
    classes,
    concept,
    meanings,
    members,
    narrower,
    related,
    same_or_narrower,
    synonyms,
    wider,
)

__all__ = [
    "Concept",
    "Kind",
    "Mention",
    "aliases",
    "ambiguous",
    "classes",
    "concept",
    "correct",
    "find",
    "meanings",
    "members",
    "narrower",
    "normalise",
    "ordinary",
    "related",
    "same_or_narrower",
    "synonyms",
    "wider",
]
