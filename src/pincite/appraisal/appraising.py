"""Scored passages → evidence: the sentences that meet the question, each with kind, design, directness, direction and strength."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pincite.appraisal.currency import usable
from pincite.appraisal.design import design_words, level_of, rank
from pincite.appraisal.directness import About, about, lexical_overlap, subject_of
from pincite.appraisal.direction import benefit_of, direction_of
from pincite.appraisal.kinds import is_boilerplate, kind_of
from pincite.appraisal.standing import standing
from pincite.appraisal.strength import strength_of
from pincite.ingest.sections import nested_kind
from pincite.records import Evidence, Header, Intent, LeftOut, Passage, Question, ScoredPassage, StatementKind
from pincite.text.steering import steers

# Kinds of statement that answer each intent, best first. From the parts of a clinical review that each question belongs to.
WANTED: dict[Intent, tuple[StatementKind, ...]] = {
    "treatment": ("recommendation", "finding", "indication", "dosing", "contraindication", "safety"),
    "comparison": ("recommendation", "finding", "safety", "prognosis"),
    "dosing": ("dosing", "boxed-warning", "contraindication", "safety", "interaction"),
    "safety": ("boxed-warning", "contraindication", "safety", "interaction", "finding"),
    "diagnosis": ("diagnosis", "recommendation", "finding", "definition"),
    "cause": ("mechanism", "finding", "epidemiology", "definition"),
    "prognosis": ("prognosis", "finding", "epidemiology"),
    "monitoring": ("monitoring", "recommendation", "finding"),
    "prevention": ("recommendation", "finding", "indication", "safety"),
    "definition": ("definition", "mechanism", "diagnosis", "epidemiology", "finding"),
    "epidemiology": ("epidemiology", "finding", "prognosis"),
    "other": ("recommendation", "finding", "definition", "mechanism", "diagnosis", "epidemiology", "prognosis", "indication", "safety"),
}
# Kinds that may stand on a page of any intent, after those wanted.
ALSO: tuple[StatementKind, ...] = ("safety", "monitoring", "prognosis", "diagnosis", "epidemiology", "definition", "mechanism", "dosing", "indication", "boxed-warning", "contraindication", "interaction", "finding", "recommendation")

# How many sentences of a passage are read closely. Four of about eight keep the best one in 98% of BioASQ snippets;
# the rest costs time only.
SENTENCES_READ = 4
# Sentences of each tier that are read closely, best passages first: about 90 statements of summary records or 25 abstracts.
# Each costs half a millisecond; the 90th passage of the starter library still belongs to answers on its broadest conditions.
SENTENCES_PER_TIER = 90
# Words by which a sentence answers the finer aspect of a question.
_ASPECTS = {
    "maximum": re.compile(
        r"\b(?:(?:dose|dosage|dosing) range|max(?:imum|imal)?|not (?:above|more than|exceed\w*|to exceed)|no more than|exceed(?:s|ed|ing)?|up to|at most|highest|limit(?:ed)?|raised to|total daily)\b",
        re.IGNORECASE,
    ),
    "approval": re.compile(r"\b(?:approv\w+|licen[sc]ed|indicated|indications?|off-label|not been established|authori[sz]ed)\b", re.IGNORECASE),
    "overdose": re.compile(r"\b(?:overdos\w+|antidote|lavage|charcoal|emesis|h(?:a)?emodialysis|dialy[sz]\w+|supportive|poison\w*)\b", re.IGNORECASE),
    "interaction": re.compile(r"\b(?:with|concomitant\w*|coadminist\w+|co-administ\w+|combin\w+|together)\b", re.IGNORECASE),
    "failure": re.compile(
        r"\b(?:fail\w*|refractory|unresponsive|persist\w*|inadequate\w*|insufficient (?:response|relief)|second-line|no improvement|not respon\w+|unsuccessful|ineffective)\b",
        re.IGNORECASE,
    ),
}
ASPECT_COUNTS = 0.15
# Sentences that sound like an answer and are none. (pattern, what remains of the fit to the intent)
_EXPOSURE = re.compile(r"\b(?:risk factors?|after adjust\w+|was (?:not )?(?:associated|linked|correlated)|were (?:not )?(?:associated|linked|correlated)|predict\w*|exposure to|prescri(?:bed|ptions?) (?:rates?|to))\b", re.IGNORECASE)
_HISTORY = re.compile(r"\b(?:had already|had previously|had been (?:treated|given)|previously (?:had|received|undergone|treated)|(?:medical|surgical) history|history of|prior to (?:presentation|referral|admission))\b", re.IGNORECASE)
_CALL_FOR_RESEARCH = re.compile(
    r"\b(?:further|future|new|more|additional|larger|randomi[sz]ed|high-quality)\b[^.;]{0,40}\b(?:research|stud(?:y|ies)|trials?|investigations?|evidence)\b[^.;]{0,90}"
    r"\b(?:needed?|required?|warranted|should|necessary|record|awaited)\b|\b(?:research|trials?|studies) (?:is|are) (?:still )?(?:needed|required|warranted|lacking)\b"
    r"|\b(?:stud(?:y|ies)|trials?|research)\b[^.;]{0,60}\bto (?:investigate|determine|assess|evaluate|examine|explore|confirm|clarify|test)\b"
    r"|\b(?:is|are|was|were) not (?:named|mentioned|addressed|covered|listed)\b|\bdid not address\b"
    r"|\bevidence base (?:was|is)\b|\bonly one (?:earlier|previous|prior) (?:report|study)\b",
    re.IGNORECASE,
)
# What a paper tells of other people's work is not its own finding, and quoting it would name the wrong source. Reviews are for that.
_SECOND_HAND = re.compile(
    r"\bet al\b|\b(?:previous|prior|earlier|recent|other|another|several|some|many|few|one|existing)\s+(?:[\w-]+\s){0,3}(?:stud(?:y|ies)|trials?|reports?|reviews?|meta-analys[ie]s|authors|investigators|research\w*)\b"
    r"|\b(?:has|have) (?:also |previously |recently )?been (?:shown|reported|found|demonstrated|suggested|described|observed)\b"
    r"|^(?:An?|One)\s+(?:[\w-]+\s){0,5}(?:study|trial|meta-analysis|review)\s+(?:[\w-]+\s){0,3}(?:showed|found|reported|demonstrated|concluded|revealed|suggested)\b"
    r"|^(?:Studies|Trials|Reports|Researchers|Authors)\b|\bin the literature\b|\bprevious(?:ly)? (?:reported|published|shown)\b",
    re.IGNORECASE,
)
_REVIEWS = ("systematic-review", "meta-analysis", "narrative-review")
# How a study was run, not what it found.
_CONDUCT = re.compile(
    r"\b(?:complet\w+|lost to|available (?:at|for))\b[^.;]{0,40}\bfollow-?up\b|\bfollow-?up\b[^.;]{0,60}\b(?:complete|completed|was \d+)\b"
    r"|\bcross-?(?:ed )?over\b[^.;]{0,40}\ballowed\b|\breviewed articles\b|\banswered \d+ (?:clinical )?questions\b|\bincluded \d+ trials\b"
    r"|\bmade \d+ recommendations\b|\bquestions\b[^.;]{0,60}\bconsensus\b|\brecommendations do not apply\b|\bwere (?:initially )?(?:evaluated|screened|enrolled|recruited)\b|\brefused\b",
    re.IGNORECASE,
)
# A sentence that says itself that it no longer holds.
_STALE = re.compile(r"\b(?:replaced|superseded) by\b|\bsince (?:been )?(?:replaced|withdrawn|superseded|removed)\b|\bwithdrawn in\b", re.IGNORECASE)
_ITS_RATE = re.compile(r"\b(?:incidence|risk|rates?|odds)\b", re.IGNORECASE)
NO_ANSWER_KEEPS = 0.4
_CONCLUDES = re.compile(r"^(?:in conclusion|conclusions?\b|in summary|overall|taken together|we conclude|our (?:results|findings) (?:show|suggest|indicate|demonstrate))", re.IGNORECASE)
CONCLUDES_COUNTS = 0.05
# What the authors put into the abstract is what they found; the body says it again beside much else.
IN_ABSTRACT_COUNTS = 0.06
_OF_TREATMENTS: tuple[Intent, ...] = ("treatment", "prevention", "comparison")
# A result says which way something went, or gives its figures with a test or a comparison.
_RESULT = re.compile(r"\bp\s?[<=>≤]|\bCI\b|\bversus\b|\bvs\b|\bcompared\b|\bthan\b|\d\s?%|±|\bsimilar\b|\bdiffer\w*\b|\beffective\w*\b", re.IGNORECASE)
_HARMS = ("safety", "boxed-warning", "interaction", "monitoring")
_ABOUT_HARM: tuple[Intent, ...] = ("safety", "cause", "epidemiology", "dosing")

# Statements on all the conditions asked together from which those on one alone step back.
ENOUGH_TOGETHER = 2
# "Indication: gout; Dose: 750 mg" needs no verb: each cell of a label's table carries its column's name.
_KEYED_ROW = re.compile(r"^[^:;]{2,80}: [^;]+; [^:;]{2,80}: ")
KEYED_ROW_STANDS = 0.7
# Score from which a document that was not used is near enough to be named as left out.
NEAR = 0.55
_RESULT_SECTIONS = {"conclusion": 0.08, "recommendation": 0.06, "results": 0.03, "abstract": 0.05, "statement": 0.05}
_WEAK_SECTIONS = {"background": -0.10, "discussion": -0.03, "methods": -0.12, "patient": -0.06, "pharmacology": -0.06, "figure": -0.10, "table": -0.10, "objective": -0.10}


def appraise(question: Question, scored: Sequence[ScoredPassage]) -> tuple[list[Evidence], list[LeftOut]]:
    """Evidence of the passages, most relevant first, and the documents left out with the reason (retracted, other condition)."""
    evidence: list[Evidence] = []
    left_out: dict[str, LeftOut] = {}
    used: set[str] = set()
    budget: Counter[str] = Counter()
    for source in scored:
        tier = source.header.tier
        if budget[tier] >= SENTENCES_PER_TIER:
            continue
        budget[tier] += min(len(source.passage.sentences), SENTENCES_READ)
        if not usable(source.header):
            left_out[source.document_id] = LeftOut(document_id=source.document_id, title=source.header.title, why=_unusable(source.header))
            continue
        found = _sentences(question, source)
        evidence.extend(found)
        if found:
            used.add(source.document_id)
        elif source.score >= NEAR and question.conditions:
            subject = subject_of(source.header)
            if subject.label and not any(subject.titled & (term.ids | term.wider) for term in question.conditions):
                why = f"about {subject.label}, not {' or '.join(term.label for term in question.conditions)}"
                left_out.setdefault(source.document_id, LeftOut(document_id=source.document_id, title=source.header.title, why=why))
    evidence = _all_conditions_first(question, evidence)
    evidence.sort(key=lambda one: (-round(one.relevance, 4), one.rank, one.source.passage.id, one.start))
    return evidence, [item for name, item in left_out.items() if name not in used]


_DOSE = re.compile(r"\d\s?(?:mg|mcg|µg|μg|g|mL|ml|units?|IU)\b")
# Sections of a label in which a dose is a dose for patients, not one given to animals or in a pharmacology study.
_DOSE_SECTIONS = ("dosing", "indication", "interaction", "special-population", "warning", "contraindication", "boxed-warning", "patient")


def _label_kind(kind: StatementKind, passage: Passage) -> StatementKind:
    """The kind of a label's sentence, held to its section: a table belongs to the section that it stands in."""
    section = nested_kind(tuple(part.strip() for part in passage.section.split(">"))) if passage.kind == "table" else passage.kind
    if section == "interaction" and kind == "dosing" and passage.kind == "table":
        return "interaction"
    if section == "overdose":
        return "safety"
    if kind == "other" and section == "patient":
        return "safety"  # a medication guide tells patients what to watch for
    if kind == "dosing" and section not in _DOSE_SECTIONS:
        return "mechanism" if section == "pharmacology" else "other"
    return kind


