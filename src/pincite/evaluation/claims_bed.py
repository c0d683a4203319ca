"""True rewordings and planted errors → how each is judged by `verification.comparing`. Run `python -m pincite.evaluation.claims_bed`.

Sentences come from the shipped records and, with `--jats`, from journal articles. Every sentence is reworded without changing what it says,
and changed in one place so that it says something else; the words for both are this module's own, not the tables of the checks. Documents are
split by the hash of their id: rules are written looking at the tuning half, figures are reported of the other.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

from pincite import ingest
from pincite.appraisal.directness import mentions_of
from pincite.errors import PinciteError
from pincite.evaluation.sets import read_set
from pincite.records import Document, Header, Passage, Reading
from pincite.text.numbers import figures
from pincite.text.sentences import sentences
from pincite.verification.comparing import Support, compare
from pincite.verification.wording import words_of

_KINDS = ("abstract", "results", "conclusion", "discussion", "statement", "recommendation")
_PER_ARTICLE = 6
_LABELS = ("quoted", "supported", "partly", "not-found", "contradicted")


class Case(NamedTuple):
    """A sentence to be judged, what it rests on, and what was done to it."""

    kind: str
    true: bool
    text: str
    supports: tuple[Support, ...]
    document_id: str


class _Sentence(NamedTuple):
    text: str
    passage: Passage
    document: Document
    beside: str  # the next sentence of its passage, "" when it is the last


# --- harmless edits --------------------------------------------------------------------------------------------------

_LEADING = re.compile(
    r"^(?:However|Moreover|Furthermore|In addition|Additionally|Therefore|Thus|In conclusion|Overall|Finally|Also|Interestingly|Notably), "
)
_NAMED_FIRST = re.compile(r"^(?P<where>(?:In|Among|For) [^,;()]{8,60}), (?P<what>[a-z][^;]+)\.$")
_ACTIVE = re.compile(
    r"^(?P<what>[A-Z][\w -]{3,50}?) (?P<adverb>significantly )?(?P<verb>reduced|increased|improved|decreased|prevented) (?P<whom>[a-z][\w -]{3,60})\.$"
)


def _first_lower(text: str) -> str:
    return text if text[1:2].isupper() or not text[1:2].isalpha() else text[0].lower() + text[1:]


def _without_lead(one: _Sentence) -> str:
    found = _LEADING.match(one.text)
    return one.text[found.end()].upper() + one.text[found.end() + 1 :] if found else "In addition, " + _lead(one.text)


def _lead(text: str) -> str:
    first = text.split(maxsplit=1)[0]
    return (
        _first_lower(text)
        if first in ("The", "A", "An", "In", "There", "We", "This", "These", "Our", "Patients", "No", "For", "Of", "It", "At", "All")
        else text
    )


def _people(one: _Sentence) -> str:
    return re.sub(r"\bpatients\b", "people", re.sub(r"\bPatients\b", "People", one.text))


def _percent(one: _Sentence) -> str:
    return re.sub(r"(?<=\d)\s?%", " per cent", one.text) if re.search(r"\d\s?%", one.text) else one.text.replace("percent", "%")


def _spelt_out(one: _Sentence) -> str:
    text = one.text
    for short, long in one.document.abbreviations:
        text = re.sub(rf"(?<![\w-]){re.escape(short)}(?![\w-])", long, text)
    return text


def _moved(one: _Sentence) -> str:
    found = _NAMED_FIRST.match(one.text)
    return f"{found['what'][0].upper()}{found['what'][1:]} {_first_lower(found['where'])}." if found else one.text


def _passive(one: _Sentence) -> str:
    found = _ACTIVE.match(one.text)
    return f"{found['whom'].capitalize()} was {found['adverb'] or ''}{found['verb']} by {_lead(found['what'])}." if found else one.text


def _one_clause(one: _Sentence) -> str:
    parts = [part for part in one.text.split("; ") if part.count("(") == part.count(")")]
    long = [part for part in parts if len(part) > 40]
    return long[0].rstrip(".") + "." if len(parts) > 1 and long else one.text


def _without_brackets(one: _Sentence) -> str:
    return re.sub(r"\s*\([^()]*\)", "", one.text)


def _synonyms(one: _Sentence) -> str:
    text = one.text
    for word, other in (
        ("compared with", "versus"),
        ("compared to", "than with"),
        ("showed", "found"),
        ("children", "pediatric patients"),
        ("surgery", "an operation"),
        ("reduced", "lowered"),
        ("approximately", "about"),
        ("receiving", "given"),
        ("received", "were given"),
        ("treatment", "therapy"),
    ):
        text = re.sub(rf"\b{word}\b", other, text)
    return text


def _rounded(one: _Sentence) -> str:
    return re.sub(
        r"(?<![\d.(=–-])(\d\d)\.(\d)(?=\s?%)(?!\s?%?\s?[–-])", lambda found: str(round(float(found[0]) + 1e-9)), one.text, count=1
    )


_HARMLESS: dict[str, Callable[[_Sentence], str]] = {
    "connective": _without_lead,
    "people": _people,
    "per cent": _percent,
    "spelt out": _spelt_out,
    "moved": _moved,
    "passive": _passive,
    "one clause": _one_clause,
    "no brackets": _without_brackets,
    "synonyms": _synonyms,
    "rounded": _rounded,
}


def _reworded(one: _Sentence) -> str:
    """Several harmless edits at once: half of the errors are planted in such a text."""
    for edit in (_without_brackets, _people, _synonyms, _moved, _without_lead):
        one = one._replace(text=edit(one))
    return one.text


# --- planted errors --------------------------------------------------------------------------------------------------


def _rows(words: str) -> tuple[tuple[str, str], ...]:
    """ "more > less; higher > lower" as pairs."""
    pairs = (row.split(" > ") for row in words.replace("\n", " ").split(";"))
    return tuple((one.strip(), other) for one, other in pairs)


_TURNED = _rows(
    """increased > decreased; increase > decrease; increases > decreases; higher > lower; more > less; greater > smaller;
    improved > worsened; improvement > deterioration; better > worse; reduced > increased; reduction > increase;
    reduces > increases; rose > fell; longer > shorter; superior > inferior; recommends > recommends against;
    recommended > discouraged; fewer > more; beneficial > harmful; positive > negative; elevated > diminished"""
)
_DENIED = (
    (r"\b(was|were|is|are|did|does|do|could|should|can|may|has|have|had) not ", r"\1 "),
    (r"\b([Nn])o (?=[a-z])", lambda found: "A " if found[1] == "N" else "a "),
    (r"\bcannot\b", "can"),
    (r"\bwithout\b", "with"),
    (
        r"\b(was|were|is|are|should|can|may|could|has been|have been|had) (?!not|no\b|n't|\d|as\b)(?=[a-z]+(?:ed|en|ive|ful|ant)\b)",
        r"\1 not ",
    ),
    (
        r"\b(reduced|improved|increased|showed|caused)\b(?= [a-z]+)",
        lambda found: (
            "did not "
            + {"reduced": "reduce", "improved": "improve", "increased": "increase", "showed": "show", "caused": "cause"}[found[1]]
        ),
    ),
)
_UNITS = _rows(
    """mg > mcg; mg > g; g > mg; weeks > months; months > weeks; years > months; days > weeks; mm > cm; mL > L; hours > days;
    minutes > hours; % >  mg; month > year; year > month; week > day; kg > g; mmHg > mL"""
)
_GROUPS = _rows(
    """adults > children; children > adults; women > men; men > women; patients > mice; elderly > young; older > younger;
    postmenopausal > premenopausal; participants > rats; adolescents > older adults; infants > adults; male > female;
    mice > humans; rats > patients; pregnant > postmenopausal; people > children"""
)
_BINDING = _rows(
    """may be considered > is recommended; can be considered > must be given; suggests > strongly recommends;
    weak recommendation > strong recommendation; conditional > strong; moderate > strong; limited evidence > strong evidence;
    low-certainty > high-certainty; should > must; low certainty > high certainty; is an option > is recommended;
    may be > should be; Strong > Weak; strong > weak; could be > should be; moderate-quality > high-quality;
    low-quality > high-quality; recommends > strongly recommends; is recommended > is mandatory"""
)
_SURER = _rows(
    """was associated with > caused; were associated with > caused; is associated with > causes; are associated with > cause;
    may > will; might > will; suggest that > prove that; suggests that > proves that; some > all; Some > All; most > all;
    often > always; usually > always; possible > certain; likely > certainly; can > always; appears to be > is;
    appear to be > are; correlated with > caused; reduced > eliminated; could > does; several > all; many > all;
    related to > caused by; tended to > did"""
)


def _replaced(text: str, rows: Sequence[tuple[str, str]], chance: random.Random) -> str | None:
    fitting = [row for row in rows if re.search(rf"(?<![\w-]){re.escape(row[0])}(?![\w-])", text)]
    if not fitting:
        return None
    word, other = chance.choice(fitting)
    return re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", other, text, count=1)


def _number(text: str, chance: random.Random) -> str | None:
    spots = [
        one
        for one in re.finditer(r"(?<![\w.,/-])\d+(?:\.\d+)?(?![\w,/-])", text)
        if any(f.start <= one.start() < f.end for f in figures(text))
    ]
    if not spots:
        return None
    spot = chance.choice(spots)
    digits = list(spot.group())
    at = chance.choice([i for i, sign in enumerate(digits) if sign != "."])
    digits[at] = chance.choice([sign for sign in "123456789" if sign != digits[at]])
    return text[: spot.start()] + "".join(digits) + text[spot.end() :]


def _swapped_numbers(text: str, chance: random.Random) -> str | None:
    spots = list(re.finditer(r"(?<![\w.,(–-])(\d+(?:\.\d+)?)(?= ?%)(?![^()]*\))", text))
    if len(spots) < 2 or spots[0][1] == spots[1][1]:
        return None
    one, other = spots[:2]
    return text[: one.start()] + other[1] + text[one.end() : other.start()] + one[1] + text[other.end() :]


def _unit(text: str, chance: random.Random) -> str | None:
    rows = [row for row in _UNITS if re.search(rf"\d ?{row[0]}(?![\w/])", text)]
    if not rows:
        return None
    unit, other = chance.choice(rows)
    return re.sub(rf"(?<=\d)( ?){unit}(?![\w/])", rf"\1{other}", text, count=1)


def _negation(text: str, chance: random.Random) -> str | None:
    rows = [row for row in _DENIED if re.search(row[0], text)]
    return re.sub(*chance.choice(rows), text, count=1) if rows else None  # type: ignore[call-overload]


def _named(text: str, kinds: Sequence[str], pool: Sequence[str], chance: random.Random) -> str | None:
    mentions = mentions_of(text)
    spots = [
        one for one in mentions if one.kind in kinds and one.category not in ("comparator", "service", "diagnostic") and len(one.text) > 3
    ]
    if not spots:
        return None
    spot = chance.choice(spots)
    held = {name for one in mentions for name in one.concepts}
    for _ in range(20):
        other = chance.choice(pool)
        theirs = mentions_of(other)
        if theirs and not held & set(theirs[0].concepts) and other.lower() not in text.lower():
            return text[: spot.start] + other + text[spot.end :]
    return None


def _pools(chosen: Sequence[_Sentence]) -> dict[str, list[str]]:
    pools: dict[str, set[str]] = {"drug": set(), "intervention": set(), "condition": set()}
    for one in chosen:
        for mention in mentions_of(one.text):
            if mention.kind in pools and len(mention.text) > 4 and mention.category not in ("comparator", "service", "diagnostic"):
                pools[mention.kind].add(mention.text.lower() if mention.text[1:].islower() else mention.text)
    return {kind: sorted(found) for kind, found in pools.items()}


# --- the bed ---------------------------------------------------------------------------------------------------------


def in_scored_half(document_id: str) -> bool:
    """Which half of the bed a document belongs to."""
    return hashlib.sha256(document_id.encode()).digest()[0] % 2 == 1


def _sentences(readings: Sequence[Reading], most: int | None) -> Iterator[_Sentence]:
    for reading in readings:
        found = []
        for passage in reading.passages:
            if passage.kind not in _KINDS:
                continue
            spans = [passage.text[a:b] for a, b in sentences(passage.text)]
            for text, beside in zip(spans, [*spans[1:], ""], strict=True):
                if 50 <= len(text) <= 350 and text[0].isupper() and text[-1] == "." and len(words_of(text)) >= 8:
                    found.append(_Sentence(text, passage, reading.document, beside))
        chance = random.Random(reading.document.id)
        yield from (found if most is None else chance.sample(found, min(most, len(found))))


@lru_cache(maxsize=8)
def _header(document: Document) -> Header:
    return Header(**{name: getattr(document, name) for name in Header.model_fields})


def _supports(one: _Sentence, chance: random.Random) -> tuple[Support, ...]:
    def support(text: str) -> Support:
        header = _header(one.document)
        return Support(text, one.passage.text, header, one.passage.annotation, one.document.id, one.document.abbreviations)

    return (support(one.text), support(one.beside)) if one.beside and chance.random() < 0.5 else (support(one.text),)


def copied(readings: Sequence[Reading], *, most: int | None = None) -> list[Case]:
    """Sentences as they stand, `most` a document: what must come out as borne out."""
    chosen = _sentences(readings, most)
    return [Case("copied", True, one.text, _supports(one, random.Random(one.text)), one.document.id) for one in chosen]


def cases(readings: Sequence[Reading], *, most: int | None = None) -> list[Case]:
    """All cases that sentences of these documents give, `most` sentences a document; the same documents give the same cases."""
    chosen = list(_sentences(readings, most))
    pools = _pools(chosen)
    found = []
    for at, one in enumerate(chosen):
        chance = random.Random(f"{one.document.id} {one.text}")
        supports = _supports(one, chance)
        for kind, edit in _HARMLESS.items():
            if (text := edit(one)) != one.text:
                found.append(Case(kind, True, text, supports, one.document.id))
        other = chosen[(at + 37) % len(chosen)]
        base = _reworded(one) if chance.random() < 0.5 else one.text
        planted = {
            "number": _number(base, chance),
            "numbers swapped": _swapped_numbers(base, chance),
            "unit": _unit(base, chance),
            "drug": _named(base, ("drug",), pools["drug"], chance) if pools["drug"] else None,
            "procedure": _named(base, ("intervention",), pools["intervention"], chance) if pools["intervention"] else None,
            "condition": _named(base, ("condition",), pools["condition"], chance) if pools["condition"] else None,
            "direction": _replaced(base, (*_TURNED, *((b, a) for a, b in _TURNED)), chance),
            "negation": _negation(base, chance),
            "population": _replaced(base, _GROUPS, chance),
            "strength": _replaced(base, _BINDING, chance),
            "overreach": _replaced(base, _SURER, chance),
            "fact added": f"{base[:-1]}, and {_lead(other.text)}" if other.document.id != one.document.id else None,
            "other source": other.text if other.document.id != one.document.id else None,
        }
        found += [Case(kind, False, text, supports, one.document.id) for kind, text in planted.items() if text and text != base]
    return found


_ANSWER = re.compile(r"^(?:Yes|No)\b[,.]?\s*")


def expert_rewordings(path: Path) -> list[Case]:
    """Sentences that BioASQ's experts wrote from snippets, where one snippet holds nine tenths of their words."""
    found = []
    bed = read_set("bioasq", path)
    readings = {one.document.id: one for one in bed.readings}
    for asked in bed.questions:
        gold = [readings[one.document_id].document.text[one.start : one.end] for one in asked.gold]
        for ideal in asked.ideal[:1]:
            for start, end in sentences(ideal):
                text = _ANSWER.sub("", ideal[start:end])
                roots = {one.root for one in words_of(text) if not one.light}
                best = max(gold, key=lambda held: len(roots & {one.root for one in words_of(held)}))
                if len(roots) >= 6 and len(roots & {one.root for one in words_of(best)}) >= 0.9 * len(roots) and text not in best:
                    found.append(Case("expert's rewording", True, text, (Support(best),), asked.id))
    return found


