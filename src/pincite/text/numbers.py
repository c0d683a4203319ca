"""Pulls the figures out of a text: amounts with units, ranges, counts, intervals, p values and effect measures.

Used to compare sources (same quantity or not), to show doses and to check claims. Numbers that are names (L4, IL-6,
[12], Table 3, dates, addresses) are left out. Words and units stand in data/number_words.tsv and data/units.tsv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, cast

from pincite.text.number_patterns import DIGITS, SUPERSCRIPTS, Patterns
from pincite.text.number_patterns import patterns as find_patterns
from pincite.text.units import Unit, alternation, divided, unit_named

FigureKind = Literal["quantity", "range", "change", "pair", "fraction", "interval", "p-value", "measure", "frequency", "year", "rank"]
Comparator = Literal["=", "<", "<=", ">", ">=", "~", "±"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `text[start:end]`; `values` in `unit`, `base` in the base unit of `dimension`.

    `values` holds one number, two for a range, change, pair or interval, and numerator and denominator for a fraction.
    `label` names an effect measure ("OR"), an interval ("95% CI") or a rank ("grade"); `decimals` counts decimals as
    printed.
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
_AGES = re.compile(r"\b(?:age|aged|ages|people|adults|patients|women|men|persons?|children)\s+(?:\w+\s+)?$", re.IGNORECASE)
# What a figure without a unit measures.
_UNITLESS = {"p-value": "p", "measure": "measure", "interval": "measure"}
# Two roundings of one result differ by at most half the last digit, and by no more than this share of the value: 0.12
# and 0.1
# or 2.5 and 3 years are then different results; 12.4% and 12% the same.
_ROUNDED_SHARE = 0.1
_CONVERTED_SHARE = 0.02


def figures(text: str) -> list[Figure]:
    """All figures of `text` in order, with spans in code points; text without figures gives an empty list.

    >>> [(f.text, f.values, f.unit, f.comparator) for f in figures("Give up to 1,250 mg/day for 4–6 weeks.")]
    [('1,250 mg/day', (1250.0,), 'mg/day', '<='), ('4–6 weeks', (4.0, 6.0), 'week', '=')]
    """
    patterns = find_patterns()
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


def _frequency(match: re.Match[str], patterns: Patterns) -> Figure | None:
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
    span: tuple[int, int],
    kind: FigureKind,
    values: tuple[float, ...],
    unit: Unit | None = None,
    *,
    comparator: Comparator = "=",
    label: str | None = None,
    decimals: int = 0,
) -> Figure:
    if kind == "fraction":
        base: tuple[float, ...] = (values[0] / values[1],)
        dimension: str | None = "proportion"
    else:
        base = tuple(value * unit.factor + unit.offset for value in values) if unit else values
        dimension = unit.dimension if unit else _UNITLESS.get(kind)
    start, end = span
    name = unit.name if unit else None
    return Figure(text[start:end], start, end, kind, values, name, dimension, base, comparator, label, decimals)


@dataclass(frozen=True, slots=True)
class _Number:
    """A printed number on its way to a figure: where it stands, the words before it, a noun that names it."""

    text: str
    start: int
    end: int
    value: float
    printed: str
    context: str
    named: re.Match[str] | None

    @property
    def decimals(self) -> int:
        return _decimals(self.printed)


def _figure(text: str, match: re.Match[str], patterns: Patterns) -> tuple[Figure | None, int]:
    """The figure that begins at `match`, or None for a number that is a name, and where to go on."""
    start, end = match.span()
    printed = match.group()
    value = _number(printed, patterns.tables)
    context = text[max(0, start - 48) : start]
    if interval := patterns.interval.match(text, end):
        low, high = (_signed(interval[side], patterns) for side in ("low", "high"))
        unit = unit_named("%") if interval["percent"] else None
        digits = max(_decimals(interval["low"]), _decimals(interval["high"]))
        span, label = (start, interval.end()), f"{printed}% CI"
        return _made(text, span, "interval", (low, high), unit, label=label, decimals=digits), interval.end()
    if start and text[start - 1] in "-−–" and (start == 1 or text[start - 2] in " ([=:,<>~"):
        start, value, context = start - 1, -value, context[:-1]
    if p := patterns.p_value.search(context):
        mark = _mark(p["mark"], patterns)
        digits = _decimals(printed)
        return _made(text, (start, end), "p-value", (value,), comparator=mark, label="p", decimals=digits), end
    named = patterns.named_before.search(context)
    if named and named["label"]:
        return None, end
    scaled, end = _scaled(text, end, patterns)
    number = _Number(text, start, end, value * scaled, printed, context, named)
    return _counted(number, patterns) or _amount(number, patterns)


def _signed(printed: str, patterns: Patterns) -> float:
    return _number(re.sub(r"^([-−–+])\s", r"\1", printed), patterns.tables)


def _counted(number: _Number, patterns: Patterns) -> tuple[Figure, int] | None:
    """ "3 times a week", "12/45", "8 of 44", "120/80 mmHg": what follows makes the number more than an amount."""
    text, end = number.text, number.end
    if often := patterns.frequency.match(text, end):
        every = _time_unit(often["daily"] or often["short"])
        comparator, _ = _comparator(number.context, every, patterns)
        span = (number.start, often.end())
        return _made(text, span, "frequency", (number.value,), every, comparator=comparator), often.end()
    if _unit(text, end, patterns)[0]:
        return None
    of = patterns.slash.match(text, end) or patterns.of.match(text, end)
    if not of:
        return None
    values = (number.value, _number(of["value"], patterns.tables))
    slash = "/" in of.group()
    unit, after = _unit(text, of.end(), patterns)
    if unit and slash and unit.dimension.split("/")[0] in (*_DOSES, "pressure"):
        return _made(text, (number.start, after), "pair", values, unit, decimals=number.decimals), after
    # "1 in 10" and "5 per 1,000" are shares; "12 in 45" is hardly one, "3 in 2015" never.
    linked = slash or (of["link"].lower() == "of" and values[0] < values[1]) or (values[1] >= 10 and values[1] % 10 == 0)
    if linked and 0 <= values[0] <= values[1] and values[1] > 0 and number.value.is_integer():
        return _made(text, (number.start, of.end()), "fraction", values, decimals=number.decimals), of.end()
    return None


def _amount(number: _Number, patterns: Patterns) -> tuple[Figure | None, int]:
    """An amount or range with unit, comparator and the name of its measure."""
    text, context, named = number.text, number.context, number.named
    unit, end = _unit(text, number.end, patterns)
    kind: FigureKind = "quantity"
    values: tuple[float, ...] = (number.value,)
    decimals = number.decimals
    if ranged := _range(number, unit, end, patterns):
        values, unit, end, decimals = ranged
        kind = "change" if values[0] > values[1] and re.search(r"\bfrom\s+$", context) else "range"
    comparator, taken = _comparator(context, unit, patterns)
    if comparator == "=" and (after := patterns.after.match(text, end)):
        comparator, end = _mark(after["after"], patterns), after.end()
    span = (number.start, end)
    measure = patterns.measure.search(context[: len(context) - taken])
    if measure and (unit is None or unit.name in ("%", "point", "mm", "cm")):
        label = patterns.tables["measure"][re.sub(r"[\s-]+", " ", measure["label"].lower())]
        kind = "measure" if len(values) == 1 else kind
        return _made(text, span, kind, values, unit, comparator=comparator, label=label, decimals=decimals), end
    if named and named["every"] and unit and unit.dimension in ("time", "calendar") and all(values):
        per = Unit(f"every {unit.name}", f"1/{unit.dimension}", 1.0)
        base = tuple(1 / (value * unit.factor) for value in values)
        whole = (number.start - len(context) + named.start(), end)
        return replace(_made(text, whole, "frequency", values, per), base=base), end
    if unit is None and kind == "quantity":
        if named and named["rank"]:
            return _made(text, span, "rank", values, comparator=comparator, label=named["rank"].lower()), end
        if named and named["time"]:
            unit = unit_named(named["time"])
        elif _is_name(number, comparator):
            return None, end
        elif re.fullmatch(r"(?:19|20)\d\d", number.printed):
            kind = "year"
    return _made(text, span, kind, values, unit, comparator=comparator, decimals=decimals), end


def _range(number: _Number, unit: Unit | None, end: int, patterns: Patterns) -> tuple[tuple[float, float], Unit | None, int, int] | None:
    """Both ends of a range in the unit of its upper end, that unit, where the range ends, and its decimals."""
    text = number.text
    to = patterns.range.match(text, end) or _between(text, end, number.context, patterns)
    if not to:
        return None
    scaled, after = _scaled(text, to.end(), patterns)
    high = _number(to["value"], patterns.tables) * scaled
    high_unit, after = _unit(text, after, patterns)
    if unit and high_unit and unit.dimension != high_unit.dimension:
        return None
    joined = text[end : to.start("value")].strip()
    whole = high_unit or unit
    if not (whole or joined.isalpha() or number.value < high):
        return None
    low = number.value * (1 if unit else scaled)
    if whole and unit and unit.name != whole.name:
        low = (low * unit.factor + unit.offset - whole.offset) / whole.factor
    return (low, high), whole, after, max(number.decimals, _decimals(to["value"]))


def _between(text: str, end: int, context: str, patterns: Patterns) -> re.Match[str] | None:
    """The upper end of "between 4 and 6": here alone "and" makes a range."""
    if not re.search(r"\bbetween\s+$", context, re.I):
        return None
    number = alternation(patterns.tables["number"])
    return re.compile(rf"\s+and\s+(?P<value>{DIGITS}|\b(?:{number})\b)", re.I).match(text, end)


def _scaled(text: str, end: int, patterns: Patterns) -> tuple[float, int]:
    """The multiplier after a number ("1.2 million", "4.5 × 10⁹") and where it ends; 1 when there is none."""
    factor = 1.0
    while scale := patterns.scale.match(text, end):
        if scale["scale"]:
            factor *= float(patterns.tables["scale"][scale["scale"].lower()])
        else:
            factor *= 10.0 ** int(scale["power"].translate(SUPERSCRIPTS))
        end = scale.end()
    return factor, end


def _unit(text: str, end: int, patterns: Patterns) -> tuple[Unit | None, int]:
    """The unit, with its denominators, that stands at `end`."""
    match = patterns.unit.match(text, end)
    if not match:
        per = patterns.bare_per.match(text, end)
        # "120/80 mmHg" and "5/325 mg" are pairs; only of person-time is a bare number given per amount.
        if not per or (("/" not in per["link"] or per["amount"]) and unit_named(per["unit"]).dimension != "person-time"):
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
            unit = divided(unit, unit_named(per["unit"]), amount=_number(per["amount"], patterns.tables) if per["amount"] else 1.0)
        end = per.end()
    return unit, end


def _mark(phrase: str, patterns: Patterns) -> Comparator:
    """The comparator that a sign or phrase stands for; "=" for "of" and "was"."""
    key = re.sub(r"[\s-]+", " ", phrase.lower()).strip()
    found = patterns.tables["before"].get(key) or patterns.tables["after"].get(key) or "="
    return cast(Comparator, found)


def _comparator(context: str, unit: Unit | None, patterns: Patterns) -> tuple[Comparator, int]:
    """The comparator before a number and how many characters of `context` it takes."""
    match = patterns.before.search(context)
    if not match:
        return "=", 0
    phrase = match["mark"] or match["spoken"]
    # "over 12 weeks" is how long something lasted; only of ages does "over" compare.
    timed = unit is not None and unit.dimension in ("time", "calendar")
    if timed and phrase.lower() in ("over", "under") and not _AGES.search(context[: match.start()]):
        return "=", 0
    return _mark(phrase, patterns), len(context) - match.start()


def _is_name(number: _Number, comparator: str) -> bool:
    """Whether a number without a unit names something: "5-HT", "3D", a registry number of seven digits or more,
    "one".
    """
    if comparator in ("<", "<=", ">", ">="):
        return False
    following = number.text[number.end : number.end + 2]
    if following[:1].isalpha() or (following[:1] in ("-", "–") and following[1:].isalpha()):
        return True
    if number.printed[0].isalpha():
        return number.value <= 1
    return number.printed.isdigit() and (len(number.printed) >= 7 or (len(number.printed) > 1 and number.printed[0] == "0"))


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
    """Whether two figures state one quantity, converting units; `rounding` lets 12.4% equal 12%, never one dose
    another.

    Comparators differ only when they oppose each other (< 5 and > 5). Months and weeks never match; hours and days do.
    """
    if one.dimension != other.dimension or len(one.base) != len(other.base):
        return False
    if one.label != other.label and one.kind in ("rank", "measure", "p-value") and other.kind in ("rank", "measure", "p-value"):
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
