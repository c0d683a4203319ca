"""Answer → text for a terminal or a pipe: wrapped to 40–200 columns, in colour only where that is wanted.

Colour carries no meaning of its own: every strength, direction and warning is also a word.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import TextIO

from pincite.records import Answer
from pincite.rendering.layout import Entry, Line, Page, Part, Sentence, page

NARROWEST, WIDEST = 40, 200
PIPED = 100  # columns where there is no window to ask
_STYLES = {"heading": "1", "side": "1", "quiet": "2", "alert": "1;31", "mark": "36", "link": "4"}


def colour_wanted(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that may have colour: NO_COLOR (no-color.org) and TERM=dumb are honoured."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def render(answer: Answer, *, width: int = PIPED, colour: bool = False, clinician: bool = False) -> str:
    """The answer page as text, at most `width` columns (bounded to 40–200), ending in a newline."""
    writer = _Writer(max(NARROWEST, min(WIDEST, width)), colour)
    laid_out = page(answer, wording_for="clinician" if clinician else "audience")
    return "\n".join(writer.page(laid_out)) + "\n"


def write(answer: Answer) -> bytes:
    """The `text` writer: no colour, 100 columns, UTF-8."""
    return render(answer).encode()


def columns(text: str) -> int:
    """How many terminal columns `text` takes: wide East Asian characters count two, combining marks none.

    >>> columns("abc"), columns("腰痛"), columns("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class _Writer:
    """Walks a page; words carry their style, so that wrapping counts only what is seen."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = width
        self.colour = colour

    def page(self, laid_out: Page) -> Iterator[str]:
        if laid_out.urgent:
            yield from self.wrap([(laid_out.urgent, "alert")], first="!! ", rest="!! ")
            yield ""
        yield from self.wrap([(laid_out.question, "heading")])
        for line in laid_out.opening:
            yield from self.line(line, indent="")
        for part in laid_out.parts:
            yield ""
            yield from self.part(part, depth=0)

    def part(self, part: Part, *, depth: int) -> Iterator[str]:
        indent = "  " * depth
        yield from self.wrap([(part.heading, "heading")], first=indent, rest=indent)
        for item in part.items:
            match item:
                case Line():
                    yield from self.line(item, indent=indent + "  ")
                case Sentence():
                    yield from self.sentence(item, indent=indent + "  ")
                case Entry():
                    yield from self.entry(item, indent=indent + "  ")
        for position, child in enumerate(part.parts):
            if depth == 0 and (position or part.items):
                yield ""
            yield from self.part(child, depth=depth + 1)

    def line(self, line: Line, *, indent: str) -> Iterator[str]:
        style = "" if line.tone == "normal" else line.tone
        bullet = "• " if line.bullet else "! " if line.tone == "alert" else ""
        yield from self.wrap([(f"{line.text} {line.command}".rstrip(), style)], first=indent + bullet, rest=indent + " " * len(bullet))

    def sentence(self, sentence: Sentence, *, indent: str) -> Iterator[str]:
        pieces = [(sentence.text, "")]
        pieces += [(f"[{mark.reference}]", "mark") for mark in sentence.marks]
        if sentence.facts:
            pieces.append((f"({'; '.join(sentence.facts)})", "quiet"))
        if sentence.because:
            pieces.append((f"Only indirect: {sentence.because.rstrip('.')}.", "alert"))
        yield from self.wrap(pieces, first=f"{indent}• ", rest=f"{indent}  ")

    def entry(self, entry: Entry, *, indent: str) -> Iterator[str]:
        first = f"{indent}[{entry.number}] "
        rest = " " * len(first)
        yield from self.wrap([(entry.title, "alert" if entry.alert else "heading"), (entry.source, "")], first=first, rest=rest)
        # The document's own name often is one of its identifiers; the address follows on a line of its own.
        known = (entry.reference.document_id.partition(":")[2].lower(), entry.address, entry.reference.url)
        identifiers = [name for name, _ in entry.links if name.rpartition(" ")[2].lower() not in known and name not in known]
        facts = "; ".join((*entry.facts, *identifiers))
        yield from self.wrap([(f"{facts}.", "alert" if entry.alert else "quiet")], first=rest, rest=rest)
        if entry.address:
            yield from self.wrap([(entry.address, "link")], first=rest, rest=rest)

    def wrap(self, pieces: list[tuple[str, str]], *, first: str = "", rest: str = "") -> Iterator[str]:
        """The pieces, each (text, style), as lines of at most `width` columns; a word longer than a line is cut."""
        line, used = [first], len(first)
        started = False
        for text, style in pieces:
            for word in text.split():
                for part in _cut(word, max(8, self.width - len(rest))):
                    size = columns(part)
                    if started and used + 1 + size > self.width:
                        yield "".join(line).rstrip()
                        line, used, started = [rest], len(rest), False
                    line.append((" " if started else "") + self._styled(part, style))
                    used += size + (1 if started else 0)
                    started = True
        if started:
            yield "".join(line).rstrip()

    def _styled(self, word: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{word}\x1b[0m" if self.colour and style else word


def _cut(word: str, most: int) -> Iterator[str]:
    """`word` in stretches of at most `most` columns, most often only one."""
    if columns(word) <= most:
        yield word
        return
    start, used = 0, 0
    for position, char in enumerate(word):
        size = columns(char)
        if used + size > most:
            yield word[start:position]
            start, used = position, 0
        used += size
    yield word[start:]


def terminal_width(stream: TextIO | None = None) -> int:
    """The width of the window (COLUMNS wins), or 100 where there is none."""
    stream = stream or sys.stdout
    named = os.environ.get("COLUMNS", "")
    if named.isdigit() and int(named):
        return int(named)
    try:
        return os.get_terminal_size(stream.fileno()).columns or PIPED
    except (OSError, ValueError):
        return PIPED


def wrapped(text: str, *, width: int, indent: str = "") -> list[str]:
    """`text` as lines of at most `width` columns (bounded to 40–200), each after `indent`; a word longer than a line is cut."""
    writer = _Writer(max(NARROWEST, min(WIDEST, width)), colour=False)
    return list(writer.wrap([(text, "")], first=indent, rest=indent))
