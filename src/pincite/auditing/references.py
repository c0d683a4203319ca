"""The text's own reference list → `ListedReference`s, in whatever shape it is printed; `resolve` finds them in a library.

After `outline`, before `marks`, which need to know what numbers the list has. Shapes: numbered, bulleted, one a paragraph, several on one line, kind / title /
venue on lines of their own, BibTeX, bare links; a closing run of numbered entries without any heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pincite.auditing.entries import entry, identified, is_kind, only_identifiers
from pincite.auditing.furniture import ends_references, is_references
from pincite.auditing.resolving import resolve
from pincite.records import Link, ListedReference, Loaded, Stretch

__all__ = ["listed", "resolve", "sections"]

_NUMBER = re.compile(
    r"\s*(?:\[\^?(?P<square>\w{1,12})\]:?|\((?P<round>\d{1,3})\)|(?P<plain>\d{1,3})[.)]|\^(?P<raised>\d{1,3})|(?P<bare>\d{1,3})(?=\s+[A-Z“\"]))\s*"
)
_SQUARE = re.compile(r"\[(\d{1,3})\]\s+")
_DOTTED = re.compile(r"(?:^|(?<=\s))(\d{1,3})\.\s+(?=[A-Z“\"])")
_BIBTEX = re.compile(r"@[a-z]{3,20}\s*\{", re.IGNORECASE)
# A closing run of numbered items without a heading is a reference list when this share of it prints a year or an identifier.
_IDENTIFIED = 0.8


class _Part(NamedTuple):
    """A piece of text that holds a whole entry or some lines of one."""

    text: str
    start: int
    end: int
    label: str
    item: bool
    goes_on: bool  # a second paragraph of the item before it


def sections(text: str, *, stretches: Sequence[Stretch]) -> tuple[tuple[int, int], ...]:
    """Offsets of the reference lists with their headings; claims and marks are not looked for in them."""
    found: list[tuple[int, int]] = []
    opened: Stretch | None = None
    end = 0
    for stretch in stretches:
        words = text[stretch.start : stretch.end]
        heading = stretch.kind in ("heading", "title") or (stretch.kind == "paragraph" and len(words) < 40)
        if heading and is_references(words) and stretch.kind != "title":
            if opened is None:
                opened = stretch
            end = stretch.end
            continue
        higher = stretch.kind in ("heading", "title") and 0 < stretch.level <= max(1, opened.level if opened else 1)
        if opened is not None and (higher or (heading and ends_references(words))):
            found.append((opened.start, end))
            opened = None
        if opened is not None:
            end = stretch.end
    if opened is not None:
        found.append((opened.start, end))
    return tuple(found) or _unheaded(text, stretches)


def _unheaded(text: str, stretches: Sequence[Stretch]) -> tuple[tuple[int, int], ...]:
    """The closing run of stretches numbered 1, 2, 3 … most of which print a year or an identifier."""
    run: list[Stretch] = []
    for stretch in reversed(stretches):
        words = text[stretch.start : stretch.end]
        if stretch.kind not in ("item", "paragraph") or not (stretch.label.isdigit() or _NUMBER.match(words)) or len(words) < 20:
            break
        run.append(stretch)
    run.reverse()
    good = sum(1 for stretch in run if identified(text[stretch.start : stretch.end]))
    first = [stretch for stretch in run if _number(text, stretch) == "1"]
    if len(run) < 2 or not first or good < _IDENTIFIED * len(run):
        return ()
    return ((first[-1].start, run[-1].end),) if first[-1] is not run[-1] else ()


def _number(text: str, stretch: Stretch) -> str:
    if stretch.label:
        return stretch.label
    found = _NUMBER.match(text, stretch.start)
    return next(filter(None, found.groups()), "") if found else ""


def listed(text: str, *, stretches: Sequence[Stretch], links: Sequence[Link] = ()) -> tuple[ListedReference, ...]:
    """The entries of the text's reference lists in order; an entry without a printed number is named by its place ("1", "2" …)."""
    found: list[ListedReference] = []
    for start, end in sections(text, stretches=stretches):
        inside = [one for one in stretches if start <= one.start and one.end <= end and not is_references(text[one.start : one.end])]
        within = [link for link in links if start <= link.start < end]
        for group, number in _grouped(_parts(text, inside)):
            first, last = group[0].start, group[-1].end
            urls = [link.url for link in within if first <= link.start < last]
            found.append(entry([part.text for part in group], marker=number or str(len(found) + 1), start=first, end=last, urls=urls))
    return tuple(found)


