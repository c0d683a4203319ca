"""Pulls the figures out of a text: amounts with units, ranges, comparators, counts, intervals, p values and effect measures.

Used to compare sources (same quantity or not), to show doses and to check claims. Numbers that are names (L4, IL-6, [12],
Table 3, dates, addresses) are left out. Words and units stand in data/number_words.tsv and data/units.tsv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from pincite.text.units import Unit, alternation, divided, unit_named, unit_pattern, words

FigureKind = Literal[
    "quantity", "range", "change", "pair", "fraction", "interval", "p-value", "measure", "frequency", "year", "rank"
]
Comparator = Literal["=", "<", "<=", ">", ">=", "~", "±"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `text[start:end]`; `values` in `unit`, `base` in the base unit of `dimension`.

    `values` holds one number, two for a range, change, pair or interval, and numerator and denominator for a fraction.
    `label` names an effect measure ("OR"), an interval ("95% CI") or a rank ("grade"); `decimals` counts decimals as printed.
    """

    text: str
    start: int
    end: int
    kind: FigureKind
    values: tuple[float, ...]
    unit: str | None
    dimension: str | None
    base: tuple[float, ...]
    comparator: Comparator
    label: str | None
    decimals: int


# Dimensions in which a rounded value is another dose: there only an exact conversion counts as the same.
_DOSES = ("mass", "volume", "activity", "units", "amount", "equivalents", "tablets", "capsules", "drops", "puffs", "1/")
# Two roundings of one result differ by at most half the last digit, and by no more than this share of the value: 0.12 and 0.1
# or 2.5 and 3 years are then different results; 12.4% and 12% the same.
_ROUNDED_SHARE = 0.1
_CONVERTED_SHARE = 0.02

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|[1-9]\d{0,2}(?:[\u2009\u202f\u00a0 ]\d{3})+(?![\d.,]\d|\d)|\d+)(?:[.·∙]\d+)?|(?<!\d)[.·]\d+"
_SIGNED = rf"[-−–+]?\s?(?:{_DIGITS})"
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_SKIP = (
    r"https?://\S+|\bwww\.\S+|\b10\.\d{4,9}/\S+|(?<!\S)[^\s@]{1,64}+@\S+"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
    rf"|\b\d{{1,2}}\s{_MONTHS},?\s\d{{4}}\b|\b{_MONTHS}\s\d{{1,2}},?\s\d{{4}}\b"
    r"|(?<![\w.])\d+(?:\.\d+){2,}"
    r"|\[\s?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\s?\]"
    r"|(?<![^\W_])[A-Za-zα-ωΑ-Ω]{1,24}+[-–/]?\d[\w/.–-]*(?<![.–-])"  # L4-L5, IL-6, T12, SF-36
    r"|\b\d+(?:st|nd|rd|th|s)\b"  # 6th, 1990s
)
_EXPONENT = r"\s?[x×]\s?10\s?\^?\s?(?P<power>[-−]?\d{1,2}|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
_INTERVAL_NAME = (
    r"\s?%?[\s-]*(?:CI|CrI|confidence\s+intervals?|credible\s+intervals?|confidence\s+limits)s?\b(?:\s*[\[(]CI[\])])?"
)
_SEPARATOR = r"\s?(?:to|and|through|[-–−—,;])\s?"


@dataclass(frozen=True, slots=True)
class _Patterns:
    start: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    unit: re.Pattern[str]
    per: re.Pattern[str]
    bare_per: re.Pattern[str]
    scale: re.Pattern[str]
    range: re.Pattern[str]
    interval: re.Pattern[str]
    slash: re.Pattern[str]
    of: re.Pattern[str]
    measure: re.Pattern[str]
    p_value: re.Pattern[str]
    named_before: re.Pattern[str]
    frequency: re.Pattern[str]
    tables: dict[str, dict[str, str]]


