"""What a question asks: intent, conditions, interventions, population, comparator, what failed, what is urgent.

First stage of the answer: text → `Question`. Rules stand in data/intents.tsv and data/emergencies.tsv, terms in `pincite.terms`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from pincite import terms
from pincite.errors import QuestionError
from pincite.records import Answer, Intent, Question, Term, Understood
from pincite.terms.measured import without_measured
from pincite.text.words import intent_stems, question_words, stem, tokens

LONGEST_QUESTION = 2000
# Weight of a word of data/intent_words.txt in coverage, against 1 for a word of the topic.
INTENT_WORDS_COUNT = 0.15

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_FAIL = r"(?:fail(?:s|ed)?|failing|do(?:es)?\s?n[o']?t (?:work|help)|did\s?n[o']?t (?:work|help)|gave no relief|refractory to|unresponsive to|not respond\w* to)"
_COMPARING = re.compile(r"\b(?:versus|vs\.?|or|compared (?:with|to)|rather than|instead of|over|better than|than)\b", re.IGNORECASE)
# Every passage of a label names its drug: what parts them is the section, so the sections that answer are searched by their headings.
_LABEL_SECTIONS: dict[str, tuple[str, ...]] = {
    "dosing": ("dosage and administration", "recommended dose"),
    "safety": ("boxed warning", "contraindications", "contraindicated", "warnings and precautions"),
    "approval": ("indications and usage", "indicated for"),
    "overdose": ("overdosage", "overdose", "management of overdosage"),
    "interaction": ("drug interactions", "contraindicated", "concomitant use"),
    "treatment": ("indications and usage",),
}
_DRUGS_WORD = re.compile(
    r"\b(?:drugs?|medic\w+|pills?|tablets?|side[- ]effects?|contra-?indicat\w*|adverse|surgery|operation|vaccin\w*|it|this|that|them)\b",
    re.IGNORECASE,
)
# "People with no back pain" do not ask about back pain.
_DENIED = re.compile(r"\b(?:no|without|not having|free of|never had)\s+(?:any\s+|a\s+)?$", re.IGNORECASE)
# "And in cancer patients?" adds a condition to the one asked before instead of taking its place.
_ADDING = re.compile(r"^\s*(?:and|but|what about|how about|what if)?\s*(?:in|for|with|if)\b", re.IGNORECASE)
_FOLLOWING = re.compile(
    r"^\s*(?:and|but|so|or|then|also|ok|okay|what about|how about|what if|and if|if|why|when|how long|how often|which one|anything else)\b|\b(?:it|this|that|they|them|those|these)\b",
    re.IGNORECASE,
)
# Function words that no English question has, enough of which mean another language (Latin script).
_FOREIGN = frozenset(
    [
        "cuál",
        "cual",
        "qué",
        "como",
        "cómo",
        "para",
        "por",
        "una",
        "unos",
        "las",
        "los",
        "del",
        "est",
        "les",
        "des",
        "pour",
        "une",
        "quel",
        "quelle",
        "traitement",
        "tratamiento",
        "avec",
        "dans",
        "sont",
        "der",
        "die",
        "das",
        "und",
        "ist",
        "wie",
        "wird",
        "eine",
        "einen",
        "bei",
        "mit",
        "für",
        "welche",
        "il",
        "della",
        "che",
        "per",
        "gli",
        "sono",
        "cosa",
        "qual",
        "o",
        "os",
        "uma",
        "não",
        "nao",
        "são",
        "hoe",
        "het",
        "een",
        "van",
        "voor",
        "jest",
        "się",
        "czy",
        "jak",
        "på",
        "och",
        "är",
        "hvad",
        "hvordan",
        "behandeling",
        "behandlung",
    ]
) - frozenset(["die", "is", "a", "o", "per", "des", "van", "as"])


@cache
def _intents() -> tuple[tuple[re.Pattern[str], Intent, str | None, int], ...]:
    rows = []
    for row in _rows("intents.tsv"):
        pattern, intent, aspect, weight = row
        rows.append((re.compile(pattern, re.IGNORECASE), intent, aspect or None, int(weight)))
    return tuple(rows)  # type: ignore[arg-type]


@cache
def _emergencies() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), what, do) for pattern, what, do in _rows("emergencies.tsv"))


def _rows(name: str) -> list[list[str]]:
    lines = (files("pincite") / "data" / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def cleaned_question(text: str) -> str:
    """The question as one line, or a QuestionError that says why it cannot be asked."""
    if len(text) > LONGEST_QUESTION * 4:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {LONGEST_QUESTION:,} can be asked.",
            what_to_do="Ask it shorter; to check a whole text, save it to a file.",
        )
    text = " ".join(_CONTROL.sub(" ", text).split())
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {LONGEST_QUESTION:,} can be asked.", what_to_do="Ask it shorter."
        )
    if not text:
        raise QuestionError("The question is empty.", what_to_do="Ask, for example: What is the treatment for sciatica?")
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        raise QuestionError("The question has no words.", what_to_do="Ask, for example: What is the treatment for sciatica?")
    # Greek letters are common in English biomedical names (TGF-β), whole Greek or Chinese questions are not English.
    latin = sum(letter < "\u0250" for letter in letters)
    words = tokens(text)
    foreign = sum(word in _FOREIGN for word in words)
    english = sum(word in question_words() and word not in _FOREIGN for word in words)
    accented = sum("\u00c0" <= letter < "\u0250" for letter in letters)
    if latin < 0.6 * len(letters) or (foreign >= 2 and foreign > english) or "¿" in text or (accented > 2 and foreign and not english):
        raise QuestionError("Pincite understands questions in English only.", what_to_do="Please ask it in English.")
    return text


def urgent_signs(text: str) -> str | None:
    """What to do now, when the question names signs of an emergency; None otherwise (data/emergencies.tsv)."""
    found = [
        f"Seek care now if this is happening: {do} (Possible: {what}.)" for pattern, what, do in _emergencies() if pattern.search(text)
    ]
    return found[0] if found else None


def intent_of(text: str) -> tuple[Intent | None, str | None]:
    """Intent and aspect of a question by its words alone; None when no row of data/intents.tsv matches."""
    best: tuple[int, Intent, str | None] | None = None
    for pattern, intent, aspect, weight in _intents():
        if (best is None or weight > best[0]) and pattern.search(text):
            best = (weight, intent, aspect)
    return (best[1], best[2]) if best else (None, None)


def understand(
    text: str,
    *,
    follow: Answer | None = None,
    frequency: Callable[[Sequence[str]], Mapping[str, int]] | None = None,
    passages: int = 0,
    library_terms: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
    known_words: Callable[[], frozenset[str]] | None = None,
) -> Question:
    """The question understood. `frequency(words)` gives in how many of `passages` passages each word stands, `library_terms(phrases)`
    the expansion or label that the library's own documents give a phrase, `known_words()` the library's words for spelling.

    Raises QuestionError for a question that cannot be asked. `follow` is the answer that this question follows up.
    """
    text = cleaned_question(text)
    spelled, corrected = _spelled(text, frequency, known_words)
    mentions = without_measured(spelled, terms.find(spelled))
    abbreviations: list[tuple[str, str]] = []
    ambiguous = terms.ambiguous(spelled)
    if library_terms is not None:
        abbreviations = _library_expansions(spelled, mentions, library_terms)
        if abbreviations:
            mentions = without_measured(spelled, terms.find(spelled, abbreviations=abbreviations))
    mentions = _with_inversions(spelled, mentions)
    mentions = [mention for mention in mentions if mention.kind != "condition" or not _DENIED.search(spelled[: mention.start])]
    every_condition = _terms(mentions, {"condition"})
    conditions = _as_one(every_condition)
    interventions = [term for term in _terms(mentions, {"drug", "intervention"}) if stem(term.typed.lower()) not in intent_stems()]
    populations = _terms(mentions, {"population", "animal"})
    outcomes = _terms(mentions, {"outcome"})
    intent, aspect = intent_of(spelled)
    followed = None
    if follow is not None and _inherits(spelled, conditions, interventions):
        followed = follow.question
        try:
            before = understand(
                follow.question, frequency=frequency, passages=passages, library_terms=library_terms, known_words=known_words
            )
        except QuestionError as error:
            raise QuestionError("The answer to follow up holds a question that cannot be asked.", what_to_do=str(error)) from error
        inherited_conditions = _inherited(before.conditions, follow.understood.conditions)
        complete = intent in ("dosing", "safety") and any(
            term.kind == "drug" for term in interventions
        )  # a drug's dose is asked for itself
        if conditions and _ADDING.search(spelled):
            conditions = [
                *inherited_conditions,
                *(term for term in conditions if term.id not in {held.id for held in inherited_conditions}),
            ]
            interventions = interventions or list(before.interventions)
        elif not complete:
            conditions = conditions or inherited_conditions
        if (not interventions and intent in (None, "dosing", "safety", "definition") and not conditions) or (
            not interventions and intent in ("dosing", "safety") and before.interventions
        ):
            interventions = list(before.interventions)
        populations = populations or list(before.populations)
        if intent in (None, "definition"):
            intent, aspect = before.understood.intent, before.aspect
    failed = [term for term in interventions if _failed(spelled, term.typed)]
    tests = [term for term in interventions if term.category == "diagnostic"]
    intent, aspect = _settled(spelled, intent, aspect, conditions, interventions, failed, tests)
    comparator = None
    if intent == "comparison" and len(interventions) > 1:
        comparator = interventions[1].label
    words, names = _content(spelled, [*every_condition, *interventions, *populations], frequency, passages)
    shown = Understood(
        intent=intent,
        conditions=tuple(term.label for term in conditions),
        interventions=tuple(term.label for term in interventions),
        population=", ".join(term.label for term in populations) or None,
        comparator=comparator,
        outcome=outcomes[0].label if outcomes else None,
        follow_up_of=followed,
        synonyms={
            term.label: terms.synonyms(term.id, limit=8) for term in (*conditions, *interventions) if not term.id.startswith("typed:")
        },
        wider={term.label: tuple(terms.concept(name).label for name in sorted(term.wider))[:3] for term in conditions if term.wider},
        corrected=corrected,
        ambiguous={short: tuple(meanings) for short, meanings in ambiguous.items()},
    )
    inherited = [term.label for term in (*conditions, *interventions) if followed and term.typed.lower() not in spelled.lower()]
    expansions = [name for term in (*conditions, *interventions) for name in (term.label, *terms.synonyms(term.id, limit=6))]
    if any(term.kind == "drug" for term in interventions):
        expansions.extend(_LABEL_SECTIONS.get(aspect or "", _LABEL_SECTIONS.get(intent, ())))
    query = " ".join([spelled, *(long for _, long in abbreviations), *inherited, *_failure_words(aspect)])
    return Question(
        text=text,
        understood=shown,
        conditions=tuple(conditions),
        interventions=tuple(interventions),
        failed=tuple(failed),
        populations=tuple(populations),
        outcomes=tuple(outcomes),
        words=words,
        names=names,
        aspect=aspect,
        query=query,
        expansions=tuple(dict.fromkeys(name for name in expansions if name.lower() not in query.lower())),
        wider_query=_wider_query(intent, conditions, interventions),
        urgent=urgent_signs(text),
    )


def _spelled(
    text: str,
    frequency: Callable[[Sequence[str]], Mapping[str, int]] | None,
    known_words: Callable[[], frozenset[str]] | None,
) -> tuple[str, dict[str, str]]:
    """The question with words that neither the library nor the vocabulary knows corrected, and what was corrected."""
    words = [word for word in tokens(text) if len(word) >= 5 and word.isalpha() and word not in question_words()]
    if not words:
        return text, {}
    counts = frequency(words) if frequency else {}
    corrected: dict[str, str] = {}
    for word in words:
        if counts.get(word, 0) > 0 or terms.find(word):
            continue
        better = terms.correct(word, known=known_words() if known_words else ())
        if better and better != word:
            corrected[word] = better
    for word, better in corrected.items():
        text = re.sub(rf"\b{re.escape(word)}\b", better, text, flags=re.IGNORECASE)
    return text, corrected


def _library_expansions(
    text: str, mentions: Sequence[terms.Mention], library_terms: Callable[[Sequence[str]], Mapping[str, str]]
) -> list[tuple[str, str]]:
    """Short forms of the question that no table knows but one expansion of which the library's documents define."""
    taken = {text[mention.start : mention.end] for mention in mentions}
    short = [word for word in re.findall(r"\b[A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*[A-Z][A-Za-z0-9-]*\b", text) if word not in taken]
    return list(library_terms(short).items()) if short else []