def _names_asked(question: Question, meets: About) -> bool:
    return bool(meets.interventions) and any(set(meets.conditions) & term.ids for term in question.conditions)


def _unusable(header: Header) -> str:
    """Why a document may not answer, in words."""
    if header.status in ("retracted", "concern", "superseded"):
        return {"retracted": "retracted", "concern": "expression of concern", "superseded": "superseded by a newer version"}[header.status]
    return f"{design_words(header.design)}: not used as evidence"


def _all_conditions_first(question: Question, evidence: list[Evidence]) -> list[Evidence]:
    """Where sources speak of all the conditions asked together, those that speak of one of them alone are only indirect."""
    names = [term.id for term in question.conditions]
    answering = WANTED[question.understood.intent][:3]
    together = [one for one in evidence if one.directness == "direct" and one.kind in answering and set(names) <= set(one.met)]
    if len(names) < 2 or len(together) < ENOUGH_TOGETHER:
        return evidence
    judged = []
    for one in evidence:
        missing = [term.label for term in question.conditions if term.id not in one.met]
        if missing and one.directness == "direct":
            one = one.model_copy(update={"directness": "indirect", "because": f"does not name {', '.join(missing)}"})
        judged.append(one)
    return judged


def _sentences(question: Question, source: ScoredPassage) -> list[Evidence]:
    passage = source.passage
    if passage.kind == "title" or (passage.kind in ("table", "figure") and source.header.tier == "research"):
        return []  # rows and captions of papers cannot stand alone; a label's or guideline's table of doses can
    spans = [(start, end, passage.text[start - passage.start : end - passage.start]) for start, end in passage.sentences]
    if len(spans) > SENTENCES_READ:
        ranked = sorted(range(len(spans)), key=lambda i: (-lexical_overlap(question, spans[i][2]), i))
        spans = [spans[i] for i in sorted(ranked[:SENTENCES_READ])]
    found = []
    for start, end, text in spans:
        meets = about(question, text, source)
        if meets is not None and not steers(text):
            one = _evidence(question, source, start, end, text, meets)
            if one is not None:
                found.append(one)
    return found