@cache
def _patterns() -> _Patterns:
    uses = ("number", "scale", "before", "after", "frequency", "measure", "rank", "label")
    tables = {use: {phrase.lower(): meaning for phrase, meaning in words(use).items()} for use in uses}
    number = alternation(tables["number"])
    value = rf"(?:{_DIGITS}|\b(?:{number})(?:-(?:{number}))?\b)"
    symbols = {phrase: mark for phrase, mark in tables["before"].items() if not phrase[0].isalpha()}
    spoken = {phrase: mark for phrase, mark in tables["before"].items() if phrase[0].isalpha()}
    unit = rf"[\s-]?(?P<unit>{unit_pattern()})(?![A-Za-z0-9])"
    links = r"(?:\s*\([^()]{1,20}\))?(?:\s*(?:of|was|were|is|=|:|,|≈|~))*\s*\(?\s*$"
    measured = alternation(words("measure"))
    return _Patterns(
        start=re.compile(
            rf"(?P<skip>{_SKIP})"
            rf"|(?P<frequency>\b(?i:{alternation(tables['frequency'])})(?![\w-]))"
            rf"|(?P<value>(?<![\w.,·])(?<!\w[-–])(?:{_DIGITS}))"
            rf"|(?P<word>\b(?i:{number})(?:-(?i:{number}))?\b(?!-?(?:sided|tailed|armed|way|another)))"
        ),
        before=re.compile(
            rf"(?:(?P<mark>{alternation(symbols)})|(?:^|(?<=[\s(\[,;:])) ?(?P<spoken>{alternation(spoken)})(?:\s+(?:a|an|the|of|age))*)\s*$",
            re.I,
        ),
        after=re.compile(
            rf"\s?(?P<after>\+(?!\s?\d)|(?:{alternation({k: v for k, v in tables['after'].items() if k != '+'})})\b)",
            re.I,
        ),
        unit=re.compile(unit),
        per=re.compile(
            rf"(?:\s?/\s?|\s+(?:per|a|each)\s+)(?:(?P<amount>{_DIGITS})[\s-]?)?(?P<unit>{unit_pattern()})(?![A-Za-z0-9])"
            r"|\s+(?P<plain>once[\s-]daily|once\s(?:a|per)\sday|daily|nightly|once[\s-]weekly|once\s(?:a|per)\sweek|weekly|once[\s-]monthly|monthly|yearly|annually)\b",
            re.ASCII,
        ),
        bare_per=re.compile(
            rf"(?P<link>\s?/\s?|\s+per\s+)(?:(?P<amount>{_DIGITS})[\s-]?)?(?P<unit>{unit_pattern()})(?![A-Za-z0-9])",
            re.ASCII,
        ),
        scale=re.compile(rf"[\s-](?P<scale>{alternation(tables['scale'])})\b|{_EXPONENT}", re.I),
        range=re.compile(rf"\s?(?:[-–−—]|\bto\b|\bthrough\b)\s?(?P<value>{value})(?!\w*[-–]?\d)", re.I),
        interval=re.compile(
            rf"{_INTERVAL_NAME}\s*(?:of|was|from|for\s[\w\s]{{1,30}})?\s*[:=,]?\s*[\[(]?\s*(?P<low>{_SIGNED})\s?%?{_SEPARATOR}(?P<high>{_SIGNED})\s?(?P<percent>%)?"
        ),
        slash=re.compile(rf"\s?/\s?(?P<value>{_DIGITS})(?![\d/])"),
        of=re.compile(
            rf"\s(?:out\s+)?(?P<link>of|in|per)\s(?:(?:the|every|all|a total of)\s)*(?P<value>{value})(?![\w%])(?!\s?%)",
            re.I,
        ),
        measure=re.compile(rf"(?<![\w-])(?P<label>{measured}){links}"),
        p_value=re.compile(
            r"(?<![\w])[pP](?:[\s-]?values?)?(?:\s+(?:for\s(?:trend|interaction|difference)))?\s*(?:of|was|is)?\s*(?P<mark>[<>=≤≥⩽⩾]|<=|>=|less than|of|was)\s*$"
        ),
        named_before=re.compile(
            rf"(?<![\w-])(?:(?P<every>every|q)|(?P<time>day|week|month|year)|(?P<rank>{alternation(tables['rank'])})s?|(?P<label>{alternation(tables['label'])}))\s*$",
            re.I,
        ),
        frequency=re.compile(
            r"\s?times?\s+(?:a|per|each|every|/)?\s?(?P<daily>day|daily|week|weekly|month|monthly|year|yearly)\b|\s?x\s?/\s?(?P<short>day|week)\b"
        ),
        tables=tables,
    )