def report(found: Sequence[Case], *, show: str | None = None, seconds: bool = True) -> list[str]:
    """One line for each kind: cases, and the share of each label; with `show` the cases of that kind that are judged wrongly."""
    labels: dict[tuple[bool, str], Counter[str]] = {}
    lines = []
    begun = time.perf_counter()
    for case in found:
        verdict = compare(case.text, case.supports)
        labels.setdefault((not case.true, case.kind), Counter())[verdict.label] += 1
        if case.kind == show and (verdict.label in ("quoted", "supported")) != case.true:
            lines.append(f"{verdict.label}: {case.text}\n    source: {' || '.join(one.exact for one in case.supports)}")
            lines += [f"      {one.name}: {one.says}" for one in verdict.checks if one.outcome == "fail" or one.expected]
    if seconds:
        lines.append(f"{len(found)} pairs, {(time.perf_counter() - begun) / max(1, len(found)) * 1000:.1f} ms each")
    lines.append(f"{'':<22}{'n':>6}  " + "  ".join(f"{label:>12}" for label in _LABELS))
    for wrong in (False, True):
        total: Counter[str] = Counter()
        for (planted, kind), counts in sorted(labels.items()):
            if planted == wrong:
                lines.append(_line(kind, counts))
                total += counts
        if total:
            lines.append(_line("ALL PLANTED" if wrong else "ALL TRUE", total))
    return lines


