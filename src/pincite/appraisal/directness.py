"""Is a sentence about what was asked, about something wider or another population, or about something else?

A study of something else is never presented as an answer: this module decides it. Pure functions over a `Question`, a sentence and
what its document is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pincite import terms
from pincite.records import Directness, Header, Question, ScoredPassage, Term
from pincite.terms.measured import without_measured
from pincite.text.words import intent_stems, question_words, stem, stems, tokens

# Populations that change what is right for a person; a source that does not name one is only indirect for it.
# Others ("adults", "women") are the usual ones of most sources and are compared only for contradiction.
_OPPOSED = (
    (re.compile(r"\b(child\w*|p(a)?ediatric\w*|infants?|neonat\w*|newborns?|adolescents?|toddlers?)\b", re.I), "children"),
    (re.compile(r"\b(pregnan\w+|gestation\w*|antenatal|obstetric)\b", re.I), "pregnancy"),
    (re.compile(r"\b(breast-?feeding|lactat\w+|nursing mothers?)\b", re.I), "breastfeeding"),
    (
        re.compile(
            r"\b(older (adults?|people|patients?|persons?|men|women)|elderly|geriatric|aged (6[5-9]|[789]\d)|(6[5-9]|[789]\d)[ -]?(years?|yrs?|yo)\b|(over|above|older than) (6[05]|7[05]|80))",
            re.I,
        ),
        "older adults",
    ),
    (
        re.compile(
            r"\b((renal|kidney) (impairment|insufficiency|failure|disease|dysfunction)|(reduced|impaired|decreased|poor|declining) (renal|kidney) function"
            r"|creatinine clearance|dialysis|ckd)\b",
            re.I,
        ),
        "renal impairment",
    ),
    (re.compile(r"\b((hepatic|liver) (impairment|insufficiency|failure|disease)|cirrho\w+|child-pugh)\b", re.I), "hepatic impairment"),
    (re.compile(r"\b(athletes?|dancers?|sports?(men|women|persons?)?)\b", re.I), "athletes"),
)
# What is forbidden to a group is for every prescriber to read, wherever in the label it stands.
_FORBIDS = re.compile(r"\bcontra-?indicated\b|\bnot (?:be )?(?:used|given|recommended|approved)\b|\bdo not (?:use|take)\b", re.IGNORECASE)
_ORGANS = {
    "renal impairment": re.compile(r"\b(?:renal|kidneys?)\b", re.I),
    "hepatic impairment": re.compile(r"\b(?:liver|hepat\w+)\b", re.I),
}
# Sections of a label that speak of one population by their heading; a contraindication "in liver disease" is for everybody to read.
_POPULATION_SECTIONS = ("special-population", "dosing", "indication", "pharmacology")
_ANIMAL = re.compile(
    r"\b(rats?|mice|mouse|murine|rabbits?|dogs?|canine|cats?|feline|pigs?|porcine|swine|sheep|ovine|goats?|horses?|equine|zebrafish|monkeys?|macaques?|hamsters?|guinea pigs?|in vitro|cell lines?|knock-?out|times the (?:maximum |recommended )*human|human (?:auc|exposure)|carcinogenicity)\b",
    re.IGNORECASE,
)
IN_ANIMALS = "in animals or cells, not people"
# Weight in coverage of the conditions asked together, and of the treatments asked together; a word weighs its inverse document frequency,
# which lies between 1 and 9. A treatment that failed is context.
TERM_WEIGHS, FAILED_WEIGHS = 4.0, 2.0
# Coverage that a sentence must reach where no table knows anything that the question names.
COVERS_UNKNOWN = 0.34
# One ordinary word ("the meaning of life") is no topic: two, or a name, can be.
WORDS_OF_A_TOPIC = 2
# Credit from which a term counts as met as such: named, or what the document is about; below it the match is a wider one.
NAMED = 0.6
# Credit of a drug's warnings where they do not name the condition asked: they hold for its user whatever it is taken for.
EVERY_USER = 0.3
_PAST_COMPARISON = re.compile(r"\b(?:versus|vs\.?|compared (?:with|to)|than|over|against|rather than|instead of)\b", re.IGNORECASE)


# What follows these words is left out of what the sentence says: "for all uses other than X" is not about X.
_EXCEPTED = re.compile(
    r"\b(?:other than|except(?:ing)?(?: for| in)?|excluding|apart from|but not|rather than|unlike|not including)\s+(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)
# A drug named as the cause of something is not given as its treatment: "steroid-induced", "NSAID-related".
_AS_CAUSE = re.compile(
    r"^[\s-]*(?:induced|associated|related|exposed|naive|naïve|free|resistant|refractory|dependent|use[rd]?\b|exposure|withdrawal|discontinuation)",
    re.IGNORECASE,
)


_SHARING = re.compile(r"\b([\w-]+)(?:,? (?:and|or)|,) $")


@dataclass(frozen=True)
class Subject:
    """What a document is about: concept ids of its title first, then of its indexing terms."""

    titled: frozenset[str]
    indexed: frozenset[str]
    label: str  # the title's or record's leading condition, for the reader
    words: frozenset[str]
    animal: bool


@dataclass(frozen=True)
class About:
    """How one sentence meets a question."""

    directness: Directness
    because: str | None
    coverage: float  # 0 to 1, weighted share of what the question names
    conditions: tuple[str, ...]
    interventions: tuple[str, ...]
    met: tuple[str, ...]
    test_first: bool  # what is done, in the order of the sentence, begins with a test


@lru_cache(maxsize=4096)
def mentions_of(text: str, abbreviations: tuple[tuple[str, str], ...] = ()) -> tuple[terms.Mention, ...]:
    """Terms of a short text; cached, because titles and sentences come back within one answer and in follow-ups.

    In "osteoporotic and neoplastic vertebral fractures" the first adjective shares the noun: both conditions are named.
    """
    found = without_measured(text, terms.find(text, abbreviations=abbreviations))
    shared = []
    for mention in found:
        before = _SHARING.search(text[: mention.start]) if mention.kind == "condition" and " " in mention.text else None
        if before is not None:
            phrase = f"{before[1]} {mention.text.split(' ', 1)[1]}"
            whole = next((other for other in terms.find(phrase) if other.start == 0 and other.end == len(phrase)), None)
            if whole is not None and whole.kind == "condition":
                shared.append(whole.model_copy(update={"start": before.start(1), "end": mention.start, "text": before[1]}))
    return tuple(sorted((*found, *shared), key=lambda mention: mention.start)) if shared else tuple(found)


@lru_cache(maxsize=4096)
def subject_of(header: Header) -> Subject:
    """What the document is about. A label is about its drug, a record about the conditions that it lists."""
    named = [mention for mention in mentions_of(header.title) if mention.kind in ("condition", "drug", "intervention")]
    listed = [
        mention
        for name in (*header.conditions, *header.interventions, *((header.drug,) if header.drug else ()))
        for mention in mentions_of(name)
    ]
    indexed = [mention for name in (*header.mesh[:30], *header.keywords[:30]) for mention in mentions_of(name)]
    conditions = [mention.label for mention in (*listed, *named) if mention.kind == "condition"]
    return Subject(
        titled=frozenset(name for mention in (*named, *listed) for name in mention.concepts),
        indexed=frozenset(name for mention in indexed for name in mention.concepts),
        label=conditions[0] if conditions else "",
        words=stems(" ".join((header.title, *header.mesh[:30], *header.keywords[:30]))),
        animal=header.design in ("animal", "in-vitro") or bool(_ANIMAL.search(header.title)),
    )


class _Met(NamedTuple):
    """How the conditions, or the treatments, of a question are met: shared credit, which terms, why only indirectly."""

    credit: float | None
    terms: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@lru_cache(maxsize=16_384)
def _names(sentence: str, abbreviations: tuple[tuple[str, str], ...]) -> tuple[tuple[terms.Mention, ...], frozenset[str], frozenset[str]]:
    """What a sentence names, the concepts that it only excepts ("other than gout"), and the concepts of the rest."""
    kept: list[terms.Mention] = []
    excepted: list[terms.Mention] = []
    for mention in mentions_of(sentence, abbreviations):
        (excepted if _EXCEPTED.search(sentence[: mention.start]) else kept).append(mention)
    only_excepted = frozenset(name for mention in excepted for name in mention.concepts)
    return tuple(kept), only_excepted, frozenset(name for mention in kept for name in mention.concepts)


def about(question: Question, sentence: str, source: ScoredPassage) -> About | None:
    """How `sentence` of `source` meets the question; None when it is about something else."""
    subject = subject_of(source.header)
    mentions, excepted, named = _names(sentence, source.abbreviations)
    if any(excepted & term.ids for term in question.conditions):
        return None
    others = [mention for mention in mentions if mention.kind == "condition"]
    conditions = _conditions(question, sentence, named, others, source)
    treatments = _treatments(question, mentions, named, source) if conditions else None
    if conditions is None or treatments is None:
        return None
    uses_only = question.conditions and not conditions.credit
    if uses_only and not treatments.credit:
        return None
    populations = _population(question, sentence, source, subject)
    if source.header.tier == "label" and IN_ANIMALS in populations:
        return None  # a label's animal studies say nothing that a prescriber or a patient asks
    coverage = _coverage(question, sentence, source, named, (conditions.credit, treatments.credit))
    if coverage is None:
        return None
    # Nothing is named that a table knows: then most of the words must be met, and a measured outcome by its name.
    unknown = not question.conditions and treatments.credit is None
    if unknown and not question.names and sum(root not in intent_stems() for root in question.words) < WORDS_OF_A_TOPIC:
        return None
    if unknown and (coverage < COVERS_UNKNOWN or any(not named & term.ids for term in question.outcomes)):
        return None
    because = (*conditions.because, *treatments.because, *populations)
    return About(
        directness="indirect" if because else "direct",
        because="; ".join(dict.fromkeys(because)) or None,
        coverage=coverage,
        conditions=tuple(dict.fromkeys(mention.concept for mention in others)),
        interventions=subject_interventions(sentence, mentions),
        met=(*conditions.terms, *treatments.terms),
        test_first=next((mention.category == "diagnostic" for mention in mentions if mention.kind in ("drug", "intervention")), False),
    )


def _conditions(
    question: Question, sentence: str, named: frozenset[str], others: list[terms.Mention], source: ScoredPassage
) -> _Met | None:
    """The conditions asked, as this sentence meets them; None when it is about another one. A label's uses may meet none of them."""
    subject = subject_of(source.header)
    credits, met, because = [], [], []
    # How a condition is treated is not told by a study of another one that counts it among what happened to its patients.
    passing = source.header.tier == "research" and question.understood.intent == "treatment" and not question.interventions
    for term in question.conditions:
        credit, why = _condition(term, sentence, named, others, subject, passing=passing)
        if credit < NAMED and _as_population(term, sentence):
            credit, why = 0.8, None
        elif not credit and question.understood.intent == "safety" and source.header.tier == "label":
            credit, why = EVERY_USER, None
        credits.append(credit)
        if credit > EVERY_USER:
            met.append(term.id)
            because.extend([why] if why else [])
    if credits and not any(credits):
        if not _states_uses(question, source, subject):
            return None
        return _Met(0.0, (), (f"the label's uses named here do not include {question.conditions[0].label}",))
    if any(credit >= NAMED for credit in credits):
        because = []  # one condition asked is met as such: what is wider for another does not make this indirect
    return _Met(_shared_credit(credits) if credits else None, tuple(met), tuple(because))


