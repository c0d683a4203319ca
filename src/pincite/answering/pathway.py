"""Steps of care for treatment questions: which step a statement belongs to, and the point at which a source says to go on."""

from __future__ import annotations

import re

from pincite import terms
from pincite.appraisal.directness import mentions_of
from pincite.records import Evidence

# From least to most invasive, the order in which guidelines of most conditions give them (NICE NG59, ACP 2017, WHO 2023 among them).
STEPS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("self-care", "Self-care, exercise and other non-drug care", frozenset({"self-care", "exercise", "psychological", "device"})),
    ("medicine", "Medicines", frozenset({"medicine"})),
    ("injection", "Injections", frozenset({"injection"})),
    ("procedure", "Procedures and surgery", frozenset({"procedure", "surgery", "radiotherapy"})),
)
_INJECTED = re.compile(
    r"\b(?:epidural|facet|joint|interspinous|trigger[- ]point|spinal|guided|local|ligament)\w*\s(?:\w+\s){0,2}(?:inject\w+|infiltrations?)\b|\binject\w+ (?:in)?to\b|"
    r"\b(?:epidural|nerve blocks?|intra-?articular|intrathecal|peridural|transforaminal)\b",
    re.IGNORECASE,
)
# Intravenous and subcutaneous medicines are medicines: only a local injection is a step of its own.
_SYSTEMIC = re.compile(r"\b(?:subcutaneous\w*|intravenous\w*|intramuscular\w*|infusion|insulin|vaccin\w+|pen)\b", re.IGNORECASE)
# Treatments that no table names are still told by how medicine builds its words.
_BY_WORDS = (
    (
        "self-care",
        re.compile(
            r"\b(?:exercises?|physiotherapy|physical therapy|rehabilitation|rest|activity modification|stretching|training programme|lifestyle|diet(?:ary)?|self-management|education)\b",
            re.I,
        ),
    ),
    (
        "injection",
        re.compile(
            r"\b(?:inject(?:ed|ion|ions|ing)|nerve blocks?|(?:guided|percutaneous|local|steroid|joint|anesthetic|interspinous|ligament)\s(?:\w+\s)?infiltrations?)\b",
            re.I,
        ),
    ),
    (
        "procedure",
        re.compile(
            r"\b(?:surg(?:ery|ical|ically)|operat(?:ion|ive|ed)|resect\w+|excis\w+|transplant\w*|implant\w*|ablat\w+|embolization|stent\w*|\w{3,}(?:ectomy|ectomies|otomy|otomies|ostomy|plasty|plasties|desis|pexy))\b",
            re.I,
        ),
    ),
    ("medicine", re.compile(r"\b(?:drugs?|medicines?|medication\w*|tablets?|pharmacotherapy|pharmacological|\d+\s?mg)\b", re.I)),
)
_GO_ON = re.compile(
    r"\b(?:(?:after|following|despite|for|if|when|once)\s+(?:at least\s+|about\s+|up to\s+|an?\s+)?(?:[\w–-]+\s+){0,6}?(?:fail(?:s|ed|ure)?\b|unsuccessful|does not (?:work|help)|no(?:t)? improve\w*|persist\w*|refractory|unresponsive)"
    r"(?:\s+(?:of\s+|to\s+respond\s+to\s+)?(?:[\w-]+\s+){0,1}(?:treatments?|management|care|therap(?:y|ies)|measures|medications?))?"
    r"|fail(?:ed|ure of)\s+(?:[\w-]+\s+){0,2}(?:conservative|medical|non-?surgical|non-?operative|first-line|initial)\s+\w+"
    r"|(?:refractory|unresponsive|not respond\w*)\s+to\s+(?:[\w-]+\s?){1,4}"
    r"|(?:at least\s+)?\d+(?:\s?(?:-|–|to)\s?\d+)?\s+(?:days|weeks|months)\s+of\s+(?:failed\s+)?(?:[\w-]+\s+){0,2}(?:conservative|medical|non-?surgical|non-?operative)\s+\w+)",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    r"\b(?:step-?wise|step by step|first[- ]line|second[- ]line|then|followed by|initially|escalat\w+|before)\b", re.IGNORECASE
)


def steps_of(evidence: Evidence) -> tuple[str, ...]:
    """Names of the steps (`STEPS`) whose treatments the statement is about, in order of care; empty when none is named."""
    categories: set[str] = set()
    drug = False
    for concept in evidence.interventions:
        known = terms.concept(concept)
        category = known.category or ("medicine" if known.kind == "drug" else None)
        drug = drug or category == "medicine"
        if category:
            categories.add(category)
    if drug and _INJECTED.search(evidence.text) and not _SYSTEMIC.search(evidence.text):
        categories.discard("medicine")
        categories.add("injection")
    named = {name for name, _, members in STEPS if members & categories}
    if not named:
        named = {name for name, pattern in _BY_WORDS if pattern.search(evidence.text)}
    return tuple(name for name, _, _ in STEPS if name in named)


def step_of(evidence: Evidence) -> str | None:
    """The step of the treatment that a statement is about: of the one that it names first, else the most invasive that its words tell."""
    first = evidence.model_copy(update={"interventions": evidence.interventions[:1]})
    steps = steps_of(first) or steps_of(evidence)
    return steps[-1] if steps else None


def is_overview(evidence: Evidence) -> bool:
    """Whether a statement lists three steps or orders two ("first …, then …, surgery if these fail")."""
    steps = steps_of(evidence)
    return len(steps) > 2 or (len(steps) > 1 and bool(_ORDERED.search(evidence.text) or _GO_ON.search(evidence.text)))


def go_on_point(text: str) -> str | None:
    """The words in which a source says when to go on, or None.

    >>> go_on_point("Surgery is considered after at least 6 weeks of failed conservative treatment.")
    'after at least 6 weeks of failed conservative treatment'
    >>> go_on_point("Pain fell by 2 points after 6 weeks.") is None
    True
    """
    match = _GO_ON.search(text)
    return match.group().strip(" ,;.") if match else None


def treatments_named(text: str) -> bool:
    """Whether a sentence names something that is given or done to treat (not a test, not a comparator)."""
    return any(
        mention.kind in ("drug", "intervention") and mention.category not in ("diagnostic", "comparator") for mention in mentions_of(text)
    )
