"""A page as every format module hands it on: headings, paragraphs, items and cells in reading order, not yet laid out.

Between `formats` and `outline`. Superscripts and links are marked inside the running text with private-use characters until the text
is cleaned, so that their offsets hold whatever cleaning takes away.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from pincite.ingest.building import clean
from pincite.records import Omitted, StretchKind
from pincite.text.steering import steering_flags

# Around a superscript, around a link; no text can hold them, since `written` takes them out.
RAISED, LOWERED, LINKED, UNLINKED = "\ue001", "\ue002", "\ue003", "\ue004"
_OURS = re.compile("[\ue000-\ue00f]")
_MARKS = (RAISED, LOWERED, LINKED, UNLINKED)
# What no reader sees and a model may read; `clean` takes out most of them, these would remain.
_UNSEEN = re.compile(r"[\u034f\u061c\u115f\u1160\u180b-\u180e\u206a-\u206f\u3164\ufff9-\ufffb\U000e0000-\U000e007f]")
_TRICKS = (
    ("direction-changing characters", re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")),
    ("zero-width characters inside words", re.compile(r"(?<=[^\W_])[\u034f\u200b-\u200d\u2060-\u2064\ufeff]+(?=[^\W_])")),
    ("invisible tag characters", re.compile(r"[\U000e0000-\U000e007f]+")),
    ("control characters", re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")),
)
_TAGS = re.compile(r"[\U000e0020-\U000e007e]{4,}")
_BEGINNING = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, paragraph, item, cell or caption; offsets in `raised` and `links` are into its own text."""

    kind: StretchKind
    text: str
    level: int = 0  # of a heading, or the depth of lists around it (1 = outermost)
    label: str = ""
    raised: tuple[tuple[int, int], ...] = ()
    links: tuple[tuple[int, int, str], ...] = ()
    cell: tuple[int, int, int] | None = None
    header: bool = False
    quoted: bool = False


@dataclass(slots=True)
class Page:
    """What a format module found: pieces, what it left out, flags, the language that the file states."""

    pieces: list[Piece] = field(default_factory=list)
    omitted: list[Omitted] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    language: str | None = None

    def add(
        self,
        kind: StretchKind,
        written: str,
        *,
        level: int = 0,
        label: str = "",
        urls: list[str] | None = None,
        cell: tuple[int, int, int] | None = None,
        header: bool = False,
        quoted: bool = False,
    ) -> bool:
        """Clean `written` and keep it as a piece; False when it holds no letter or figure."""
        text, raised, links = spans(written, urls or [])
        if not any(character.isalnum() for character in text) and cell is None:
            return False
        self.pieces.append(Piece(kind, text, level, label, raised, links, cell, header, quoted))
        return True

    def leave_out(self, text: str, why: str) -> None:
        """List a part that is left out; steering words in what nobody sees are flagged."""
        shown = " ".join(clean(_OURS.sub("", text)).split())
        if not shown:
            return
        self.omitted.append(Omitted(text=shown[:_BEGINNING], why=why, characters=len(shown)))
        if why.startswith("hidden"):
            self.flags.extend(f"hidden {flag}" for flag in steering_flags(shown[:200_000]))


def written(text: str) -> str:
    """Text from a file without the characters that `pieces` uses for its own marks; line separators become line breaks."""
    return _OURS.sub("", text).replace("\u2028", "\n").replace("\u2029", "\n")


def tricks(text: str) -> list[str]:
    """A flag for each kind of character in `text` that a reader does not see, with how often it stands there.

    >>> tricks("par\\u200bacetamol")
    ['hidden-characters: 1 × zero-width characters inside words']
    """
    if text.isascii() and text.isprintable():
        return []
    flags = [f"hidden-characters: {count} × {name}" for name, pattern in _TRICKS if (count := len(pattern.findall(text)))]
    for match in _TAGS.finditer(text):  # letters written as invisible tags
        smuggled = "".join(chr(ord(character) - 0xE0000) for character in match.group())
        flags.append(f"hidden-text: invisible tag characters: {' '.join(smuggled.split())[:_BEGINNING]}")
        flags.extend(f"hidden {flag}" for flag in steering_flags(smuggled))
    return flags


def spans(text: str, urls: list[str]) -> tuple[str, tuple[tuple[int, int], ...], tuple[tuple[int, int, str], ...]]:
    """`text` cleaned as ingest cleans it and freed of our marks, with the offsets of superscripts and links."""
    text = clean(_UNSEEN.sub("", unicodedata.normalize("NFC", text)))
    if not any(mark in text for mark in _MARKS):
        return text, (), ()
    out: list[str] = []
    raised: list[tuple[int, int]] = []
    links: list[tuple[int, int, str]] = []
    opened: list[int] = []
    linked: list[tuple[int, int]] = []
    seen = 0
    for character in text:
        if character == RAISED:
            opened.append(len(out))
        elif character == LOWERED:
            if opened:
                raised.append((opened.pop(), len(out)))
        elif character == LINKED:
            linked.append((len(out), seen))
            seen += 1
        elif character == UNLINKED:
            if linked:
                start, index = linked.pop()
                links.append((start, len(out), urls[index] if index < len(urls) else ""))
        elif character.isspace() and (not out or out[-1].isspace()):
            if character == "\n" and out:
                out[-1] = "\n"
        else:
            out.append(character)
    while out and out[-1].isspace():
        out.pop()
    whole = "".join(out)
    within = [span for start, end in raised if (span := _tight(whole, start, end))]
    inside = [(*span, url) for start, end, url in links if url and (span := _tight(whole, start, end))]
    return whole, tuple(within), tuple(inside)


def _tight(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without blanks around it, None when nothing is left of it."""
    end = min(end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