def _evidence(question: Question, source: ScoredPassage, start: int, end: int, text: str, meets: About) -> Evidence | None:
    header, annotation = source.header, source.passage.annotation
    kind = annotation.kind if annotation else kind_of(text, source.passage.kind, header.design)
    stands = 1.0 if annotation else standing(text)
    if question.understood.intent == "dosing" and header.tier == "guideline" and kind == "recommendation" and _DOSE.search(text):
        kind = "dosing"
    if annotation is None and header.tier == "label":
        kind = _label_kind(kind, source.passage)
    if source.passage.kind == "table" and _KEYED_ROW.match(text):
        stands = max(stands, KEYED_ROW_STANDS)
    intent = question.understood.intent
    direction_said = annotation.direction if annotation else None
    second_hand = annotation is None and header.tier == "research" and header.design not in _REVIEWS and bool(_SECOND_HAND.search(text))
    if annotation is None:
        if _CALL_FOR_RESEARCH.search(text):
            kind = "method"
        elif second_hand and source.passage.kind in ("background", "discussion", "body", "other"):
            kind = "background"
        elif source.passage.kind == "background" and header.tier == "research" and header.extent == "full-text" and header.design not in _REVIEWS and intent in _OF_TREATMENTS:
            kind = "background"  # an introduction tells what was known before
        elif kind in ("prognosis", "epidemiology", "mechanism") and intent in _OF_TREATMENTS and meets.interventions and _RESULT.search(text):
            kind = "finding"  # survival, incidence or cause beside a treatment is that treatment's result
        elif kind == "safety" and intent in ("treatment", "prevention", "comparison") and header.tier == "research" and _names_asked(question, meets):
            kind = "finding"  # where the harm is the very thing to be treated or prevented, it is the outcome
    if stands == 0 or kind == "method" or header.tier == "patient":
        return None
    wanted = WANTED[question.understood.intent]
    fit = 1.0 - 0.1 * wanted.index(kind) if kind in wanted else 0.35 if kind in ALSO else 0.15
    if header.tier == "label" and kind in (*_HARMS, "contraindication") and intent not in _ABOUT_HARM and not question.interventions:
        return None  # a harm that a drug's label names is no answer to how that condition is treated
    if kind == "finding" and _HISTORY.search(text):
        return None
    caused = intent in ("treatment", "prevention") and direction_said == "increase" and bool(_ITS_RATE.search(text)) and bool(meets.conditions)
    if second_hand or caused or _CALL_FOR_RESEARCH.search(text) or _CONDUCT.search(text) or _STALE.search(text) or is_boilerplate(text) or (intent in ("treatment", "prevention") and kind == "finding" and _EXPOSURE.search(text)) or (intent == "treatment" and meets.test_first and kind == "recommendation"):
        fit *= NO_ANSWER_KEEPS
    printed = strength_of(text)
    place = _RESULT_SECTIONS.get(source.passage.kind, 0.0) + _WEAK_SECTIONS.get(source.passage.kind, 0.0)
    if annotation:
        strength, certainty, direction = annotation.strength, annotation.certainty, annotation.direction
    else:
        strength, certainty, direction = printed.strength, printed.certainty, direction_of(text)
    aspect = _ASPECTS.get(question.aspect or "")
    place += CONCLUDES_COUNTS if _CONCLUDES.search(text) else 0.0
    meets_aspect = aspect is not None and bool(aspect.search(text))
    place += ASPECT_COUNTS if meets_aspect else 0.0
    if annotation is None and kind == "finding" and intent in _OF_TREATMENTS and not (direction or benefit_of(text) or _RESULT.search(text)):
        fit *= NO_ANSWER_KEEPS
    if annotation is None and source.passage.section.lower().startswith("abstract"):
        place += IN_ABSTRACT_COUNTS
    if header.tier == "label" and kind in ("boxed-warning", "contraindication") and question.interventions and (question.conditions or question.populations):
        fit = 1.0  # whatever is asked of a drug in somebody's condition, that it must not be used there comes first
    relevance = 0.45 * meets.coverage + 0.25 * source.score + 0.3 * fit + place
    return Evidence(
        source=source,
        start=start,
        end=end,
        text=text,
        kind=kind,
        design=header.design,
        level=level_of(header.design, title=header.title, extent=header.extent, n=header.n),
        directness=meets.directness,
        because=meets.because,
        direction=direction,
        strength=strength,
        certainty=certainty,
        conditions=meets.conditions,
        met=meets.met,
        interventions=meets.interventions,
        benefit=benefit_of(text),
        meets_aspect=meets_aspect,
        rank=rank(header.design, header.tier),
        coverage=meets.coverage,
        relevance=max(0.0, min(1.0, relevance * (0.5 + 0.5 * stands))),
    )