def _as_one(conditions: Sequence[Term]) -> list[Term]:
    """Conditions that are one topic taken as one: a wider one gives way to the narrower, related ones are joined.

    "Low back pain from Baastrup's disease" asks about Baastrup's disease; "lumbar degenerative change with narrowed discs" about both at once.
    """
    kept = [
        term
        for term in conditions
        if not any(term.id in terms.wider(other.id) or other.ids < term.ids for other in conditions if other is not term)
    ]
    joined: list[Term] = []
    for term in kept or conditions:
        near = next((index for index, other in enumerate(joined) if other.wider & term.ids or term.wider & other.ids), None)
        if near is None:
            joined.append(term)
        else:
            other = joined[near]
            ids = other.ids | term.ids
            joined[near] = other.model_copy(update={"ids": ids, "wider": (other.wider | term.wider) - ids})
    return joined


# "narrowing of the disc spaces" is what tables call "disc space narrowing", "cancer of the breast" is "breast cancer".
_INVERTED = re.compile(r"\b((?:[\w-]+\s)?[\w-]+)\s(?:of|in)\s(?:the\s|an?\s|his\s|her\s|my\s)?((?:[\w-]+\s){0,2}[\w-]+)", re.IGNORECASE)


def _with_inversions(text: str, mentions: Sequence[terms.Mention]) -> list[terms.Mention]:
    """The mentions, with "A of B" taken as "B A" where the tables know that whole phrase and it holds more than its parts."""
    found = list(mentions)
    for position in range(len(text)):
        match = _INVERTED.match(text, position) if position == 0 or text[position - 1] == " " else None
        if match is None:
            continue
        heads = {match[1], match[1].split()[-1]}
        tails = [" ".join(match[2].split()[:count]) for count in range(len(match[2].split()), 0, -1)]
        for tail, head in ((tail, head) for tail in tails for head in sorted(heads, key=len, reverse=True)):
            phrase = f"{tail} {head}"
            whole = next(
                (mention for mention in terms.find(phrase) if mention.start == 0 and mention.end == len(phrase) and not mention.modifiers),
                None,
            )
            if whole is None:
                continue
            start, end = match.start(), match.start(2) + len(tail)
            inside = [mention for mention in found if start <= mention.start and mention.end <= end]
            if any(mention.start == start and mention.end == end for mention in inside):
                break
            found = [mention for mention in found if mention not in inside]
            found.append(whole.model_copy(update={"start": start, "end": end, "text": text[start:end]}))
            break
    return sorted(found, key=lambda mention: mention.start)