def figures(text: str) -> list[Figure]:
    """All figures of `text` in order, with spans in code points; text without figures gives an empty list.

    >>> [(f.text, f.values, f.unit, f.comparator) for f in figures("Give up to 1,250 mg/day for 4–6 weeks.")]
    [('1,250 mg/day', (1250.0,), 'mg/day', '<='), ('4–6 weeks', (4.0, 6.0), 'week', '=')]
    """
    patterns = _patterns()
    found: list[Figure] = []
    position = 0
    while match := patterns.start.search(text, position):
        if match["skip"]:
            figure, position = None, match.end()
        elif match["frequency"]:
            figure, position = _frequency(match, patterns), match.end()
        else:
            figure, position = _figure(text, match, patterns)
        if figure:
            found.append(figure)
    return _with_shared_units(text, found)


def _number(text: str, tables: dict[str, dict[str, str]]) -> float:
    key = text.lower()
    if key[0].isalpha():
        return sum(float(tables["number"][part]) for part in key.split("-"))
    cleaned = re.sub(r"[,\u2009\u202f\u00a0\s]", "", key).replace("·", ".").replace("∙", ".")
    return float(cleaned.replace("−", "-").replace("–", "-"))


def _decimals(text: str) -> int:
    return len(re.split(r"[.·∙]", text)[-1]) if re.search(r"[.·∙]\d", text) else 0


def _time_unit(name: str) -> Unit:
    return divided(Unit("", "1", 1.0), unit_named(re.sub("ly$", "", name.replace("daily", "day"))))


def _frequency(match: re.Match[str], patterns: _Patterns) -> Figure | None:
    """ "twice daily" as 2 per day. A bare "daily" or "weekly" says no more than its sentence, so it is no figure."""
    phrase = re.sub(r"\s+", " ", match["frequency"].lower())
    if phrase in ("daily", "nightly", "weekly", "monthly", "yearly", "annually"):
        return None
    table = patterns.tables["frequency"]
    value, unit = (table.get(phrase) or table[phrase.replace("-", " ")]).split()
    per = divided(Unit("", "1", 1.0), unit_named("day"), amount=2) if unit == "2day" else _time_unit(unit)
    return _made(match.string, match.span(), "frequency", (float(value),), per)


def _made(
    text: str,
    start: int,
    end: int,
    kind: FigureKind,
    values: tuple[float, ...],
    unit: Unit | None = None,
    *,
    comparator: str = "=",
    label: str | None = None,
    decimals: int = 0,
) -> Figure:
    if kind == "fraction":
        base: tuple[float, ...] = (values[0] / values[1],)
        unit, dimension = None, "proportion"
    else:
        base = tuple(value * unit.factor + unit.offset for value in values) if unit else values
        dimension = (
            unit.dimension if unit else {"p-value": "p", "measure": "measure", "interval": "measure"}.get(kind, "")
        )
    return Figure(
        text[start:end],
        start,
        end,
        kind,
        values,
        unit.name if unit else None,
        dimension or None,
        base,
        comparator,
        label,
        decimals,  # type: ignore[arg-type]
    )


