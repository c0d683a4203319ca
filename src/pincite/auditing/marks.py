"""Finds citation marks: `[1, 3-5]`, `(2)`, superscripts, `5, 2` at the end of a sentence, `[^2]`, (Smith et al., 2019), links to a source.

After `references`. Brackets and superscripts speak for themselves. A bare or rounded number is a mark only where the page uses such numbers throughout,
after a word that no figure can follow, and within the numbers that its list (or its other marks) reach.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from pincite.auditing.authoryear import author_year_marks
from pincite.auditing.references import sections
from pincite.records import Link, ListedReference, Mark, Stretch
from pincite.text.units import words

_LIST = r"\d{1,3}(?:\s?[,;–—⁻-]\s?\d{1,3}){0,30}"
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻˒⸴", "0123456789-,,")
_UNICODE_RAISED = re.compile(r"[¹²³⁴⁵⁶⁷⁸⁹⁰]{1,3}(?:\s?[,˒⸴⁻–-]\s?[¹²³⁴⁵⁶⁷⁸⁹⁰]{1,3}){0,30}")
_SQUARE = re.compile(rf"\[\s?(?P<list>{_LIST})\s?\]")
_NOTE = re.compile(
    r"\[\^(?P<label>[\w-]{1,20})\]|【(?P<lenticular>\d{1,3})(?:[:†][^】]{0,80})?】|\[(?:ref|source|citation|cite):?\s?(?P<named>\d{1,3})\]",
    re.IGNORECASE,
)
_ROUND = re.compile(
    rf"(?<=[^\s(])\s?\((?P<list>{_LIST})\)(?=\s*(?:[.,;:!?]|$))|(?<=[.!?])\s?\((?P<after>{_LIST})\)(?=\s+[A-Z“\"]|\s*$)", re.MULTILINE
)
# At the end of a piece or before its stop: "… or masses 1", "… options 5, 2", "… techniques 2."
_TRAILING = re.compile(
    rf"(?P<word>[^\W\d_]{{2,}}|[%)\]”\"’'])(?P<gap>[ \u202f]|(?<=[%)\]”\"’']))(?P<list>{_LIST})(?=\s*[.;!?]?\s*(?:$|\n)|[.]\s+[A-Z“\"(])"
)
# Behind the stop: "symptoms.1,2 The", "… dysfunction. 1" at the end of a piece
_AFTER_STOP = re.compile(
    rf"(?P<word>[^\W\d_]{{2,}}|[%)\]”\"’'])[.!?]”?(?:(?P<list>{_LIST})(?=\s+[A-Z“\"(]|\s*(?:$|\n))|[ \u202f](?P<last>{_LIST})(?=\s*(?:$|\n)))"
)
# Glued to a word: "pain1,2." where superscripts lost their tags; short words and capitals are names (L4, B12, HbA1c).
_GLUED = re.compile(r"(?P<word>\b[A-Za-z]?[a-z]{3,})(?P<list>\d{1,2}(?:[,–-]\d{1,2}){0,12})(?=[.,;:]?(?:\s|$))")
_AFTER_COMMA = re.compile(r"(?P<word>[a-z)]{2,}),(?P<list>\d{1,2}(?:[,–-]\d{1,2}){0,12})(?=\s[a-z])")
_EXPONENT = re.compile(r"(?:^|[\s(/×x·*])(?:k?m|[cmµn]m|kg/m|ft|in|yd|10|[rRχIXtPx]|[Cc]hi|mm|km|cm|dm)$")
_RAISED = re.compile(rf"[\[(]?\s?(?P<list>{_LIST})\s?[\])]?")
_SCHOLARLY = re.compile(
    r"doi\.org/|pubmed|ncbi\.nlm\.nih\.gov|europepmc|clinicaltrials\.gov|cochranelibrary|dailymed|accessdata\.fda\.gov|nice\.org\.uk/guidance|who\.int/publications|thelancet|nejm\.org|"
    r"bmj\.com|jamanetwork|nature\.com/articles|sciencedirect|springer|wiley|tandfonline|oup\.com|medrxiv|biorxiv|arxiv\.org|guideline",
    re.IGNORECASE,
)
_LINK_MARK = re.compile(
    r"(?:source|ref(?:erence)?|study|link|citation|cite|evidence|here)?s?\s?\[?\^?\d{0,3}\]?|(?:[\w-]+\.)+[a-z]{2,6}", re.IGNORECASE
)
_WIDEST_RANGE = 60
_MOST_WITHOUT_LIST = 80


@cache
def _no_marks_after() -> frozenset[str]:
    """Words after which a number is a figure or a name."""
    lines = (files("pincite") / "data" / "not_marks.txt").read_text("utf-8").splitlines()
    own = {word for line in lines if not line.startswith("#") for word in line.split()}
    phrases = [phrase for use in ("rank", "label", "before") for phrase in words(use)]
    return frozenset(own | {phrase.split()[-1].strip(".").lower() for phrase in phrases})


def find(
    text: str,
    *,
    stretches: Sequence[Stretch],
    listed: Sequence[ListedReference] = (),
    links: Sequence[Link] = (),
    raised: Sequence[tuple[int, int]] = (),
) -> tuple[Mark, ...]:
    """All citation marks outside the reference list, in order, none overlapping; markers as the list prints them, ranges written out."""
    apart = _Apart(sections(text, stretches=stretches))
    sure = [
        mark for mark in (*_raised(text, raised), *_bracketed(text, links), *_links(text, links, listed)) if not apart.holds(mark.start)
    ]
    sure += [mark for mark in author_year_marks(text, listed) if not apart.holds(mark.start)]
    taken = _unlapped(sure)
    numbered = [mark for mark in taken if mark.markers[0].isdigit()]
    # A page that has its marks in brackets or raised uses no bare ones beside; a single raised figure proves no habit.
    if len(numbered) < 2:
        bare = [(style, mark) for style, mark in _bare(text, stretches) if not apart.holds(mark.start)]
        taken = _unlapped([*taken, *_habitual(bare, listed)])
    return tuple(taken)


class _Apart:
    """Stretches of the text in which marks are not looked for."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def holds(self, place: int) -> bool:
        index = bisect_right(self._starts, place) - 1
        return index >= 0 and place < self._ends[index]