def _terms(mentions: Sequence[terms.Mention], kinds: set[str]) -> list[Term]:
    found: dict[str, Term] = {}
    for mention in mentions:
        if mention.kind not in kinds or mention.concept in found:
            continue
        ids = frozenset().union(*(terms.same_or_narrower(concept) for concept in mention.concepts))
        found[mention.concept] = Term(
            id=mention.concept,
            label=mention.label,
            typed=mention.text,
            kind=mention.kind,
            ids=ids,
            wider=frozenset(name for concept in mention.concepts for name in (*terms.wider(concept), *terms.related(concept))) - ids,
            modifiers=mention.modifiers,
            category=mention.category,
        )
    return list(found.values())


def _inherited(before: Sequence[Term], shown: Sequence[str]) -> list[Term]:
    """The earlier question's conditions, as the reader may have corrected them in the answer."""
    labels = [term.label for term in before]
    if list(shown) == labels or not shown:
        return list(before)
    return _terms([mention for name in shown for mention in terms.find(name)], {"condition"})


def _inherits(text: str, conditions: Sequence[Term], interventions: Sequence[Term]) -> bool:
    """A follow-up leaves something out: it names no condition, or begins or points like one."""
    return not conditions or (bool(_FOLLOWING.search(text)) and not interventions)