def _figure(text: str, match: re.Match[str], patterns: _Patterns) -> tuple[Figure | None, int]:
    """The figure that begins at `match`, or None for a number that is a name, and where to go on."""
    start, end = match.start(), match.end()
    printed = match.group()
    value = _number(printed, patterns.tables)
    context = text[max(0, start - 48) : start]
    if interval := patterns.interval.match(text, end):
        low, high = (
            _number(interval[side].replace(" ", "") if interval[side][0] in "-−–+" else interval[side], patterns.tables)
            for side in ("low", "high")
        )
        unit = unit_named("%") if interval["percent"] else None
        digits = max(_decimals(interval["low"]), _decimals(interval["high"]))
        figure = _made(text, (start, interval.end()), "interval", (low, high), unit, label=f"{printed}% CI", decimals=digits
        )
        return figure, interval.end()
    if start and text[start - 1] in "-−–" and (start == 1 or text[start - 2] in " ([=:,<>~"):
        start, value, context = start - 1, -value, context[:-1]
    if p := patterns.p_value.search(context):
        mark = patterns.tables["before"].get(p["mark"], "=")
        return _made(text, (start, end), "p-value", (value,), comparator=mark, label="p", decimals=_decimals(printed)
        ), end
    named = patterns.named_before.search(context)
    if named and named["label"]:
        return None, end
    return _amount(text, start, end, value, printed, context, named, patterns)


def _amount(  # noqa: PLR0912 the cases are the grammar of a figure, and read best in one place
    text: str,
    start: int,
    end: int,
    value: float,
    printed: str,
    context: str,
    named: re.Match[str] | None,
    patterns: _Patterns,
) -> tuple[Figure | None, int]:
    tables = patterns.tables
    scaled, end = _scaled(text, end, patterns)
    values: tuple[float, ...] = (value * scaled,)
    decimals = _decimals(printed)
    kind: FigureKind = "quantity"
    label: str | None = None
    if often := patterns.frequency.match(text, end):
        every = _time_unit(often["daily"] or often["short"])
        return _made(text, (start, often.end()), "frequency", values, every, comparator=_comparator(context, every, patterns)[0]
        ), often.end()
    unit, end = _unit(text, end, patterns)
    if unit is None and (of := patterns.slash.match(text, end) or patterns.of.match(text, end)):
        total = _number(of["value"], tables)
        pair_unit, after = _unit(text, of.end(), patterns)
        if pair_unit and "/" in of.group() and pair_unit.dimension.split("/")[0] in (*_DOSES, "pressure"):
            return _made(text, (start, after), "pair", (values[0], total), pair_unit, decimals=decimals), after
        linked = (
            "/" in of.group() or (of["link"].lower() == "of" and values[0] < total) or (total >= 10 and total % 10 == 0)
        )
        if linked and 0 <= values[0] <= total and total > 0 and float.is_integer(value):
            return _made(text, (start, of.end()), "fraction", (values[0], total), decimals=decimals), of.end()
    if (to := patterns.range.match(text, end)) or (to := _between(text, end, context, patterns)):
        high = _number(to["value"], tables)
        scaled, after = _scaled(text, to.end(), patterns)
        high_unit, after = _unit(text, after, patterns)
        same = unit is None or high_unit is None or unit.dimension == high_unit.dimension
        joined = text[end : to.start("value")].strip()
        if same and (unit or high_unit or joined.isalpha() or values[0] < high):
            whole = high_unit or unit
            low = values[0] * (scaled if unit is None else 1)
            if whole and unit and unit.name != whole.name:
                low = (low * unit.factor + unit.offset - whole.offset) / whole.factor
            kind = "change" if re.search(r"\bfrom\s+$", context) and low > high * scaled else "range"
            values, unit, end = (low, high * scaled), whole, after
            decimals = max(decimals, _decimals(to["value"]))
    comparator, shift = _comparator(context, unit, patterns)
    if (after_match := patterns.after.match(text, end)) and comparator == "=":
        comparator, end = tables["after"][re.sub(r"\s+", " ", after_match["after"].lower())], after_match.end()
    if measure := patterns.measure.search(context[: len(context) - shift] if shift else context):
        if unit is None or unit.name in ("%", "point", "mm", "cm"):
            kind, label = (
                ("measure" if len(values) == 1 else kind),
                tables["measure"][re.sub(r"[\s-]+", " ", measure["label"].lower())],
            )
    elif named and named["every"] and unit and unit.dimension in ("time", "calendar"):
        per = Unit(f"every {unit.name}", f"1/{unit.dimension}", 1.0)
        base = tuple(1 / (one * unit.factor) for one in values if one)
        if base:
            shown = context[named.start() :] + text[start:end]
            return replace(
                _made(text, (start, end), "frequency", values, per),
                base=base,
                start=start - len(context) + named.start(),
                text=shown,
            ), end
    elif named and unit is None and kind == "quantity":
        if named["rank"]:
            kind, label = "rank", named["rank"].lower()
        elif named["time"]:
            unit = unit_named(named["time"])
    if unit is None and kind == "quantity" and not label:
        if _is_name(text, start, end, printed, values[0], comparator):
            return None, end
        if 1900 <= value <= 2099 and printed.isdigit() and len(printed) == 4 and comparator in ("=", "~", ">", "<"):
            kind = "year"
    return _made(text, (start, end), kind, values, unit, comparator=comparator, label=label, decimals=decimals), end


