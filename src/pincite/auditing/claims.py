"""`Loaded` → `Asserted`s: sentences, items and table rows as checkable claims with what completes them; and whether one is medical at all.

After `loading`, before `evidence`. Citation marks go out of the words and into `cites`; offsets cover the words where they stand in the text. What is
advice to the reader, opinion or talk about the page itself is kept and named as such (data/assertions.tsv), so that nothing disappears silently.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from pincite.auditing.references import sections
from pincite.ingest.outline import table_lines
from pincite.records import Asserted, ClaimKind, Loaded, Mark, Stretch
from pincite.terms import find
from pincite.text.numbers import figures
from pincite.text.sentences import sentences
from pincite.text.steering import steers
from pincite.text.tables import rows

_WORD = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
_LETTERS = re.compile(r"[^\W\d_]{3}|\d")
# What a mark shows that is no part of its sentence: figures, brackets, signs; the words of a link are part of it.
_NO_WORDS = re.compile(
    r"[\s\d,;–—⁻˒⸴\[\]()^¹²³⁴⁵⁶⁷⁸⁹⁰-]*|[\[(【].*|(?:source|ref(?:erence)?|study|link|citation|here)s?\s?\d{0,3}|(?:[\w-]+\.)+[a-z]{2,6}",
    re.IGNORECASE | re.DOTALL,
)
_REFERS_BACK = re.compile(
    r"(?:these|this|it|its|they|their|such|those|both|he|she|the (?:former|latter|drug|procedure|treatment|medicine|medication|injection|condition|disease|operation|technique|approach|therapy|effect|risk)s?)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|may|might|should|must|shall|will|could|would|does|do|did|include[sd]?|show(?:s|ed|n)?|report(?:s|ed)?|reduce[sd]?|increase[sd]?|improve[sd]?|"
    r"cause[sd]?|prevent(?:s|ed)?|need(?:s|ed)?|require[sd]?|recommend(?:s|ed)?|suggest(?:s|ed)?|decrease[sd]?|lead(?:s)?|led|occur(?:s|red)?|remain(?:s|ed)?|provide[sd]?|affect(?:s|ed)?)\b",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"\b(?:when|if|of|for|by|with|in|to|on|at|as|is|are|be|from|than|that|and|or|the|a|an|following|follows|below|include[sd]?|including|involves?|consists?|focusing|monitor|assess|check|evaluate|such as|namely|either)\s*:$",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(r"(?:if|when|where|unless|in case of|for|in|among|after|before)\b[^,]*:$", re.IGNORECASE)
_INNER_COLON = re.compile(r"^[^:]{3,60}:\s+(?P<rest>\S.*):$")
_QUESTION = re.compile(r"\?\W*$")
_REMARK = re.compile(r"\([^()]{3,160}\)\.?(?:\s+(?=[A-Z])|\s*$)")
_LONGEST_CONTEXT = 300


class _Rule(NamedTuple):
    kind: str
    pattern: re.Pattern[str]


@cache
def _rules() -> tuple[tuple[_Rule, ...], tuple[re.Pattern[str], ...]]:
    table = [(row[0], re.compile(row[1], re.IGNORECASE)) for row in rows("assertions.tsv")]
    return tuple(_Rule(kind, pattern) for kind, pattern in table if kind != "never"), tuple(
        pattern for kind, pattern in table if kind == "never"
    )


def kind_of(sentence: str) -> ClaimKind:
    """Whether a sentence is a claim, advice to the reader, an opinion, a question, or talk about the text itself.

    >>> kind_of("Talk to your doctor first."), kind_of("Do not take ibuprofen in pregnancy.")
    ('advice', 'claim')
    """
    text = " ".join(sentence.split()).replace("’", "'")
    if _QUESTION.search(text):
        return "question"
    rules, never = _rules()
    kind = next((rule.kind for rule in rules if rule.pattern.search(text)), "claim")
    if kind in ("advice", "boilerplate") and any(pattern.search(text) for pattern in never):
        return "claim"
    return kind  # type: ignore[return-value]


def assertions(loaded: Loaded) -> tuple[Asserted, ...]:
    """Every sentence, list item and table row of a text outside its reference list, in order, with headings and lead-ins as context."""
    return tuple(_Cutting(loaded).run())


class _Cutting:
    """Cuts one text; holds what is looked up again and again."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._masked = masked(loaded.text, loaded.marks)
        self._mark_starts = [mark.start for mark in loaded.marks]
        self._leading = {span for stretch in loaded.stretches for span in stretch.under}
        self._by_span = {(stretch.start, stretch.end): stretch for stretch in loaded.stretches}
        self._apart = sections(loaded.text, stretches=loaded.stretches)
        self._count = 0
        self._said = ""  # the last sentence, for one that refers back

    def run(self) -> Iterator[Asserted]:
        """The assertions in order."""
        row: list[Stretch] = []
        tables = self._headers()
        for stretch in self._loaded.stretches:
            if row and (stretch.cell is None or stretch.cell[:2] != (row[0].cell or ())[:2]):
                yield from self._row(row, tables)
                row = []
            if any(start <= stretch.start < end for start, end in self._apart) or stretch.kind == "caption":
                continue
            if stretch.kind in ("title", "heading"):
                self._said = ""
            elif stretch.cell is not None:
                row.append(stretch)
            elif (stretch.start, stretch.end) in self._leading:
                yield from self._lead(stretch)
            else:
                yield from self._sentences(stretch)
        if row:
            yield from self._row(row, tables)

    def _sentences(self, stretch: Stretch) -> Iterator[Asserted]:
        spans = [(stretch.start + start, stretch.start + end) for start, end in sentences(self._masked[stretch.start : stretch.end])]
        marks = self._marks(stretch.start, stretch.end)
        inherited = self._inherited(stretch)
        starts = [start for start, _ in spans]
        cited: dict[int, list[str]] = {}
        for mark in marks:  # behind a stop a mark still belongs to the sentence before it
            cited.setdefault(max(0, bisect_right(starts, mark.start) - 1), []).extend(mark.markers)
        context = self._context(stretch)
        for index, (start, end) in enumerate(spans):
            yield from self._made(start, end, context, tuple(dict.fromkeys(cited.get(index, ()))) or inherited)

    def _lead(self, stretch: Stretch) -> Iterator[Asserted]:
        """What stands above a list is a claim of its own where it says something complete, has a figure or cites a source."""
        words = _tidy(self._masked[stretch.start : stretch.end])
        cites = any(True for _ in self._marks(stretch.start, stretch.end))
        whole = sentences(words)
        if len(whole) > 1:  # prose whose last sentence opens the list
            yield from self._sentences(stretch)
            return
        if words.endswith(":"):
            inner = _INNER_COLON.match(words)
            complete = bool(_VERB.search(words)) and not _UNFINISHED.search(words) and not (_CONDITIONAL.match(words))
            if not (complete or cites or (inner is not None and len(inner["rest"].split()) >= 4)):
                return
        elif not (cites or _VERB.search(words) or figures(words)):
            return
        yield from self._sentences(stretch)

    def _row(self, row: list[Stretch], tables: dict[int, dict[int, str]]) -> Iterator[Asserted]:
        """A table row as "column: cell; column: cell", the way ingest stores it; rows of names alone assert nothing."""
        if all(cell.header for cell in row):
            return
        headers = tables.get((row[0].cell or (0, 0, 0))[0], {})
        filled = [cell for cell in row if cell.end > cell.start]
        columns = [headers.get((cell.cell or (0, 0, 0))[2], "") for cell in filled]
        texts = [_tidy(self._masked[cell.start : cell.end]) for cell in filled]
        if len(filled) < 2:
            return
        line = table_lines([columns, texts], headed=any(columns))
        start, end = filled[0].start, filled[-1].end
        marks = [mark for cell in filled for mark in self._marks(cell.start, cell.end)]
        named = {span for cell in row if cell.header for span in ((cell.start, cell.end),)}
        context = tuple(
            words for span in row[0].under if span not in named and not self._is_header(span) for words in (self._words(span),) if words
        )
        self._count += 1
        cites = tuple(dict.fromkeys(marker for mark in marks for marker in mark.markers))
        yield Asserted(id=f"c{self._count}", text=line[-1], start=start, end=end, context=context, kind="claim", cites=cites)

    def _headers(self) -> dict[int, dict[int, str]]:
        """Table → column → name of the column."""
        found: dict[int, dict[int, str]] = {}
        for stretch in self._loaded.stretches:
            if stretch.cell is not None and stretch.header and stretch.cell[1] == 0:
                found.setdefault(stretch.cell[0], {})[stretch.cell[2]] = _tidy(self._masked[stretch.start : stretch.end])
        return found

    def _is_header(self, span: tuple[int, int]) -> bool:
        return self._by_span[span].cell is not None

    def _made(self, start: int, end: int, context: tuple[str, ...], cites: tuple[str, ...]) -> Iterator[Asserted]:
        remark = _REMARK.match(self._masked[start:end])
        if remark is not None:  # "(randomised trial 2015)" says something of the sentence before it
            start += remark.end()
        text = _tidy(self._masked[start:end])
        if not _LETTERS.search(text):
            return
        before, self._said = self._said, text
        if before and _REFERS_BACK.match(text):
            context = (*context, before[:_LONGEST_CONTEXT])
        self._count += 1
        kind: ClaimKind = "boilerplate" if steers(text) else kind_of(text)  # what tries to steer its reader asserts nothing
        yield Asserted(id=f"c{self._count}", text=text, start=start, end=end, context=context, kind=kind, cites=cites)

    def _marks(self, start: int, end: int) -> list[Mark]:
        first, last = bisect_left(self._mark_starts, start), bisect_left(self._mark_starts, end)
        return list(self._loaded.marks[first:last])

    def _inherited(self, stretch: Stretch) -> tuple[str, ...]:
        """Markers of the nearest item or sentence above a list item: "Steroid injections 3" speaks for all that stands under it."""
        for span in reversed(stretch.under):
            if self._by_span[span].kind in ("title", "heading", "caption", "cell"):
                break
            if marks := self._marks(*span):
                return tuple(dict.fromkeys(marker for mark in marks for marker in mark.markers))
        return ()

    def _context(self, stretch: Stretch) -> tuple[str, ...]:
        return tuple(words for span in stretch.under if (words := self._words(span)))

    def _words(self, span: tuple[int, int]) -> str:
        return _tidy(self._masked[span[0] : span[1]]).rstrip(" :").strip("*_ ")[:_LONGEST_CONTEXT]