def _treatments(question: Question, mentions: tuple[terms.Mention, ...], named: frozenset[str], source: ScoredPassage) -> _Met | None:
    """The treatments asked, as this sentence meets them; None when it names none of them. Where no alternative is asked, all must be met."""
    asked = [term for term in question.interventions if term not in question.failed]
    if not asked:
        return _Met(None)
    judged = [_intervention(term, mentions, named, subject_of(source.header), source.header) for term in asked]
    met = [term.id for term, (credit, _) in zip(asked, judged, strict=True) if credit]
    # A placebo is what others are measured against: a sentence that meets it alone is on another treatment.
    real = {term.id for term in asked if terms.concept(term.id).category != "comparator"}
    if not met or (real and not real & set(met)):
        return None
    classes = [why for credit, why in judged if credit and why]
    because = classes if len(classes) == len(met) else []
    missing = [term.label for term, (credit, _) in zip(asked, judged, strict=True) if not credit]
    if missing and question.understood.intent != "comparison":
        because = [*because, f"does not name {', '.join(missing)}"]
    return _Met(_shared_credit([credit for credit, _ in judged]), tuple(met), tuple(because))


def _coverage(
    question: Question, sentence: str, source: ScoredPassage, named: frozenset[str], credits: tuple[float | None, float | None]
) -> float | None:
    """0 to 1: weighted share of what the question names that the sentence, its passage or its title holds; None without a name that must stand."""
    titled = subject_of(source.header).words
    words = stems(" ".join((sentence, *(long for short, long in source.abbreviations if short in sentence))))
    around = stems(source.passage.text)
    if question.names and not any(_held(root, around) or _held(root, titled) for root in question.names):
        return None
    units = [(TERM_WEIGHS, credit) for credit in credits if credit is not None]
    units += [(FAILED_WEIGHS, 1.0 if named & term.ids else 0.3) for term in question.failed]
    for root, weight in question.words.items():
        units.append((weight, 1.0 if root in words else 0.8 if root in around else 0.6 if root in titled else 0.0))
    total = sum(weight for weight, _ in units)
    return sum(weight * credit for weight, credit in units) / total if total else 0.0