def _line(kind: str, counts: Counter[str]) -> str:
    total = sum(counts.values())
    return f"{kind:<22}{total:>6}  " + "  ".join(f"{counts[label] / total:>12.3f}" for label in _LABELS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the bed, judge it and print; 0 when it ran."""
    parser = argparse.ArgumentParser(prog="python -m pincite.evaluation.claims_bed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jats", type=Path, help="folder of journal articles; without it the shipped records alone")
    parser.add_argument("--bioasq", type=Path, help="folder of BioASQ golden files, for rewordings that experts wrote")
    parser.add_argument("--half", choices=("tuning", "scored"), default="scored")
    parser.add_argument("--show", metavar="KIND", help="print the cases of this kind that are judged wrongly")
    chosen = parser.parse_args(arguments)
    with as_file(files("pincite") / "data" / "starter") as folder:
        records = [one for one in ingest.read([folder]) if isinstance(one, Reading)]
    articles = [one for one in ingest.read([chosen.jats]) if isinstance(one, Reading)] if chosen.jats else []
    found = [*cases(records), *cases(articles, most=_PER_ARTICLE)]
    if chosen.bioasq:
        found += expert_rewordings(chosen.bioasq)
    half = [one for one in found if in_scored_half(one.document_id) == (chosen.half == "scored")]
    print(f"{chosen.half} half: {len({one.document_id for one in half})} documents")
    print("\n".join(report(half, show=chosen.show)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PinciteError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