def _failed(text: str, typed: str) -> bool:
    name = re.escape(typed)
    return bool(
        re.search(rf"{name}(?:\s\w+){{0,3}}\s{_FAIL}\b", text, re.IGNORECASE)
        or re.search(rf"\b{_FAIL}(?:\s\w+){{0,3}}\s{name}", text, re.IGNORECASE)
        or re.search(rf"\bfailure of (?:the )?{name}", text, re.IGNORECASE)
        or re.search(rf"\bno (?:relief|improvement|response) (?:from|with|after|to) (?:\w+\s){{0,2}}{name}", text, re.IGNORECASE)
    )


def _settled(
    text: str,
    intent: Intent | None,
    aspect: str | None,
    conditions: Sequence[Term],
    interventions: Sequence[Term],
    failed: Sequence[Term],
    tests: Sequence[Term],
) -> tuple[Intent, str | None]:
    """Intent where the words alone leave it open: two treatments joined by "or" are compared, a treatment "for" a condition is asked as treatment."""
    treatments = [term for term in interventions if term not in tests]
    if failed:
        return "treatment", "failure"
    if intent in (None, "definition", "treatment", "comparison") and aspect is None and len(treatments) == 2 and _COMPARING.search(text):
        return "comparison", None
    drugs = [term for term in interventions if term.kind == "drug"]
    if len(drugs) > 1 and not conditions and intent in (None, "other", "definition", "treatment", "safety") and not _COMPARING.search(text):
        return "safety", "interaction"
    if intent == "comparison" and len(interventions) < 2 and not (conditions and len(conditions) > 1):
        return ("treatment", None) if interventions else ("comparison", None)
    if intent == "safety" and not interventions and not _DRUGS_WORD.search(text):
        return "other", aspect  # "knee problems": nothing is named that could harm
    if intent in (None, "definition") and treatments and conditions:
        return "treatment", aspect
    if intent is None and tests and conditions:
        return "diagnosis", None
    return intent or "other", aspect