def _held(root: str, words: frozenset[str]) -> bool:
    """Whether a name stands among the stems, also glued to what follows it as on some product labels ("TRIAMINICchildrens")."""
    return root in words or (len(root) > 5 and any(word.startswith(root) for word in words))


def _as_population(term: Term, sentence: str) -> bool:
    """ "Kidney failure" is met by "renal impairment": a condition that sources name as the population to be careful with."""
    return any(pattern.search(f"{term.typed} {term.label}") and pattern.search(sentence) for pattern, _ in _OPPOSED)


def _said(mention: terms.Mention) -> str:
    """The term as the source has it, in words where it is only a short form."""
    return mention.label if mention.text.isupper() else mention.text


def _shared_credit(credits: list[float]) -> float:
    """Credit for several terms asked together: mostly the best one's, since a source on one of two is an answer on that one."""
    return 0.8 * max(credits) + 0.2 * sum(credits) / len(credits)


def _condition(
    term: Term, sentence: str, named: frozenset[str], others: list[terms.Mention], subject: Subject, *, passing: bool
) -> tuple[float, str | None]:
    """(credit, why only indirect): named in the sentence 1; inherited from the document 0.8, or 0.6 beside another condition; wider 0.4.

    `passing`: named beside the condition that the document is about, it is an outcome or a complication of that one, not what is treated.
    """
    # "Chronic low back pain" is still low back pain: a form of the wider condition does not speak of another one.
    wide = tuple(terms.concept(name).label.lower() for name in term.wider) or ("\0",)
    near = [mention for mention in others if set(mention.concepts) & (term.ids | term.wider) or mention.label.lower().endswith(wide)]
    other = next((mention for mention in near if _other_form(term, mention)), None)
    same = any(set(mention.concepts) & term.ids and not _other_form(term, mention) for mention in others)
    if other is not None and not same:
        return 0.4, f"on {_said(other)}, not {term.label}"
    foreign = [mention for mention in others if mention not in near]
    if re.search(rf"\b{re.escape(term.typed)}-(?:related|associated|induced)\b", sentence, re.IGNORECASE):
        return 0.8, None
    if named & term.ids:
        aside = any(set(mention.concepts) & subject.titled for mention in foreign) and not subject.titled & term.ids
        if aside and passing:
            return (
                0.4,
                f"on {_said(next(mention for mention in foreign if set(mention.concepts) & subject.titled))}, not {term.label} as such",
            )
        return 0.8 if aside else 1.0, None
    if subject.titled & term.ids:
        # A source on several conditions that names one of them in this sentence speaks of that one.
        chosen = next((mention for mention in foreign if set(mention.concepts) & subject.titled), None)
        if chosen is not None:
            return 0.4, f"on {_said(chosen)}, not {term.label} as such"
        return (0.8, None) if not foreign else (0.6, None)
    if subject.indexed & term.ids and not foreign:
        return 0.6, None
    wider = named & term.wider or (subject.titled & term.wider if not foreign else frozenset())
    if wider:
        return 0.4, f"on {terms.concept(min(wider)).label}, not {term.label} as such"
    return 0.0, None