def _between(text: str, end: int, context: str, patterns: _Patterns) -> re.Match[str] | None:
    """The upper end of "between 4 and 6": here alone "and" makes a range."""
    if not re.search(r"\bbetween\s+$", context, re.I):
        return None
    number = alternation(patterns.tables["number"])
    return re.compile(rf"\s+and\s+(?P<value>{_DIGITS}|\b(?:{number})\b)", re.I).match(text, end)


def _scaled(text: str, end: int, patterns: _Patterns) -> tuple[float, int]:
    """The multiplier after a number ("1.2 million", "4.5 × 10⁹") and where it ends; 1 when there is none."""
    factor = 1.0
    while scale := patterns.scale.match(text, end):
        if scale["scale"]:
            factor *= float(patterns.tables["scale"][scale["scale"].lower()])
        else:
            factor *= 10.0 ** int(scale["power"].translate(_SUPERSCRIPTS))
        end = scale.end()
    return factor, end


def _unit(text: str, end: int, patterns: _Patterns) -> tuple[Unit | None, int]:
    """The unit, with its denominators, that stands at `end`."""
    match = patterns.unit.match(text, end)
    if not match:
        per = patterns.bare_per.match(text, end)
        # "120/80 mmHg" and "5/325 mg" are pairs; only of person-time is a bare number given per amount.
        if not per or (
            ("/" not in per["link"] or per["amount"]) and unit_named(per["unit"]).dimension != "person-time"
        ):
            return None, end
        amount = _number(per["amount"], patterns.tables) if per["amount"] else 1.0
        return divided(Unit("", "1", 1.0), unit_named(per["unit"]), amount=amount), per.end()
    unit, end = unit_named(match["unit"]), match.end()
    for _ in range(2):
        per = patterns.per.match(text, end)
        if not per:
            break
        if per["plain"]:
            if unit.dimension.split("/")[0] not in _DOSES and unit.dimension not in ("injections", "doses", "sessions"):
                break
            period = re.sub(r"once[\s-]?(?:a\s|per\s)?", "", per["plain"])
            plain = {"daily": "day", "nightly": "day", "annually": "year"}.get(period, re.sub("ly$", "", period))
            unit = divided(unit, unit_named(plain))
        else:
            if unit.name == "time" and not per["amount"]:
                unit = Unit("", "1", 1.0)
            unit = divided(
                unit, unit_named(per["unit"]), amount=_number(per["amount"], patterns.tables) if per["amount"] else 1.0
            )
        end = per.end()
    return unit, end


