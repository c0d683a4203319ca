"""What is missing from an answer, said plainly, and the questions that the same library could answer next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pincite import terms
from pincite.answering import pathway
from pincite.records import Evidence, Question, Reference, StatementKind

_NEXT: tuple[tuple[StatementKind, str, str], ...] = (
    ("recommendation", "treatment", "What is the treatment for {topic}?"),
    ("finding", "treatment", "What is the treatment for {topic}?"),
    ("diagnosis", "diagnosis", "How is {topic} diagnosed?"),
    ("definition", "definition", "What is {topic}?"),
    ("prognosis", "prognosis", "What is the prognosis of {topic}?"),
    ("epidemiology", "epidemiology", "How common is {topic}?"),
    ("mechanism", "cause", "What causes {topic}?"),
    ("monitoring", "monitoring", "How is {topic} followed up?"),
)
MOST_FOLLOW_UPS = 4


def gaps(question: Question, direct: Sequence[Evidence], references: Sequence[Reference], *, steps: bool) -> tuple[str, ...]:
    """Plain sentences on what was asked and not found, and on how little of the sources was at hand."""
    said: list[str] = []
    conditions, asked = question.conditions, [term for term in question.interventions if term not in question.failed]
    if len(conditions) > 1 and not any({term.id for term in conditions} <= set(one.met) for one in direct):
        names = " together with ".join(term.label for term in conditions)
        said.append(f"No source in this library speaks of {names}: the statements above are each about one of them.")
    for term in conditions if len(conditions) > 1 else ():
        if not any(term.id in one.met for one in direct):
            said.append(f"Nothing that answers this was found on {term.label}.")
    for term in asked:
        if terms.concept(term.id).category != "comparator" and not any(term.id in one.met for one in direct):
            said.append(f"No direct statement on {term.label} was found.")
    if steps and not asked:
        silent = [
            heading.split(",")[0].lower() for name, heading, _ in pathway.STEPS if not any(name in pathway.steps_of(one) for one in direct)
        ]
        if silent and conditions:
            said.append(f"No source in this library gives direct evidence on {_listed(silent)} for {conditions[0].label}.")
    if references:
        records = sum(reference.extent == "record" for reference in references)
        abstracts = sum(reference.extent == "abstract" for reference in references)
        if records:
            said.append(
                f"{_share(records, len(references))} held only as {'summary records' if records > 1 else 'a summary record'}: read the original before relying on it."
            )
        if abstracts:
            said.append(f"{_share(abstracts, len(references))} held only as {'abstracts' if abstracts > 1 else 'an abstract'}.")
    for short, meanings in question.understood.ambiguous.items():
        said.append(f"“{short}” can mean {_listed(list(meanings), 'or')}; it was searched as written.")
    return tuple(said)


def follow_ups(question: Question, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Up to four questions that this library can answer, judged by the evidence that this question already brought up."""
    if not question.conditions:
        drugs = [term.label for term in question.interventions]
        kinds = {one.kind for one in evidence if one.directness == "direct"}
        asks = (
            ("dosing", "What is the dose of {drug}?"),
            ("boxed-warning", "What are the warnings for {drug}?"),
            ("contraindication", "When is {drug} contraindicated?"),
        )
        return (
            tuple(text.format(drug=drugs[0]) for kind, text in asks if kind in kinds and question.understood.intent != kind)[
                :MOST_FOLLOW_UPS
            ]
            if drugs
            else ()
        )
    topic = question.conditions[0].label
    direct = [one for one in evidence if one.directness == "direct"]
    kinds = {one.kind for one in direct}
    said = [text.format(topic=topic) for kind, intent, text in _NEXT if kind in kinds and intent != question.understood.intent]
    treatments = Counter(name for one in direct for name in one.interventions if one.kind in ("finding", "recommendation"))
    for concept, count in treatments.most_common():
        known = terms.concept(concept)
        if (
            count > 1
            and len(question.conditions) == 1
            and known.category in ("injection", "procedure", "surgery", "medicine", "exercise")
            and concept not in {term.id for term in question.interventions}
        ):
            said.insert(1, f"What about {known.label} for {topic}?")
            break
    return tuple(dict.fromkeys(said))[:MOST_FOLLOW_UPS]


def _share(some: int, every: int) -> str:
    """How many of the sources, as the subject of a sentence.

    >>> _share(1, 1), _share(1, 3), _share(3, 3)
    ('The only source is', '1 of 3 sources is', 'All 3 sources are')
    """
    if some == every:
        return "The only source is" if every == 1 else f"All {every} sources are"
    return f"{some} of {every} sources {'is' if some == 1 else 'are'}"


def _listed(names: Sequence[str], joiner: str = "or") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joiner} {names[-1]}"