def _states_uses(question: Question, source: ScoredPassage, subject: Subject) -> bool:
    """Whether a passage says what the drug asked about is for: of interest even where the condition asked is not among its uses."""
    annotation = source.passage.annotation
    states = source.header.tier == "label" and (annotation.kind if annotation else source.passage.kind) == "indication"
    return states and any(term.kind == "drug" and subject.titled & term.ids for term in question.interventions)


# The same disease in a form that is treated differently.
_FORMS = (("acute", "chronic"), ("subacute", "chronic"), ("benign", "malignant"), ("primary", "secondary"), ("adult", "juvenile"))


def _other_form(term: Term, mention: terms.Mention) -> bool:
    """ "acute low back pain" where chronic was asked, and the like."""
    asked, said = f"{term.label} {term.typed}".lower().split(), mention.text.lower().split()
    pairs = (*_FORMS, *((second, first) for first, second in _FORMS))
    return any(first in asked and second in said and first not in said for first, second in pairs)


def _intervention(
    term: Term, mentions: tuple[terms.Mention, ...], named: frozenset[str], subject: Subject, header: Header
) -> tuple[float, str | None]:
    """(credit, why only indirect). What a guideline says of a class holds for its members; what a study found of another member, or its label says, does not."""
    if named & term.ids:
        return 1.0, None
    # A trial's title names what it compares; a guideline's names all that it weighs, and each sentence speaks of its own.
    own = subject.titled if header.tier == "research" else frozenset()
    others = any(
        mention.kind in ("drug", "intervention")
        and mention.category not in ("diagnostic", "comparator", "service")
        and not set(mention.concepts) & (term.wider | own)
        for mention in mentions
    )
    # A source on several treatments that names others in this sentence speaks of those; a label always speaks of its drug.
    if subject.titled & term.ids and (not others or header.tier == "label"):
        return 0.8, None
    wider = next((mention for mention in mentions if set(mention.concepts) & term.wider), None)
    if wider is not None and term.kind == "drug":
        if header.tier == "guideline":
            return 0.8, None
        return 0.4, f"on {_said(wider)}, not {term.label} by name"
    return 0.0, None