def masked(text: str, marks: Sequence[Mark]) -> str:
    """The text with blanks for citation marks, so that offsets stay."""
    parts: list[str] = []
    position = 0
    for mark in marks:
        if _NO_WORDS.fullmatch(text[mark.start : mark.end]):
            parts += [text[position : mark.start], " " * (mark.end - mark.start)]
            position = mark.end
    return "".join([*parts, text[position:]])


def _tidy(words: str) -> str:
    """Words of a sentence without what taken-out marks leave: blanks before stops, empty brackets."""
    words = " ".join(re.sub(r"[(\[]\s*[,;]?\s*[)\]]", "", words).split())
    return re.sub(r"\s+(?=[.,;:!?)\]](?:\s|$))", "", words).strip()


# --- is it medical at all -------------------------------------------------------------------------------------------


@cache
def _listed(name: str) -> frozenset[str]:
    lines = (files("pincite") / "data" / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=8192)
def _points(text: str) -> tuple[int, int]:
    """How much of a text is medical (2 a term of the vocabulary, 1 a medical word or outcome) and of another world (1 a word)."""
    named = {
        mention.concept: 1 if mention.kind == "outcome" else 2
        for mention in find(text)
        if mention.kind in ("condition", "drug", "intervention", "outcome")
    }
    said = {word.lower() for whole in _WORD.findall(text) for word in (whole, *re.split(r"[-/]", whole))}
    forms = said | {word[:-1] for word in said if word.endswith("s")} | {word[:-2] for word in said if word.endswith("es")}
    return sum(named.values()) + len(forms & _listed("medical_words.txt")), len(forms & _listed("other_worlds.txt"))