def _unlapped(marks: Sequence[Mark]) -> list[Mark]:
    """Marks in order; of two that overlap the longer stays."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda one: (one.start, one.start - one.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def markers_of(printed: str) -> tuple[str, ...]:
    """The numbers of a printed list with its ranges written out, () when one of them runs backwards or too far.

    >>> markers_of("1, 3–5"), markers_of("5, 2"), markers_of("9-2")
    (('1', '3', '4', '5'), ('5', '2'), ())
    """
    found: dict[str, None] = {}
    for part in re.split(r"[,;]", printed.translate(_SUPERSCRIPTS)):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        if not ends or 0 in ends or len(ends) > 2:
            return ()
        low, high = ends[0], ends[-1]
        if high < low or high - low > _WIDEST_RANGE:
            return ()
        found.update(dict.fromkeys(str(number) for number in range(low, high + 1)))
    return tuple(found)


def _mark(start: int, end: int, printed: str) -> Iterator[Mark]:
    if markers := markers_of(printed):
        yield Mark(start=start, end=end, markers=markers)


def _raised(text: str, raised: Sequence[tuple[int, int]]) -> Iterator[Mark]:
    """Superscript figures that are no powers, charges or isotopes."""
    places = list(raised) + [match.span() for match in _UNICODE_RAISED.finditer(text)]
    for start, end in places:
        shown = _RAISED.fullmatch(text[start:end].translate(_SUPERSCRIPTS))
        before, after = text[max(0, start - 8) : start], text[end : end + 1]
        if not shown or before.endswith("^") or _EXPONENT.search(before) or (after.isalpha() and not before[-1:].isalpha()):
            continue
        if before[-1:].isdigit() and len(shown["list"]) <= 2:
            continue  # 10⁹, and "120³" that nobody can tell
        yield from _mark(start, end, shown["list"])


def _bracketed(text: str, links: Sequence[Link]) -> Iterator[Mark]:
    for match in _SQUARE.finditer(text):
        before = text[max(0, match.start() - 2) : match.start()]
        ranged = re.fullmatch(r"\d+\s?[–—-]\s?\d+", match["list"])
        if ranged and before.rstrip()[-1:].isdigit():
            continue  # "median 5 [3–7]"
        if re.search(r"(?:^|[\s(])[FtzHχ]\s?$", text[max(0, match.start() - 4) : match.start()]):
            continue  # a test with its degrees of freedom: "F [1,306]"
        yield from _mark(match.start(), match.end(), match["list"])
    for match in _NOTE.finditer(text):
        label = match["label"] or match["lenticular"] or match["named"]
        yield Mark(start=match.start(), end=match.end(), markers=(label,))
    for link in links:  # a bare number that leads to a source or to a note of the page
        shown = text[link.start : link.end].strip("[]() ")
        if re.fullmatch(_LIST, shown):
            yield from _mark(link.start, link.end, shown)


def _links(text: str, links: Sequence[Link], listed: Sequence[ListedReference]) -> Iterator[Mark]:
    """Links to an entry of the list, and links that themselves name a source."""
    known: dict[str, str] = {}
    for reference in listed:
        for name in (
            reference.url,
            f"doi.org/{reference.doi}" if reference.doi else None,
            f"/{reference.pmid}" if reference.pmid else None,
        ):
            if name:
                known.setdefault(_bare_address(name), reference.marker)
    for link in links:
        if not link.url.startswith(("http://", "https://")):
            continue
        address = _bare_address(link.url)
        marker = known.get(address) or next((known[tail] for tail in _tails(address) if tail in known), None)
        shown = text[link.start : link.end]
        if marker:
            yield Mark(start=link.start, end=link.end, markers=(marker,))
        elif _SCHOLARLY.search(link.url) or (_LINK_MARK.fullmatch(shown) and shown and not re.fullmatch(r"[\[(]?\d+[\])]?", shown)):
            yield Mark(start=link.start, end=link.end, markers=(link.url,))


def _bare_address(url: str) -> str:
    return re.sub(r"^https?://(?:www\.|dx\.)?|#.*$|/+$", "", url.lower())


def _tails(address: str) -> tuple[str, ...]:
    pmid = re.search(r"pubmed(?:\.ncbi\.nlm\.nih\.gov)?(/\d{4,9})", address)
    doi = re.search(r"doi\.org/10\..+", address)
    return tuple(one for one in (pmid[1] if pmid else None, doi.group() if doi else None) if one)


def _bare(text: str, stretches: Sequence[Stretch]) -> list[tuple[str, Mark]]:
    """Candidates of each bare style, with the style; none of them certain alone."""
    found: list[tuple[str, Mark]] = []
    for stretch in stretches:
        if stretch.kind == "caption" or stretch.header:
            continue
        words_ = text[stretch.start : stretch.end]
        if not any(character.isdigit() for character in words_):
            continue
        styles = [("round", _ROUND), ("trailing", _TRAILING), ("stop", _AFTER_STOP), ("glued", _GLUED), ("comma", _AFTER_COMMA)]
        for style, pattern in styles if stretch.kind != "cell" else styles[:2]:
            for match in pattern.finditer(words_):
                group = next((name for name in ("list", "after", "last") if name in match.groupdict() and match[name]), "list")
                if "word" in match.groupdict() and style != "round" and _named(words_, match):
                    continue
                at = match.start() if style == "round" else match.start(group)
                end = match.end() if style == "round" else match.end(group)
                while at < end and words_[at].isspace():
                    at += 1
                found.extend(
                    ("opening" if group == "after" else style, mark)
                    for mark in _mark(stretch.start + at, stretch.start + end, match[group])
                )
    return found


def _named(words_: str, match: re.Match[str]) -> bool:
    """Whether the word before a number makes it a figure or a name."""
    start = match.start("word")
    before = words_[max(0, start - 24) : match.end("word")]
    whole = re.search(r"[^\s(]+$", before)
    word = (whole.group() if whole else match["word"]).lower().strip("().,;:“”\"'’")
    return word in _no_marks_after() or (
        bool(re.search(r"\d[\d.,]*\s?[–-]?$", words_[max(0, start - 6) : start])) and match["word"].lower() in ("to", "and", "or", "x")
    )


def _habitual(candidates: Sequence[tuple[str, Mark]], listed: Sequence[ListedReference]) -> list[Mark]:
    """The candidates of styles that the page uses as marks: twice or more, from a low number on, no higher than its list goes."""
    numbers = [int(reference.marker) for reference in listed if reference.marker.isdigit()]
    # A list may lack entries that are cited: marks may go beyond it, but not far.
    highest = max(2 * max(numbers) + 3, 12) if numbers else _MOST_WITHOUT_LIST
    kept: list[Mark] = []
    fitting = [(style, mark) for style, mark in candidates if all(int(one) <= highest for one in mark.markers)]
    families = {"opening": "round", "trailing": "plain", "stop": "plain", "glued": "plain", "comma": "plain", "round": "round"}
    for family in ("plain", "round"):
        group = [(style, mark) for style, mark in fitting if families[style] == family]
        solid = [mark for style, mark in group if style in ("trailing", "stop", "round", "opening")]
        used = sorted({int(one) for _, mark in group for one in mark.markers})
        if not used or used[0] > 2:
            continue
        if (
            group
            and all(style == "opening" for style, _ in group)
            and [one for _, mark in group for one in mark.markers] == [str(number) for number in used]
        ):
            continue  # "… first. (2) Second. (3) Third.": the numbers of a list in running text
        habit = len(solid) >= (1 if numbers else 2) or (len(group) >= 3 and bool(numbers))
        # Marks count up: most of the numbers below the highest are used too. Figures at sentence ends are scattered.
        dense = len(used) >= 0.4 * used[-1] or (bool(numbers) and used[-1] <= max(numbers))
        if habit and dense:
            kept.extend(mark for _, mark in group)
    return kept