def _parts(text: str, stretches: Sequence[Stretch]) -> list[_Part]:
    """Stretches, cut further where one holds several numbered entries; table rows are one part each."""
    parts: list[_Part] = []
    row: tuple[int, int] | None = None
    for stretch in stretches:
        if stretch.cell is not None:
            if stretch.cell[:2] == row and parts:
                last = parts[-1]
                parts[-1] = last._replace(text=text[last.start : stretch.end], end=stretch.end)
                continue
            row = stretch.cell[:2]
        words = text[stretch.start : stretch.end]
        goes_on = stretch.kind == "paragraph" and stretch.level > 0 and bool(parts) and parts[-1].item
        cuts = _cuts(words, stretch.label)
        for first, last_end in zip(cuts, [*cuts[1:], len(words)], strict=True):
            part = words[first:last_end].rstrip()
            start = stretch.start + first
            parts.append(_Part(part, start, start + len(part), stretch.label if first == 0 else "", stretch.kind == "item", goes_on))
    return parts


def _cuts(words: str, label: str) -> list[int]:
    """Where entries begin in a stretch: at its start, and at 2, 3 … where it begins with 1 (or n, n + 1 …) and counts on."""
    if _BIBTEX.search(words):
        return [match.start() for match in _BIBTEX.finditer(words)]
    for pattern in (_SQUARE, _DOTTED):
        marks = list(pattern.finditer(words))
        first = label if label.isdigit() else marks[0][1] if marks and marks[0].start() == 0 else ""
        if not first:
            continue
        cuts = [0]
        expected = int(first) + 1
        for mark in marks:
            if int(mark[1]) == expected and identified(words[cuts[-1] : mark.start()]):
                cuts.append(mark.start())
                expected += 1
        if len(cuts) > 1:
            return cuts
    return [0]


def _grouped(parts: list[_Part]) -> list[tuple[list[_Part], str]]:
    """Parts that belong to one entry, with its printed number ("" when there is none)."""
    kinds = sum(1 for part in parts if is_kind(part.text))
    numbered = sum(1 for part in parts if part.label or _NUMBER.match(part.text))
    dated = sum(1 for part in parts if identified(part.text))
    several = kinds >= 1 or (0 < dated <= 0.6 * len(parts) and numbered < 0.5 * len(parts))
    groups: list[tuple[list[_Part], str]] = []
    open_entry = False
    for part in parts:
        mark = None if part.label else _NUMBER.match(part.text)
        if mark and mark["bare"] and numbered < 2:
            mark = None
        number = part.label.strip("[]().^") or (next(filter(None, mark.groups()), "") if mark else "")
        body = part._replace(text=part.text[mark.end() :]) if mark else part
        if groups and not number and (part.goes_on or (only_identifiers(part.text) and not part.item)):
            groups[-1][0].append(part)
        elif groups and not number and several and open_entry and not is_kind(part.text):
            groups[-1][0].append(part)
            open_entry = kinds >= 1 or not identified(part.text)
        elif groups and numbered >= 2 and not number and not part.item and not identified(part.text):
            groups[-1][0].append(part)  # a numbered entry that was broken into lines
        else:
            groups.append(([body], number))
            open_entry = not identified(part.text) if not is_kind(part.text) else True
    return groups


def empty_list(loaded: Loaded) -> tuple[int, int] | None:
    """Offsets of a heading such as "References" with nothing below it, None when there is none."""
    if loaded.listed:
        return None
    return next(iter(sections(loaded.text, stretches=loaded.stretches)), None)