def medical(asserted: Asserted) -> bool:
    """Whether a claim is about medicine, by its own words or by those above it; a garden's diseases and a market's depressions are not.

    >>> medical(Asserted(id="c1", text="Water the roses twice a week.", start=0, end=29))
    False
    """
    own, other = _points(asserted.text)
    around, elsewhere = 0, 0
    for words in asserted.context:
        points, others = _points(words)
        around, elsewhere = around + points, elsewhere + others
    if other and own <= 2 * other:
        return False
    if elsewhere and around <= 2 * elsewhere:  # a page about something else: the sentence must speak for itself, and clearly
        return own >= 5
    return own >= 2 or around >= 2 or (own == 1 and around >= 1)


# A page with more than this many words of another world to each point of medicine is not about medicine, whatever one of its sentences names:
# pages on medicine stay below 0.1, pages on gardens, cars or markets above 0.8.
_OTHER_PAGE = 0.5


def checkable(asserted: Sequence[Asserted]) -> list[Asserted]:
    """The medical claims of a text: none at all where most of it speaks of gardens, markets or machines."""
    headings = dict.fromkeys(words for one in asserted for words in one.context)
    points = [_points(text) for text in (*(one.text for one in asserted), *headings)]
    own, other = sum(medicine for medicine, _ in points), sum(others for _, others in points)
    found = [one for one in asserted if one.kind == "claim" and medical(one)]
    return [] if other > _OTHER_PAGE * own and len(found) < len(asserted) / 2 else found