def _population(question: Question, sentence: str, source: ScoredPassage, subject: Subject) -> list[str]:
    asked = " ".join((question.text, *(term.label for term in question.populations)))
    held = " ".join((sentence, source.passage.section, source.header.title, source.header.population or ""))
    because = []
    named = any(pattern.search(asked) and pattern.search(held) for pattern, _ in _OPPOSED)
    for pattern, name in _OPPOSED:
        organ = _ORGANS.get(name)
        if organ is not None and organ.search(asked):
            continue  # asked about the organ itself: what is said of its impairment is to the point
        if pattern.search(asked):
            if not named and not pattern.search(held):
                because.append(f"{name} not named in the source")
        elif (
            source.header.tier == "label"
            and source.passage.kind in _POPULATION_SECTIONS
            and not _FORBIDS.search(sentence)
            and pattern.search(source.passage.section)
        ):
            because.append(f"in the label's section on {name}")
    children = _OPPOSED[0][0]
    if children.search(sentence) and not children.search(asked) and re.search(r"\badults?\b", asked, re.I):
        because.append("on children, not adults")
    animal = _ANIMAL.search(asked)
    if animal and not _ANIMAL.search(held):
        because.append("not a study of animals")
    elif not animal and (subject.animal or _ANIMAL.search(sentence)):
        because.append(IN_ANIMALS)
    return because


def subject_interventions(sentence: str, mentions: tuple[terms.Mention, ...]) -> tuple[str, ...]:
    """Concepts of what is given or done in a sentence, without what it is compared with (what follows "versus", "than" …)."""
    cut = next((match.start() for match in _PAST_COMPARISON.finditer(sentence) if match.start() > 15), len(sentence))
    given = [
        mention for mention in mentions if mention.kind in ("drug", "intervention") and mention.category not in ("diagnostic", "comparator")
    ]
    given = [mention for mention in given if not _AS_CAUSE.search(sentence[mention.end :])]
    first = [mention.concept for mention in given if mention.start < cut]
    return tuple(dict.fromkeys(first or [mention.concept for mention in given]))


def lexical_overlap(question: Question, sentence: str) -> float:
    """A cheap first look: share of the question's words and term words (by stem, weighted) that stand in the sentence."""
    wanted = dict(question.words)
    for term in (*question.conditions, *question.interventions):
        for word in tokens(f"{term.typed} {term.label}"):
            if word not in question_words():
                wanted.setdefault(stem(word), 2.0)
    if not wanted:
        return 0.0
    held = stems(sentence)
    return sum(weight for root, weight in wanted.items() if root in held) / sum(wanted.values())