def _comparator(context: str, unit: Unit | None, patterns: _Patterns) -> tuple[str, int]:
    """The comparator before a number and how many characters of `context` it takes."""
    match = patterns.before.search(context)
    if not match:
        return "=", 0
    phrase = re.sub(r"[\s-]+", " ", (match["mark"] or match["spoken"]).lower()).strip()
    timed = unit is not None and unit.dimension in ("time", "calendar")
    # "over 12 weeks" is how long something lasted; only of ages does "over" compare.
    if (
        phrase in ("over", "under")
        and timed
        and not re.search(
            r"\b(?:age|aged|ages|people|adults|patients|women|men|persons?|children)\s+(?:\w+\s+)?$",
            context[: match.start()],
        )
    ):
        return "=", 0
    return patterns.tables["before"].get(phrase, match["mark"] or "="), len(context) - match.start()


def _is_name(text: str, start: int, end: int, printed: str, value: float, comparator: str) -> bool:
    """Whether a number without a unit names something: "5-HT", "3D", a registry number of seven digits or more, "one"."""
    if comparator in ("<", "<=", ">", ">="):
        return False
    following = text[end : end + 2]
    if following[:1].isalpha() or (following[:1] in ("-", "–") and following[1:].isalpha()):
        return True
    if printed[0].isalpha():
        return value <= 1
    return printed.isdigit() and (len(printed) >= 7 or (len(printed) > 1 and printed[0] == "0"))


def _with_shared_units(text: str, found: list[Figure]) -> list[Figure]:
    """Give "5, 10 and 20 mg" its unit three times: a bare number in a list takes the unit of the list's last member."""
    for index in range(len(found) - 2, -1, -1):
        one, after = found[index], found[index + 1]
        if one.unit or one.kind != "quantity" or one.label or not after.unit or after.kind not in ("quantity", "range"):
            continue
        if not re.fullmatch(r"[(]?±|,|,?\s*(?:or|and|vs\.?|versus|,|;)", text[one.end : after.start].strip()):
            continue
        share = (after.base[0] / after.values[0]) if after.values[0] and after.unit not in ("°C", "°F") else 0.0
        if share:
            base = tuple(value * share for value in one.values)
            found[index] = replace(one, unit=after.unit, dimension=after.dimension, base=base)
    return found


def same_quantity(one: Figure, other: Figure, *, rounding: bool = True) -> bool:
    """Whether two figures state one quantity, converting units; `rounding` lets 12.4% equal 12%, never one dose another.

    Comparators differ only when they oppose each other (< 5 and > 5). Months and weeks never match; hours and days do.
    """
    if one.dimension != other.dimension or len(one.base) != len(other.base):
        return False
    if (
        one.label != other.label
        and one.kind in ("rank", "measure", "p-value")
        and other.kind in ("rank", "measure", "p-value")
    ):
        return False
    if (one.kind == "interval") != (other.kind == "interval"):
        return False
    if {one.comparator[0], other.comparator[0]} == {"<", ">"}:
        return False
    return all(_equal(a, b, one, other, rounding) for a, b in zip(one.base, other.base, strict=True))


def _equal(a: float, b: float, one: Figure, other: Figure, rounding: bool) -> bool:
    size = max(abs(a), abs(b))
    if abs(a - b) <= 1e-6 * size:
        return True
    if not rounding:
        return False
    dose = (one.dimension or "").startswith(_DOSES)
    converted = one.unit != other.unit and "fraction" not in (one.kind, other.kind)
    if dose and not converted:
        return False
    last = max(_last_digit(figure) for figure in (one, other) if figure.kind != "fraction" or one.kind == other.kind)
    share = _CONVERTED_SHARE if converted else _ROUNDED_SHARE
    if one.kind == other.kind == "fraction":
        return False
    return abs(a - b) <= last / 2 * (1 + 1e-9) and abs(a - b) <= share * size


def _last_digit(figure: Figure) -> float:
    """The size of the last printed digit in the base unit."""
    factor = figure.base[0] / figure.values[0] if figure.values[0] and figure.unit not in ("°C", "°F") else 1.0
    return float(10.0**-figure.decimals * abs(factor)) if figure.kind != "fraction" else 0.0
