"""Own arithmetic, first part: percentages that do not follow from their counts, parts that exceed their whole, totals that are no sum.

Only what is certain is reported. Shares may be cut instead of rounded; parts may overlap unless words say that each belongs to one group (data/exclusive.tsv);
a count of those analysed may be smaller than the count of those enrolled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pincite.auditing.said import Said
from pincite.records import InternalFinding
from pincite.text.tables import rows

_INT = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_PERCENT = r"(?P<percent>\d{1,3}(?:[.·]\d+)?)\s?(?:%|per ?cent\b)"
_ABOUT = r"(?P<about>(?:about|approximately|approx\.?|around|nearly|almost|roughly|some|over|under|more than|less than|up to|at least|[~≈<>≤≥])\s*)?"
_PEOPLE = r"(?:[A-Za-z][A-Za-z-]*\s+){0,4}?[A-Za-z][A-Za-z-]*"
# "12/45 (26.7%)", "12 of 45 patients (26.7%)", "12 of the 45 = 26.7%"
_COUNT_FIRST = re.compile(
    rf"(?<![\w.,/:–-])(?P<part>{_INT})\s?(?:/|(?:out )?of(?: the| all| these| those| our)?\s)\s?(?P<whole>{_INT})(?![\d/]|[.,]\d)(?:\s+{_PEOPLE})?\s*[(\[=]\s*{_ABOUT}{_PERCENT}\s*(?=[)\];,.]|$)",
)
# "26.7% (12/45)", "26.7% (12 of 45 patients)"
_SHARE_FIRST = re.compile(
    rf"(?<![\w.,–-]){_ABOUT}{_PERCENT}\s*[(\[]\s*(?:n\s?=\s?)?(?P<part>{_INT})\s?(?:/|(?:out )?of(?: the| all)?\s)\s?(?P<whole>{_INT})(?:\s+{_PEOPLE})?\s*(?=[)\];,])"
)
# "Of (the) 45 patients, 12 (26.7%) improved"
_OF_FIRST = re.compile(
    rf"\b(?:[Oo]f|[Aa]mong|[Oo]ut of)(?: the| these| our| all)?(?: total of)? (?P<whole>{_INT})\s+{_PEOPLE},\s(?P<part>{_INT})\s*\(\s*{_PERCENT}\s*\)"
)
_OTHER_WHOLE = re.compile(
    r"\b(?:of (?:those|whom|these|which|them)|analy[sz]ed|evaluable|assessed|available|remaining|completed|excluded|lost|missing|responded|eligible|data|respectively)\b",
    re.IGNORECASE,
)
_MORE_THAN_ALL = re.compile(
    rf"(?<![\w.,/:–-])(?P<part>{_INT})\s(?:out )?of(?: the| all)?\s(?P<whole>{_INT})\s+(?:patients|participants|people|women|men|children|adults|subjects|cases|studies|trials|respondents|knees|hips|eyes|patient|infants)\b"
)
# Rates over time are estimated (Kaplan–Meier) and adjusted ones weighted: they need not be their counts' quotient, but come near it.
_ESTIMATED = re.compile(
    r"\b(?:cumulative|kaplan\w*|estimat\w+|probabilit\w+|survival|incidence|(?<!success )(?<!response )rates? of|(?:event|mortality|death|failure|recurrence|relapse|infection) rates?|hazard|adjusted|weighted|standardi[sz]ed|prevalence)\b",
    re.IGNORECASE,
)
_ESTIMATE_LIMIT = 0.25
_EXACT_LIMIT = 5.0  # points by which even "about 30%" must not miss its own counts
_PART = re.compile(rf"(?<![\w.,–-])(?:(?P<count>{_INT})\s?[(\[]\s?)?(?P<percent>\d{{1,3}}(?:\.\d+)?)\s?%\s?[)\]]?")
_WITHIN = re.compile(
    r"\b(?:in|among|of|for|between|by|than|with|within|to|from|versus|vs\.?)\s+(?:the\s+|a\s+|those\s+(?:with|who)\s+)?$", re.IGNORECASE
)
_TOTAL = re.compile(rf"(?<![\w.,–-])(?P<whole>{_INT})\s+(?P<noun>{_PEOPLE})\s*[(:,–-]\s*(?=(?:{_INT})\s)")
_REST = re.compile(r"\bthe (?:remaining|rest|other)\b", re.IGNORECASE)
_OVERLAP = re.compile(
    r"\b(?:adverse|side effects?|symptoms?|complications?|comorbid\w*|reasons?|medications?|drugs|multiple|more than one|several|overlap\w*|each|both|or more|respectively|events?)\b",
    re.IGNORECASE,
)


def share_findings(sentence: Said) -> Iterator[InternalFinding]:
    """What is wrong with the counts and percentages of one sentence."""
    text = sentence.text
    if not any(character.isdigit() for character in text):
        return
    taken: list[tuple[int, int]] = []
    for pattern in (_COUNT_FIRST, _SHARE_FIRST, _OF_FIRST):
        for match in pattern.finditer(text):
            if pattern is _OF_FIRST and _OTHER_WHOLE.search(text):
                continue
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if (problem := _misfit(match)) and not (_ESTIMATED.search(text) and _near(match)):
                yield sentence.finding(match.start(), _closed(text, match.end()), problem)
    for match in _MORE_THAN_ALL.finditer(text):
        part, whole = _int(match["part"]), _int(match["whole"])
        if part > whole > 0:
            yield sentence.finding(match.start(), match.end(), f"{part} of {whole} is more than all of them.")
    yield from _parts(sentence)
    yield from _total(sentence)


def _closed(text: str, end: int) -> int:
    return end + 1 if text[end : end + 1] in (")", "]") else end


def _int(text: str) -> int:
    return int(text.replace(",", ""))


def shown(number: float, decimals: int = 1) -> str:
    """A number as it is printed in a finding: no more decimals than say something."""
    text = f"{number:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def misfit(part: int, whole: int, percent: str, *, about: bool = False) -> str | None:
    """The sum that a printed percentage does not follow from, None when it does, rounded or cut as printed.

    >>> misfit(12, 45, "35.7"), misfit(12, 45, "26.6"), misfit(12, 45, "27")
    ('12 of 45 is 26.7%, not 35.7%.', None, None)
    """
    printed = float(percent.replace("·", "."))
    decimals = len(re.split(r"[.·]", percent)[1]) if re.search(r"[.·]", percent) else 0
    if whole <= 0 or part > whole:
        return None
    exact = 100 * part / whole
    allowed = _EXACT_LIMIT if about else 10.0**-decimals
    if abs(exact - printed) < allowed - 1e-9:
        return None
    return f"{part} of {whole} is {shown(exact, max(1, decimals))}%, not {percent}%."


def _misfit(match: re.Match[str]) -> str | None:
    return misfit(_int(match["part"]), _int(match["whole"]), match["percent"], about=bool(match.groupdict().get("about")))


def _near(match: re.Match[str]) -> bool:
    """Whether a share comes near the quotient of its counts."""
    exact = 100 * _int(match["part"]) / _int(match["whole"])
    return abs(exact - float(match["percent"].replace("·", "."))) <= _ESTIMATE_LIMIT * max(exact, 1e-9)


# --- parts of one whole ---------------------------------------------------------------------------------------------


class _Set(NamedTuple):
    name: str
    use: str
    alternatives: tuple[re.Pattern[str], ...]


@cache
def _sets() -> tuple[_Set, ...]:
    return tuple(
        _Set(
            name,
            use,
            tuple(re.compile(rf"\b(?:{'|'.join(map(re.escape, group.split('/')))})\b", re.IGNORECASE) for group in words.split("|")),
        )
        for name, use, words in rows("exclusive.tsv")
    )


def _parts(sentence: Said) -> Iterator[InternalFinding]:
    """Shares of groups that exclude each other and still come to more than 100%; a stated rest that does not fill the whole."""
    text = sentence.text
    parts = list(_PART.finditer(text))
    if len(parts) < 2:
        return
    if (
        (rest := _REST.search(text))
        and parts[-1].start() > rest.start()
        and parts[-1].start() - rest.end() < 40
        and not _OTHER_WHOLE.search(text[: rest.start()])
    ):
        yield from _sum(sentence, parts, exactly=True)
        return
    for group in _sets():
        if group.use != "all" or sum(bool(word.search(text)) for word in group.alternatives) < 2:
            continue
        if (named := _named(text, parts, group)) and len(named) >= 2:
            yield from _sum(sentence, named, exactly=False)
            return


def _named(text: str, parts: list[re.Match[str]], group: _Set) -> list[re.Match[str]]:
    """The percentages that belong to one word each of a set, all on the same side of it; [] when that is not plain."""
    found = [list(word.finditer(text)) for word in group.alternatives]
    if any(len(one) > 1 for one in found):
        return []
    words = [one[0] for one in found if one]
    for side in ("after", "before"):
        chosen: list[re.Match[str]] = []
        for word in words:
            if _WITHIN.search(text[: word.start()]):
                return []
            if side == "after":  # "40% mild", "40% were rated excellent"
                near = [
                    part
                    for part in parts
                    if part.end() <= word.start()
                    and re.fullmatch(
                        r"[\s)]*(?:were|was|are|is|had|being|rated|graded|as|classified|reported|an?|results?|the|,)?\s*(?:(?:rated|graded|classified|as|an?)\s+)*",
                        text[part.end() : word.start()],
                    )
                ]
            else:  # "mild (40%)", "mild: 40%"
                near = [
                    part
                    for part in parts
                    if part.start() >= word.end()
                    and re.fullmatch(r"\s*(?:\w+\s?)?[(:=,–-]?\s*(?:in|n\s?=)?\s*", text[word.end() : part.start()])
                ]
            if len(near) == 1:
                chosen.append(near[0])
        if len(chosen) == len(words) and len(set(map(id, chosen))) == len(chosen):
            return chosen
    return []


def _sum(sentence: Said, parts: list[re.Match[str]], *, exactly: bool) -> Iterator[InternalFinding]:
    values = [float(part["percent"]) for part in parts]
    decimals = max(len(part["percent"].partition(".")[2]) for part in parts)
    total = sum(values)
    allowed = 0.5 * len(values) * 10.0 ** -min(len(part["percent"].partition(".")[2]) for part in parts) + 1e-6
    if total <= 100 + allowed and not (exactly and total < 100 - allowed):
        return
    added = " + ".join(part["percent"] for part in parts)
    overlap = " Overlap may explain it where one patient counts in several." if _OVERLAP.search(sentence.text) and not exactly else ""
    why = "more than" if total > 100 else "less than"
    yield sentence.finding(parts[0].start(), parts[-1].end(), f"{added} = {shown(total, max(1, decimals))}%, {why} the whole.{overlap}")


def _total(sentence: Said) -> Iterator[InternalFinding]:
    """ "45 patients (20 men and 30 women)": counts of groups that exclude each other against the total in front of them."""
    text = sentence.text
    for match in _TOTAL.finditer(text):
        end = text.find(")", match.end()) if "(" in text[match.start() : match.end()] else -1
        inner = text[match.end() : end if end > 0 else match.end() + 90]
        if _OVERLAP.search(inner):
            continue
        for group in _sets():
            counts: list[tuple[int, int]] = []
            for word in group.alternatives:
                named = list(re.finditer(rf"(?<![\w.,–-])({_INT})\s+(?:\w+\s+)?(?={word.pattern})", inner, re.IGNORECASE))
                if len(named) == 1:
                    counts.append((_int(named[0][1]), named[0].end()))
            if len(counts) < 2:
                continue
            total, whole = sum(count for count, _ in counts), _int(match["whole"])
            complete = group.name == "sex" and end > 0 and len(re.findall(rf"(?<![\w.,–-]){_INT}\s", inner)) == 2
            if total > whole or (complete and total != whole):
                added = " + ".join(str(count) for count, _ in counts)
                last = max(place for _, place in counts)
                word_end = re.compile(r"\w+").match(inner, last)
                stop = match.end() + (word_end.end() if word_end else last)
                yield sentence.finding(match.start(), stop, f"{added} = {total}, not {whole}.")
            break
