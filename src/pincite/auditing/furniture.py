"""Takes page furniture out of the pieces: cookie notices, menus, forms, sign-up boxes, review widgets, disclaimers. Patterns: data/furniture.tsv.

For every format, since text that was pasted or printed carries the same boxes without any mark-up. What is taken out is listed with why.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pincite.auditing.pieces import Page, Piece
from pincite.text.tables import rows

_REFERENCES = re.compile(
    r"(?:\d{1,2}\.?\s+)?(?:(?:list of |key |selected |cited |works )?(?:references?|sources?|citations?|cited)(?: (?:list|cited|used|and further reading))?"
    r"|bibliography|(?:cited )?literature(?: cited)?|further reading|foot ?notes?|end ?notes?|notes|references (?:and|&) (?:notes|sources)|evidence sources?"
    r"|sources (?:and|&) references)\s*(?:\(\d{1,3}\))?\s*:?",
    re.IGNORECASE,
)
# Longer pieces are prose: a sentence of a leaflet may well begin with "Subscribe to …" and go on for a page.
_LONGEST = 1200
_FIGURE = re.compile(r"\d")


class _Rule(NamedTuple):
    why: str
    pattern: re.Pattern[str]


@cache
def _rules() -> dict[str, tuple[_Rule, ...]]:
    found: dict[str, list[_Rule]] = {}
    for why, scope, pattern in rows("furniture.tsv"):
        found.setdefault(scope, []).append(_Rule(why, re.compile(f"(?:{pattern})", re.IGNORECASE)))
    return {scope: tuple(rules) for scope, rules in found.items()}


def is_references(heading: str) -> bool:
    """Whether a heading announces the list of sources.

    >>> is_references("References (12)"), is_references("Sources of pain")
    (True, False)
    """
    return _REFERENCES.fullmatch(heading.strip()) is not None


def ends_references(heading: str) -> bool:
    """Whether a heading that follows a list of sources opens something else."""
    text = heading.strip()
    return any(rule.pattern.fullmatch(text) for scope in ("section", "ends") for rule in _rules()[scope])


def _section(text: str) -> str | None:
    return next((rule.why for rule in _rules()["section"] if rule.pattern.fullmatch(text)), None)


def why_left_out(text: str) -> str | None:
    """Why a whole heading, paragraph or item is furniture, None when it is text.

    >>> why_left_out("Last updated: 3 May 2024"), why_left_out("The label was last updated in 2019 after 12 deaths.")
    ('last updated', None)
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    rules = _rules()
    for rule in rules["line"]:
        if rule.pattern.fullmatch(text):
            return rule.why
    for rule in rules["beginning"]:
        if rule.pattern.match(text):
            return rule.why
    for rule in rules["holds"]:
        if rule.pattern.search(text):
            return rule.why
    return None


def is_furniture(heading: str) -> bool:
    """Whether a heading is furniture, or opens a part that is."""
    return _section(heading.strip()) is not None or why_left_out(heading) is not None


def without_furniture(page: Page) -> None:
    """Take furniture out of `page.pieces` and list it in `page.omitted`, neighbours of one kind together."""
    kept: list[Piece] = []
    gone: list[tuple[str, str]] = []
    section: tuple[str, int] | None = None  # why, and level of the heading that opened it
    for piece in page.pieces:
        if piece.kind in ("heading", "title"):
            if section and piece.level > section[1]:
                gone.append((section[0], piece.text))
                continue
            section = None
            why = _section(piece.text) if piece.kind == "heading" else None
            if why:
                section = (why, piece.level)
        else:
            why = section[0] if section else None
        why = why or (None if piece.kind in ("cell", "title") else why_left_out(piece.text))
        if why:
            gone.append((why, piece.text))
        else:
            kept.append(piece)
    if not kept:  # a page of nothing but disclaimers is audited as it stands
        return
    page.pieces = kept
    group: list[str] = []
    for index, (why, text) in enumerate(gone):
        group.append(text)
        if index + 1 == len(gone) or gone[index + 1][0] != why:
            page.leave_out(" ".join(group), why)
            group = []
