"""Own arithmetic, second part: ranges that run backwards, intervals that miss their estimate, p values against "significant", one dose in two units."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pincite.auditing.said import Said
from pincite.auditing.shares import shown
from pincite.records import InternalFinding
from pincite.terms import find
from pincite.text.negation import negated
from pincite.text.numbers import Figure, figures

_FALLING = re.compile(
    r"\b(?:from|taper\w*|wean\w*|reduc\w+|decreas\w+|fell|fall\w*|drop\w*|declin\w+|improv\w+|step\w* down|lower\w*|down|descend\w*|titrat\w+|ratio|odds|score|vs|versus|win|won|lost|countdown|shr[aiu]nk|less)\b",
    re.IGNORECASE,
)
# before a range: drug combinations ("valsartan/hydrochlorothiazide 160–12.5 mg"), names ("CA 19-9"), sums ("= 1908–1802 mL")
_COMBINED = re.compile(r"(?:[/+]|\band\b|-)\s*\w*\s*$|\b[A-Z]{2,6}\s?$|=\s?$")
_RANGED = (
    "time",
    "mass",
    "volume",
    "length",
    "temperature",
    "proportion",
    "units",
    "mass/time",
    "volume/time",
    "tablets",
    "pressure",
    "frequency",
    "doses",
    "injections",
)
_BESIDE = re.compile(r"[\s,;:]*[(\[]?[\s,;:]*")
_SIGNIFICANT = re.compile(r"\b(?P<non>non[- ]?|in)?significan(?:t|ce|tly)\b", re.IGNORECASE)
_NO_TEST = re.compile(
    r"\b(?:clinical(?:ly)?|noninferior\w*|non-inferior\w*|equivalen\w+|heterogene\w+|interaction|trend|baseline|threshold|considered|level|defined|set at|adjust\w+|correct\w+|bonferroni|borderline|approach\w*|toward\w*|near\w*|almost|close to|tend\w*|failed|miss\w*|except\w*|other than|apart from|unlike|multivaria\w+)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|without|nor|neither|never|lack\w*|non)\b[^.;:]{0,60}$|n['’]t\b[^.;:]{0,60}$", re.IGNORECASE)
_USUAL = 0.05  # the level nearly all of medicine tests at; texts that name another are left alone
_SLIP = 500.0  # units that differ by less than this factor (g and dg …) are not mistaken for each other in print
_PLAIN_MASS = ("mass", "mass/time")


def limit_findings(sentence: Said) -> Iterator[InternalFinding]:
    """What is wrong with ranges, intervals and p values of one sentence."""
    if not any(character.isdigit() for character in sentence.text):
        return
    found = figures(sentence.text)
    yield from _ranges(sentence, found)
    yield from _intervals(sentence, found)
    yield from _significance(sentence, found)


def _ranges(sentence: Said, found: list[Figure]) -> Iterator[InternalFinding]:
    if _FALLING.search(sentence.text):
        return
    for figure in found:
        if figure.kind != "range" or figure.unit is None or figure.values[0] <= figure.values[1] or figure.values[1] < 0:
            continue
        if " to " in figure.text and "between" not in sentence.text[: figure.start].lower()[-10:]:
            continue  # "8 to 2 points" may be a fall whose verb is no verb we know
        if (figure.dimension or "").split("/")[0] not in _RANGED or figure.text.count("%") > 1:
            continue  # "15.1%–7.5%" is a difference
        if _COMBINED.search(sentence.text[max(0, figure.start - 24) : figure.start]) or figure.unit in ("year", "point"):
            continue
        if figure.values[0] > 4 * figure.values[1] and re.match(r"\d+[–-]\d", figure.text):
            continue  # "325-5 mg", "1998–99"
        low, high = (shown(value, 3) for value in figure.values)
        yield sentence.finding(figure.start, figure.end, f"The range runs backwards: {low} is more than {high}.")


def _intervals(sentence: Said, found: list[Figure]) -> Iterator[InternalFinding]:
    for before, interval in itertools.pairwise(found):
        if interval.kind != "interval" or before.kind not in ("measure", "quantity") or len(before.values) != 1:
            continue
        between = sentence.text[before.end : interval.start]
        if not _BESIDE.fullmatch(between) or before.comparator != "=" or (";" in between and before.kind != "measure"):
            continue
        if re.search(
            r"(?:±|\+/?[-−–]|\bp(?:[- ]?values?)?\s*[:=]?)\s*$", sentence.text[max(0, before.start - 12) : before.start], re.IGNORECASE
        ):
            continue  # the spread of "1.85 ± 0.7 (95% CI 1.72–1.98)", or a p value in front of the interval
        low, high = interval.values
        value = before.values[0]
        named = f"{shown(low, 3)} to {shown(high, 3)}"
        end = interval.end + (sentence.text[interval.end : interval.end + 1] in (")", "]"))
        if low > high:
            # where a sign was lost in print ("3.71–2.71" for −3.71 to 2.71) the estimate lies between the mended ends
            if (
                low > 0
                and high > 0
                and value > 0
                and not (-low <= value <= high)
                and "-" not in sentence.text[before.start : before.start + 1]
            ):
                yield sentence.finding(before.start, end, f"The interval runs backwards: {shown(low, 3)} is more than {shown(high, 3)}.")
            continue
        percent = [figure.unit == "%" for figure in (before, interval)]
        if (
            before.unit
            and not percent[0]
            and interval.unit is None
            and before.dimension not in ("point", "length", "time", "mass", "calendar", "pressure")
        ):
            continue
        if interval.unit == "%" and not percent[0]:
            continue
        # a reduction of 2.1 is printed with the interval of the difference, −3.0 to −1.2
        if any(low - _half(before, interval) <= one <= high + _half(before, interval) for one in (value, -value)):
            continue
        if percent[0] and not percent[1] and 0 <= high <= 1:
            continue  # 45% (95% CI 0.40–0.50)
        if before.label and before.label in ("p",):
            continue
        yield sentence.finding(before.start, end, f"The estimate {shown(value, 3)} lies outside its own interval, {named}.")


def _half(one: Figure, other: Figure) -> float:
    """Half of the last printed digit of the coarser of two figures."""
    return 0.5 * 10.0 ** -min(one.decimals, other.decimals) + 1e-9


def _significance(sentence: Said, found: list[Figure]) -> Iterator[InternalFinding]:
    text = sentence.text
    tests = [figure for figure in found if figure.kind == "p-value"]
    words = list(_SIGNIFICANT.finditer(text))
    if len(tests) != 1 or len(words) != 1 or _NO_TEST.search(text):
        return
    word, test = words[0], tests[0]
    if not 0 <= test.start - word.end() <= 120 or re.search(
        r"[;:]|\bbut\b|\bwhereas\b|\bwhile\b|\balthough\b|\bhowever\b", text[word.end() : test.start]
    ):
        return
    denied = negated(text, word.start(), word.end())
    if denied != bool(_DENIED.search(text[: word.start()])):
        return  # two readings: "the absence of … was not significant"
    no = bool(word["non"]) != denied
    value = test.values[0]
    mark = {"<=": "≤", ">=": "≥"}.get(test.comparator, test.comparator)
    printed = f"p {mark} {shown(value, 4)}"
    end = test.end
    if not no and value > _USUAL and test.comparator in ("=", ">", ">="):
        yield sentence.finding(word.start(), end, f"Called significant with {printed}, above the usual limit of 0.05.")
    if no and value < 0.01 and test.comparator in ("=", "<", "<="):
        yield sentence.finding(word.start(), end, f"Called not significant with {printed}, far below the usual limit of 0.05.")


class _Dose(NamedTuple):
    """An amount of a drug somewhere in the text."""

    drug: str
    label: str
    value: float
    base: float
    per: str
    unit: str
    sentence: Said
    start: int
    end: int


def unit_slips(sentences: Iterable[Said]) -> Iterator[InternalFinding]:
    """The same number of the same drug in units a thousandfold apart: 20 mg here, 20 g there."""
    seen: dict[tuple[str, float, str], list[_Dose]] = {}
    for sentence in sentences:
        for dose in _doses(sentence):
            seen.setdefault((dose.drug, dose.value, dose.per), []).append(dose)
    for doses in seen.values():
        common = max(doses, key=lambda dose: sum(other.unit == dose.unit for other in doses))
        for dose in doses:
            if max(dose.base, common.base) / min(dose.base, common.base) >= _SLIP:
                number = shown(dose.value, 3)
                where = f"{dose.label}: {number} {dose.unit} here, {number} {common.unit} elsewhere in the text."
                yield dose.sentence.finding(dose.start, dose.end, where, kind="unit")


def _doses(sentence: Said) -> Iterator[_Dose]:
    text = sentence.text
    if not re.search(r"\d\s?(?:m?c?g|µg|μg|kg|mcg|(?:milli|micro)?grams?)\b", text):
        return
    drugs = [mention for mention in find(text) if mention.kind == "drug"]
    if len({drug.concept for drug in drugs}) != 1:
        return
    for figure in figures(text):
        if figure.kind == "quantity" and figure.dimension in _PLAIN_MASS and figure.values[0] > 0:
            unit, _, per = (figure.unit or "").partition("/")
            scale = figure.base[0]
            yield _Dose(drugs[0].concept, drugs[0].label, figure.values[0], scale, per, unit, sentence, figure.start, figure.end)