def _wider_query(intent: Intent, conditions: Sequence[Term], interventions: Sequence[Term]) -> str:
    names = [terms.concept(name).label for term in conditions for name in sorted(term.wider)[:3]]
    return " ".join(dict.fromkeys((*names, *(term.label for term in interventions), intent))) if names else ""


def _failure_words(aspect: str | None) -> tuple[str, ...]:
    return ("failed refractory persistent after next surgery procedure",) if aspect == "failure" else ()


def _content(
    text: str,
    found: Sequence[Term],
    frequency: Callable[[Sequence[str]], Mapping[str, int]] | None,
    passages: int,
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Weights of the content words outside the terms found, and which of them are rare names that no table knows."""
    rest = text
    for term in sorted(found, key=lambda term: -len(term.typed)):
        rest = re.sub(re.escape(term.typed), " ", rest, flags=re.IGNORECASE)
    words = [
        word
        for word in dict.fromkeys(tokens(rest))
        if word not in question_words() and len(word) > 1 and "-" not in word and not word.isdigit()
    ]
    counts = frequency(words) if frequency and words else {}
    weights: dict[str, float] = {}
    names: list[str] = []
    for word in words:
        weight = math.log((passages + 1) / (counts.get(word, 0) + 0.5)) if passages else 3.0
        root = stem(word)
        if root in intent_stems():
            weight *= INTENT_WORDS_COUNT
        weights[root] = max(0.1, weights.get(root, 0.0), weight)
        printed = re.search(rf"\b{re.escape(word)}\b", rest, re.IGNORECASE)
        odd = printed is not None and (
            (any(c.isdigit() for c in word) and any(c.isalpha() for c in word)) or sum(c.isupper() for c in printed.group()) > 1
        )
        # A word that is neither English nor a term names something: a gene, a product, a place. What is shown must hold it.
        name = len(word) > 3 and word.isalpha() and not terms.ordinary(word) and root not in intent_stems()
        if name or (odd and counts.get(word, 0) <= max(3, passages // 200)):
            names.append(root)
    return weights, tuple(names)
