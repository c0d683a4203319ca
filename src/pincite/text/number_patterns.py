"""The regular expressions that `text.numbers` reads figures with, built once from the word and unit tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pincite.text.units import alternation, unit_pattern, words

DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|[1-9]\d{0,2}(?:[\u2009\u202f\u00a0 ]\d{3})+(?![\d.,]\d|\d)|\d+)(?:[.·∙]\d+)?"
    r"|(?<!\d)[.·]\d+"
)
_SIGNED = rf"[-−–+]?\s?(?:{DIGITS})"
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
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
_INTERVAL_NAME = r"\s?%?[\s-]*(?:CI|CrI|confidence\s+intervals?|credible\s+intervals?|confidence\s+limits)s?\b(?:\s*[\[(]CI[\])])?"
_SEPARATOR = r"\s?(?:to|and|through|[-–−—,;])\s?"


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled expressions by what they find, and the word tables by use."""

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
def patterns() -> Patterns:
    """The compiled expressions; they are matched at a number, or searched in the few words before it."""
    uses = ("number", "scale", "before", "after", "frequency", "measure", "rank", "label")
    tables = {use: {phrase.lower(): meaning for phrase, meaning in words(use).items()} for use in uses}
    number = alternation(tables["number"])
    value = rf"(?:{DIGITS}|\b(?:{number})(?:-(?:{number}))?\b)"
    symbols = {phrase: mark for phrase, mark in tables["before"].items() if not phrase[0].isalpha()}
    spoken = {phrase: mark for phrase, mark in tables["before"].items() if phrase[0].isalpha()}
    unit = rf"[\s-]?(?P<unit>{unit_pattern()})(?![A-Za-z0-9])"
    links = r"(?:\s*\([^()]{1,20}\))?(?:\s*(?:of|was|were|is|=|:|,|≈|~))*\s*\(?\s*$"
    measured = alternation(words("measure"))
    return Patterns(
        start=re.compile(
            rf"(?P<skip>{_SKIP})"
            rf"|(?P<frequency>\b(?i:{alternation(tables['frequency'])})(?![\w-]))"
            rf"|(?P<value>(?<![\w.,·])(?<!\w[-–])(?:{DIGITS}))"
            rf"|(?P<word>\b(?i:{number})(?:-(?i:{number}))?\b(?!-?(?:sided|tailed|armed|way|another)))"
        ),
        before=re.compile(
            rf"(?:(?P<mark>{alternation(symbols)})|(?:^|(?<=[\s(\[,;:])) ?"
            rf"(?P<spoken>{alternation(spoken)})(?:\s+(?:a|an|the|of|age))*)\s*$",
            re.I,
        ),
        after=re.compile(
            rf"\s?(?P<after>\+(?!\s?\d)|(?:{alternation({k: v for k, v in tables['after'].items() if k != '+'})})\b)",
            re.I,
        ),
        unit=re.compile(unit),
        per=re.compile(
            rf"(?:\s?/\s?|\s+(?:per|a|each)\s+)(?:(?P<amount>{DIGITS})[\s-]?)?(?P<unit>{unit_pattern()})(?![A-Za-z0-9])"
            r"|\s+(?P<plain>once[\s-]daily|once\s(?:a|per)\sday|daily|nightly"
            r"|once[\s-]weekly|once\s(?:a|per)\sweek|weekly|once[\s-]monthly|monthly|yearly|annually)\b",
            re.ASCII,
        ),
        bare_per=re.compile(
            rf"(?P<link>\s?/\s?|\s+per\s+)(?:(?P<amount>{DIGITS})[\s-]?)?(?P<unit>{unit_pattern()})(?![A-Za-z0-9])",
            re.ASCII,
        ),
        scale=re.compile(rf"[\s-](?P<scale>{alternation(tables['scale'])})\b|{_EXPONENT}", re.I),
        range=re.compile(rf"\s?(?:[-–−—]|\bto\b|\bthrough\b)\s?(?P<value>{value})(?!\w*[-–]?\d)", re.I),
        interval=re.compile(
            rf"{_INTERVAL_NAME}\s*(?:of|was|from|for\s[\w\s]{{1,30}})?\s*[:=,]?\s*[\[(]?\s*"
            rf"(?P<low>{_SIGNED})\s?%?{_SEPARATOR}(?P<high>{_SIGNED})\s?(?P<percent>%)?"
        ),
        slash=re.compile(rf"\s?/\s?(?P<value>{DIGITS})(?![\d/])"),
        of=re.compile(
            rf"\s(?:out\s+)?(?P<link>of|in|per)\s(?:(?:the|every|all|a total of)\s)*"
            rf"(?P<value>{value})(?![\w%])(?!\s?%)",
            re.I,
        ),
        measure=re.compile(rf"(?<![\w-])(?P<label>{measured}){links}"),
        p_value=re.compile(
            r"(?<![\w])[pP](?:[\s-]?values?)?(?:\s+(?:for\s(?:trend|interaction|difference)))?"
            r"\s*(?:of|was|is)?\s*(?P<mark>[<>=≤≥⩽⩾]|<=|>=|less than|of|was)\s*$"
        ),
        named_before=re.compile(
            rf"(?<![\w-])(?:(?P<every>every|q)|(?P<time>day|week|month|year)"
            rf"|(?P<rank>{alternation(tables['rank'])})s?|(?P<label>{alternation(tables['label'])}))\s*$",
            re.I,
        ),
        frequency=re.compile(
            r"\s?times?\s+(?:a|per|each|every|/)?\s?(?P<daily>day|daily|week|weekly|month|monthly|year|yearly)\b"
            r"|\s?x\s?/\s?(?P<short>day|week)\b"
        ),
        tables=tables,
    )
